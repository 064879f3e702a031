package kernel

import "math"

// powLimit and powTiny bound the exponents that powMain takes: above, the
// result is 0, 1 or infinite; below, it is 1.
const (
	powLimit = 0x1p64
	powTiny  = 0x1p-100
)

// 2/3 in two parts.
const (
	twoThirds1 = 0x1.5555555555555p-1
	twoThirds2 = 0x1.5555555555555p-55
)

// pow64 is x^y as IEEE 754 defines pow.
func pow64(x, y float64) float64 {
	if !(x >= minNormal && x <= maxFinite && math.Abs(y) <= powLimit && math.Abs(y) >= powTiny) {
		return powEnds(x, y)
	}
	return powMain(x, y, 0)
}

// powMain is (x 2^-extra)^y for normal positive x.
func powMain(x, y, extra float64) float64 {
	hi, lo := logTwice(x, extra)
	p := y * hi
	rest := fma64(y, hi, -p) + float64(y*lo)
	r, n := expReduce(p)
	r = r + rest
	v := scale(1+fma64(r*r, poly(r, expCoef), r), n)
	if p > 709.8 {
		v = math.Inf(1)
	}
	if p < -745.2 {
		v = 0
	}
	return v
}

// logTwice returns log(x 2^-extra) as a sum hi + lo good to about 2^-64: as
// log64, with s, s^2 and the series' first term in two parts each.
func logTwice(x, extra float64) (hi, lo float64) {
	m, k := logReduce(x)
	k = k - extra
	f := m - 1
	d := f + 2
	s := f / d
	sl := (fma64(-s, d, f) - float64(s*(f-(d-2)))) / d
	z := s * s
	zl := fma64(s, s, -z) + float64(2*s*sl)
	// c = 2/3 + z (2/5 + ...)
	q := float64(z * poly(z, powCoef))
	c := twoThirds1 + q
	cl := (twoThirds1 - c) + q + twoThirds2
	// t = s z c
	p := s * z
	pl := fma64(s, z, -p) + fma64(s, zl, sl*z)
	t := float64(p * c)
	tl := fma64(p, c, -t) + fma64(p, cl, pl*c)
	// k log(2) + 2s + t, largest first
	g := float64(k * ln2Hi)
	gl := fma64(k, ln2Hi, -g) + float64(k*ln2Lo)
	s2 := float64(2 * s)
	a := g + s2
	al := s2 - (a - g)
	b := a + t
	bl := t - (b - a)
	rest := ((gl + tl) + float64(2*sl)) + (al + bl)
	hi = b + rest
	return hi, rest - (hi - b)
}

// powEnds serves what powMain cannot: x not a positive normal number, y zero,
// tiny, huge or special.
//
//kernel:scalar
func powEnds(x, y float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case x != x || y != y:
		return math.NaN()
	case math.IsInf(y, 0):
		if x == -1 {
			return 1
		}
		return zeroOrInf((math.Abs(x) > 1) == (y > 0))
	case x < 0 && !math.IsInf(x, 0) && y != math.Floor(y):
		return math.NaN()
	case x < 0 || x == 0 && math.Signbit(x):
		v := pow64(-x, y)
		if isOdd(y) {
			v = -v
		}
		return v
	case x == 0 || math.IsInf(x, 1):
		return zeroOrInf((x > 1) == (y > 0))
	case math.Abs(y) > powLimit:
		return zeroOrInf((x > 1) == (y > 0))
	case math.Abs(y) < powTiny:
		return 1
	}
	return powMain(x*0x1p54, y, 54) // denormal
}

func zeroOrInf(infinite bool) float64 {
	if infinite {
		return math.Inf(1)
	}
	return 0
}

// isOdd tells whether y is an odd integer.
func isOdd(y float64) bool {
	return y == math.Floor(y) && math.Abs(y) < 0x1p53 && math.Floor(y/2)*2 != y
}

// pow32 is pow64 with a logarithm of plain float64 accuracy, which suffices
// for a float32: the exponent's error is below 2^-44.
func pow32(x, y float32) float32 { return float32(powShort64(float64(x), float64(y))) }

func powShort64(x, y float64) float64 {
	if !(x > 0 && x <= math.MaxFloat32 && math.Abs(y) <= math.MaxFloat32) {
		return powEnds(x, y)
	}
	m, k := logReduce(x)
	return expShort64(y * logSum(m-1, k, 0))
}
