package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// bigUnary are the exact functions.
var bigUnary = map[Unary]func(*big.Float) *big.Float{
	Rsqrt: func(x *big.Float) *big.Float { return bDiv(bf(1), bSqrt(x)) },
	Exp:   bigExp, Expm1: bigExpm1, Log: bigLog, Log1p: bigLog1p,
	Sin: func(x *big.Float) *big.Float { s, _ := bigSinCos(x); return s },
	Cos: func(x *big.Float) *big.Float { _, c := bigSinCos(x); return c },
	Tan: func(x *big.Float) *big.Float { s, c := bigSinCos(x); return bDiv(s, c) },
	Asin: func(x *big.Float) *big.Float {
		return bigAtan(bDiv(x, bSqrt(bMul(bSub(bf(1), x), bAdd(bf(1), x)))))
	},
	Acos: func(x *big.Float) *big.Float {
		t := bigAtan(bDiv(bSqrt(bMul(bSub(bf(1), x), bAdd(bf(1), x))), bAdd(bf(1), x)))
		return bAdd(t, t)
	},
	Atan: bigAtan,
	Sinh: func(x *big.Float) *big.Float {
		t := bigExpm1(nw().Abs(x))
		y := bHalf(bAdd(t, bDiv(t, bAdd(t, bf(1)))))
		if x.Sign() < 0 {
			y.Neg(y)
		}
		return y
	},
	Cosh: func(x *big.Float) *big.Float { e := bigExp(x); return bHalf(bAdd(e, bDiv(bf(1), e))) },
	Tanh: func(x *big.Float) *big.Float { t := bigExpm1(bAdd(x, x)); return bDiv(t, bAdd(t, bf(2))) },
	Asinh: func(x *big.Float) *big.Float {
		if x.Sign() < 0 {
			return nw().Neg(bigUnaryAsinh(nw().Neg(x)))
		}
		return bigUnaryAsinh(x)
	},
	Acosh: func(x *big.Float) *big.Float {
		t := bSub(x, bf(1))
		return bigLog1p(bAdd(t, bSqrt(bMul(t, bAdd(t, bf(2))))))
	},
	Atanh: func(x *big.Float) *big.Float { return bHalf(bigLog1p(bDiv(bAdd(x, x), bSub(bf(1), x)))) },
	Logistic: func(x *big.Float) *big.Float {
		return bDiv(bf(1), bAdd(bf(1), bigExp(nw().Neg(x))))
	},
	Erf: bigErf, Erfc: bigErfc, ErfInv: bigErfInv,
}

func bigUnaryAsinh(x *big.Float) *big.Float {
	s := bMul(x, x)
	return bigLog1p(bAdd(x, bDiv(s, bAdd(bf(1), bSqrt(bAdd(s, bf(1)))))))
}

// accuracies lists, for each function, the arguments to draw (uniform in
// [-span, span], or of any size up to it; or from a function's own domain) and
// the largest errors allowed, in units of the last place: what was measured,
// rounded up.
var accuracies = []struct {
	u            Unary
	name         string
	low, high    float64
	ulp32, ulp64 float64
}{
	{Rsqrt, "rsqrt", 0, 1e30, 1.5, 1.5},
	{Exp, "exp", -745, 709, 0.9, 1.1},
	{Exp, "exp", -1, 1, 0.9, 1.1},
	{Expm1, "expm1", -40, 709, 0.52, 2},
	{Expm1, "expm1", -1, 1, 0.52, 2},
	{Log, "log", 0, 1e30, 0.51, 0.85},
	{Log, "log", 0.5, 2, 0.51, 0.85},
	{Log1p, "log1p", -1, 1, 0.51, 0.85},
	{Log1p, "log1p", 0, 1e30, 0.51, 0.85},
	{Sin, "sin", -10, 10, 0.51, 0.85},
	{Sin, "sin", -1e6, 1e6, 0.51, 0.85},
	{Sin, "sin", -1e30, 1e30, 0.51, 0.85},
	{Cos, "cos", -10, 10, 0.51, 0.85},
	{Cos, "cos", -1e6, 1e6, 0.51, 0.85},
	{Cos, "cos", -1e30, 1e30, 0.51, 0.85},
	{Tan, "tan", -10, 10, 0.51, 2},
	{Tan, "tan", -1e30, 1e30, 0.51, 2},
	{Asin, "asin", -1, 1, 0.51, 2.4},
	{Acos, "acos", -1, 1, 0.51, 1.4},
	{Atan, "atan", -20, 20, 0.51, 1.5},
	{Atan, "atan", -1e30, 1e30, 0.51, 1.5},
	{Sinh, "sinh", -709, 709, 0.51, 2.3},
	{Sinh, "sinh", -2, 2, 0.51, 2.3},
	{Cosh, "cosh", -709, 709, 0.51, 1.2},
	{Tanh, "tanh", -20, 20, 1.4, 1.8},
	{Tanh, "tanh", -1, 1, 1.4, 1.8},
	{Asinh, "asinh", -5, 5, 0.51, 1.4},
	{Asinh, "asinh", -1e30, 1e30, 0.51, 1.4},
	{Acosh, "acosh", 1, 5, 0.51, 1.8},
	{Acosh, "acosh", 1, 1e30, 0.51, 1.8},
	{Atanh, "atanh", -1, 1, 0.51, 1.7},
	{Logistic, "logistic", -745, 40, 2.5, 2},
	{Logistic, "logistic", -3, 3, 2.5, 2},
	{Erf, "erf", -6, 6, 0.53, 1},
	{Erf, "erf", -1, 1, 0.53, 1},
	{Erfc, "erfc", -6, 26, 0.53, 2.5},
	{Erfc, "erfc", -1, 2, 0.53, 2.5},
	{ErfInv, "erfinv", -1, 1, 0.6, 2.1},
}

// draw returns a point of [low, high], every second time one of any size.
func draw(r *rand.Rand, low, high float64) float64 {
	for {
		x := low + (high-low)*r.Float64()
		if r.IntN(2) == 0 {
			x = math.Ldexp(1+r.Float64(), r.IntN(160)-80)
			if r.IntN(2) == 0 {
				x = -x
			}
			if low == 1 {
				x++
			}
		}
		if r.IntN(16) == 0 { // close to the ends
			x = low + math.Ldexp(r.Float64(), -r.IntN(50))
			if r.IntN(2) == 0 {
				x = high - math.Ldexp(r.Float64(), -r.IntN(50))
			}
		}
		if x > low && x < high {
			return x
		}
	}
}

// ulps is the distance of got from want in units of want's last place.
func ulps[T Float](got T, want *big.Float) float64 {
	digits, lowest := 53, -1074
	if any(got) == any(T(float32(got))) && isFloat32[T]() {
		digits, lowest = 24, -149
	}
	if got-got != 0 {
		return math.Inf(1)
	}
	place := max(want.MantExp(nil)-digits, lowest)
	d, _ := nw().SetMantExp(bSub(bf(float64(got)), want), -place).Float64()
	return math.Abs(d)
}

func isFloat32[T Float]() bool {
	var x T
	_, ok := any(x).(float32)
	return ok
}

func TestAccuracy(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 11))
	n := 300
	if s := os.Getenv("KERNEL_ACCURACY_POINTS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	for _, c := range accuracies {
		var worst32, worst64, at32, at64 float64
		for range n {
			x := draw(r, c.low, c.high)
			if e := unaryError(c.u, x); e > worst64 {
				worst64, at64 = e, x
			}
			x32 := float32(x)
			if float64(x32) <= c.low || float64(x32) >= c.high || math.Abs(float64(plainValue(c.u, x32))) > math.MaxFloat32 {
				continue
			}
			if e := unaryError(c.u, x32); e > worst32 {
				worst32, at32 = e, float64(x32)
			}
		}
		t.Logf("%-8s [%6g, %6g]: %.3f ulp in float32, %.3f in float64", c.name, c.low, c.high, worst32, worst64)
		if worst32 > c.ulp32 || worst64 > c.ulp64 {
			t.Errorf("%s: %.3f ulp at %x in float32 (%g allowed), %.3f at %x in float64 (%g allowed)",
				c.name, worst32, at32, c.ulp32, worst64, at64, c.ulp64)
		}
	}
}

func plainValue[T Float](u Unary, x T) T {
	v := []T{x}
	switch f := any(For(Off)).(*Set); any(v).(type) {
	case []float32:
		f.F32.Unary[u](any(v).([]float32), any(v).([]float32))
	case []float64:
		f.F64.Unary[u](any(v).([]float64), any(v).([]float64))
	}
	return v[0]
}

func unaryError[T Float](u Unary, x T) float64 {
	return ulps(plainValue(u, x), bigUnary[u](bf(float64(x))))
}
