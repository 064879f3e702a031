package kernel

import "math"

// sinPart is sin(hi+lo) for |hi| <= pi/4 and a tiny lo.
func sinPart(hi, lo float64) float64 {
	z := hi * hi
	return hi + fma64(hi*z, poly(z, sinCoef), lo*fma64(-0.5, z, 1))
}

// cosPart is cos(hi+lo) for |hi| <= pi/4 and a tiny lo.
func cosPart(hi, lo float64) float64 {
	z := hi * hi
	w := fma64(-0.5, z, 1)
	return w + fma64(z*z, poly(z, cosCoef), fma64(-0.5, z, 1-w)-float64(hi*lo))
}

// sinShort64 and cosShort64 do the same for float32 results.
func sinShort64(r float64) float64 {
	z := r * r
	return fma64(r*z, poly(z, sinShort), r)
}

func cosShort64(r float64) float64 {
	z := r * r
	return fma64(z*z, poly(z, cosShort), fma64(-0.5, z, 1))
}

// quarter returns sin(x + n pi/2) given the sine and the cosine of x.
func quarter(s, c float64, n uint64) float64 {
	y := s
	if n&1 != 0 {
		y = c
	}
	return math.Float64frombits(math.Float64bits(y) ^ (n&2)<<62)
}

// sin64 is sin(x).
func sin64(x float64) float64 {
	if !(math.Abs(x) <= reduceLimit) {
		return sinHuge(x)
	}
	hi, lo, n := reduceQuarter(x)
	y := quarter(sinPart(hi, lo), cosPart(hi, lo), n)
	if x == 0 {
		y = x
	}
	return y
}

// cos64 is cos(x) = sin(x + pi/2).
func cos64(x float64) float64 {
	if !(math.Abs(x) <= reduceLimit) {
		return cosHuge(x)
	}
	hi, lo, n := reduceQuarter(x)
	return quarter(sinPart(hi, lo), cosPart(hi, lo), n+1)
}

// tan64 is tan(x) = sin/cos, or -cos/sin in odd quarters.
func tan64(x float64) float64 {
	if !(math.Abs(x) <= reduceLimit) {
		return tanHuge(x)
	}
	hi, lo, n := reduceQuarter(x)
	s, c := sinPart(hi, lo), cosPart(hi, lo)
	y := quarter(s, c, n) / quarter(s, c, n+1)
	if x == 0 {
		y = x
	}
	return y
}

func sin32(x float32) float32 { return float32(sinOf32(float64(x))) }
func cos32(x float32) float32 { return float32(cosOf32(float64(x))) }
func tan32(x float32) float32 { return float32(tanOf32(float64(x))) }

func sinOf32(x float64) float64 {
	if !(math.Abs(x) <= reduceLimit) {
		return sinHuge(x)
	}
	r, n := reduceShort(x)
	y := quarter(sinShort64(r), cosShort64(r), n)
	if x == 0 {
		y = x
	}
	return y
}

func cosOf32(x float64) float64 {
	if !(math.Abs(x) <= reduceLimit) {
		return cosHuge(x)
	}
	r, n := reduceShort(x)
	return quarter(sinShort64(r), cosShort64(r), n+1)
}

func tanOf32(x float64) float64 {
	if !(math.Abs(x) <= reduceLimit) {
		return tanHuge(x)
	}
	r, n := reduceShort(x)
	s, c := sinShort64(r), cosShort64(r)
	y := quarter(s, c, n) / quarter(s, c, n+1)
	if x == 0 {
		y = x
	}
	return y
}

// sinHuge, cosHuge and tanHuge serve the arguments that a vector kernel
// leaves: very large, infinite and NaN.
//
//kernel:scalar
func sinHuge(x float64) float64 {
	if x-x != 0 {
		return math.NaN()
	}
	hi, lo, n := reduceHuge(x)
	return quarter(sinPart(hi, lo), cosPart(hi, lo), n)
}

//kernel:scalar
func cosHuge(x float64) float64 {
	if x-x != 0 {
		return math.NaN()
	}
	hi, lo, n := reduceHuge(x)
	return quarter(sinPart(hi, lo), cosPart(hi, lo), n+1)
}

//kernel:scalar
func tanHuge(x float64) float64 {
	if x-x != 0 {
		return math.NaN()
	}
	hi, lo, n := reduceHuge(x)
	s, c := sinPart(hi, lo), cosPart(hi, lo)
	return quarter(s, c, n) / quarter(s, c, n+1)
}
