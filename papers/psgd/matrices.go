package psgd

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// The matrices of part A.
const (
	matrixSPD        = "positive definite"
	matrixIndefinite = "indefinite"
	matrixLowRank    = "diagonal + rank 5"
	matrixKron       = "Kronecker product"
)

var matrixNames = []string{matrixSPD, matrixIndefinite, matrixLowRank, matrixKron}

// Sizes of part A: n parameters, which for Kronecker factors are a matrix.
const (
	fitSize          = 20
	fitRows, fitCols = 4, 5
)

// matrices draws the Hessians [4, n, n] of a seed and their inverse absolute values,
// in the order of matrixNames. The first two have the eigenvalues logspace(-1, 1) in
// a random basis, the second with every fourth one negative. The third is a diagonal
// from U(1/2, 3/2) and the squares of five vectors from N(0, I), a condition of about
// 80. (The fit of low rank becomes slower the wider the diagonal: over a decade its
// error after 5000 pairs is 0.2 to 0.35, over two 0.4 to 0.6.) The fourth is the
// product of matrices of 4 and 5 with eigenvalues logspace(-1/2, 1/2).
func matrices(key *fx.Array) (h, inverse *fx.Array) {
	keys := random.Split(key, 5)
	values := fx.LogSpace(fx.Float64, -1, 1, fitSize, 10)
	signs := make([]float64, fitSize)
	for i := range signs {
		signs[i] = 1
		if i%4 == 3 {
			signs[i] = -1
		}
	}
	q := random.Orthogonal(keys[0], fx.Float64, fitSize, fitSize)
	spd := rotated(q, values)
	indefinite := rotated(q, values.Mul(fx.New(signs)))
	w := random.Normal(keys[1], fx.Float64, fitSize, fitRank)
	diagonal := random.Uniform(keys[2], fx.Float64, 0.5, 1.5, fitSize)
	structured := diagonal.Diag(0).Add(w.MatMul(w.T()))
	side := func(key *fx.Array, n int) *fx.Array {
		return rotated(random.Orthogonal(key, fx.Float64, n, n), fx.LogSpace(fx.Float64, -0.5, 0.5, n, 10))
	}
	product := fx.Kron(side(keys[3], fitRows), side(keys[4], fitCols))
	h = fx.Stack(0, spd, indefinite, structured, product)
	inverse = fx.Stack(0, fx.Inverse(spd), rotated(q, values.Reciprocal()), fx.Inverse(structured), fx.Inverse(product))
	return h, inverse
}

// rotated is Q diag(values) Q'.
func rotated(q, values *fx.Array) *fx.Array { return q.Mul(values).MatMul(q.T()) }
