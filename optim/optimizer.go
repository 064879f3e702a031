package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
)

// Loss is the objective of one step: its minibatch, dropout key and everything
// else that it uses are captured, so that calling it twice with the same
// parameters gives the same value. It returns a float scalar.
type Loss[P any] = func(P) *fx.Array

// State is what an optimizer or a rule remembers between steps: any tree (see
// package fx). Methods that draw random numbers keep their key in it.
type State = any

// Info is what a step tells about itself. Its arrays are lazy: compiled, what
// nobody returns from the compiled function is not computed.
type Info struct {
	// Loss is the loss at the parameters that the step started from.
	Loss *fx.Array
	// Values are the method's other diagnostics by name, float or int scalars.
	// FromRule gives "grad_norm" and "update_norm" (Euclidean, over all float
	// leaves) and what its rules report.
	Values map[string]*fx.Array
}

// Optimizer minimises a function of parameters P, a tree. Only its float
// leaves change.
type Optimizer[P any] interface {
	// Init makes the state to begin with at parameters p. It panics with an
	// *fx.Error if the settings are not valid.
	Init(p P) State

	// Step makes one step from p and returns the new parameters and state. It
	// may call loss anywhere, any number of times, also inside fx.HVP, fx.While
	// and the like, with one promise to callers whose loss has a side result
	// (see WithAux): the first call is at p itself, or where the method says
	// that its one pass is, and is outside Scan, While, Cond and Vmap bodies.
	//
	// Step does not evaluate anything and is meant to be compiled by fx.Jit.
	// Without it, call fx.Eval on the results of each step, or the graph grows.
	Step(loss Loss[P], p P, s State) (P, State, Info)
}

// WithAux splits a loss that also returns a side result, such as new running
// statistics of batch normalisation, into the loss that an optimizer takes and
// a function that returns the side result of the first call of that loss. Make
// a new pair for every step.
func WithAux[P, A any](f func(P) (*fx.Array, A)) (loss Loss[P], aux func() A) {
	var first A
	called := false
	loss = func(p P) *fx.Array {
		l, a := f(p)
		if !called {
			first, called = a, true
		}
		return l
	}
	aux = func() A {
		if !called {
			fail("WithAux", "there is no side result: the loss has not been called")
		}
		return first
	}
	return loss, aux
}

// Validator is implemented by rules and optimizers whose settings can be wrong.
// Init panics where Validate returns an error; a program that takes settings
// from outside calls it first.
type Validator interface {
	Validate() error
}

// Validate checks the settings of a rule or an optimizer. What has none is
// valid.
func Validate(method any) error {
	if method == nil {
		return errors.New("there is no rule or optimizer: it is nil")
	}
	if v, ok := method.(Validator); ok {
		return v.Validate()
	}
	return nil
}

// mustBeValid is Validate for Init.
func mustBeValid(op string, method any) {
	if err := Validate(method); err != nil {
		fail(op, "%v", err)
	}
}
