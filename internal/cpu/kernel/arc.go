package kernel

import "math"

const (
	pi1      = 0x1.921fb54442d18p+1 // pi in two parts
	pi2      = 0x1.1a62633145c07p-53
	quarter1 = 0x1.921fb54442d18p-1 // pi/4 in two parts
	quarter2 = 0x1.1a62633145c07p-55
	tanPi8   = 0x1.a827999fcef32p-2 // tan(pi/8)
)

// atanRatio is atan(y/x) for y >= 0 and x >= 0, not both zero nor both
// infinite: the smaller over the larger, then (a-1)/(a+1) above tan(pi/8).
func atanRatio(y, x float64) float64 {
	num, den := y, x
	if y > x {
		num = x
		den = y
	}
	base, rest := 0.0, 0.0
	a := num / den
	if a > tanPi8 {
		a = (num - den) / (num + den)
		base = quarter1
		rest = quarter2
	}
	z := a * a
	t := base + (a + fma64(a*z, poly(z, atanCoef), rest))
	if y > x {
		t = halfPi1 - (t - halfPi2)
	}
	return t
}

// atan64 is atan(x).
func atan64(x float64) float64 {
	a := math.Abs(x)
	y := atanRatio(a, 1)
	if a > 0x1p60 {
		y = halfPi1
	}
	return math.Copysign(y, x)
}

// atan2_64 is the angle of the point (x, y), from -pi to pi.
func atan2_64(y, x float64) float64 {
	a, b := math.Abs(y), math.Abs(x)
	if !(max(a, b) <= 0x1p1000 && min(a, b) >= 0x1p-900) {
		return atan2Ends(y, x)
	}
	return atan2Main(y, x)
}

func atan2Main(y, x float64) float64 {
	t := atanRatio(math.Abs(y), math.Abs(x))
	if x < 0 {
		t = pi1 - (t - pi2)
	}
	return math.Copysign(t, y)
}

// atan2Ends serves zeros, infinities, NaN, and what could overflow or underflow
// on the way.
//
//kernel:scalar
func atan2Ends(y, x float64) float64 {
	a, b := math.Abs(y), math.Abs(x)
	switch {
	case y != y || x != x:
		return math.NaN()
	case a == 0 && b == 0:
		if math.Signbit(x) {
			return math.Copysign(pi1, y)
		}
		return y
	case a == 0:
		if x < 0 {
			return math.Copysign(pi1, y)
		}
		return y
	case b == 0:
		return math.Copysign(halfPi1, y)
	case math.IsInf(a, 1) && math.IsInf(b, 1):
		t := quarter1
		if x < 0 {
			t = 3 * (pi1 / 4)
		}
		return math.Copysign(t, y)
	case math.IsInf(b, 1):
		t := 0.0
		if x < 0 {
			t = pi1
		}
		return math.Copysign(t, y)
	case math.IsInf(a, 1):
		return math.Copysign(halfPi1, y)
	}
	// Scale towards 1; a ratio that then still is extreme has a simple angle.
	if a > 0x1p500 || b > 0x1p500 {
		y, x = y*0x1p-600, x*0x1p-600
	} else if a < 0x1p-500 || b < 0x1p-500 {
		y, x = y*0x1p500, x*0x1p500
	}
	return atan2Main(y, x)
}

// asinPart is asin(a) for 0 <= a <= 1/2, given a and a^2.
func asinPart(a, z float64) float64 { return fma64(a*z, poly(z, asinCoef), a) }

// asin64 is asin(x); above 1/2, pi/2 - 2 asin(sqrt((1-x)/2)).
func asin64(x float64) float64 {
	a := math.Abs(x)
	z := a * a
	s := a
	if a > 0.5 {
		z = 0.5 * (1 - a)
		s = math.Sqrt(z)
	}
	y := asinPart(s, z)
	if a > 0.5 {
		y = halfPi1 - (float64(2*y) - halfPi2)
	}
	return math.Copysign(y, x)
}

// acos64 is acos(x): pi/2 - asin(x) about zero, twice the asin of a root else.
func acos64(x float64) float64 {
	a := math.Abs(x)
	z := a * a
	s := a
	if a > 0.5 {
		z = 0.5 * (1 - a)
		s = math.Sqrt(z)
	}
	p := asinPart(s, z)
	y := halfPi1 - (math.Copysign(p, x) - halfPi2)
	if x > 0.5 {
		y = 2 * p
	}
	if x < -0.5 {
		y = pi1 - (float64(2*p) - pi2)
	}
	return y
}

func asin32(x float32) float32      { return float32(asin64(float64(x))) }
func acos32(x float32) float32      { return float32(acos64(float64(x))) }
func atan32(x float32) float32      { return float32(atan64(float64(x))) }
func atan2_32(y, x float32) float32 { return float32(atan2_64(float64(y), float64(x))) }
