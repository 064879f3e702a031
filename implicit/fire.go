package implicit

import "github.com/fluxion-go/fluxion/fx"

// FIRE is the fast inertial relaxation engine (Bitzek et al., "Structural
// Relaxation Made Simple", 2006), molecular dynamics that is steered into a
// minimum: F is the force, minus the gradient of an energy, and
//
//	v <- (1 - a) v + a |v| F/|F|;  v <- v + dt F(x);  x <- x + dt v.
//
// While the power F.v stays positive for more than 5 steps, dt grows by 1.1 up to
// MaxStep and a falls by 0.99; once it is not, v is set to zero, dt is halved and a
// is 0.1 again (the published constants).
type FIRE[X any] struct {
	Stop            // MaxIter 0 means 10000
	Step    float64 // dt at the start, in units of the square root of mass over stiffness; 0 means 0.1
	MaxStep float64 // 0 means ten times Step
}

// Solve is Solver's.
func (m FIRE[X]) Solve(F func(X) X, x0 X) (X, Report) {
	p := newProblem("FIRE", F, x0, m.Stop, 10000)
	if !(m.Step >= 0 && m.MaxStep >= 0) {
		fail("FIRE", "Step is %v and MaxStep %v; they must not be negative", m.Step, m.MaxStep)
	}
	if m.Step == 0 {
		m.Step = 0.1
	}
	if m.MaxStep == 0 {
		m.MaxStep = 10 * m.Step
	}
	const grow, shrink, mixing, fade, patience = 1.1, 0.5, 0.1, 0.99, 5
	type state struct{ x, v, f, dt, a, since, k *fx.Array }
	zero := fx.Scalar(int32(0))
	s := fx.While(
		func(s state) *fx.Array { return p.goOn(s.k, s.x, s.f) },
		func(s state) state {
			size := s.f.Norm()
			steered := s.v.Norm().Div(fx.Where(size.Greater(p.scalar(0)), size, p.scalar(1))).Mul(s.f)
			v := s.v.Sub(s.a.Mul(s.v)).Add(s.a.Mul(steered))
			ahead := s.f.Dot(s.v).GreaterEqual(p.scalar(0))
			since := fx.Where(ahead, s.since.AddScalar(1), zero)
			fast := ahead.And(since.Greater(fx.Scalar(int32(patience))))
			dt := fx.Where(fast, s.dt.MulScalar(grow).Minimum(p.scalar(m.MaxStep)), s.dt)
			dt = fx.Where(ahead, dt, s.dt.MulScalar(shrink))
			a := fx.Where(fast, s.a.MulScalar(fade), s.a)
			a = fx.Where(ahead, a, p.scalar(mixing))
			v = fx.Where(ahead, v, fx.ZerosLike(v)).Add(dt.Mul(s.f))
			x := s.x.Add(dt.Mul(v))
			return state{x, v, p.f(x), dt, a, since, s.k.AddScalar(1)}
		},
		state{p.x0, fx.ZerosLike(p.x0), p.f0, p.scalar(m.Step), p.scalar(mixing), zero, zero})
	return p.finish(s.x, s.f, s.k, statusStuck)
}
