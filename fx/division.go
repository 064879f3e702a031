package fx

import "github.com/fluxion-go/fluxion/internal/graph"

// Trunc rounds toward zero.
func (a *Array) Trunc() *Array {
	needFloat("Trunc", a.node("Trunc"))
	return a.Sign().Mul(a.Abs().Floor())
}

// Mod is the remainder of a / b with b's sign, as in Python: a - b floor(a/b).
// Of integers, the remainder by 0 is 0.
func (a *Array) Mod(b *Array) *Array {
	ns := match("Mod", a, b)
	needOrder("Mod", ns[0])
	x, y := wrap(numeric("Mod", ns)[0]), wrap(ns[1])
	r := x.Rem(y)
	zero := ZerosLike(r)
	return Where(r.NotEqual(zero).And(r.Less(zero).Xor(y.Less(zero))), r.Add(y), r)
}

// FloorDiv is the quotient a / b rounded down (0 of integers if b is 0). It has
// no derivative.
func (a *Array) FloorDiv(b *Array) *Array {
	ns := match("FloorDiv", a, b)
	needOrder("FloorDiv", ns[0])
	x, y := wrap(numeric("FloorDiv", ns)[0]), wrap(ns[1])
	if ns[0].DType.IsFloat() {
		q := x.Sub(x.Mod(y)).Div(y)
		// A remainder that is not finite has no quotient to round.
		return Where(q.IsFinite(), q.Round(), x.Div(y).Floor()).StopGradient()
	}
	return Where(y.Equal(ZerosLike(y)), ZerosLike(x), x.Sub(x.Mod(y)).Div(y))
}

// bitCounter adds up the bits of 32-bit words in halves of halves.
func bitCounter(x *Array) *Array {
	c := func(v uint32) *Array { return Scalar(v) }
	x = x.Sub(x.ShiftRight(c(1)).And(c(0x55555555)))
	x = x.And(c(0x33333333)).Add(x.ShiftRight(c(2)).And(c(0x33333333)))
	x = x.Add(x.ShiftRight(c(4))).And(c(0x0f0f0f0f))
	return x.Mul(c(0x01010101)).ShiftRight(c(24))
}

// words gives the bits of integers as uint32, the upper half of int64 first.
func words(op string, a *Array) []*Array {
	n := a.node(op)
	if !n.DType.IsInt() {
		graph.Fail(op, "the array is %v; it must be of an integer type", n.Aval())
	}
	switch n.DType {
	case Int64:
		return []*Array{a.ShiftRight(Scalar(int64(32))).AsType(Uint32), a.AsType(Uint32)}
	case Int32:
		return []*Array{a.Bitcast(Uint32)}
	}
	return []*Array{a.AsType(Uint32)}
}

// PopCount is the number of ones among the bits of each integer, in its dtype.
func (a *Array) PopCount() *Array {
	sum := Scalar(uint32(0))
	for _, w := range words("PopCount", a) {
		sum = sum.Add(bitCounter(w))
	}
	return sum.AsType(a.n.DType)
}

// LeadingZeros is the number of zeros above the highest one among the bits of
// each integer, in its dtype.
func (a *Array) LeadingZeros() *Array {
	ws := words("LeadingZeros", a)
	count := func(w *Array) *Array { // fill all bits below the highest one
		for s := uint32(1); s < 32; s *= 2 {
			w = w.Or(w.ShiftRight(Scalar(s)))
		}
		return bitCounter(w.Not())
	}
	zeros := count(ws[0])
	if len(ws) == 2 {
		zeros = zeros.Add(Where(zeros.Equal(Scalar(uint32(32))), count(ws[1]), Scalar(uint32(0))))
	}
	if a.n.DType == Uint8 {
		zeros = zeros.Sub(Scalar(uint32(24)))
	}
	return zeros.AsType(a.n.DType)
}
