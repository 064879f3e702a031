package nn

import "github.com/fluxion-go/fluxion/fx"

// Activations, as functions of an array of floats, element by element unless
// they say otherwise. As static fields of a model they are part of the key
// under which fx.Jit keeps what it compiled, so that a named function is better
// there than a closure made anew.

// Identity is x.
func Identity(x *fx.Array) *fx.Array { return x }

// Relu is max(x, 0), with derivative 0 at 0.
func Relu(x *fx.Array) *fx.Array { return x.Relu() }

// Relu6 is min(max(x, 0), 6) (Howard et al., "MobileNets", 2017).
func Relu6(x *fx.Array) *fx.Array {
	return fx.Where(x.Less(fx.Const(6)), x.Relu(), fx.FullLike(x, 6))
}

// LeakyRelu is x where x > 0, else x/100 (Maas, Hannun and Ng 2013, PyTorch's
// default slope).
func LeakyRelu(x *fx.Array) *fx.Array { return x.LeakyRelu(0.01) }

// Elu is x where x > 0, else exp(x)-1 (Clevert, Unterthiner and Hochreiter,
// 2015, with alpha = 1).
func Elu(x *fx.Array) *fx.Array { return x.Elu(1) }

// The constants of Selu: the fixed point of a layer's mean 0 and variance 1.
const (
	seluAlpha = 1.6732632423543772
	seluScale = 1.0507009873554805
)

// Selu is Elu with alpha = 1.673, times 1.051, which keeps mean 0 and variance
// 1 from layer to layer (Klambauer et al., "Self-Normalizing Neural Networks",
// 2017, equation 2).
func Selu(x *fx.Array) *fx.Array { return x.Elu(seluAlpha).MulScalar(seluScale) }

// Gelu is x Phi(x), with the exact normal distribution function (Hendrycks and
// Gimpel 2016).
func Gelu(x *fx.Array) *fx.Array { return x.Gelu() }

// GeluTanh is Gelu's approximation by tanh, as in GPT-2.
func GeluTanh(x *fx.Array) *fx.Array { return x.GeluTanh() }

// Silu is x sigmoid(x), also called swish.
func Silu(x *fx.Array) *fx.Array { return x.Silu() }

// Mish is x tanh(softplus(x)) (Misra 2019).
func Mish(x *fx.Array) *fx.Array { return x.Mul(x.Softplus().Tanh()) }

// Softplus is log(1+exp(x)).
func Softplus(x *fx.Array) *fx.Array { return x.Softplus() }

// Sigmoid is 1/(1+exp(-x)).
func Sigmoid(x *fx.Array) *fx.Array { return x.Sigmoid() }

// Tanh is the hyperbolic tangent.
func Tanh(x *fx.Array) *fx.Array { return x.Tanh() }

// Softmax is exp(x), scaled to add up to 1 along the last axis.
func Softmax(x *fx.Array) *fx.Array { return x.Softmax(-1) }

// LogSoftmax is the logarithm of Softmax.
func LogSoftmax(x *fx.Array) *fx.Array { return x.LogSoftmax(-1) }
