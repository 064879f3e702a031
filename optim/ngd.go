package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// NGD is natural gradient descent (Amari 1998; Martens 2020): the solution v of
//
//	(F + lambda I) v = g
//
// takes the gradient's place in a rule, F being the Fisher information of a
// minibatch, which curvature.GaussNewton gives for the usual losses.
//
// Info.Values has "grad_norm", "update_norm", "products" with F that the system took,
// "evaluations" (these and the gradient), and what the rule reports.
type NGD[P any] struct {
	// Rule makes the step from v: SGD is the method itself.
	Rule Rule
	// Curvature is F; nil is the loss' Hessian, or the System's own curvature.
	Curvature Curvature[P]
	// System solves: by LowRankSystem and the factors of curvature.GaussNewtonFactors
	// it is the formula of Woodbury, exact for a minibatch of any model.
	System DampedSystem[P]
	// Damping is lambda, positive.
	Damping float64
}

// NGDState is the state of NGD.
type NGDState struct{ Rule State }

// NewNGD makes natural gradient descent with a learning rate, by conjugate gradients
// on products with the curvature, and a damping of 0.2.
func NewNGD[P any](lr Schedule, c Curvature[P]) NGD[P] {
	return NGD[P]{Rule: NewSGD(lr), Curvature: c, System: CGSystem[P]{}, Damping: 0.2}
}

// Validate checks the settings.
func (o NGD[P]) Validate() error {
	return errors.Join(Validate(o.Rule), checkSystem(o.System, o.Curvature), checkPositive("the damping", o.Damping))
}

// Init starts the rule.
func (o NGD[P]) Init(p P) State {
	mustBeValid("NGD", o)
	return NGDState{startDirection(o.Rule, p)}
}

// Step makes one step.
func (o NGD[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own := lossState[NGDState]("NGD", s)
	v := newVectors(loss, p)
	solve, prepared := o.System.At(p, v.from.P, v.operator(o.Curvature), Metric{})
	d, products := solve(fx.Scalar(o.Damping), v.from.Gradient)
	next, rule, info := v.alongRule(o.Rule, own.Rule, d)
	products = products.AddScalar(float64(prepared))
	info.Values["products"], info.Values["evaluations"] = products, products.AddScalar(1)
	return next, NGDState{rule}, info
}

// startDirection is the state of a rule that gets directions in the place of
// gradients.
func startDirection[P any](r Rule, p P) State {
	leaves, paths := Floats(p)
	return Bind(r, paths).Init(leaves)
}

// alongRule makes a rule's step from a direction d, a vector, in the gradient's
// place.
func (v vectors[P]) alongRule(r Rule, s State, d *fx.Array) (P, State, Info) {
	leaves, paths := Floats(v.p)
	rule := Bind(r, paths)
	directions, _ := Floats(v.unravel(d))
	updates, next := Update(rule, directions, s, leaves, Extra{Loss: v.from.Loss})
	info := Info{Loss: v.from.Loss, Values: map[string]*fx.Array{"grad_norm": asFloat64(v.from.Gradient.Norm()), "update_norm": GlobalNorm(updates)}}
	if rep, ok := rule.(Reporter); ok {
		for name, value := range rep.Report(next) {
			info.Values[name] = value
		}
	}
	return ApplyUpdates(v.p, updates), next, info
}

// factorRows lays out factors, a tree whose float leaves have a further leading axis
// of their number, as a matrix [rank, n].
func factorRows[P any](op string, factors P, n int) *fx.Array {
	leaves, _ := Floats(factors)
	var parts []*fx.Array
	elements := 0
	for _, a := range leaves {
		if a.NDim() == 0 || a.Dim(0) != leaves[0].Dim(0) || a.Dim(0) == 0 {
			fail(op, "a factor's array has shape %v; all need the same leading axis, of the rank", a.Shape())
		}
		rows := a.Reshape(a.Dim(0), -1)
		elements += rows.Dim(1)
		parts = append(parts, rows)
	}
	if elements != n {
		fail(op, "the factors have %d elements each for %d parameters", elements, n)
	}
	return fx.Concatenate(1, parts...)
}

// raveled is a tree as a vector.
func raveled[P any](p P) *fx.Array {
	x, _ := linalg.Ravel(p)
	return x
}
