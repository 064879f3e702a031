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

// ProximalGradient is x to prox(x - step grad f(x, p), p, step): a fixed point
// minimises f + g, where prox is g's proximal operator. The derivative does not
// depend on step > 0.
func ProximalGradient[X, P any](f func(x X, p P) *fx.Array, prox func(x X, p P, step float64) X, step float64) func(x X, p P) X {
	if !(step > 0) {
		fail("ProximalGradient", "the step is %v; it must be positive", step)
	}
	grad := Stationary(f)
	return func(x X, p P) X {
		return prox(linalg.Axpy(fx.Const(-step), grad(x, p), x), p, step)
	}
}

// ProjectedGradient is x to project(x - step grad f(x, p), p): a fixed point
// minimises f over the set onto which project maps.
func ProjectedGradient[X, P any](f func(x X, p P) *fx.Array, project func(x X, p P) X, step float64) func(x X, p P) X {
	if !(step > 0) {
		fail("ProjectedGradient", "the step is %v; it must be positive", step)
	}
	return ProximalGradient(f, func(x X, p P, _ float64) X { return project(x, p) }, step)
}

// MirrorDescent is x to project(dphi(x) - step grad f(x, p), p), where dphi is
// the gradient of the mirror map and project the Bregman projection from the
// dual space (for the negative entropy on the simplex: log and softmax).
func MirrorDescent[X, P any](f func(x X, p P) *fx.Array, dphi func(X) X, project func(y X, p P) X, step float64) func(x X, p P) X {
	if !(step > 0) {
		fail("MirrorDescent", "the step is %v; it must be positive", step)
	}
	grad := Stationary(f)
	return func(x X, p P) X {
		return project(linalg.Axpy(fx.Const(-step), grad(x, p), dphi(x)), p)
	}
}

// Primal is a primal solution with its multipliers.
type Primal[X any] struct {
	X  X
	Nu *fx.Array // of the equalities; nil if there are none
	La *fx.Array // of the inequalities, not negative; nil if there are none
}

// KKT is the residual of the conditions of Karush, Kuhn and Tucker for
//
//	minimise f(x, p)  subject to  g(x, p) <= 0,  h(x, p) = 0,
//
// which are: stationarity of f + La'g + Nu'h in x, La g = 0, and h = 0. g or h
// may be nil. Where an inequality holds with equality and has the multiplier 0,
// the Jacobian is singular: there is no derivative.
func KKT[X, P any](f, g, h func(x X, p P) *fx.Array) func(s Primal[X], p P) Primal[X] {
	return func(s Primal[X], p P) Primal[X] {
		if (g == nil) != (s.La == nil) || (h == nil) != (s.Nu == nil) {
			fail("KKT", "multipliers are needed for those constraints that exist, and only for those")
		}
		lagrangian := func(x X) *fx.Array {
			l := f(x, p)
			if g != nil {
				l = l.Add(g(x, p).Mul(s.La).Sum())
			}
			if h != nil {
				l = l.Add(h(x, p).Mul(s.Nu).Sum())
			}
			return l
		}
		r := Primal[X]{X: fx.Grad(lagrangian)(s.X)}
		if g != nil {
			r.La = s.La.Mul(g(s.X, p))
		}
		if h != nil {
			r.Nu = h(s.X, p)
		}
		return r
	}
}
