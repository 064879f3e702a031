package linalg

import "github.com/fluxion-go/fluxion/fx"

// Pinv is the pseudo-inverse (Moore 1920; Penrose 1955) of a matrix [..., m, n] of
// any rank, by singular value decomposition: [..., n, m]. Singular values up to
// rcond times the largest count as zero; rcond 0 means max(m, n) times the rounding
// unit of a's dtype. With b it solves least squares, Pinv(a) b, as [LstSq] does.
//
// Its derivative is that of Golub and Pereyra ("The Differentiation of
// Pseudo-Inverses", 1973),
//
//	dA+ = -A+ dA A+ + A+ A+' dA' (I - A A+) + (I - A+ A) dA' A+' A+,
//
// of any order and in both modes. It takes no difference of singular values, so
// that equal ones do no harm. It holds for changes that leave the rank as it is,
// which all small ones do at full rank; beside a matrix of lower rank the
// pseudo-inverse jumps, and has no derivative in the directions that raise it.
func Pinv(a *fx.Array, rcond float64) *fx.Array {
	const op = "Pinv"
	if a == nil || a.NDim() < 2 || !a.DType().IsFloat() || a.Size() == 0 {
		fail(op, "%v is no matrix of floats with elements", a)
	}
	if nonNegative(op, "rcond", rcond) == 0 {
		rcond = float64(max(a.Dim(-1), a.Dim(-2))) * eps(a.DType())
	}
	return pinv(rcond)(a)
}

func pinv(rcond float64) func(*fx.Array) *fx.Array {
	f := func(a *fx.Array) *fx.Array {
		switch rows, columns := a.Dim(-2), a.Dim(-1); {
		case rows < columns:
			return pinv(rcond)(a.SwapAxes(-1, -2)).SwapAxes(-1, -2)
		case rows > columns: // the decomposition of the small factor has the same singular values
			q, r := fx.QR(a)
			return pinv(rcond)(r).MatMul(q.SwapAxes(-1, -2))
		}
		u, s, vt := fx.SVD(a)
		keep := s.Greater(s.MaxKeep(-1).MulScalar(rcond))
		// Not the inverse of a zero, even where it is not chosen.
		inverse := fx.Where(keep, fx.Where(keep, s, fx.OnesLike(s)).Reciprocal(), fx.ZerosLike(s))
		return vt.SwapAxes(-1, -2).Mul(inverse.ExpandDims(-2)).MatMul(u.SwapAxes(-1, -2))
	}
	return fx.CustomJVP(f, func(a, da *fx.Array) *fx.Array {
		p := pinv(rcond)(a)
		pt, dt := p.SwapAxes(-1, -2), da.SwapAxes(-1, -2)
		// P P' dA' (I - A P) and (I - P A) dA' P' P, without the squares of the longer side.
		left := p.MatMul(pt.MatMul(dt))
		right := dt.MatMul(pt).MatMul(p)
		return p.MatMul(da.MatMul(p)).Neg().
			Add(left.Sub(left.MatMul(a).MatMul(p))).
			Add(right.Sub(p.MatMul(a.MatMul(right))))
	})
}
