package implicit

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// Report says how far a solver got: the iterations, the norm of F at the
// result, the norm asked for, and why it stopped.
type Report = linalg.Report

// Root gives the function that solves F(x, p) = 0 from a start x0, with its
// derivative in p. F returns a tree like x. linear solves with F's Jacobian in
// x, or its transpose; nil means linalg.GMRES, and linalg.CG suits an F that is
// the gradient of a convex function.
func Root[X, P any](F func(x X, p P) X, solver Solver[X], linear linalg.Solver[X]) func(x0 X, p P) (X, Report) {
	if solver == nil {
		fail("Root", "the solver is nil")
	}
	return Custom(F, func(x0 X, p P) (X, Report) {
		return solver.Solve(func(x X) X { return F(x, p) }, x0)
	}, linear)
}

// FixedPoint is Root for x = T(x, p), with the residual T(x, p) - x.
func FixedPoint[X, P any](T func(x X, p P) X, solver Solver[X], linear linalg.Solver[X]) func(x0 X, p P) (X, Report) {
	if T == nil {
		fail("FixedPoint", "the function is nil")
	}
	return Root(Residual(T), solver, linear)
}

// Residual is the function T(x, p) - x, whose roots are T's fixed points.
func Residual[X, P any](T func(x X, p P) X) func(x X, p P) X {
	return func(x X, p P) X { return linalg.Sub(T(x, p), x) }
}

// Custom gives solve with the derivative of a root of F: solve is any method
// that finds, from x0, an x with F(x, p) = 0. Whatever else it returns passes
// through, without a derivative. The derivative is as good as x and the linear
// solves, whose reports it cannot return: RootJVP and RootVJP give them.
func Custom[X, P, A any](F func(x X, p P) X, solve func(x0 X, p P) (X, A), linear linalg.Solver[X]) func(x0 X, p P) (X, A) {
	if F == nil || solve == nil {
		fail("Custom", "the function or the solver is nil")
	}
	r := newRule("Custom", F, linear)
	return func(x0 X, p P) (X, A) {
		x, aux := solve(fx.StopGradient(x0), fx.StopGradient(p))
		return r.attach(point[X, P]{fx.StopGradient(x), p}), fx.StopGradient(aux)
	}
}

func orGMRES[X any](linear linalg.Solver[X]) linalg.Solver[X] {
	if linear == nil {
		return linalg.GMRES[X]{}
	}
	return linear
}

// point is a solution with its parameters.
type point[X, P any] struct {
	X X
	P P
}

type rule[X, P any] struct {
	F      func(X, P) X
	linear linalg.Solver[X]
}

// newRule is the rule for a function whose value is checked to be like x.
func newRule[X, P any](op string, F func(X, P) X, linear linalg.Solver[X]) rule[X, P] {
	if F == nil {
		fail(op, "the function is nil")
	}
	return rule[X, P]{func(x X, p P) X {
		y := F(x, p)
		checkLike(op, y, x)
		return y
	}, orGMRES(linear)}
}

// attach is the solution a.X with its derivative in a.P.
func (r rule[X, P]) attach(a point[X, P]) X {
	return fx.CustomVJP(
		func(a point[X, P]) X { return a.X },
		func(a point[X, P]) (X, point[X, P]) { return a.X, a },
		func(a point[X, P], ct X) point[X, P] {
			// The solution again, as a function of p: for second derivatives.
			x := r.attach(a)
			u, _ := linalg.SolveTransposed(r.jacobian, point[X, P]{x, a.P}, ct, r.linear)
			return point[X, P]{linalg.ZerosLike(a.X), r.pull(x, a.P, u)}
		})(a)
}

// jacobian is dF/dx v at a point.
func (r rule[X, P]) jacobian(a point[X, P], v X) X {
	_, d := fx.JVP(func(x X) X { return r.F(x, a.P) }, a.X, v)
	return d
}

// pull is -(dF/dp)' u.
func (r rule[X, P]) pull(x X, p P, u X) P {
	_, pull := fx.VJP(func(p P) X { return r.F(x, p) }, p)
	return pull(linalg.Scale(fx.Const(-1), u))
}

// RootJVP is the derivative of a root x of F(., p) along dp, with the report of
// the linear solve.
func RootJVP[X, P any](F func(x X, p P) X, x X, p, dp P, linear linalg.Solver[X]) (X, Report) {
	r := newRule("RootJVP", F, linear)
	_, d := fx.JVP(func(p P) X { return r.F(x, p) }, p, dp)
	return linalg.Solve(r.jacobian, point[X, P]{x, p}, linalg.Scale(fx.Const(-1), d), r.linear)
}

// RootVJP is the cotangent of p for a cotangent of a root x of F(., p), with the
// report of the linear solve.
func RootVJP[X, P any](F func(x X, p P) X, x X, p P, ct X, linear linalg.Solver[X]) (P, Report) {
	r := newRule("RootVJP", F, linear)
	u, report := linalg.SolveTransposed(r.jacobian, point[X, P]{x, p}, ct, r.linear)
	return r.pull(x, p, u), report
}
