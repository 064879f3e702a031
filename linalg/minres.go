package linalg

import "github.com/fluxion-go/fluxion/fx"

// MINRES minimises the residual of a symmetric system, definite or not (Paige
// and Saunders 1975); preconditioned, in the form of Elman, Silvester and
// Wathen, "Finite Elements and Fast Iterative Solvers", 2005, algorithm 6.1.
//
// With a preconditioner the norm in which it minimises and stops is that of
// Precond, sqrt(r'Mr); the report's Residual is always the Euclidean one. In a
// singular system whose right-hand side is outside the range the residual
// stops shrinking, and the status is Inconsistent or MaxIterations.
type MINRES[T any] struct {
	Tol     float64   // stop at |r| <= max(Tol |b|, AbsTol); 0 means 1e-5 in float32, 1e-10 in float64
	AbsTol  float64   // 0 by default
	MaxIter int       // 0 means ten times the number of unknowns
	Precond func(T) T // symmetric positive definite; nil is the identity
}

// minresState: v are Lanczos vectors before normalisation, z is M v, gamma
// their norms; w are directions, c and s the last two rotations, eta the
// residual's norm with sign. 0 marks the older of two.
type minresState struct {
	x, v0, v, z, w0, w      *fx.Array
	gamma0, gamma, eta      *fx.Array
	c0, c, s0, s, k, status *fx.Array
}

// Solve is Solver's.
func (m MINRES[T]) Solve(A func(T) T, b, x0 T) (T, Report) {
	pb := newProblem("MINRES", A, b, x0, m.Tol, m.AbsTol, m.MaxIter)
	M := pb.flatten(m.Precond)
	zero, one := pb.scalar(0), pb.scalar(1)
	if m.Precond != nil {
		norm := pb.b.Dot(M(pb.b)).Sqrt()
		pb.target = norm.MulScalar(relTol(pb.op, pb.dtype, m.Tol)).Maximum(pb.scalar(m.AbsTol))
	}
	z := M(pb.r)
	square := pb.r.Dot(z)
	gamma := square.Maximum(zero).Sqrt()
	status := pick(square.Less(zero), NotPositiveDefinite, code(Running))
	none := fx.ZerosLike(pb.b)
	st := fx.While(
		func(t minresState) *fx.Array { return pb.goOn(t.k, t.status, t.eta.Abs()) },
		func(t minresState) minresState {
			z := t.z.Div(t.gamma)
			az := pb.a(z)
			delta := az.Dot(z)
			v := az.Sub(delta.Div(t.gamma).Mul(t.v)).Sub(t.gamma.Div(t.gamma0).Mul(t.v0))
			next := M(v)
			square := v.Dot(next)
			gamma := square.Maximum(zero).Sqrt()

			a0 := t.c.Mul(delta).Sub(t.c0.Mul(t.s).Mul(t.gamma))
			a1 := a0.Square().Add(gamma.Square()).Sqrt()
			a2 := t.s.Mul(delta).Add(t.c0.Mul(t.c).Mul(t.gamma))
			a3 := t.s0.Mul(t.gamma)
			scale := a0.Abs().Add(gamma).Add(a2.Abs()).Add(a3.Abs())
			singular := a1.LessEqual(scale.MulScalar(eps(pb.dtype)))
			safe := fx.Where(singular, one, a1)
			c, s := a0.Div(safe), gamma.Div(safe)
			w := z.Sub(a3.Mul(t.w0)).Sub(a2.Mul(t.w)).Div(safe)
			x := t.x.Add(fx.Where(singular, zero, c.Mul(t.eta)).Mul(w))
			eta := fx.Where(singular, t.eta, s.Mul(t.eta).Neg())

			// The Krylov space is exhausted: what is left of the residual stays.
			ended := gamma.LessEqual(delta.Abs().Add(t.gamma).MulScalar(eps(pb.dtype))).And(eta.Abs().Greater(pb.target))
			status := pick(singular.Or(ended), Inconsistent, t.status)
			status = pick(square.Less(zero), NotPositiveDefinite, status)
			status = pick(delta.IsFinite().Not(), NonFinite, status)
			return minresState{
				x: x, v0: t.v, v: v, z: next, w0: t.w, w: w,
				gamma0: t.gamma, gamma: gamma, eta: eta,
				c0: t.c, c: c, s0: t.s, s: s, k: t.k.AddScalar(1), status: status,
			}
		},
		minresState{
			x: pb.x, v0: none, v: pb.r, z: z, w0: none, w: none,
			gamma0: one, gamma: gamma, eta: gamma,
			c0: one, c: one, s0: zero, s: zero, k: count(), status: status,
		})
	return pb.finish(st.x, st.k, st.status, st.eta.Abs(), m.Precond == nil)
}

// Adjoint is Solver's; A is its own adjoint.
func (m MINRES[T]) Adjoint(A func(T) T, _ T) (func(T) T, Solver[T]) { return A, m }
