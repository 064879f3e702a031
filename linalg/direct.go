package linalg

import "github.com/fluxion-go/fluxion/fx"

// Direct solvers for small systems (a few hundred unknowns): they form the
// operator's matrix, with one product for each unknown, and factorise it. Ridge
// is added to the diagonal, for systems that are singular or nearly so: the
// system that is solved, and that the report speaks of, is then (A + Ridge I) x =
// b. A singular matrix is reported as NonFinite or Breakdown; Iterations is 0.

// LU solves a general square system by LU factorisation with partial pivoting.
type LU[T any] struct {
	Ridge float64
}

// Solve is Solver's; a direct method needs no start.
func (m LU[T]) Solve(A func(T) T, b, _ T) (T, Report) {
	return factorised("LU", A, b, m.Ridge, func(a, b *fx.Array) *fx.Array {
		return fx.Solve(a, b.ExpandDims(1)).Squeeze(1)
	})
}

// Adjoint is Solver's.
func (m LU[T]) Adjoint(A func(T) T, like T) (func(T) T, Solver[T]) { return Transpose(A, like), m }

// QR solves a general square system by QR factorisation: twice LU's work, and
// stable without pivoting.
type QR[T any] struct {
	Ridge float64
}

// Solve is Solver's; a direct method needs no start.
func (m QR[T]) Solve(A func(T) T, b, _ T) (T, Report) {
	return factorised("QR", A, b, m.Ridge, func(a, b *fx.Array) *fx.Array {
		q, r := fx.QR(a)
		return fx.SolveTriangular(r, b.MatMul(q).ExpandDims(1), fx.Triangle{Upper: true}).Squeeze(1)
	})
}

// Adjoint is Solver's.
func (m QR[T]) Adjoint(A func(T) T, like T) (func(T) T, Solver[T]) { return Transpose(A, like), m }

// Cholesky solves a symmetric positive definite system. A matrix that is not
// definite is reported as NonFinite.
type Cholesky[T any] struct {
	Ridge float64
}

// Solve is Solver's; a direct method needs no start.
func (m Cholesky[T]) Solve(A func(T) T, b, _ T) (T, Report) {
	return factorised("Cholesky", A, b, m.Ridge, func(a, b *fx.Array) *fx.Array {
		l := fx.Cholesky(a)
		y := fx.SolveTriangular(l, b.ExpandDims(1), fx.Triangle{})
		return fx.SolveTriangular(l, y, fx.Triangle{Transpose: true}).Squeeze(1)
	})
}

// Adjoint is Solver's; A is its own adjoint.
func (m Cholesky[T]) Adjoint(A func(T) T, _ T) (func(T) T, Solver[T]) { return A, m }

// factorised solves (A + ridge I) x = b by factorising the matrix.
func factorised[T any](op string, A func(T) T, b T, ridge float64, solve func(a, b *fx.Array) *fx.Array) (T, Report) {
	var start T
	pb := newProblem(op, A, b, start, 0, 0, 1)
	shift := pb.scalar(nonNegative(op, "Ridge", ridge))
	product := pb.a
	pb.a = func(x *fx.Array) *fx.Array { return product(x).Add(shift.Mul(x)) }
	x := solve(Dense(pb.a, pb.b), pb.b)
	residual := pb.b.Sub(pb.a(x)).Norm()
	status := pick(residual.LessEqual(pb.target), Converged, code(Breakdown))
	return pb.finish(x, count(), status, residual, true)
}
