package kernel

import (
	"math"
	"math/bits"
)

// pi/2 in three parts of 53 bits.
const (
	halfPi1 = 0x1.921fb54442d18p+0
	halfPi2 = 0x1.1a62633145c07p-54
	halfPi3 = -0x1.f1976b7ed8fbcp-110
	invHalf = 0x1.45f306dc9c883p-1 // 2/pi
)

// reduceLimit is the largest argument of the trigonometric functions that
// reduceQuarter reduces well; larger ones go to reduceHuge.
const reduceLimit = 0x1p20

// reduceQuarter returns x - n pi/2 as hi + lo, |hi| <= pi/4 (nearly), and n.
// Cody and Waite's scheme: the first step is exact, the second keeps its
// rounding error in lo.
func reduceQuarter(x float64) (hi, lo float64, n uint64) {
	t := fma64(x, invHalf, roundShift)
	n = math.Float64bits(t) - roundShiftBits
	k := t - roundShift
	a := fma64(-k, halfPi1, x)
	p := float64(k * halfPi2)
	hi = a - p
	b := a - hi
	lo = (b - p) + (a - (hi + b))   // what the subtraction lost
	lo = lo - fma64(k, halfPi2, -p) // and the product
	lo = fma64(-k, halfPi3, lo)
	return hi, lo, n
}

// reduceShort is reduceQuarter without lo, for float32 results.
func reduceShort(x float64) (r float64, n uint64) {
	t := fma64(x, invHalf, roundShift)
	n = math.Float64bits(t) - roundShiftBits
	k := t - roundShift
	return fma64(-k, halfPi2, fma64(-k, halfPi1, x)), n
}

// twoOverPi holds the bits of 2/pi behind the binary point.
var twoOverPi = [...]uint64{
	0xa2f9836e4e441529,
	0xfc2757d1f534ddc0,
	0xdb6295993c439041,
	0xfe5163abdebbc561,
	0xb7246e3a424dd2e0,
	0x6492eea09d1921c,
	0xfe1deb1cb129a73e,
	0xe88235f52ebb4484,
	0xe99c7026b45f7e41,
	0x3991d639835339f4,
	0x9c845f8bbdf9283b,
	0x1ff897ffde05980f,
	0xef2f118b5a0a6d1f,
	0x6d367ecf27cb09b7,
	0x4f463f669e5fea2d,
	0x7527bac7ebe5f17b,
	0x3d0739f78a5292ea,
	0x6bfb5fb11f8d5d08,
	0x56033046fc7b6bab,
	0xf0cfbc209af4361d,
	0xa9e391615ee61b08,
}

// reduceHuge is reduceQuarter for finite |x| of any size at least 2^-10 (Payne
// and Hanek): with x = m 2^e, the bits of 2/pi of weight 2^(1-e) and above
// only add multiples of four quarters, so 192 bits from there on tell x's
// quarter and its fraction to 137 bits.
func reduceHuge(x float64) (hi, lo float64, n uint64) {
	b := math.Float64bits(x)
	m := b&(1<<52-1) | 1<<52
	e := int(b>>52&0x7ff) - 1075
	// w: bits e-1 to e+190 of 2/pi; m*w mod 2^192 has weight 2^-190.
	w2, w1, w0 := piWord(e-2), piWord(e+62), piWord(e+126)
	h0, p0 := bits.Mul64(m, w0)
	h1, l1 := bits.Mul64(m, w1)
	p1, c := bits.Add64(l1, h0, 0)
	p2 := m*w2 + h1 + c
	n = p2 >> 62
	// The fraction of a quarter, to the nearest: negative above one half.
	p2 = p2<<2 | p1>>62
	p1 = p1<<2 | p0>>62
	p0 = p0 << 2
	negative := p2>>63 != 0
	if negative {
		n++
		p0, c = bits.Sub64(0, p0, 0)
		p1, c = bits.Sub64(0, p1, c)
		p2, _ = bits.Sub64(0, p2, c)
	}
	f1, f2 := fraction(p2, p1, p0)
	p := float64(f1 * halfPi1) // not to be fused
	q := fma64(f1, halfPi1, -p) + float64(f1*halfPi2) + float64(f2*halfPi1)
	hi = p + q
	lo = q - (hi - p)
	if negative {
		hi, lo = -hi, -lo
	}
	if x < 0 {
		hi, lo, n = -hi, -lo, -n
	}
	return hi, lo, n
}

// piWord returns the 64 bits of 2/pi behind the first i; i may be negative.
func piWord(i int) uint64 {
	at := func(j int) uint64 {
		if j < 0 {
			return 0
		}
		return twoOverPi[j]
	}
	j, s := i>>6, uint(i&63)
	if s == 0 {
		return at(j)
	}
	return at(j)<<s | at(j+1)>>(64-s)
}

// fraction returns the number 0.p2p1p0 (words behind the binary point) as a
// sum of two float64.
func fraction(p2, p1, p0 uint64) (f1, f2 float64) {
	scale := 1.0
	for p2>>63 == 0 && p2|p1|p0 != 0 {
		p2, p1, p0 = p2<<1|p1>>63, p1<<1|p0>>63, p0<<1
		scale /= 2
	}
	f1 = float64(p2>>11) * 0x1p-53
	f2 = float64(p2&(1<<11-1)<<42|p1>>22) * 0x1p-106
	return f1 * scale, f2 * scale
}
