package kernel

import "math"

func unaryLoop[T Float](f func(T) T) func(dst, x []T) {
	return func(dst, x []T) {
		dst = dst[:len(x)]
		for i, v := range x {
			dst[i] = f(v)
		}
	}
}

func binaryLoop[T Float](f func(x, y T) T) func(dst, x, y []T) {
	return func(dst, x, y []T) {
		dst, y = dst[:len(x)], y[:len(x)]
		for i, v := range x {
			dst[i] = f(v, y[i])
		}
	}
}

func sign64(x float64) float64 {
	if x == 0 || x != x {
		return x
	}
	return math.Copysign(1, x)
}

func logistic64(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

var unary64 = [NumUnary]func(float64) float64{
	Neg: func(x float64) float64 { return -x }, Abs: math.Abs, Sign: sign64,
	Floor: math.Floor, Ceil: math.Ceil, Round: math.RoundToEven,
	Sqrt: math.Sqrt, Rsqrt: func(x float64) float64 { return 1 / math.Sqrt(x) },
	Exp: math.Exp, Expm1: math.Expm1, Log: math.Log, Log1p: math.Log1p,
	Sin: math.Sin, Cos: math.Cos, Tan: math.Tan, Asin: math.Asin, Acos: math.Acos, Atan: math.Atan,
	Sinh: math.Sinh, Cosh: math.Cosh, Tanh: math.Tanh, Asinh: math.Asinh, Acosh: math.Acosh, Atanh: math.Atanh,
	Logistic: logistic64, Erf: math.Erf, Erfc: math.Erfc, ErfInv: math.Erfinv,
}

var binary64 = [NumBinary]func(x, y float64) float64{
	Add: func(x, y float64) float64 { return x + y },
	Sub: func(x, y float64) float64 { return x - y },
	Mul: func(x, y float64) float64 { return x * y },
	Div: func(x, y float64) float64 { return x / y },
	Max: func(x, y float64) float64 { return max(x, y) },
	Min: func(x, y float64) float64 { return min(x, y) },
	Pow: math.Pow, Atan2: math.Atan2, Rem: math.Mod,
}

func unaryLoops64() (loops [NumUnary]func(dst, x []float64)) {
	for u, f := range unary64 {
		loops[u] = unaryLoop(f)
	}
	return loops
}

func unaryLoops32() (loops [NumUnary]func(dst, x []float32)) {
	for u, f := range unary64 {
		loops[u] = unaryLoop(func(x float32) float32 { return float32(f(float64(x))) })
	}
	loops[Rsqrt] = unaryLoop(func(x float32) float32 { return 1 / float32(math.Sqrt(float64(x))) })
	return loops
}

func binaryLoops64() (loops [NumBinary]func(dst, x, y []float64)) {
	for b, f := range binary64 {
		loops[b] = binaryLoop(f)
	}
	return loops
}

func binaryLoops32() (loops [NumBinary]func(dst, x, y []float32)) {
	for b, f := range binary64 {
		loops[b] = binaryLoop(func(x, y float32) float32 { return float32(f(float64(x), float64(y))) })
	}
	return loops
}
