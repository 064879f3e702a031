package linalg

import "github.com/fluxion-go/fluxion/fx"

// CG is the method of conjugate gradients for symmetric positive definite
// systems (Hestenes and Stiefel 1952), preconditioned if Precond is given
// (Saad, "Iterative Methods for Sparse Linear Systems", 2003, algorithm 9.1).
//
// A direction of zero or negative curvature ends it with the status
// NotPositiveDefinite and the iterate before that direction, which is what
// truncated Newton methods ask for. A positive semidefinite operator is fine
// if the right-hand side is in its range.
type CG[T any] struct {
	Tol     float64   // stop at |r| <= max(Tol |b|, AbsTol); 0 means 1e-5 in float32, 1e-10 in float64
	AbsTol  float64   // 0 by default
	MaxIter int       // 0 means ten times the number of unknowns
	Precond func(T) T // an approximation of A^-1, symmetric positive definite; nil is the identity
}

type cgState struct{ x, r, p, rho, norm, k, status *fx.Array }

// Solve is Solver's.
func (m CG[T]) Solve(A func(T) T, b, x0 T) (T, Report) {
	pb := newProblem("CG", A, b, x0, m.Tol, m.AbsTol, m.MaxIter)
	M := pb.flatten(m.Precond)
	zero := pb.scalar(0)
	z := M(pb.r)
	s := fx.While(
		func(s cgState) *fx.Array { return pb.goOn(s.k, s.status, s.norm) },
		func(s cgState) cgState {
			q := pb.a(s.p)
			curvature := s.p.Dot(q)
			fine := curvature.Greater(zero).And(s.rho.Greater(zero))
			alpha := fx.Where(fine, s.rho.Div(curvature), zero)
			x := s.x.Add(alpha.Mul(s.p))
			r := s.r.Sub(alpha.Mul(q))
			z := M(r)
			rho := r.Dot(z)
			p := z.Add(rho.Div(s.rho).Mul(s.p))
			status := pick(fine.Not(), NotPositiveDefinite, s.status)
			status = pick(curvature.IsNaN().Or(s.rho.IsNaN()), NonFinite, status)
			return cgState{x, r, p, rho, r.Norm(), s.k.AddScalar(1), status}
		},
		cgState{pb.x, pb.r, z, pb.r.Dot(z), pb.r.Norm(), count(), code(Running)})
	return pb.finish(s.x, s.k, s.status, s.norm, true)
}

// Adjoint is Solver's; A is its own adjoint.
func (m CG[T]) Adjoint(A func(T) T, _ T) (func(T) T, Solver[T]) { return A, m }
