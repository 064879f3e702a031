package gradient

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// Surrogate is f, except that its derivative in reverse mode is the estimate
// that e makes with the key: fx.Grad of it needs no reverse pass through f.
// Second derivatives are those of the estimate.
func Surrogate[P any](e Estimator[P], key *fx.Array, f func(P) *fx.Array) func(P) *fx.Array {
	if e == nil {
		fail("Surrogate", "the estimator is nil")
	}
	f = scalar("Surrogate", f)
	return fx.CustomVJP(f,
		func(p P) (*fx.Array, P) {
			at := e.Estimate(key, f, p)
			return at.Value, at.Grad
		},
		func(grad P, ct *fx.Array) P { return scaled(ct, grad) })
}

// Estimated lets an optimizer work with estimates in place of gradients. Every
// step draws a new key, with which all gradients of the step are estimated, so
// that an optimizer that takes several sees one function. The key is for an
// experiment's directions alone.
func Estimated[P any](inner optim.Optimizer[P], e Estimator[P], key *fx.Array) optim.Optimizer[P] {
	return estimated[P]{inner, e, key}
}

type estimated[P any] struct {
	inner     optim.Optimizer[P]
	estimator Estimator[P]
	key       *fx.Array
}

// State is the state of an optimizer that Estimated made.
type State struct {
	// Key is that of the directions to come.
	Key *fx.Array
	// Inner is the optimizer's own state.
	Inner optim.State
}

// Validate checks the settings of the optimizer and of the estimator.
func (o estimated[P]) Validate() error {
	if o.key == nil {
		return errors.Join(optim.Validate(o.inner), optim.Validate(o.estimator), errors.New("there is no key for the directions"))
	}
	return errors.Join(optim.Validate(o.inner), optim.Validate(o.estimator))
}

func (o estimated[P]) Init(p P) optim.State {
	mustBeValid("Estimated", o)
	return State{o.key, o.inner.Init(p)}
}

func (o estimated[P]) Step(loss optim.Loss[P], p P, s optim.State) (P, optim.State, optim.Info) {
	own, ok := s.(State)
	if !ok {
		fail("Estimated", "the state is a %T and must be a gradient.State: was it made by this optimizer's Init?", s)
	}
	// The first call is the one that may have a side result (optim.WithAux).
	// Compiled, it is the same computation as the estimate's own.
	loss(p)
	keys := random.Split(own.Key, 2)
	next, inner, info := o.inner.Step(Surrogate(o.estimator, keys[0], loss), p, own.Inner)
	return next, State{keys[1], inner}, info
}
