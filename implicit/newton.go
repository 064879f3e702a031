package implicit

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// Newton is Newton's method: x' = x - a J^-1 F(x), where Linear solves with
// products with the Jacobian J, and a is 1, halved until |F| falls by the part
// 1e-4 a (Armijo's rule; Kelley, "Iterative Methods for Linear and Nonlinear
// Equations", 1995, algorithm 8.1.1). If 30 halvings do not help, or the
// Jacobian is singular, it stops with the status Breakdown.
type Newton[X any] struct {
	Stop
	Linear linalg.Solver[X] // nil means linalg.GMRES
}

// Solve is Solver's.
func (m Newton[X]) Solve(F func(X) X, x0 X) (X, Report) {
	p := newProblem("Newton", F, x0, m.Stop, 50)
	linear := orGMRES(m.Linear)
	type state struct{ x, f, k, stuck *fx.Array }
	s := fx.While(
		func(s state) *fx.Array { return p.goOn(s.k, s.x, s.f).And(s.stuck.Not()) },
		func(s state) state {
			at := p.unravel(s.x)
			_, j := fx.Linearize(F, at)
			var zero X
			step, _ := linear.Solve(j, p.unravel(s.f.Neg()), zero)
			d, _ := linalg.Ravel(step)
			x, f, ok := p.backtrack(s.x, s.f, d)
			return state{fx.Where(ok, x, s.x), fx.Where(ok, f, s.f), s.k.AddScalar(1), ok.Not()}
		},
		state{p.x0, p.f0, fx.Scalar(int32(0)), fx.Scalar(false)})
	return p.finish(s.x, s.f, s.k, statusStuck)
}

// backtrack goes along d from x, where F is f, by the first of the steps 1, 1/2,
// 1/4, ... that makes |F| smaller; ok is whether one does.
func (p problem[X]) backtrack(x, f, d *fx.Array) (xn, fn, ok *fx.Array) {
	type trial struct{ a, x, f, n *fx.Array }
	at := func(a, n *fx.Array) trial {
		x := x.Add(a.Mul(d))
		return trial{a, x, p.f(x), n}
	}
	before := f.Norm()
	enough := func(t trial) *fx.Array {
		return t.f.Norm().LessEqual(t.a.MulScalar(-1e-4).AddScalar(1).Mul(before))
	}
	t := fx.While(
		func(t trial) *fx.Array { return enough(t).Not().And(t.n.Less(fx.Scalar(int32(30)))) },
		func(t trial) trial { return at(t.a.MulScalar(0.5), t.n.AddScalar(1)) },
		at(p.scalar(1), fx.Scalar(int32(0))))
	return t.x, t.f, enough(t)
}
