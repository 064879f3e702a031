package implicit

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// statusStuck is why an iteration ends that is neither done nor out of steps.
const statusStuck = linalg.Breakdown

// Anderson accelerates the fixed-point iteration by the last Depth differences
// of x and F, with the combination that makes F smallest to first order
// (Anderson 1965; Walker and Ni, "Anderson Acceleration for Fixed-Point
// Iterations", 2011, the unconstrained form of section 2):
//
//	x' = x + b f - (dX + b dF) g,   g minimising |f - dF g|
type Anderson[X any] struct {
	Stop
	Depth   int     // differences kept; 0 means 5
	Damping float64 // b; 0 means 1
	Ridge   float64 // added to dF'dF, in units of its trace; 0 means 1e-7 in float32, 1e-14 in float64
}

// Solve is Solver's.
func (m Anderson[X]) Solve(F func(X) X, x0 X) (X, Report) {
	p := newProblem("Anderson", F, x0, m.Stop, 1000)
	if m.Depth < 0 || !(m.Ridge >= 0) {
		fail("Anderson", "Depth is %d and Ridge %v; they must not be negative", m.Depth, m.Ridge)
	}
	if m.Depth == 0 {
		m.Depth = 5
	}
	if m.Damping == 0 {
		m.Damping = 1
	}
	if m.Ridge == 0 {
		m.Ridge = 1e-7
		if p.d == fx.Float64 {
			m.Ridge = 1e-14
		}
	}
	depth := fx.Scalar(int32(m.Depth))
	type state struct{ x, f, dx, df, k *fx.Array }
	none := fx.Zeros(p.d, m.Depth, p.x0.Size())
	s := fx.While(
		func(s state) *fx.Array { return p.goOn(s.k, s.x, s.f) },
		func(s state) state {
			gram := s.df.MatMul(s.df.T())
			// Differences that do not exist yet are zero rows; the ridge makes
			// their coefficients zero.
			ridge := gram.Trace().MulScalar(m.Ridge).Maximum(p.scalar(1e-30))
			gram = gram.Add(fx.Eye(p.d, m.Depth).Mul(ridge))
			g := fx.Solve(gram, s.df.MatMul(s.f).ExpandDims(1)).Squeeze(1)
			x := s.x.Add(s.f.MulScalar(m.Damping)).Sub(g.MatMul(s.dx.Add(s.df.MulScalar(m.Damping))))
			f := p.f(x)
			at := s.k.Rem(depth)
			return state{x, f, setRow(s.dx, x.Sub(s.x), at), setRow(s.df, f.Sub(s.f), at), s.k.AddScalar(1)}
		},
		state{p.x0, p.f0, none, none, fx.Scalar(int32(0))})
	return p.finish(s.x, s.f, s.k, statusStuck)
}
