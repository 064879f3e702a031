package kernel

import "math"

const (
	minNormal = 0x1p-1022
	maxFinite = math.MaxFloat64

	one       = 0x3ff0000000000000 // the bits of 1
	sqrtHalf  = 0x3fe6a09e667f3bcd // the bits of sqrt(1/2), rounded up
	mantissa  = 1<<52 - 1
	shiftBits = 0x4330000000000000 // the bits of 2^52
	shift     = 0x1p52
)

// logReduce returns k, as a float64, and m with x = m 2^k and m between
// sqrt(1/2) and sqrt(2), for normal positive x.
func logReduce(x float64) (m, k float64) {
	b := math.Float64bits(x) + (one - sqrtHalf)
	m = math.Float64frombits(b&mantissa + sqrtHalf)
	return m, math.Float64frombits(b>>52|shiftBits) - (shift + 1023)
}

// logSum returns k log(2) + log(1+f) + c for a small correction c. With
// s = f/(2+f), log(1+f) = 2 atanh(s) = f - (f^2/2 - s (f^2/2 + R(s^2))): the
// large terms are exact or carry small errors.
func logSum(f, k, c float64) float64 {
	s := f / (2 + f)
	z := s * s
	half := float64(0.5 * f * f)
	r := float64(z * poly(z, logCoef))
	return fma64(k, ln2Hi, f-(half-fma64(s, half+r, fma64(k, ln2Lo, c))))
}

// log64 is log(x).
func log64(x float64) float64 {
	v := x
	extra := 0.0
	if x < minNormal {
		v = x * 0x1p54
		extra = 54
	}
	m, k := logReduce(v)
	y := logSum(m-1, k-extra, 0)
	return logEnds(x, y)
}

// logEnds returns y, or the logarithm of x where x has no finite one.
func logEnds(x, y float64) float64 {
	if x == 0 {
		y = math.Inf(-1)
	}
	if x < 0 {
		y = math.NaN()
	}
	if !(x <= maxFinite) {
		y = x
	}
	return y
}

// log1p64 is log(1+x): log(u) + c/u where u is 1+x rounded and c what the
// rounding lost.
func log1p64(x float64) float64 {
	u := 1 + x
	t := u - 1
	c := (1 - (u - t)) + (x - t)
	m, k := logReduce(u)
	f := m - 1
	c = c / u
	if k == 0 {
		f = x
		c = 0
	}
	y := logSum(f, k, c)
	if math.Abs(x) < 0x1p-54 {
		y = x
	}
	return logEnds(u, y)
}

// logShort64 is log(x) to float32's accuracy, for x that is a float32.
func logShort64(x float64) float64 {
	m, k := logReduce(x)
	f := m - 1
	return logEnds(x, fma64(k, ln2Hi, f*poly(f, logShort)))
}

// log1pShort64 is log(1+x) to float32's accuracy, for x that is a float32.
// 1+x is rounded to float64, so tiny x take the series' first terms.
func log1pShort64(x float64) float64 {
	y := logShort64(1 + x)
	if math.Abs(x) < 0x1p-20 {
		y = fma64(-0.5*x, x, x)
	}
	return y
}

func log32(x float32) float32   { return float32(logShort64(float64(x))) }
func log1p32(x float32) float32 { return float32(log1pShort64(float64(x))) }

// asinh64 is log(|x| + sqrt(x^2+1)) with x's sign.
func asinh64(x float64) float64 {
	a := math.Abs(x)
	s := float64(a * a)
	y := log1p64(a + s/(1+math.Sqrt(s+1)))
	if a > 0x1p28 {
		y = log64(a) + ln2Hi
	}
	return math.Copysign(y, x)
}

// acosh64 is log(x + sqrt(x^2-1)), in t = x-1.
func acosh64(x float64) float64 {
	t := x - 1
	y := log1p64(t + math.Sqrt(fma64(t, t, 2*t)))
	if x > 0x1p28 {
		y = log64(x) + ln2Hi
	}
	if x < 1 {
		y = math.NaN()
	}
	return y
}

// atanh64 is log((1+x)/(1-x))/2.
func atanh64(x float64) float64 {
	a := math.Abs(x)
	return math.Copysign(0.5*log1p64(2*a/(1-a)), x)
}

func asinh32(x float32) float32 { return float32(asinh64(float64(x))) }
func acosh32(x float32) float32 { return float32(acosh64(float64(x))) }
func atanh32(x float32) float32 { return float32(atanh64(float64(x))) }
