package kernel

import "math"

// erfPart is erf(x) for |x| <= 1.
func erfPart(x float64) float64 { return fma64(x, poly(x*x, erfCoef), x) }

// erfcTail is erfc(a) for a >= 1/2: exp(-a^2) times a polynomial in
// (a-3)/(a+3), over 1+2a (the variable of Shepherd and Laframboise, 1981).
// What the square, the quotient and 1+2a lose to rounding is put back to first
// order.
func erfcTail(a float64) float64 {
	s := float64(a * a)
	e := exp64(-s)
	p := poly((a-3)/(a+3), erfcxCoef)
	d := fma64(2, a, 1)
	inv := 1 / d
	q := float64(p * inv)
	lost := fma64(-q, 1-(d-float64(2*a)), fma64(-q, d, p)) // p - q (1+2a)
	ql := fma64(lost, inv, -float64(q*fma64(a, a, -s)))
	y := fma64(e, q, e*ql)
	if a > 28 {
		y = 0
	}
	return y
}

// erf64 is erf(x).
func erf64(x float64) float64 {
	a := math.Abs(x)
	y := erfPart(a)
	if a > 1 {
		y = 1 - float64(erfcTail(a))
	}
	return math.Copysign(y, x)
}

// erfc64 is erfc(x) = 1 - erf(x).
func erfc64(x float64) float64 {
	a := math.Abs(x)
	y := float64(erfcTail(a))
	if x < 0 {
		y = 2 - y
	}
	if a < 0.5 {
		y = 1 - erfPart(x)
	}
	return y
}

// erfcTailShort is erfcTail to float32's accuracy.
func erfcTailShort(a float64) float64 {
	y := expShort64(-(a * a)) * (poly((a-2)/(a+2), erfcxShort) / fma64(2, a, 1))
	if a > 11 {
		y = 0
	}
	return y
}

func erfShort64(x float64) float64 {
	a := math.Abs(x)
	y := fma64(a, poly(a*a, erfShort), a)
	if a > 1 {
		y = 1 - float64(erfcTailShort(a))
	}
	return math.Copysign(y, x)
}

func erfcShort64(x float64) float64 {
	a := math.Abs(x)
	y := float64(erfcTailShort(a))
	if x < 0 {
		y = 2 - y
	}
	if a < 0.5 {
		y = 1 - fma64(x, poly(x*x, erfShort), x)
	}
	return y
}

func erf32(x float32) float32  { return float32(erfShort64(float64(x))) }
func erfc32(x float32) float32 { return float32(erfcShort64(float64(x))) }

// erfInv64 is the inverse of erf: x times a polynomial in w = -log(1-x^2), or
// in its root further out (the variable of Giles, "Approximating the erfinv
// function", 2010).
func erfInv64(x float64) float64 {
	w := -log64(float64((1 - x) * (1 + x)))
	s := math.Sqrt(w)
	p := poly(w-3.125, erfInvLow)
	if w > 6.25 {
		p = poly(s-3.25, erfInvMid)
	}
	if w > 16 {
		p = poly(s-5, erfInvHigh)
	}
	y := x * p
	if math.Abs(x) == 1 {
		y = math.Copysign(math.Inf(1), x)
	}
	return y
}

func erfInv32(x float32) float32 { return float32(erfInvShort64(float64(x))) }

func erfInvShort64(x float64) float64 {
	w := -logShort64(float64((1 - x) * (1 + x)))
	p := poly(w-2.5, erfInvShortLow)
	if w > 5 {
		p = poly(math.Sqrt(w)-3.1, erfInvShortHigh)
	}
	y := x * p
	if math.Abs(x) == 1 {
		y = math.Copysign(math.Inf(1), x)
	}
	return y
}
