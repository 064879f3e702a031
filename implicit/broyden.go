package implicit

import "github.com/fluxion-go/fluxion/fx"

// Broyden is Broyden's good method (1965): a quasi-Newton iteration without
// Jacobian products, whose inverse Jacobian starts as Scale times the identity
// and takes a rank-one correction a step (Sherman and Morrison's formula),
//
//	H' = H + (dx - H df) (dx'H) / (dx'H df)
//
// of which it keeps Depth, then starts anew. Steps are shortened as Newton's.
type Broyden[X any] struct {
	Stop
	Depth int     // corrections kept; 0 means 30
	Scale float64 // 0 means -1, which suits F = T(x) - x
}

// Solve is Solver's.
func (m Broyden[X]) Solve(F func(X) X, x0 X) (X, Report) {
	p := newProblem("Broyden", F, x0, m.Stop, 1000)
	if m.Depth < 0 {
		fail("Broyden", "Depth is %d; it must not be negative", m.Depth)
	}
	if m.Depth == 0 {
		m.Depth = 30
	}
	if m.Scale == 0 {
		m.Scale = -1
	}
	depth := fx.Scalar(int32(m.Depth))
	// H = Scale I + sum of u_i v_i'; rows that are not in use are zero. failed
	// counts steps since one made F smaller: after a restart has failed too, the
	// method is stuck.
	type state struct{ x, f, u, v, j, k, failed *fx.Array }
	none := fx.Zeros(p.d, m.Depth, p.x0.Size())
	zero, one := fx.Scalar(int32(0)), fx.Scalar(int32(1))
	s := fx.While(
		func(s state) *fx.Array { return p.goOn(s.k, s.x, s.f).And(s.failed.Less(fx.Scalar(int32(2)))) },
		func(s state) state {
			times := func(y *fx.Array) *fx.Array { return y.MulScalar(m.Scale).Add(s.v.MatMul(y).MatMul(s.u)) }
			timesT := func(y *fx.Array) *fx.Array { return y.MulScalar(m.Scale).Add(s.u.MatMul(y).MatMul(s.v)) }
			x, f, ok := p.backtrack(s.x, s.f, times(s.f).Neg())
			dx, df := x.Sub(s.x), f.Sub(s.f)
			hdf, dxh := times(df), timesT(dx)
			denominator := dx.Dot(hdf)
			fine := ok.And(denominator.Abs().Greater(p.scalar(0)))
			full := s.j.GreaterEqual(depth)
			restart := full.Or(fine.Not())
			at := fx.Where(restart, zero, s.j)
			u := setRow(fx.Where(restart, none, s.u), dx.Sub(hdf).Div(fx.Where(fine, denominator, p.scalar(1))), at)
			v := setRow(fx.Where(restart, none, s.v), dxh, at)
			return state{
				x: fx.Where(ok, x, s.x), f: fx.Where(ok, f, s.f),
				u: fx.Where(restart, none, u), v: fx.Where(restart, none, v),
				j: fx.Where(restart, zero, s.j.AddScalar(1)), k: s.k.AddScalar(1),
				failed: fx.Where(ok, zero, s.failed.Add(one)),
			}
		},
		state{p.x0, p.f0, none, none, zero, zero, zero})
	return p.finish(s.x, s.f, s.k, statusStuck)
}
