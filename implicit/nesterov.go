package implicit

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

var inf = math.Inf(1)

// Nesterov accelerates the iteration of a map T, given as F = T(x) - x, by
// momentum (Nesterov 1983; for the proximal gradient map it is FISTA: Beck and
// Teboulle 2009):
//
//	x' = T(y),  t' = (1 + sqrt(1 + 4 t^2)) / 2,  y' = x' + (t - 1)/t' (x' - x)
//
// It starts anew where the momentum points uphill, F(y).(x' - x) < 0 (O'Donoghue
// and Candès, "Adaptive Restart for Accelerated Gradient Schemes", 2015), so that
// it converges linearly on strongly convex problems without knowing their
// constant. T should be a gradient or proximal gradient map with a step of at most
// one over the gradient's Lipschitz constant.
type Nesterov[X any] struct {
	Stop
}

// Solve is Solver's.
func (m Nesterov[X]) Solve(F func(X) X, x0 X) (X, Report) {
	p := newProblem("Nesterov", F, x0, m.Stop, 1000)
	type state struct{ x, y, f, t, k *fx.Array }
	one := p.scalar(1)
	s := fx.While(
		func(s state) *fx.Array { return p.goOn(s.k, s.y, s.f) },
		func(s state) state {
			x := s.y.Add(s.f)
			moved := x.Sub(s.x)
			restart := s.f.Dot(moved).Less(p.scalar(0))
			t := s.t.Square().MulScalar(4).AddScalar(1).Sqrt().AddScalar(1).MulScalar(0.5)
			momentum := fx.Where(restart, p.scalar(0), s.t.SubScalar(1).Div(t))
			y := x.Add(momentum.Mul(moved))
			return state{x, y, p.f(y), fx.Where(restart, one, t), s.k.AddScalar(1)}
		},
		state{p.x0, p.x0, p.f0, one, fx.Scalar(int32(0))})
	return p.finish(s.y, s.f, s.k, statusStuck)
}
