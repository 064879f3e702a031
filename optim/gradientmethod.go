package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// GradientMethod is gradient descent in a metric, x+ = x - t B^-1 g, whose length t
// a line search chooses anew in every step, beginning at Grow times the last one.
// With [Backtracking] of C1 = 1/2 and Shrink = 1/2, and Grow 2, 1/t is the local
// Lipschitz constant L of Nesterov's adaptive gradient methods, doubled and halved:
//
//	f(x+) <= f(x) - |g|*^2 / (2 L)
//
// Info.Values has "grad_norm" (dual), "length", "evaluations" and "success".
type GradientMethod[P any] struct {
	// Metric is B; the zero value is the Euclidean one.
	Metric Metric
	// Search finds the length.
	Search LineSearch[P]
	// First is the first length that is tried, Grow what a step's length is
	// multiplied by for the next one.
	First, Grow float64
	// Tol is the dual norm of the gradient up to which no step is made.
	Tol float64
}

// NewGradientMethod makes the method with backtracking as above, from length 1.
func NewGradientMethod[P any]() GradientMethod[P] {
	search := NewBacktracking[P]()
	search.C1, search.MaxEvaluations = 0.5, 40
	return GradientMethod[P]{Search: search, First: 1, Grow: 2}
}

// Validate checks the settings.
func (o GradientMethod[P]) Validate() error {
	err := errNoSearch
	if o.Search != nil {
		err = o.Search.Validate()
	}
	return errors.Join(err, checkPositive("the first length", o.First), checkPositive("the factor to the next length", o.Grow), checkSize("the tolerance", o.Tol))
}

// Init starts with the first length.
func (o GradientMethod[P]) Init(p P) State {
	mustBeValid("GradientMethod", o)
	return startOf("GradientMethod", o.Metric, p, o.First)
}

// Step makes one step.
func (o GradientMethod[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own := adaptive("GradientMethod", s)
	from := At(loss, p)
	g, unravel := linalg.Ravel(from.Gradient)
	o.Metric.fits("GradientMethod", g)
	size := o.Metric.DualNorm(g)
	direction := unravel(o.Metric.Solve(g).Neg())
	// A direction of zero ends the search at once.
	direction = choose(size.Greater(fx.Const(o.Tol)), direction, linalg.ZerosLike(direction))
	r := o.Search.Search(loss, from, direction, own.Parameter)
	// After a search that found nothing the next one begins lower.
	after := fx.Where(r.Success, r.Length.MulScalar(o.Grow), own.Parameter.MulScalar(0.5)).Clip(1e-100, 1e100)
	after = fx.Where(size.Greater(fx.Const(o.Tol)), after, own.Parameter)
	return r.Point.P, AdaptiveState{after}, Info{Loss: from.Loss, Values: map[string]*fx.Array{
		"grad_norm": size, "length": r.Length, "evaluations": r.Evaluations.AddScalar(1), "success": r.Success.AsType(fx.Float64),
	}}
}
