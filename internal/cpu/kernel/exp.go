package kernel

import "math"

// Adding roundShift to a float64 of at most 2^51 rounds it to an integer, which
// then stands in the low bits: the bits of the sum less roundShiftBits are the
// integer in two's complement.
const (
	roundShift     = 0x1.8p52
	roundShiftBits = 0x4338000000000000
)

// log(2) in two parts of 53 bits, and 1/log(2).
const (
	ln2Hi = 0x1.62e42fefa39efp-1
	ln2Lo = 0x1.abc9e3b39803fp-56
	log2e = 0x1.71547652b82fep+0
)

// expReduce returns n and r with x = n log(2) + r, |r| <= log(2)/2.
func expReduce(x float64) (r float64, n uint64) {
	t := fma64(x, log2e, roundShift)
	n = math.Float64bits(t) - roundShiftBits
	k := t - roundShift
	return fma64(-k, ln2Lo, fma64(-k, ln2Hi, x)), n
}

// scale returns y 2^n for |n| < 2048, rounded once where the result is
// denormal: half of n at a time, because 2^n alone may overflow.
func scale(y float64, n uint64) float64 {
	half := (n+2048)>>1 - 1024
	return float64(y * math.Float64frombits((half+1023)<<52) * math.Float64frombits((n-half+1023)<<52))
}

// scaleShort is scale for |n| <= 1022.
func scaleShort(y float64, n uint64) float64 {
	return float64(y * math.Float64frombits((n+1023)<<52))
}

// exp64 is exp(x): 2^n times a polynomial in the reduced argument.
func exp64(x float64) float64 {
	r, n := expReduce(x)
	y := scale(1+fma64(r*r, poly(r, expCoef), r), n)
	if x > 709.8 {
		y = math.Inf(1)
	}
	if x < -745.2 {
		y = 0
	}
	return y
}

// expShort64 is exp(x) to float32's accuracy; it is right for every x that is
// a float32.
func expShort64(x float64) float64 {
	r, n := expReduce(x)
	y := scaleShort(1+fma64(r*r, poly(r, expShort), r), n)
	if x > 700 {
		y = math.Inf(1)
	}
	if x < -700 {
		y = 0
	}
	return y
}

// expm1_64 is exp(x) - 1 = 2^n ((exp(r) - 1) + (1 - 2^-n)), computed at half
// its size because 2^1024 is not a float64.
func expm1_64(x float64) float64 {
	r, n := expReduce(x)
	p := fma64(r*r, poly(r, expCoef), r)
	s := math.Float64frombits((n + 1022) << 52)
	y := float64(2 * fma64(p, s, s-0.5))
	if n == 0 {
		y = p
	}
	if x == 0 {
		y = x
	}
	if x > 709.8 {
		y = math.Inf(1)
	}
	if x < -40 {
		y = -1
	}
	return y
}

// expm1Short64 is expm1_64 to float32's accuracy, for x that is a float32.
func expm1Short64(x float64) float64 {
	r, n := expReduce(x)
	p := fma64(r*r, poly(r, expShort), r)
	s := math.Float64frombits((n + 1023) << 52)
	y := fma64(p, s, s-1)
	if x == 0 {
		y = x
	}
	if x > 700 {
		y = math.Inf(1)
	}
	if x < -40 {
		y = -1
	}
	return y
}

func expm1_32(x float32) float32 { return float32(expm1Short64(float64(x))) }

// logistic64 is 1/(1 + exp(-x)), written with the exponential that cannot
// overflow, so that very negative x give exp(x) and not 0.
func logistic64(x float64) float64 {
	e := exp64(-math.Abs(x))
	y := 1.0
	if x < 0 {
		y = e
	}
	return y / (1 + e)
}

// tanh64 is -t/(t+2) with t = exp(-2|x|) - 1 for small |x|, else 1 - 2u/(1+u)
// with u = exp(-2|x|), and x's sign. What t, the denominator and the quotient
// lose to rounding is put back to first order.
func tanh64(x float64) float64 {
	a := math.Abs(x)
	r, n := expReduce(-2 * a)
	p := fma64(r*r, poly(r, expCoef), r)
	s := math.Float64frombits((n + 1023) << 52)
	t := fma64(p, s, s-1)
	u := fma64(p, s, s)
	num := -t
	lost := fma64(-p, s, t-(s-1))
	den := t + 2
	denLost := t - (den - 2)
	if a > 0.55 {
		num = 2 * u
		lost = 0
		den = 1 + u
		denLost = u - (den - 1)
	}
	inv := 1 / den
	q := float64(num * inv)
	y := fma64(fma64(-q, denLost, fma64(-q, den, num)+lost), inv, q)
	if a > 0.55 {
		y = 1 - y
	}
	if a > 22 {
		y = 1
	}
	if a < 0x1p-30 {
		y = a
	}
	return math.Copysign(y, x)
}

// sinh64 is (t + t/(t+1))/2 with t = exp(|x|) - 1; where t could overflow,
// exp(|x|)/2.
func sinh64(x float64) float64 {
	a := math.Abs(x)
	t := expm1_64(a)
	y := 0.5 * (t + t/(t+1))
	if a > 22 {
		y = expHalf(a)
	}
	return math.Copysign(y, x)
}

// cosh64 is h + 1/(4h) with h = exp(|x|)/2.
func cosh64(x float64) float64 {
	h := float64(expHalf(math.Abs(x)))
	return h + 0.25/h
}

// expHalf is exp(x)/2 for x >= 0; it overflows only where the result does.
func expHalf(x float64) float64 {
	r, n := expReduce(x)
	y := scale(1+fma64(r*r, poly(r, expCoef), r), n-1)
	if x > 710.5 {
		y = math.Inf(1)
	}
	return y
}

func sinh32(x float32) float32 { return float32(sinh64(float64(x))) }
func cosh32(x float32) float32 { return float32(cosh64(float64(x))) }
