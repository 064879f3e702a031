package linalg

import "github.com/fluxion-go/fluxion/fx"

// LstSq gives the smallest x that minimises |a x - b|, for a matrix [m, n] of
// any rank and b [m] or [m, k], by singular value decomposition. Singular
// values up to rcond times the largest count as zero; rcond 0 means max(m, n)
// times the rounding unit of a's dtype, LAPACK's usual choice. It also gives
// the rank, an int32 scalar. For derivatives at full rank use fx.QR, which has
// them where singular values are equal too.
func LstSq(a, b *fx.Array, rcond float64) (x, rank *fx.Array) {
	const op = "LstSq"
	if a == nil || a.NDim() != 2 || !a.DType().IsFloat() {
		fail(op, "%v is no matrix of floats", a)
	}
	if b == nil || b.NDim() < 1 || b.NDim() > 2 || b.Dim(0) != a.Dim(0) || b.DType() != a.DType() {
		fail(op, "the right-hand side is %v for a matrix %v%v", b, a.DType(), a.Shape())
	}
	if nonNegative(op, "rcond", rcond) == 0 {
		rcond = float64(max(a.Dim(0), a.Dim(1))) * eps(a.DType())
	}
	u, s, vt := fx.SVD(a)
	keep := s.Greater(s.MaxKeep(0).MulScalar(rcond))
	inverse := fx.Where(keep, s.Reciprocal(), fx.ZerosLike(s))
	return vt.T().Mul(inverse).MatMul(u.T().MatMul(b)), keep.AsType(fx.Int32).Sum()
}

// Cond is the 2-norm condition number of a matrix: its largest singular value
// by its smallest, +Inf if that is 0.
func Cond(a *fx.Array) *fx.Array {
	if a == nil || a.NDim() != 2 || a.Size() == 0 || !a.DType().IsFloat() {
		fail("Cond", "%v is no matrix of floats with elements", a)
	}
	_, s, _ := fx.SVD(a)
	return s.Index(0).Div(s.Index(-1))
}
