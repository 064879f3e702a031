package kernel

import "math"

// fma64 returns x*y + z, rounded once.
func fma64(x, y, z float64) float64 { return math.FMA(x, y, z) }

// fma32 returns x*y + z, rounded once.
//
// The product of two float32 is exact in float64. Rounding the float64 sum to
// float32 would round twice; that shows only when the once-rounded sum sits
// exactly half way between two float32 (its low 29 bits are 1 followed by
// zeros), or when the result is a float32 denormal, where half way lies
// elsewhere. Those cases go to fma32Odd.
func fma32(x, y, z float32) float32 {
	s := float64(float64(x)*float64(y)) + float64(z)
	if math.Float64bits(s)&(1<<29-1) == 1<<28 || (s < 0x1p-125 && s > -0x1p-125) {
		return fma32Odd(x, y, z)
	}
	return float32(s)
}

// fma32Odd computes the sum rounded to odd: where it is inexact, the last bit
// of the float64 is set. Such a sum keeps on which side of every half-way
// point of the narrower type it lies, so rounding it to float32 rounds once.
func fma32Odd(x, y, z float32) float32 {
	p, c := float64(x)*float64(y), float64(z)
	s := p + c
	t := s - p
	e := (p - (s - t)) + (c - t) // s + e = p + c exactly (Knuth's two-sum)
	if b := math.Float64bits(s); e != 0 && e == e && b&1 == 0 {
		if (e > 0) == (s > 0) {
			b++
		} else {
			b--
		}
		s = math.Float64frombits(b)
	}
	return float32(s)
}
