package kernel

import (
	"math"
	"math/big"
)

// References for the accuracy tests: elementary functions of big.Float by
// their defining series, good to well over 100 bits.

const bigPrec = 320

func bf(x float64) *big.Float         { return new(big.Float).SetPrec(bigPrec).SetFloat64(x) }
func nw() *big.Float                  { return new(big.Float).SetPrec(bigPrec) }
func bAdd(x, y *big.Float) *big.Float { return nw().Add(x, y) }
func bSub(x, y *big.Float) *big.Float { return nw().Sub(x, y) }
func bMul(x, y *big.Float) *big.Float { return nw().Mul(x, y) }
func bDiv(x, y *big.Float) *big.Float { return nw().Quo(x, y) }
func bSqrt(x *big.Float) *big.Float   { return nw().Sqrt(x) }
func bHalf(x *big.Float) *big.Float   { return nw().SetMantExp(x, -1) }

// small tells whether a term does not count any more.
func small(term, sum *big.Float) bool {
	return term.Sign() == 0 || term.MantExp(nil) < sum.MantExp(nil)-bigPrec
}

// bigExp: halve the argument until it is tiny, sum the series, square back.
func bigExp(x *big.Float) *big.Float {
	const halvings = 24
	r := nw().SetMantExp(x, -halvings)
	sum, term := bf(1), bf(1)
	for n := 1; !small(term, sum); n++ {
		term = bDiv(bMul(term, r), bf(float64(n)))
		sum = bAdd(sum, term)
	}
	for range halvings {
		sum = bMul(sum, sum)
	}
	return sum
}

func bigExpm1(x *big.Float) *big.Float {
	if x.Sign() == 0 {
		return x
	}
	if x.MantExp(nil) < -30 { // the series itself, where exp - 1 cancels
		sum, term := nw().Set(x), nw().Set(x)
		for n := 2; !small(term, sum); n++ {
			term = bDiv(bMul(term, x), bf(float64(n)))
			sum = bAdd(sum, term)
		}
		return sum
	}
	return bSub(bigExp(x), bf(1))
}

// atanhSeries is x + x^3/3 + x^5/5 + ..., signs alternating for atan.
func oddSeries(x *big.Float, alternate bool) *big.Float {
	z := bMul(x, x)
	if alternate {
		z.Neg(z)
	}
	sum, power := nw().Set(x), nw().Set(x)
	for n := 3; ; n += 2 {
		power = bMul(power, z)
		term := bDiv(power, bf(float64(n)))
		if small(term, sum) {
			return sum
		}
		sum = bAdd(sum, term)
	}
}

var bigLn2 = nw().SetMantExp(oddSeries(bDiv(bf(1), bf(3)), false), 1)

// bigLog: log x = k log 2 + 2 atanh((m-1)/(m+1)).
func bigLog(x *big.Float) *big.Float {
	m := nw()
	k := x.MantExp(m) // m in [1/2, 1)
	if m.Cmp(bf(0.7)) < 0 {
		m, k = bAdd(m, m), k-1
	}
	s := bDiv(bSub(m, bf(1)), bAdd(m, bf(1)))
	if s.Sign() == 0 {
		return bMul(bf(float64(k)), bigLn2)
	}
	t := oddSeries(s, false)
	return bAdd(bAdd(t, t), bMul(bf(float64(k)), bigLn2))
}

func bigLog1p(x *big.Float) *big.Float {
	if x.MantExp(nil) < -30 {
		s := bDiv(x, bAdd(x, bf(2)))
		t := oddSeries(s, false)
		return bAdd(t, t)
	}
	return bigLog(bAdd(x, bf(1)))
}

// bigAtan halves the angle until its tangent is small.
func bigAtan(x *big.Float) *big.Float {
	const halvings = 8
	for range halvings {
		x = bDiv(x, bAdd(bf(1), bSqrt(bAdd(bf(1), bMul(x, x)))))
	}
	if x.Sign() == 0 {
		return x
	}
	return nw().SetMantExp(oddSeries(x, true), halvings)
}

var bigPi = func() *big.Float { // Machin
	a, b := oddSeries(bDiv(bf(1), bf(5)), true), oddSeries(bDiv(bf(1), bf(239)), true)
	return bSub(bMul(bf(16), a), bMul(bf(4), b))
}()

// bigSinCos reduces by pi/2 with enough digits for any float64 below 2^100.
func bigSinCos(x *big.Float) (sin, cos *big.Float) {
	q := bDiv(x, bHalf(bigPi))
	n, _ := bAdd(q, bf(math.Copysign(0.5, float64(q.Sign())))).Int(nil)
	r := bSub(x, bMul(nw().SetInt(n), bHalf(bigPi)))
	series := func(term *big.Float, first int) *big.Float {
		z := bMul(r, r)
		sum := nw().Set(term)
		for k := first; !small(term, sum); k += 2 {
			term = bDiv(bMul(term, z), bf(float64(k*(k+1))))
			term.Neg(term)
			sum = bAdd(sum, term)
		}
		return sum
	}
	s, c := nw().Set(r), series(bf(1), 1)
	if r.Sign() != 0 {
		s = series(nw().Set(r), 2)
	}
	switch new(big.Int).And(n, big.NewInt(3)).Int64() {
	case 1:
		return c, s.Neg(s)
	case 2:
		return s.Neg(s), c.Neg(c)
	case 3:
		return c.Neg(c), s
	}
	return s, c
}

// bigErfc: the Maclaurin series of erf below 3, the continued fraction above.
func bigErfc(x *big.Float) *big.Float {
	if x.Sign() < 0 {
		return bSub(bf(2), bigErfc(nw().Neg(x)))
	}
	if x.Cmp(bf(3)) < 0 {
		return bSub(bf(1), bigErf(x))
	}
	// erfc x = exp(-x^2)/(x sqrt(pi)) / (1 + 1/(2x^2)/(1 + 2/(2x^2)/(1 + ...)))
	v := bDiv(bf(0.5), bMul(x, x))
	f := bf(1)
	for k := 600; k > 0; k-- {
		f = bAdd(bf(1), bDiv(bMul(bf(float64(k)), v), f))
	}
	return bDiv(bigExp(nw().Neg(bMul(x, x))), bMul(bMul(x, bSqrt(bigPi)), f))
}

func bigErf(x *big.Float) *big.Float {
	if x.Cmp(bf(3)) >= 0 || x.Cmp(bf(-3)) <= 0 {
		return bSub(bf(1), bigErfc(x))
	}
	z := bMul(x, x)
	sum, power := nw().Set(x), nw().Set(x)
	for n := 1; ; n++ {
		power = bDiv(bMul(power, z), bf(float64(-n)))
		term := bDiv(power, bf(float64(2*n+1)))
		if small(term, sum) {
			break
		}
		sum = bAdd(sum, term)
	}
	return bDiv(bAdd(sum, sum), bSqrt(bigPi))
}

// bigErfInv polishes a float64's worth by Newton's method.
func bigErfInv(x *big.Float) *big.Float {
	f, _ := x.Float64()
	y := bf(math.Erfinv(f))
	if math.Abs(f) > 0.5 { // erfc keeps the digits that erf loses
		y = bf(math.Copysign(math.Erfcinv(1-math.Abs(f)), f))
	}
	for range 4 {
		slope := bDiv(nw().SetMantExp(bigExp(nw().Neg(bMul(y, y))), 1), bSqrt(bigPi))
		y = bSub(y, bDiv(bSub(bigErf(y), x), slope))
	}
	return y
}
