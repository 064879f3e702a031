package implicit

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// LevenbergMarquardt minimises |F|^2 / 2 by damped Gauss-Newton steps (Levenberg
// 1944, Marquardt 1963),
//
//	(J'J + damping I) d = -J'F,
//
// with the damping controlled by the ratio of the gained to the predicted decrease
// (Nielsen 1999; Madsen, Nielsen and Tingleff, "Methods for Non-Linear Least
// Squares Problems", 2004, algorithm 3.16). As a Solver it looks for a root, from
// far away and where Newton's Jacobian is singular; NonlinearLeastSquares uses it
// where there is none. It stops with the status Breakdown if 30 steps in a row do
// not decrease |F|.
type LevenbergMarquardt[X any] struct {
	Stop            // MaxIter 0 means 100
	Damping float64 // at the start, in units of J'J along the gradient; 0 means 1e-3
}

// Solve is Solver's.
func (m LevenbergMarquardt[X]) Solve(F func(X) X, x0 X) (X, Report) {
	p := newProblem("LevenbergMarquardt", F, x0, m.Stop, 100)
	x, r, _, k := m.descend(p.f, p.x0, p.stop, p.d, p.f0, false)
	return p.finish(x, r, k, statusStuck)
}

// NonlinearLeastSquares gives the function that minimises |R(x, p)|^2 / 2 from a
// start, with its derivative in p: that of a root of the gradient J'R. linear
// solves with the whole Hessian; nil means linalg.GMRES. The report's Residual is
// |J'R|.
func NonlinearLeastSquares[X, Y, P any](R func(x X, p P) Y, m LevenbergMarquardt[X], linear linalg.Solver[X]) func(x0 X, p P) (X, Report) {
	if R == nil {
		fail("NonlinearLeastSquares", "the function is nil")
	}
	half := func(x X, p P) *fx.Array {
		r := R(x, p)
		return linalg.Dot(r, r).MulScalar(0.5)
	}
	gradient := Stationary(half)
	return Custom(gradient, func(x0 X, p P) (X, Report) {
		pb := newProblem("NonlinearLeastSquares", func(x X) X { return gradient(x, p) }, x0, m.Stop, 100)
		r := func(v *fx.Array) *fx.Array {
			w, _ := linalg.Ravel(R(pb.unravel(v), p))
			return w
		}
		x, _, g, k := m.descend(r, pb.x0, pb.stop, pb.d, r(pb.x0), true)
		return pb.finish(x, g, k, statusStuck)
	}, linear)
}

type damped struct{ x, r, g, damping, growth, k, failed *fx.Array }

// descend minimises |r|^2 from x. It stops by the size of r, or of its gradient.
func (m LevenbergMarquardt[X]) descend(r func(*fx.Array) *fx.Array, x *fx.Array, stop Stop, d fx.DType, r0 *fx.Array, byGradient bool) (xn, rn, gn, k *fx.Array) {
	if !(m.Damping >= 0) {
		fail("LevenbergMarquardt", "Damping is %v; it must not be negative", m.Damping)
	}
	if m.Damping == 0 {
		m.Damping = 1e-3
	}
	scalar := func(v float64) *fx.Array { return fx.Full(d, v) }
	gradient := func(x *fx.Array) *fx.Array {
		y, pull := fx.VJP(r, x)
		return pull(y)
	}
	g := gradient(x)
	_, jg := fx.JVP(r, x, g)
	size := g.Square().Sum()
	unit := jg.Square().Sum().Div(fx.Where(size.Greater(scalar(0)), size, scalar(1)))
	zero := fx.Scalar(int32(0))
	rounding := 1e-4
	if d == fx.Float64 {
		rounding = 1e-12
	}
	s := fx.While(
		func(s damped) *fx.Array {
			measure := s.r
			if byGradient {
				measure = s.g
			}
			target := s.x.Norm().MulScalar(stop.Tol).AddScalar(stop.AbsTol)
			return s.k.Less(fx.Scalar(int32(stop.MaxIter))).And(measure.Norm().Greater(target)).And(s.failed.Less(fx.Scalar(int32(30))))
		},
		func(s damped) damped {
			_, j := fx.Linearize(r, s.x)
			normal := linalg.Shifted(linalg.Normal(j, s.x), s.damping)
			step, _ := linalg.CG[*fx.Array]{Tol: stop.Tol}.Solve(normal, s.g.Neg(), nil)
			x := s.x.Add(step)
			y := r(x)
			gained := s.r.Square().Sum().Sub(y.Square().Sum())
			predicted := step.Dot(s.damping.Mul(step).Sub(s.g))
			rho := gained.Div(predicted)
			next := gradient(x)
			// Where the decrease drowns in rounding, the gradient judges.
			level := s.r.Square().Sum().MulScalar(rounding)
			drowned := predicted.Less(level)
			rho = fx.Where(drowned, scalar(1), rho)
			better := fx.Where(drowned, next.Norm().Less(s.g.Norm()), gained.Greater(scalar(0)))
			ok := better.And(predicted.Greater(scalar(0)))
			shrink := rho.MulScalar(2).SubScalar(1).PowScalar(3).Neg().AddScalar(1).Maximum(scalar(1. / 3))
			return damped{
				x: fx.Where(ok, x, s.x), r: fx.Where(ok, y, s.r), g: fx.Where(ok, next, s.g),
				damping: s.damping.Mul(fx.Where(ok, shrink, s.growth)),
				growth:  fx.Where(ok, scalar(2), s.growth.MulScalar(2)),
				k:       s.k.AddScalar(1), failed: fx.Where(ok, zero, s.failed.AddScalar(1)),
			}
		},
		damped{x, r0, g, unit.MulScalar(m.Damping).Maximum(scalar(1e-30)), scalar(2), zero, zero})
	return s.x, s.r, s.g, s.k
}
