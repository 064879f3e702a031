package random

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// How bits become floats. A float32 takes one word of bits, a float64 two, the
// high one first. All three grids are exact: no step rounds.

// unit is uniform on the multiples of 2^-24 (float32: the word's high 24 bits)
// or 2^-53 (float64: the high 53 of the 64) in [0, 1).
func unit(key *fx.Array, d fx.DType, shape []int) *fx.Array {
	if d == fx.Float32 {
		return fx.RandomBits(key, shape...).ShiftRight(fx.Const(8)).AsType(d).MulScalar(pow2(-24))
	}
	high, low := words(key, shape)
	return join(high, low.ShiftRight(fx.Const(11))).MulScalar(pow2(-53))
}

// join is high*2^21 + low as a float64, for low < 2^21.
func join(high, low *fx.Array) *fx.Array {
	return high.AsType(fx.Float64).MulScalar(pow2(21)).Add(low.AsType(fx.Float64))
}

// odd is unit's numerator with its last bit set: an odd whole number below
// 2^24 or 2^53. It is symmetric around 2^23 or 2^52, which it never is.
func odd(key *fx.Array, d fx.DType, shape []int) *fx.Array {
	if d == fx.Float32 {
		return fx.RandomBits(key, shape...).ShiftRight(fx.Const(8)).Or(fx.Const(1)).AsType(d)
	}
	high, low := words(key, shape)
	return join(high, low.ShiftRight(fx.Const(11)).Or(fx.Const(1)))
}

// open is uniform on the odd multiples of 2^-24 or 2^-53 in (0, 1).
func open(key *fx.Array, d fx.DType, shape []int) *fx.Array {
	if d == fx.Float32 {
		return odd(key, d, shape).MulScalar(pow2(-24))
	}
	return odd(key, d, shape).MulScalar(pow2(-53))
}

// centred is uniform on the odd multiples of 2^-23 or 2^-52 in (-1, 1).
func centred(key *fx.Array, d fx.DType, shape []int) *fx.Array {
	if d == fx.Float32 {
		return odd(key, d, shape).SubScalar(pow2(23)).MulScalar(pow2(-23))
	}
	return odd(key, d, shape).SubScalar(pow2(52)).MulScalar(pow2(-52))
}

// fine is uniform on (0, 1) with a finer grid near 0 than unit's in float32:
// (word + 1/2) 2^-32, rounded, and below 1. In float64 it is open.
func fine(key *fx.Array, d fx.DType, shape []int) *fx.Array {
	if d == fx.Float64 {
		return open(key, d, shape)
	}
	u := fx.RandomBits(key, shape...).AsType(d).AddScalar(0.5).MulScalar(pow2(-32))
	return u.Minimum(fx.Const(1 - pow2(-24)))
}

// Uniform draws from the uniform distribution on [lo, hi), in float32 or
// float64. On [0, 1) the results are multiples of 2^-24 (float32) or 2^-53
// (float64); else these are multiplied by hi-lo, and lo is added, rounding
// each time, and what rounds up to hi becomes the float below it.
func Uniform(key *fx.Array, d fx.DType, lo, hi float64, shape ...int) *fx.Array {
	checkKey("Uniform", key)
	checkFloat("Uniform", d)
	checkShape("Uniform", shape)
	below := checkInterval("Uniform", d, &lo, &hi)
	if math.IsInf(lo, 0) || math.IsInf(hi, 0) || math.IsInf(round(d, hi-lo), 0) {
		fail("Uniform", "the interval [%.6g, %.6g) is not finite in %v", lo, hi, d)
	}
	return fused(key, d, shape, func(key *fx.Array, shape []int) *fx.Array {
		u := unit(key, d, shape)
		if lo == 0 && hi == 1 {
			return u
		}
		return u.MulScalar(hi - lo).AddScalar(lo).Minimum(fx.Const(below))
	}, "Uniform", lo, hi)
}

// round is v as an element of type d.
func round(d fx.DType, v float64) float64 {
	if d == fx.Float32 {
		return float64(float32(v))
	}
	return v
}

// checkInterval rounds the ends of an interval to type d, and gives the number
// below its upper end.
func checkInterval(op string, d fx.DType, lo, hi *float64) (below float64) {
	a, b := round(d, *lo), round(d, *hi)
	if !(a < b) {
		fail(op, "the interval from %v to %v is empty in %v", *lo, *hi, d)
	}
	*lo, *hi = a, b
	if d == fx.Float32 {
		return float64(math.Nextafter32(float32(b), float32(math.Inf(-1))))
	}
	return math.Nextafter(b, math.Inf(-1))
}

// Randint draws whole numbers from [lo, hi), all equally probable, in uint8,
// int32, int64 or uint32. The interval holds at most 2^31 numbers. A result is
// lo plus the whole part of (hi-lo) b/2^64, where b are 64 bits, the first word
// the high one: no number's probability is off by more than 2^-64.
func Randint(key *fx.Array, d fx.DType, lo, hi int64, shape ...int) *fx.Array {
	checkKey("Randint", key)
	checkShape("Randint", shape)
	var least, most int64
	switch d {
	case fx.Uint8:
		least, most = 0, math.MaxUint8
	case fx.Uint32:
		least, most = 0, math.MaxUint32
	case fx.Int32:
		least, most = math.MinInt32, math.MaxInt32
	case fx.Int64:
		least, most = math.MinInt64, math.MaxInt64
	default:
		fail("Randint", "dtype %v; it must be uint8, uint32, int32 or int64", d)
	}
	switch {
	case lo >= hi:
		fail("Randint", "the interval [%d, %d) is empty", lo, hi)
	case lo < least || hi-1 > most:
		fail("Randint", "the interval [%d, %d) does not fit %v", lo, hi, d)
	case uint64(hi)-uint64(lo) > 1<<31:
		fail("Randint", "the interval [%d, %d) holds more than 2^31 numbers (Bits has all there are)", lo, hi)
	}
	span, first := fx.Scalar(hi-lo), fx.Scalar(lo)
	high, low := words(key, shape)
	// high*span + carry < 2^63, because span <= 2^31.
	carry := low.AsType(fx.Int64).Mul(span).ShiftRight(fx.Const(32))
	n := high.AsType(fx.Int64).Mul(span).Add(carry).ShiftRight(fx.Const(32))
	return n.Add(first).AsType(d)
}

// Bernoulli draws true with probability p, an array of floats. The result has
// the given shape, to which p is broadcast, or p's own if none is given. A p
// outside [0, 1] counts as the nearer end, and NaN as 0. A word of bits is
// compared with 2^32 p: the probability is p cut to a multiple of 2^-32.
func Bernoulli(key, p *fx.Array, shape ...int) *fx.Array {
	checkKey("Bernoulli", key)
	checkShape("Bernoulli", shape)
	if p == nil {
		fail("Bernoulli", "the probability is nil")
	}
	checkFloat("Bernoulli", p.DType())
	if len(shape) == 0 {
		shape = p.Shape()
	} else {
		p = broadcast("Bernoulli", "probability", p, shape)
	}
	bits := fx.RandomBits(key, shape...)
	limit := p.MulScalar(pow2(32)).AsType(fx.Uint32) // saturates at 2^32-1
	return bits.Less(limit).Or(p.GreaterEqual(fx.Const(1)))
}

// broadcast stretches a parameter to the shape of the result.
func broadcast(op, what string, a *fx.Array, shape []int) *fx.Array {
	have := a.Shape()
	ok := len(have) <= len(shape)
	for i := range have {
		ok = ok && (have[i] == 1 || have[i] == shape[len(shape)-len(have)+i])
	}
	if !ok {
		fail(op, "the %s has shape %v, which does not broadcast to %v", what, have, shape)
	}
	return a.BroadcastTo(shape...)
}

// Rademacher draws -1 or 1, each with probability 1/2, in a float type, int32
// or int64: the sign is the first bit of one word.
func Rademacher(key *fx.Array, d fx.DType, shape ...int) *fx.Array {
	checkKey("Rademacher", key)
	checkShape("Rademacher", shape)
	switch d {
	case fx.Float32, fx.Float64, fx.Int32, fx.Int64:
	default:
		fail("Rademacher", "dtype %v; it must be float32, float64, int32 or int64", d)
	}
	bit := fx.RandomBits(key, shape...).ShiftRight(fx.Const(31)).AsType(d)
	return bit.MulScalar(2).SubScalar(1)
}
