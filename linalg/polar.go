package linalg

import "github.com/fluxion-go/fluxion/fx"

// Polar is the orthogonal factor U V^T of a = U diag(s) V^T, for a [..., m, n]:
// the nearest matrix with orthonormal rows or columns, whichever are fewer
// (Higham, "Computing the Polar Decomposition", 1986). Directions that a lacks
// (singular values up to rcond times the largest, rcond the machine's epsilon
// times the longer side) give zero, as does a matrix of zeros.
func Polar(a *fx.Array) *fx.Array {
	if a.NDim() < 2 {
		fail("Polar", "an array of shape %v is no matrix", a.Shape())
	}
	u, s, vt := fx.SVD(a)
	rcond := float64(max(a.Dim(-1), a.Dim(-2))) * eps(a.DType())
	there := s.Greater(s.MaxKeep(-1).MulScalar(rcond))
	unit := fx.Where(there, fx.OnesLike(s), fx.ZerosLike(s))
	return u.Mul(unit.ExpandDims(-2)).MatMul(vt)
}

// NewtonSchulz is Polar roughly, by matrix products alone: so many steps of the
// odd polynomial of degree five
//
//	X <- a X + b (X X^T) X + c (X X^T)^2 X,  (a, b, c) = (3.4445, -4.7750, 2.0315),
//
// from X = a / (|a|_F + tiny) (Jordan et al., "Muon", 2024). The coefficients
// raise small singular values fast and do not settle: after five steps, Muon's
// number, those that began above 0.003 lie in about [0.7, 1.2]. A matrix of zeros
// gives zeros.
func NewtonSchulz(a *fx.Array, steps int) *fx.Array {
	switch {
	case a.NDim() < 2:
		fail("NewtonSchulz", "an array of shape %v is no matrix", a.Shape())
	case steps < 1:
		fail("NewtonSchulz", "%d steps; there must be at least one", steps)
	}
	if a.Dim(-2) > a.Dim(-1) { // the smaller of the two products X X^T and X^T X
		return NewtonSchulz(a.SwapAxes(-1, -2), steps).SwapAxes(-1, -2)
	}
	x := a.Div(a.Square().SumKeep(-2, -1).Sqrt().AddScalar(1e-7))
	for range steps {
		xx := x.MatMul(x.SwapAxes(-1, -2))
		x = x.MulScalar(3.4445).Add(xx.MulScalar(-4.7750).Add(xx.MatMul(xx).MulScalar(2.0315)).MatMul(x))
	}
	return x
}
