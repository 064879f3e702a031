package project

import "github.com/fluxion-go/fluxion/fx"

// Hyperplane is the nearest point with a.y = b, for a not zero, a vector or one
// for each vector of x, and b a scalar or one value for each.
func Hyperplane(x, a, b *fx.Array) *fx.Array {
	vectors("Hyperplane", x)
	given("Hyperplane", x, &a)
	gap := dot(a, x).Sub(column("Hyperplane", "b", b, x))
	return x.Sub(gap.Div(dot(a, a)).Mul(a))
}

// HalfSpace is the nearest point with a.y <= b; a and b as in Hyperplane.
func HalfSpace(x, a, b *fx.Array) *fx.Array {
	vectors("HalfSpace", x)
	given("HalfSpace", x, &a)
	gap := dot(a, x).Sub(column("HalfSpace", "b", b, x)).Relu()
	return x.Sub(gap.Div(dot(a, a)).Mul(a))
}

// AffineSet is the nearest point with A y = b, for A [m, n] of rank m and b [m]:
//
//	y = x - A' (A A')^-1 (A x - b)
//
// A of lower rank gives infinities or NaN.
func AffineSet(x, A, b *fx.Array) *fx.Array {
	vectors("AffineSet", x)
	given("AffineSet", x, &A, &b)
	if A.NDim() != 2 || A.Dim(1) != x.Dim(-1) || b.NDim() != 1 || b.Dim(0) != A.Dim(0) {
		fail("AffineSet", "A is %v and b is %v for vectors of %d elements; they must be [m, %d] and [m]",
			A.Shape(), b.Shape(), x.Dim(-1), x.Dim(-1))
	}
	rows := x.Reshape(-1, x.Dim(-1))
	gap := rows.MatMul(A.T()).Sub(b) // [k, m]
	y := rows.Sub(fx.Solve(A.MatMul(A.T()), gap.T()).T().MatMul(A))
	return y.Reshape(x.Shape()...)
}
