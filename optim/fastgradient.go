package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// FastGradientMethod is the accelerated gradient method for convex functions whose
// Lipschitz constant L is found on the way (Nesterov, "Universal gradient methods
// for convex optimization problems", 2015, section 4, without its accuracy term):
//
//	a = (1 + sqrt(1 + 4 L A)) / (2 L),   y = x + a/(A + a) (v - x)
//	x+ = y - B^-1 f'(y) / L,   v+ = v - a B^-1 f'(y),   A+ = A + a
//
// L is doubled until f(x+) <= f(y) - |f'(y)|*^2 / (2L), and halved after every step.
// f may rise on the way. Info.Values has "grad_norm", the dual norm at y, "l",
// "trials", "evaluations" of the gradient and "success".
type FastGradientMethod[P any] struct {
	// Metric is B; the zero value is the Euclidean one.
	Metric Metric
	// L is the first L.
	L float64
	// MaxTrials is the largest number of trials of a step.
	MaxTrials int
	// Tol is the dual norm of the gradient at p up to which no step is made.
	Tol float64
}

// NewFastGradientMethod makes the method with L from 1 and up to 40 trials a step.
func NewFastGradientMethod[P any]() FastGradientMethod[P] {
	return FastGradientMethod[P]{L: 1, MaxTrials: 40}
}

// FastGradientState is the state of FastGradientMethod.
type FastGradientState struct {
	V *fx.Array // the other sequence of points, a vector of linalg.Ravel
	A *fx.Array // the sum of the weights a, a float64 scalar
	L *fx.Array // a float64 scalar
}

// Validate checks the settings.
func (o FastGradientMethod[P]) Validate() error {
	return errors.Join(checkPositive("the first L", o.L), checkTrials(o.MaxTrials), checkSize("the tolerance", o.Tol))
}

// Init starts both sequences at p.
func (o FastGradientMethod[P]) Init(p P) State {
	mustBeValid("FastGradientMethod", o)
	x, _ := linalg.Ravel(p)
	o.Metric.fits("FastGradientMethod", x)
	return FastGradientState{V: x, A: fx.Scalar(0.0), L: fx.Scalar(o.L)}
}

// Step makes one step.
func (o FastGradientMethod[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own, ok := s.(FastGradientState)
	if !ok {
		fail("FastGradientMethod", "the state is a %T and must be a %T", s, own)
	}
	v := newVectors(loss, p)
	x := v.from.P
	weight := func(l *fx.Array) *fx.Array {
		return l.Mul(own.A).MulScalar(4).AddScalar(1).Sqrt().AddScalar(1).Div(l.MulScalar(2))
	}
	between := func(l *fx.Array) LinePoint[*fx.Array] {
		a := weight(l)
		return At(v.loss, x.Add(scaledBy(a.Div(own.A.Add(a)), own.V.Sub(x))))
	}
	wanted := o.Metric.DualNorm(v.from.Gradient).Greater(fx.Const(o.Tol))
	t := trials{Factor: 2, Most: o.MaxTrials}.search(v.from, own.L, wanted, func(l *fx.Array) attempt {
		y := between(l)
		next := y.P.Sub(scaledBy(l.Reciprocal(), o.Metric.Solve(y.Gradient)))
		value := asFloat64(v.loss(next))
		enough := o.Metric.DualNorm(y.Gradient).Square().Div(l.MulScalar(2))
		// The point of this trial is x+, with the value there and the gradient at y.
		reached := LinePoint[*fx.Array]{P: next, Loss: value.AsType(v.from.Loss.DType()), Gradient: y.Gradient}
		return attempt{reached, asFloat64(y.Loss).Sub(value).GreaterEqual(enough), none()}
	})
	l, a := t.Parameter, weight(t.Parameter)
	moved := FastGradientState{
		V: own.V.Sub(scaledBy(a, o.Metric.Solve(t.Point.Gradient))), A: own.A.Add(a), L: l.MulScalar(0.5).Maximum(fx.Const(1e-100)),
	}
	stayed := own
	stayed.L = fx.Where(wanted, l.MulScalar(2), own.L).Minimum(fx.Const(1e100))
	return v.unravel(t.Point.P), choose(t.Accepted, moved, stayed), Info{Loss: v.from.Loss, Values: map[string]*fx.Array{
		"grad_norm": o.Metric.DualNorm(t.Point.Gradient), "l": l, "trials": t.Trials,
		"evaluations": t.Trials.AddScalar(1), "success": t.Accepted.AsType(fx.Float64),
	}}
}
