package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
)

// GradNormSmooth is Newton's method regularised by the gradient-normalised
// smoothness gamma, a distance within which gradient g and curvature H predict the
// gradient up to a part of its own norm (Semenov, Jaggi and Doikov 2025,
// arXiv:2506.13710, algorithm 1):
//
//	x+ = x - (H + |g|*/gamma B)^-1 g
//
// gamma is found by halving until, with lambda = |g|*/gamma,
//
//	f(x) - f(x+) >= |g+|*^2 / (8 lambda)
//
// and is doubled after every step. H is any positive semidefinite curvature, or
// an indefinite one: where H + lambda B is not positive definite the trial fails.
// No step is longer than gamma, in the metric B, if H is semidefinite.
//
// One Step is one iterate. It takes the gradient at p anew, because the loss may
// be another minibatch's. Info.Values has "gamma", the one of the step made (not
// the doubled one), and "lambda"; "grad_norm" and "next_grad_norm", dual norms at
// both ends; "next_loss"; "step_norm" in the metric; "trials"; "evaluations" of
// the gradient, each product with H counting as one; and "success", which is 0
// where no trial was accepted or none was needed. p then stays as it is.
type GradNormSmooth[P any] struct {
	// Curvature is H; nil is the loss' Hessian.
	Curvature Curvature[P]
	// System solves the damped systems.
	System DampedSystem[P]
	// Metric is B; the zero value is the Euclidean one.
	Metric Metric
	// Gamma is the first gamma, GammaMin the least that a search begins with.
	Gamma, GammaMin float64
	// MaxTrials is the largest number of trials of a step.
	MaxTrials int
	// Tol is the dual norm of the gradient up to which no step is made.
	Tol float64
}

// NewGradNormSmooth makes the method with the settings of the authors' code: the
// exact Hessian, factorised, the Euclidean metric, gamma from 1 and at least 1e-9,
// 40 trials; and tolerance 0. (Their lambda is |g|*/(gamma + 1e-8), with which a
// step may be that much longer than gamma.)
func NewGradNormSmooth[P any]() GradNormSmooth[P] {
	return GradNormSmooth[P]{System: DenseSystem[P]{}, Gamma: 1, GammaMin: 1e-9, MaxTrials: 40}
}

// Validate checks the settings.
func (o GradNormSmooth[P]) Validate() error {
	return errors.Join(checkSystem(o.System, o.Curvature), checkPositive("the first gamma", o.Gamma),
		checkPositive("the least gamma", o.GammaMin), checkTrials(o.MaxTrials), checkSize("the tolerance", o.Tol))
}

// Init starts with the first gamma.
func (o GradNormSmooth[P]) Init(p P) State {
	mustBeValid("GradNormSmooth", o)
	return startOf("GradNormSmooth", o.Metric, p, o.Gamma)
}

// Step makes one iterate.
func (o GradNormSmooth[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own := adaptive("GradNormSmooth", s)
	v := newVectors(loss, p)
	o.Metric.fits("GradNormSmooth", v.from.P)
	g, size := v.from.Gradient, o.Metric.DualNorm(v.from.Gradient)
	solve, prepared := o.System.At(p, v.from.P, v.operator(o.Curvature), o.Metric)

	t := trials{Factor: 0.5, Most: o.MaxTrials}.search(v.from, own.Parameter, size.Greater(fx.Const(o.Tol)), func(gamma *fx.Array) attempt {
		lambda := size.Div(gamma)
		d, products := solve(lambda, g)
		next := At(v.loss, v.from.P.Sub(d))
		decrease := asFloat64(v.from.Loss).Sub(asFloat64(next.Loss))
		enough := o.Metric.DualNorm(next.Gradient).Square().Div(lambda.MulScalar(8))
		return attempt{next, decrease.GreaterEqual(enough), products}
	})

	gamma := t.Parameter
	after := fx.Where(t.Accepted, gamma.MulScalar(2), gamma.MulScalar(0.5)).Maximum(fx.Const(o.GammaMin))
	after = fx.Where(t.Trials.Equal(none()), gamma, after)
	values := traced(o.Metric, v.from, t, 1+prepared)
	values["gamma"], values["lambda"] = gamma, size.Div(gamma)
	return v.unravel(t.Point.P), AdaptiveState{after}, Info{Loss: v.from.Loss, Values: values}
}
