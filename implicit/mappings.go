package implicit

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// Optimality conditions (Blondel et al. 2022, table 1): functions whose roots or
// fixed points are the solutions of optimisation problems, for Root, FixedPoint
// and Custom. Derivatives at a point where a projection or proximal operator is
// not differentiable are those of its active set.

// Stationary is the gradient of f in x: a root is a stationary point.
func Stationary[X, P any](f func(x X, p P) *fx.Array) func(x X, p P) X {
	return func(x X, p P) X { return fx.Grad(func(x X) *fx.Array { return f(x, p) })(x) }
}

// GradientDescent is x to x - step grad f(x, p): its fixed points are the
// stationary points of f.
func GradientDescent[X, P any](f func(x X, p P) *fx.Array, step float64) func(x X, p P) X {
	return ProximalGradient(f, func(x X, _ P, _ float64) X { return x }, checkStep("GradientDescent", step))
}

// NewtonStep is x to x - step J^-1 G(x, p), where J is G's Jacobian in x and
// linear solves with it; nil means linalg.GMRES. Its fixed points are the roots
// of G, where its own Jacobian is 1 - step times the identity: the derivative of
// a root needs no further linear system than the one in the map.
func NewtonStep[X, P any](G func(x X, p P) X, linear linalg.Solver[X], step float64) func(x X, p P) X {
	checkStep("NewtonStep", step)
	r := newRule("NewtonStep", G, linear)
	return func(x X, p P) X {
		d, _ := linalg.Solve(r.jacobian, point[X, P]{x, p}, r.F(x, p), r.linear)
		return linalg.Axpy(fx.Const(-step), d, x)
	}
}

// checkStep rejects a step that is not positive.
func checkStep(op string, step float64) float64 {
	if !(step > 0) {
		fail(op, "the step is %v; it must be positive", step)
	}
	return step
}

// ProximalGradient is x to prox(x - step grad f(x, p), p, step): a fixed point
// minimises f + g, where prox is g's proximal operator. The derivative does not
// depend on step > 0.
func ProximalGradient[X, P any](f func(x X, p P) *fx.Array, prox func(x X, p P, step float64) X, step float64) func(x X, p P) X {
	checkStep("ProximalGradient", step)
	grad := Stationary(f)
	return func(x X, p P) X {
		return prox(linalg.Axpy(fx.Const(-step), grad(x, p), x), p, step)
	}
}

// ProjectedGradient is x to project(x - step grad f(x, p), p): a fixed point
// minimises f over the set onto which project maps.
func ProjectedGradient[X, P any](f func(x X, p P) *fx.Array, project func(x X, p P) X, step float64) func(x X, p P) X {
	checkStep("ProjectedGradient", step)
	return ProximalGradient(f, func(x X, p P, _ float64) X { return project(x, p) }, step)
}

// MirrorDescent is x to project(dphi(x) - step grad f(x, p), p), where dphi is
// the gradient of the mirror map and project the Bregman projection from the
// dual space (for the negative entropy on the simplex: log and softmax).
func MirrorDescent[X, P any](f func(x X, p P) *fx.Array, dphi func(X) X, project func(y X, p P) X, step float64) func(x X, p P) X {
	checkStep("MirrorDescent", step)
	grad := Stationary(f)
	return func(x X, p P) X {
		return project(linalg.Axpy(fx.Const(-step), grad(x, p), dphi(x)), p)
	}
}
