package fx

import "math"

// IsInf is true where a is infinite, of either sign.
func (a *Array) IsInf() *Array {
	needInexact("IsInf", a.node("IsInf"))
	if a.IsComplex() {
		return a.Real().IsInf().Or(a.Imag().IsInf())
	}
	return a.Abs().Equal(Const(math.Inf(1)))
}

// SignBit is true where a is negative, -0 and NaNs with a sign included.
func (a *Array) SignBit() *Array {
	needFloat("SignBit", a.node("SignBit"))
	bits := Int64
	if a.n.DType == Float32 {
		bits = Int32
	}
	return a.Bitcast(bits).Less(Const(0))
}

// CopySign is |a| with the sign of b, zeros included.
func (a *Array) CopySign(b *Array) *Array {
	ns := match("CopySign", a, b)
	needFloat("CopySign", ns[0])
	m := wrap(ns[0]).Abs()
	return Where(wrap(ns[1]).SignBit(), m.Neg(), m)
}

// NaNToNum replaces NaN by nan, and infinities by the largest finite numbers of
// the dtype. The derivative is 0 there.
func (a *Array) NaNToNum(nan float64) *Array {
	needFloat("NaNToNum", a.node("NaNToNum"))
	top := math.MaxFloat64
	if a.n.DType == Float32 {
		top = math.MaxFloat32
	}
	limits := Where(a.Greater(Const(0)), FullLike(a, top), FullLike(a, -top))
	return Where(a.IsFinite(), a, Where(a.IsNaN(), FullLike(a, nan), limits))
}

// Tolerance is how near two numbers must be: within Abs plus Rel times the
// absolute value of the second.
type Tolerance struct {
	Rel, Abs float64
	EqualNaN bool // NaNs are near each other
}

// DefaultTolerance is numpy's.
var DefaultTolerance = Tolerance{Rel: 1e-5, Abs: 1e-8}

// IsClose is true where a is within t of b; equal infinities are.
func (a *Array) IsClose(b *Array, t Tolerance) *Array {
	ns := match("IsClose", a, b)
	needInexact("IsClose", ns[0])
	x, y := wrap(ns[0]), wrap(ns[1])
	near := x.Sub(y).Abs().LessEqual(y.Abs().MulScalar(t.Rel).AddScalar(t.Abs))
	close := x.Equal(y).Or(near.And(y.IsFinite()))
	if t.EqualNaN {
		close = close.Or(x.IsNaN().And(y.IsNaN()))
	}
	return close
}

// AllClose is true if every element of a is within t of b's.
func (a *Array) AllClose(b *Array, t Tolerance) *Array { return a.IsClose(b, t).All() }
