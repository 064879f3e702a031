package random

import "github.com/fluxion-go/fluxion/fx"

// MultivariateNormal draws vectors from the normal distribution of a mean [n]
// and a covariance [n, n], symmetric and positive definite, in their dtype:
// the result is [shape..., n], mean + L z with the Cholesky factor L. It is
// differentiable by both. A covariance that is not positive definite gives NaN.
func MultivariateNormal(key, mean, covariance *fx.Array, shape ...int) *fx.Array {
	const op = "MultivariateNormal"
	checkKey(op, key)
	checkShape(op, shape)
	if mean == nil || covariance == nil {
		fail(op, "the mean or the covariance is nil")
	}
	checkFloat(op, mean.DType())
	n := mean.Size()
	if mean.NDim() != 1 || covariance.NDim() != 2 || covariance.Dim(0) != n || covariance.Dim(1) != n || covariance.DType() != mean.DType() {
		fail(op, "a mean %v%v and a covariance %v%v; they must be [n] and [n, n], of one dtype (use fx.Vmap for many)",
			mean.DType(), mean.Shape(), covariance.DType(), covariance.Shape())
	}
	z := Normal(key, mean.DType(), append(append([]int{}, shape...), n)...)
	return z.MatMul(fx.Cholesky(covariance).T()).Add(mean)
}

// Orthogonal draws a matrix [rows, columns] in float32 or float64 whose columns
// (or rows, if these are fewer) are orthonormal, uniformly (Haar's measure):
// the factor Q, with R's diagonal positive, of a matrix of normal variables
// (Mezzadri, "How to Generate Random Matrices from the Classical Compact
// Groups", 2007).
func Orthogonal(key *fx.Array, d fx.DType, rows, columns int) *fx.Array {
	checkKey("Orthogonal", key)
	checkFloat("Orthogonal", d)
	if rows < 1 || columns < 1 {
		fail("Orthogonal", "a matrix of %d by %d", rows, columns)
	}
	q, _ := fx.QR(Normal(key, d, max(rows, columns), min(rows, columns)))
	if rows < columns {
		return q.T()
	}
	return q
}
