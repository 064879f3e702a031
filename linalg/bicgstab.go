package linalg

import "github.com/fluxion-go/fluxion/fx"

// BiCGStab is the stabilised method of biconjugate gradients for general
// square systems (van der Vorst 1992), preconditioned from the right. It keeps
// a fixed number of vectors and takes two products an iteration; it may break
// down where GMRES does not.
type BiCGStab[T any] struct {
	Tol     float64   // stop at |r| <= max(Tol |b|, AbsTol); 0 means 1e-5 in float32, 1e-10 in float64
	AbsTol  float64   // 0 by default
	MaxIter int       // 0 means ten times the number of unknowns
	Precond func(T) T // an approximation of A^-1; nil is the identity
}

type bicgstabState struct{ x, r, p, v, rho, alpha, omega, norm, k, status *fx.Array }

// Solve is Solver's.
func (m BiCGStab[T]) Solve(A func(T) T, b, x0 T) (T, Report) {
	pb := newProblem("BiCGStab", A, b, x0, m.Tol, m.AbsTol, m.MaxIter)
	M := pb.flatten(m.Precond)
	zero, one := pb.scalar(0), pb.scalar(1)
	shadow := pb.r
	none := fx.ZerosLike(pb.b)
	s := fx.While(
		func(s bicgstabState) *fx.Array { return pb.goOn(s.k, s.status, s.norm) },
		func(s bicgstabState) bicgstabState {
			rho := shadow.Dot(s.r)
			beta := rho.Div(s.rho).Mul(s.alpha.Div(s.omega))
			p := s.r.Add(beta.Mul(s.p.Sub(s.omega.Mul(s.v))))
			ph := M(p)
			v := pb.a(ph)
			sv := shadow.Dot(v)
			fine := sv.NotEqual(zero).And(rho.NotEqual(zero)).And(sv.IsFinite())
			alpha := fx.Where(fine, rho.Div(sv), zero)
			half := s.r.Sub(alpha.Mul(v))
			hh := M(half)
			t := pb.a(hh)
			tt := t.Dot(t)
			omega := fx.Where(tt.Greater(zero).And(fine), t.Dot(half).Div(tt), zero)
			x := fx.Where(fine, s.x.Add(alpha.Mul(ph)).Add(omega.Mul(hh)), s.x)
			r := half.Sub(omega.Mul(t))
			norm := r.Norm()
			stuck := fine.Not().Or(omega.Equal(zero).And(norm.Greater(pb.target)))
			status := pick(stuck, Breakdown, s.status)
			status = pick(sv.IsFinite().Not(), NonFinite, status)
			return bicgstabState{x, r, p, v, rho, alpha, omega, norm, s.k.AddScalar(1), status}
		},
		bicgstabState{pb.x, pb.r, none, none, one, one, one, pb.r.Norm(), count(), code(Running)})
	return pb.finish(s.x, s.k, s.status, s.norm, true)
}

// Adjoint is Solver's.
func (m BiCGStab[T]) Adjoint(A func(T) T, like T) (func(T) T, Solver[T]) {
	if m.Precond != nil {
		m.Precond = Transpose(m.Precond, like)
	}
	return Transpose(A, like), m
}
