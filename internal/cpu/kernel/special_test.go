package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// TestSpecialValues compares with package math where IEEE 754 or C leaves no
// choice: results at zeros, infinities, NaN and the ends of domains.
func TestSpecialValues(t *testing.T) {
	inf, nan, negZero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	reference := map[Unary]func(float64) float64{
		Neg: func(x float64) float64 { return -x }, Abs: math.Abs, Floor: math.Floor, Ceil: math.Ceil, Round: math.RoundToEven, Sqrt: math.Sqrt,
		Exp: math.Exp, Expm1: math.Expm1, Log: math.Log, Log1p: math.Log1p, Sin: math.Sin, Tan: math.Tan,
		Asin: math.Asin, Atan: math.Atan, Sinh: math.Sinh, Cosh: math.Cosh, Tanh: math.Tanh, Asinh: math.Asinh, Acosh: math.Acosh, Atanh: math.Atanh,
		Cos: math.Cos, Acos: math.Acos, Erf: math.Erf, Erfc: math.Erfc, ErfInv: math.Erfinv,
		Rsqrt:    func(x float64) float64 { return 1 / math.Sqrt(x) },
		Logistic: func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
		Sign: func(x float64) float64 {
			if x > 0 {
				return 1
			} else if x < 0 {
				return -1
			}
			return x
		},
	}
	for u := range NumUnary {
		f := reference[u]
		if f == nil {
			t.Fatalf("no reference for function %d", u)
		}
		for _, x := range []float64{0, negZero, inf, -inf, nan} {
			want := f(x)
			if got := plainValue(u, x); !same(got, want) && math.Abs(got-want) > 1e-15 {
				t.Errorf("float64 function %d at %g = %g, want %g", u, x, got, want)
			}
			if got := plainValue(u, float32(x)); !same(got, float32(want)) && math.Abs(float64(got)-want) > 1e-6 {
				t.Errorf("float32 function %d at %g = %g, want %g", u, x, got, want)
			}
		}
	}
	exact := []struct {
		u       Unary
		x, want float64
	}{
		{Exp, 0, 1}, {Exp, 709.79, inf}, {Exp, -746, 0}, {Exp, -745.13, 0x1p-1074}, {Expm1, -100, -1}, {Expm1, 710, inf}, {Expm1, 0x1p-1074, 0x1p-1074},
		{Log, 1, 0}, {Log, -1, nan}, {Log, -0x1p-1074, nan}, {Log, 0, -inf}, {Log1p, -1, -inf}, {Log1p, -1.5, nan}, {Log1p, 0x1p-1074, 0x1p-1074},
		{Sin, 0x1p-1074, 0x1p-1074}, {Tan, -0x1p-1074, -0x1p-1074}, {Tanh, 0x1p-1074, 0x1p-1074}, {Tanh, 30, 1}, {Tanh, -1e300, -1},
		{Asin, 1.5, nan}, {Asin, 1, math.Pi / 2}, {Acos, -1.5, nan}, {Acos, 1, 0}, {Acos, -1, math.Pi}, {Atan, inf, math.Pi / 2},
		{Sinh, 711, inf}, {Sinh, -711, -inf}, {Sinh, 0x1p-1074, 0x1p-1074}, {Cosh, -711, inf}, {Acosh, 0.5, nan}, {Acosh, 1, 0}, {Atanh, 1, inf}, {Atanh, -1, -inf}, {Atanh, 2, nan},
		{Logistic, 1000, 1}, {Logistic, -1000, 0}, {Logistic, -745.13, 0x1p-1074}, {Erf, 7, 1}, {Erf, 0x1p-1074, 0x1p-1074}, {Erfc, 30, 0}, {Erfc, -30, 2},
		{ErfInv, 1, inf}, {ErfInv, -1, -inf}, {ErfInv, 1.1, nan}, {Sqrt, -1, nan}, {Rsqrt, 0, inf}, {Rsqrt, negZero, -inf}, {Rsqrt, inf, 0}, {Rsqrt, -1, nan},
		{Round, 0.5, 0}, {Round, 1.5, 2}, {Round, -2.5, -2}, {Round, -0.25, negZero}, {Sign, -3, -1}, {Sign, 0x1p-1074, 1},
	}
	for _, c := range exact {
		if got := plainValue(c.u, c.x); !same(got, c.want) {
			t.Errorf("function %d at %g = %g, want %g", c.u, c.x, got, c.want)
		}
	}
}

func plainBinary[T Float](b Binary, x, y T) T {
	v := []T{x}
	w := []T{y}
	switch v := any(v).(type) {
	case []float32:
		For(Off).F32.Binary[b](v, v, any(w).([]float32))
	case []float64:
		For(Off).F64.Binary[b](v, v, any(w).([]float64))
	}
	return v[0]
}

// TestSpecialPairs compares with package math on every pair of special values.
func TestSpecialPairs(t *testing.T) {
	reference := map[Binary]func(x, y float64) float64{Pow: math.Pow, Rem: math.Mod, Max: math.Max, Min: math.Min,
		// math.Atan2 loses the sign where y/x underflows
		Atan2: func(y, x float64) float64 { return math.Copysign(math.Atan2(math.Abs(y), x), y) }}
	for b, f := range reference {
		for i, x := range specials[float64]() {
			for j, y := range specials[float64]() {
				got, want := plainBinary(b, x, y), f(x, y)
				if (b == Max || b == Min) && (x != x || y != y) {
					want = math.NaN() // math.Max(Inf, NaN) is Inf; Go's max is NaN
				}
				tolerance := 4e-16
				if b == Rem || b == Max || b == Min {
					tolerance = 0
				}
				if b == Pow && !isSpecial(x) && !isSpecial(y) && !isSpecial(want) {
					if (i+j)%5 != 0 { // enough of the many pairs
						continue
					}
					// package math's pow is off by far more for denormals and large
					// exponents: its sign and the exact value.
					exact := bigExp(bMul(bf(y), bigLog(bf(math.Abs(x)))))
					if e := ulps(math.Abs(got), exact); e > 1.1 || math.Signbit(got) != math.Signbit(want) {
						t.Errorf("pow(%g, %g) = %g: %.3f ulp", x, y, got, e)
					}
					continue
				}
				if !same(got, want) && !(math.Abs(got-want) <= tolerance*math.Abs(want)) && !(math.Abs(want) < 1e-300 && math.Abs(got-want) <= 0x1p-1074) {
					t.Errorf("function %d at (%g, %g) = %g, want %g", b, x, y, got, want)
				}
			}
		}
	}
}

func isSpecial(x float64) bool { return x == 0 || x-x != 0 }

func TestPowAccuracy(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 13))
	var worst32, worst64 float64
	for range 3000 {
		x := math.Ldexp(1+r.Float64(), r.IntN(40)-20)
		if r.IntN(3) == 0 {
			x = 1 + r.NormFloat64()*0x1p-10
		}
		limit := 700 / math.Max(math.Abs(math.Log(x)), 1e-6)
		y := (2*r.Float64() - 1) * limit
		if r.IntN(3) == 0 {
			y = float64(r.IntN(20) - 10)
		}
		exact := func(x, y float64) *big.Float { return bigExp(bMul(bf(y), bigLog(bf(x)))) }
		if want := exact(x, y); y != 0 && want.MantExp(nil) < 1024 {
			worst64 = max(worst64, ulps(plainBinary(Pow, x, y), want))
		}
		x32, y32 := float32(x), float32(y/8)
		if want := exact(float64(x32), float64(y32)); y32 != 0 && want.MantExp(nil) < 128 && want.MantExp(nil) > -160 {
			worst32 = max(worst32, ulps(plainBinary(Pow, x32, y32), want))
		}
	}
	t.Logf("pow: %.3f ulp in float32, %.3f in float64", worst32, worst64)
	if worst32 > 0.51 || worst64 > 1.1 {
		t.Errorf("pow: %.3f ulp in float32 (0.51 allowed), %.3f in float64 (1.1 allowed)", worst32, worst64)
	}
}

func TestAtan2Accuracy(t *testing.T) {
	r := rand.New(rand.NewPCG(14, 15))
	var worst float64
	for range 3000 {
		x, y := r.NormFloat64()*math.Ldexp(1, r.IntN(60)-30), r.NormFloat64()*math.Ldexp(1, r.IntN(60)-30)
		want := bigAtan(bDiv(bf(y), bf(x)))
		if x < 0 && y > 0 {
			want = bAdd(want, bigPi)
		} else if x < 0 {
			want = bSub(want, bigPi)
		}
		worst = max(worst, ulps(plainBinary(Atan2, y, x), want))
	}
	t.Logf("atan2: %.3f ulp in float64", worst)
	if worst > 1.6 {
		t.Errorf("atan2: %.3f ulp in float64, 1.6 allowed", worst)
	}
}

// TestHugeArguments: sin and cos near 2^1000 are as accurate as elsewhere.
func TestHugeArguments(t *testing.T) {
	// n pi/2 comes closest to a float64 at 6381956970095103 * 2^797.
	worst := math.Ldexp(6381956970095103, 797)
	// 1100 bits of pi, by Machin's formula in integers.
	const bits = 1400
	arctan := func(n int64) *big.Int {
		sum := new(big.Int)
		term := new(big.Int).Div(new(big.Int).Lsh(big.NewInt(1), bits), big.NewInt(n))
		for k := int64(1); term.Sign() != 0; k += 2 {
			part := new(big.Int).Div(term, big.NewInt(k))
			if k%4 == 1 {
				sum.Add(sum, part)
			} else {
				sum.Sub(sum, part)
			}
			term.Div(term, big.NewInt(n*n))
		}
		return sum
	}
	pi := new(big.Int).Sub(new(big.Int).Mul(big.NewInt(16), arctan(5)), new(big.Int).Mul(big.NewInt(4), arctan(239)))
	half := new(big.Int).Rsh(pi, 1)
	r := rand.New(rand.NewPCG(16, 17))
	for i := range 500 {
		x := math.Floor(math.Ldexp(1+r.Float64(), r.IntN(1003)+20))
		if i == 0 {
			x = worst
		}
		exact, _ := new(big.Float).SetFloat64(x).Int(nil)
		q, m := new(big.Int).DivMod(new(big.Int).Lsh(exact, bits), half, new(big.Int))
		reduced := nw().SetMantExp(nw().SetInt(m), -bits)
		s, c := bigSinCos(reduced)
		for range new(big.Int).And(q, big.NewInt(3)).Int64() {
			s, c = c, s.Neg(s)
		}
		for _, sign := range []float64{1, -1} {
			sWant := bMul(bf(sign), s)
			if e := ulps(plainValue(Sin, sign*x), sWant); e > 0.8 {
				t.Errorf("sin(%g): %.3f ulp", sign*x, e)
			}
			if e := ulps(plainValue(Cos, sign*x), c); e > 0.8 {
				t.Errorf("cos(%g): %.3f ulp", sign*x, e)
			}
		}
	}
}

// TestDenormals: results below the normal range are as accurate as their
// format allows, and denormal operands are not flushed.
func TestDenormals(t *testing.T) {
	r := rand.New(rand.NewPCG(18, 19))
	for range 500 {
		x := -709 - 36*r.Float64()
		if e := unaryError(Exp, x); e > 1 {
			t.Errorf("exp(%g): %.3f ulp", x, e)
		}
		if e := unaryError(Logistic, x); e > 1 {
			t.Errorf("logistic(%g): %.3f ulp", x, e)
		}
		x32 := float32(-87 - 16*r.Float64())
		if e := unaryError(Exp, x32); e > 0.9 {
			t.Errorf("exp(%g): %.3f ulp in float32", x32, e)
		}
		d := math.Float64frombits(r.Uint64N(1 << 52))
		if e := unaryError(Log, d); d != 0 && e > 0.85 {
			t.Errorf("log(%g): %.3f ulp", d, e)
		}
		d32 := math.Float32frombits(r.Uint32N(1 << 23))
		if e := unaryError(Log, d32); d32 != 0 && e > 0.51 {
			t.Errorf("log(%g): %.3f ulp in float32", d32, e)
		}
		if e := unaryError(Tanh, d); e > 0.51 {
			t.Errorf("tanh(%g): %.3f ulp", d, e)
		}
	}
}
