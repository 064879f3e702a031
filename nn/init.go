package nn

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Fan is how many values go into each output of a layer, and how many outputs
// each input goes to: for a linear layer the sizes of its input and output,
// for a convolution these times the kernel's area.
type Fan struct{ In, Out int }

// FanOf is the fan of a kernel of shape [..., in, out]; the axes before these
// are the area of a convolution's window. As in PyTorch and jax, groups count
// for In (the kernel's input axis is that of one group) and not for Out.
func FanOf(shape ...int) Fan {
	n := len(shape)
	if n < 2 {
		fail("FanOf", "shape %v; a kernel has at least an input and an output axis", shape)
	}
	checkSizes("FanOf", "shape", shape...)
	area := 1
	for _, d := range shape[:n-2] {
		area *= d
	}
	return Fan{In: area * shape[n-2], Out: area * shape[n-1]}
}

// An Initializer draws a layer's first values. The fan is that of the layer's
// kernel, for a bias too.
type Initializer func(key *fx.Array, d fx.DType, fan Fan, shape ...int) *fx.Array

// Zeros starts at 0.
func Zeros(_ *fx.Array, d fx.DType, _ Fan, shape ...int) *fx.Array { return fx.Zeros(d, shape...) }

// Ones starts at 1.
func Ones(_ *fx.Array, d fx.DType, _ Fan, shape ...int) *fx.Array { return fx.Ones(d, shape...) }

// Constant starts at v.
func Constant(v float64) Initializer {
	return func(_ *fx.Array, d fx.DType, _ Fan, shape ...int) *fx.Array { return fx.Full(d, v, shape...) }
}

// Uniform draws from U[-limit, limit).
func Uniform(limit float64) Initializer {
	checkScale("Uniform", limit)
	return func(key *fx.Array, d fx.DType, _ Fan, shape ...int) *fx.Array {
		return random.Uniform(key, d, -limit, limit, shape...)
	}
}

// Normal draws from the normal distribution of mean 0 and deviation std.
func Normal(std float64) Initializer {
	checkScale("Normal", std)
	return func(key *fx.Array, d fx.DType, _ Fan, shape ...int) *fx.Array { return normal(key, d, std, shape) }
}

// TruncatedNormal draws from the normal distribution of mean 0 and deviation
// std on the condition that the value is within 2 std, so that the deviation
// of the result is 0.88 std (as in PyTorch's trunc_normal_ and jax's).
func TruncatedNormal(std float64) Initializer {
	checkScale("TruncatedNormal", std)
	return func(key *fx.Array, d fx.DType, _ Fan, shape ...int) *fx.Array {
		return random.TruncatedNormal(key, d, -2, 2, shape...).MulScalar(std)
	}
}

func checkScale(op string, v float64) {
	if !(v > 0) || math.IsInf(v, 0) {
		fail(op, "scale %v; it must be positive and finite", v)
	}
}

func normal(key *fx.Array, d fx.DType, std float64, shape []int) *fx.Array {
	return random.Normal(key, d, shape...).MulScalar(std)
}

// truncatedDeviation is the deviation of the standard normal distribution on
// [-2, 2]: sqrt(1 - 4 phi(2) / (2 Phi(2) - 1)).
const truncatedDeviation = 0.87962566103423978

// truncated has deviation std after the truncation to 2 deviations.
func truncated(key *fx.Array, d fx.DType, std float64, shape []int) *fx.Array {
	return random.TruncatedNormal(key, d, -2, 2, shape...).MulScalar(std / truncatedDeviation)
}

// uniform has deviation std.
func uniform(key *fx.Array, d fx.DType, std float64, shape []int) *fx.Array {
	limit := math.Sqrt(3) * std
	return random.Uniform(key, d, -limit, limit, shape...)
}

// The three rules for the variance of a kernel's entries.

// lecun is 1/fan in: a linear layer keeps the variance of its input.
func lecun(op string, f Fan) float64 { return deviation(op, 1, float64(f.In), f) }

// glorot is 2/(fan in + fan out): a compromise between keeping the variance of
// signals and that of gradients.
func glorot(op string, f Fan) float64 { return deviation(op, 2, float64(f.In)+float64(f.Out), f) }

// he is 2/fan in: as lecun, made up for a ReLU, which halves the second moment.
func he(op string, f Fan) float64 { return deviation(op, 2, float64(f.In), f) }

func deviation(op string, scale, fan float64, f Fan) float64 {
	if f.In < 1 || f.Out < 1 {
		fail(op, "fan %+v; In and Out must be at least 1", f)
	}
	return math.Sqrt(scale / fan)
}

// LeCunNormal draws from the normal distribution of variance 1/fan in (LeCun,
// Bottou, Orr and Müller, "Efficient BackProp", 1998, section 4.6).
func LeCunNormal(key *fx.Array, d fx.DType, fan Fan, shape ...int) *fx.Array {
	return normal(key, d, lecun("LeCunNormal", fan), shape)
}

// LeCunTruncated is LeCunNormal cut off at 2 deviations of the uncut
// distribution, with the variance as stated after the cut: the kernels'
// default here and, as lecun_normal, in flax.
func LeCunTruncated(key *fx.Array, d fx.DType, fan Fan, shape ...int) *fx.Array {
	return truncated(key, d, lecun("LeCunTruncated", fan), shape)
}

// LeCunUniform draws from the uniform distribution around 0 of variance
// 1/fan in.
func LeCunUniform(key *fx.Array, d fx.DType, fan Fan, shape ...int) *fx.Array {
	return uniform(key, d, lecun("LeCunUniform", fan), shape)
}

// GlorotNormal draws from the normal distribution of variance
// 2/(fan in + fan out) (Glorot and Bengio, "Understanding the difficulty of
// training deep feedforward neural networks", 2010, equation 12). PyTorch
// calls it xavier_normal_.
func GlorotNormal(key *fx.Array, d fx.DType, fan Fan, shape ...int) *fx.Array {
	return normal(key, d, glorot("GlorotNormal", fan), shape)
}

// GlorotTruncated is GlorotNormal cut off at 2 deviations, as LeCunTruncated;
// jax and Keras call it glorot_normal.
func GlorotTruncated(key *fx.Array, d fx.DType, fan Fan, shape ...int) *fx.Array {
	return truncated(key, d, glorot("GlorotTruncated", fan), shape)
}

// GlorotUniform draws from U(-l, l), l = sqrt(6/(fan in + fan out)) (Glorot and
// Bengio 2010, equation 16): Keras's default, PyTorch's xavier_uniform_.
func GlorotUniform(key *fx.Array, d fx.DType, fan Fan, shape ...int) *fx.Array {
	return uniform(key, d, glorot("GlorotUniform", fan), shape)
}

// HeNormal draws from the normal distribution of variance 2/fan in (He, Zhang,
// Ren and Sun, "Delving Deep into Rectifiers", 2015, equation 10), for layers
// after a ReLU. PyTorch calls it kaiming_normal_.
func HeNormal(key *fx.Array, d fx.DType, fan Fan, shape ...int) *fx.Array {
	return normal(key, d, he("HeNormal", fan), shape)
}

// HeTruncated is HeNormal cut off at 2 deviations, as LeCunTruncated; jax and
// Keras call it he_normal.
func HeTruncated(key *fx.Array, d fx.DType, fan Fan, shape ...int) *fx.Array {
	return truncated(key, d, he("HeTruncated", fan), shape)
}

// HeUniform draws from the uniform distribution around 0 of variance 2/fan in;
// PyTorch calls it kaiming_uniform_.
func HeUniform(key *fx.Array, d fx.DType, fan Fan, shape ...int) *fx.Array {
	return uniform(key, d, he("HeUniform", fan), shape)
}

// TorchUniform draws from U(-l, l), l = 1/sqrt(fan in): what PyTorch's Linear
// and Conv2d start kernels and biases with (there written as
// kaiming_uniform_ with a = sqrt 5).
func TorchUniform(key *fx.Array, d fx.DType, fan Fan, shape ...int) *fx.Array {
	limit := lecun("TorchUniform", fan)
	return random.Uniform(key, d, -limit, limit, shape...)
}

// LayerOptions are how a layer starts. The zero value is the default.
type LayerOptions struct {
	Kernel Initializer // LeCunTruncated if nil (Embedding: Normal(1))
	Bias   Initializer // Zeros if nil
	NoBias bool        // leaves the bias out
	DType  fx.DType    // Float32 if not set
}

// layerOptions is the one set of options given, with the defaults filled in.
func layerOptions(op string, opts []LayerOptions, kernel Initializer) LayerOptions {
	var o LayerOptions
	if len(opts) > 1 {
		fail(op, "%d sets of options; it takes one", len(opts))
	}
	if len(opts) == 1 {
		o = opts[0]
	}
	if o.NoBias && o.Bias != nil {
		fail(op, "the options set Bias and NoBias")
	}
	if o.Kernel == nil {
		o.Kernel = kernel
	}
	if o.Bias == nil {
		o.Bias = Zeros
	}
	switch o.DType {
	case 0:
		o.DType = fx.Float32
	case fx.Float32, fx.Float64:
	default:
		fail(op, "dtype %v; it must be float32 or float64", o.DType)
	}
	return o
}

// kernelAndBias draws a layer's arrays; the bias is nil if there is none.
func (o LayerOptions) kernelAndBias(op string, key *fx.Array, shape ...int) (w, b *fx.Array) {
	keys := random.Split(key, 2)
	fan := FanOf(shape...)
	w = o.draw(op, o.Kernel, keys[0], fan, shape)
	if !o.NoBias {
		b = o.draw(op, o.Bias, keys[1], fan, shape[len(shape)-1:])
	}
	return w, b
}

// draw checks what an initialiser of the caller's own makes.
func (o LayerOptions) draw(op string, f Initializer, key *fx.Array, fan Fan, shape []int) *fx.Array {
	a := f(key, o.DType, fan, shape...)
	if a == nil || a.DType() != o.DType || !sameShape(a.Shape(), shape) {
		fail(op, "the initialiser gives %s where %v%v is needed", describe(a), o.DType, shape)
	}
	return a
}

func sameShape(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// Orthogonal draws gain times a matrix with orthonormal rows or columns,
// uniformly (Saxe, McClelland and Ganguli, "Exact Solutions to the Nonlinear
// Dynamics of Learning in Deep Linear Neural Networks", 2014). A kernel
// [..., in, out] is taken as a matrix of all its axes but the last by the last,
// as in PyTorch and jax. A gain of 1 keeps norms, sqrt(2) makes up for a ReLU.
func Orthogonal(gain float64) Initializer {
	checkScale("Orthogonal", gain)
	return func(key *fx.Array, d fx.DType, _ Fan, shape ...int) *fx.Array {
		n := len(shape)
		if n < 2 {
			fail("Orthogonal", "shape %v; a kernel has at least an input and an output axis", shape)
		}
		rows := 1
		for _, s := range shape[:n-1] {
			rows *= s
		}
		return random.Orthogonal(key, d, rows, shape[n-1]).MulScalar(gain).Reshape(shape...)
	}
}
