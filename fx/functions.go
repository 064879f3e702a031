package fx

import (
	"math"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// Functions of one float array, element by element.

// Floor rounds down.
func (a *Array) Floor() *Array { return unary("Floor", graph.FloorP, a) }

// Ceil rounds up.
func (a *Array) Ceil() *Array { return unary("Ceil", graph.CeilP, a) }

// Round rounds to the nearest whole number, ties to even.
func (a *Array) Round() *Array { return unary("Round", graph.RoundP, a) }

// Sqrt is the square root.
func (a *Array) Sqrt() *Array { return unary("Sqrt", graph.SqrtP, a) }

// Rsqrt is 1/sqrt(a).
func (a *Array) Rsqrt() *Array { return unary("Rsqrt", graph.RsqrtP, a) }

// Exp is e to the power a.
func (a *Array) Exp() *Array { return unary("Exp", graph.ExpP, a) }

// Expm1 is exp(a)-1, exact near 0.
func (a *Array) Expm1() *Array { return unary("Expm1", graph.Expm1P, a) }

// Log is the natural logarithm.
func (a *Array) Log() *Array { return unary("Log", graph.LogP, a) }

// Log1p is log(1+a), exact near 0.
func (a *Array) Log1p() *Array { return unary("Log1p", graph.Log1pP, a) }

// Sin is the sine, of radians.
func (a *Array) Sin() *Array { return unary("Sin", graph.SinP, a) }

// Cos is the cosine, of radians.
func (a *Array) Cos() *Array { return unary("Cos", graph.CosP, a) }

// Tan is the tangent, of radians.
func (a *Array) Tan() *Array { return unary("Tan", graph.TanP, a) }

// Asin is the arc sine, in radians.
func (a *Array) Asin() *Array { return unary("Asin", graph.AsinP, a) }

// Acos is the arc cosine, in radians.
func (a *Array) Acos() *Array { return unary("Acos", graph.AcosP, a) }

// Atan is the arc tangent, in radians.
func (a *Array) Atan() *Array { return unary("Atan", graph.AtanP, a) }

// Sinh is the hyperbolic sine.
func (a *Array) Sinh() *Array { return unary("Sinh", graph.SinhP, a) }

// Cosh is the hyperbolic cosine.
func (a *Array) Cosh() *Array { return unary("Cosh", graph.CoshP, a) }

// Tanh is the hyperbolic tangent.
func (a *Array) Tanh() *Array { return unary("Tanh", graph.TanhP, a) }

// Asinh is the inverse hyperbolic sine.
func (a *Array) Asinh() *Array { return unary("Asinh", graph.AsinhP, a) }

// Acosh is the inverse hyperbolic cosine.
func (a *Array) Acosh() *Array { return unary("Acosh", graph.AcoshP, a) }

// Atanh is the inverse hyperbolic tangent.
func (a *Array) Atanh() *Array { return unary("Atanh", graph.AtanhP, a) }

// Sigmoid is 1/(1+exp(-a)).
func (a *Array) Sigmoid() *Array { return unary("Sigmoid", graph.LogisticP, a) }

// Erf is the error function.
func (a *Array) Erf() *Array { return unary("Erf", graph.ErfP, a) }

// Erfc is 1-erf(a), exact for large a.
func (a *Array) Erfc() *Array { return unary("Erfc", graph.ErfcP, a) }

// ErfInv is the inverse of the error function, on (-1, 1).
func (a *Array) ErfInv() *Array { return unary("ErfInv", graph.ErfInvP, a) }

// Relu is max(a, 0).
func (a *Array) Relu() *Array {
	needFloat("Relu", a.node("Relu"))
	// Not Maximum, whose derivative at 0 is 1/2: the field takes 0 there.
	return Where(a.Greater(Const(0)), a, ZerosLike(a))
}

// Softplus is log(1+exp(a)), computed without overflow.
func (a *Array) Softplus() *Array {
	needFloat("Softplus", a.node("Softplus"))
	return LogAddExp(a, ZerosLike(a))
}

// LogAddExp is log(exp(a)+exp(b)), computed without overflow.
func LogAddExp(a, b *Array) *Array {
	ns := match("LogAddExp", a, b)
	needFloat("LogAddExp", ns[0])
	a, b = wrap(ns[0]), wrap(ns[1])
	hi := a.Maximum(b)
	d := a.Sub(b)
	// Equal infinities differ by NaN; their sum is the infinity itself.
	return Where(d.IsNaN(), a.Add(b), hi.Add(d.Abs().Neg().Exp().Log1p()))
}

// LogSigmoid is log(1/(1+exp(-a))), computed without overflow.
func (a *Array) LogSigmoid() *Array {
	needFloat("LogSigmoid", a.node("LogSigmoid"))
	return a.Neg().Softplus().Neg()
}

// Silu is a * sigmoid(a) (Hendrycks and Gimpel 2016; Ramachandran et al. 2017).
func (a *Array) Silu() *Array { return a.Mul(unary("Silu", graph.LogisticP, a)) }

// Gelu is a * Phi(a), with the exact normal distribution function Phi
// (Hendrycks and Gimpel 2016).
func (a *Array) Gelu() *Array {
	needFloat("Gelu", a.node("Gelu"))
	return a.Mul(a.MulScalar(-1 / math.Sqrt2).Erfc()).MulScalar(0.5)
}

// GeluTanh is Gelu's approximation by tanh, as in GPT-2.
func (a *Array) GeluTanh() *Array {
	needFloat("GeluTanh", a.node("GeluTanh"))
	inner := a.Add(a.Square().Mul(a).MulScalar(0.044715)).MulScalar(math.Sqrt(2 / math.Pi))
	return a.Mul(inner.Tanh().AddScalar(1)).MulScalar(0.5)
}

// Elu is a where a > 0, else alpha*(exp(a)-1) (Clevert et al. 2015).
func (a *Array) Elu(alpha float64) *Array {
	needFloat("Elu", a.node("Elu"))
	positive := a.Greater(Const(0))
	safe := Where(positive, ZerosLike(a), a) // keeps exp finite on the branch not taken
	return Where(positive, a, safe.Expm1().MulScalar(alpha))
}

// LeakyRelu is a where a > 0, else slope*a.
func (a *Array) LeakyRelu(slope float64) *Array {
	needFloat("LeakyRelu", a.node("LeakyRelu"))
	return Where(a.Greater(Const(0)), a, a.MulScalar(slope))
}
