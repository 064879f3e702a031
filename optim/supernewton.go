package optim

import (
	"errors"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// SuperUniversalNewton is Newton's method regularised by a power of the gradient's
// norm (Doikov, Mishchenko and Nesterov, "Super-Universal Regularized Newton
// Method", 2022, algorithm 2):
//
//	x+ = x - (H + lambda B)^-1 g,   lambda = M |g|*^Alpha
//
// M is multiplied by 4 until <g+, x - x+> >= |g+|*^2 / (4 lambda), and divided by
// 4 after every step. Info.Values are those of [GradNormSmooth], with "m" instead
// of "gamma".
type SuperUniversalNewton[P any] struct {
	// Curvature is H; nil is the loss' Hessian.
	Curvature Curvature[P]
	// System solves the damped systems.
	System DampedSystem[P]
	// Metric is B; the zero value is the Euclidean one.
	Metric Metric
	// M is the first M.
	M float64
	// Alpha is the power, in [2/3, 1].
	Alpha float64
	// MaxTrials is the largest number of trials of a step.
	MaxTrials int
	// Tol is the dual norm of the gradient up to which no step is made.
	Tol float64
}

// NewSuperUniversalNewton makes the method with the exact Hessian, factorised, M
// from 1, and Alpha 2/3, for which its rates hold for all classes of functions at
// once; 40 trials as GradNormSmooth has.
func NewSuperUniversalNewton[P any]() SuperUniversalNewton[P] {
	return SuperUniversalNewton[P]{System: DenseSystem[P]{}, M: 1, Alpha: 2.0 / 3, MaxTrials: 40}
}

// Validate checks the settings.
func (o SuperUniversalNewton[P]) Validate() error {
	err := errors.Join(checkSystem(o.System, o.Curvature), checkPositive("the first M", o.M), checkTrials(o.MaxTrials), checkSize("the tolerance", o.Tol))
	if !(o.Alpha >= 2.0/3 && o.Alpha <= 1) {
		err = errors.Join(err, fmt.Errorf("the power Alpha is %v; it must be in [2/3, 1]", o.Alpha))
	}
	return err
}

// Init starts with the first M.
func (o SuperUniversalNewton[P]) Init(p P) State {
	mustBeValid("SuperUniversalNewton", o)
	return startOf("SuperUniversalNewton", o.Metric, p, o.M)
}

// Step makes one iterate.
func (o SuperUniversalNewton[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own := adaptive("SuperUniversalNewton", s)
	v := newVectors(loss, p)
	o.Metric.fits("SuperUniversalNewton", v.from.P)
	g, size := v.from.Gradient, o.Metric.DualNorm(v.from.Gradient)
	power := size.PowScalar(o.Alpha)
	solve, prepared := o.System.At(p, v.from.P, v.operator(o.Curvature), o.Metric)

	t := trials{Factor: 4, Most: o.MaxTrials}.search(v.from, own.Parameter, size.Greater(fx.Const(o.Tol)), func(m *fx.Array) attempt {
		lambda := m.Mul(power)
		d, products := solve(lambda, g)
		next := At(v.loss, v.from.P.Sub(d))
		along := asFloat64(next.Gradient.Dot(d))
		enough := o.Metric.DualNorm(next.Gradient).Square().Div(lambda.MulScalar(4))
		return attempt{next, along.GreaterEqual(enough).And(asFloat64(next.Loss).IsFinite()), products}
	})

	after := fx.Where(t.Accepted, t.Parameter.DivScalar(4), t.Parameter.MulScalar(4))
	after = fx.Where(t.Trials.Equal(none()), t.Parameter, after).Clip(1e-100, 1e100)
	values := traced(o.Metric, v.from, t, 1+prepared)
	values["m"], values["lambda"] = t.Parameter, t.Parameter.Mul(power)
	return v.unravel(t.Point.P), AdaptiveState{after}, Info{Loss: v.from.Loss, Values: values}
}
