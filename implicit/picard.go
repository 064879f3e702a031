package implicit

import "github.com/fluxion-go/fluxion/fx"

// Picard iterates x + Damping F(x): with the residual F of a fixed point and
// no damping, x goes to T(x) (Picard 1890). It converges where T contracts.
type Picard[X any] struct {
	Stop
	Damping float64 // 0 means 1
}

// Solve is Solver's.
func (m Picard[X]) Solve(F func(X) X, x0 X) (X, Report) {
	p := newProblem("Picard", F, x0, m.Stop, 1000)
	if m.Damping == 0 {
		m.Damping = 1
	}
	type state struct{ x, f, k *fx.Array }
	s := fx.While(
		func(s state) *fx.Array { return p.goOn(s.k, s.x, s.f) },
		func(s state) state {
			x := s.x.Add(s.f.MulScalar(m.Damping))
			return state{x, p.f(x), s.k.AddScalar(1)}
		},
		state{p.x0, p.f0, fx.Scalar(int32(0))})
	return p.finish(s.x, s.f, s.k, statusStuck)
}
