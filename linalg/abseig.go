package linalg

import "github.com/fluxion-go/fluxion/fx"

// AbsEigSolve solves (|A| + alpha I) x = b for a symmetric matrix A [n, n] and b
// [n], where
//
//	|A| = sum_i |lambda_i| e_i e_i'
//
// is the matrix absolute value, with A's eigenvectors and the sizes of its
// eigenvalues: the step of the saddle-free Newton method (Pascanu et al. 2014,
// Dauphin et al. 2014). alpha is a scalar, or a vector [k] of which each has a
// solution, a row of [k, n]; the decomposition is made once. Of A's asymmetry the
// mean is taken. An alpha of 0 gives infinities or NaN where A is singular.
func AbsEigSolve(a, b, alpha *fx.Array) *fx.Array {
	const op = "AbsEigSolve"
	checkSquare(op, a)
	if b.NDim() != 1 || b.Dim(0) != a.Dim(0) {
		fail(op, "a right-hand side of shape %v for a matrix of %d rows", b.Shape(), a.Dim(0))
	}
	if alpha.NDim() > 1 {
		fail(op, "alpha has shape %v; it must be a scalar or a vector", alpha.Shape())
	}
	values, vectors := fx.Eigh(a)
	coordinates := b.MatMul(vectors)
	if alpha.NDim() == 1 {
		alpha = alpha.ExpandDims(1)
	}
	scaled := coordinates.Div(values.Abs().Add(alpha.AsType(a.DType())))
	return scaled.MatMul(vectors.T())
}
