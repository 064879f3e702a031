package nn

import (
	"github.com/fluxion-go/fluxion/fx"
)

// LayerNorm brings each example to mean 0 and variance 1 over its last axes,
// then scales and shifts each of their places (Ba, Kiros and Hinton, "Layer
// Normalization", 2016):
//
//	y = (x - mean) / sqrt(variance + Eps) * Scale + Bias
type LayerNorm struct {
	Scale *fx.Array // of the normalised axes' shape, or nil
	Bias  *fx.Array // likewise
	Eps   float64
	axes  int // how many axes are normalised
}

// NewLayerNorm makes a normalisation of the last axes, which have the given
// shape: one number for the usual normalisation of features. Scale starts at 1
// and Bias at 0; Eps is 1e-5, as in PyTorch (flax: 1e-6).
func NewLayerNorm(d fx.DType, shape ...int) LayerNorm {
	checkDType("NewLayerNorm", d)
	if len(shape) == 0 {
		fail("NewLayerNorm", "no axis to normalise")
	}
	checkSizes("NewLayerNorm", "shape", shape...)
	return LayerNorm{Scale: fx.Ones(d, shape...), Bias: fx.Zeros(d, shape...), Eps: 1e-5, axes: len(shape)}
}

func checkDType(op string, d fx.DType) {
	if d != fx.Float32 && d != fx.Float64 {
		fail(op, "dtype %v; it must be float32 or float64", d)
	}
}

// Apply maps [..., shape] to [..., shape].
func (l LayerNorm) Apply(x *fx.Array) *fx.Array {
	if l.axes == 0 {
		fail("LayerNorm.Apply", "the layer normalises no axes; NewLayerNorm makes one")
	}
	for _, p := range []*fx.Array{l.Scale, l.Bias} {
		if p != nil {
			checkInput("LayerNorm.Apply", x, p, p.Shape()...)
		}
	}
	checkInput("LayerNorm.Apply", x, nil)
	checkEps("LayerNorm.Apply", l.Eps)
	if x.NDim() < l.axes {
		fail("LayerNorm.Apply", "the input has shape %v; the layer normalises its last %d axes", x.Shape(), l.axes)
	}
	axes := make([]int, l.axes)
	for i := range axes {
		axes[i] = i - l.axes
	}
	return affine(standardise(x, l.Eps, axes...).Y, l.Scale, l.Bias)
}

func checkEps(op string, eps float64) {
	if !(eps >= 0) {
		fail(op, "Eps %v; it must not be negative", eps)
	}
}

// affine is y scale + bias, each of which may be nil.
func affine(y, scale, bias *fx.Array) *fx.Array {
	if scale != nil {
		y = y.Mul(scale)
	}
	if bias != nil {
		y = y.Add(bias)
	}
	return y
}

// BatchNorm brings each channel (the last axis) to mean 0 and variance 1 over
// all other axes, then scales and shifts it (Ioffe and Szegedy, "Batch
// Normalization", 2015):
//
//	y = (x - mean) / sqrt(variance + Eps) * Scale + Bias
//
// In training, mean and variance are those of the batch, and the running ones
// move toward them:
//
//	running = (1 - Momentum) running + Momentum batch
//
// This is PyTorch's convention, with its default 0.1 (flax's momentum is
// 1 - Momentum). As there, the batch is normalised by the variance divided by
// the number of values n, and the running variance takes the unbiased one,
// divided by n-1. At inference the running ones are used.
//
// The running statistics are leaves of the model whose gradient is 0; what an
// optimizer does to them (weight decay, say) is undone by taking them from the
// model that Train returned:
//
//	loss, trained, gradient := fx.ValueAndGradAux(func(m Net) (*fx.Array, Net) {
//		y, trained := m.Train(x)
//		return loss(y), trained
//	})(net)
//	net = nn.WithRunning(step(net, gradient), trained)
type BatchNorm struct {
	Scale    *fx.Array // [channels], or nil
	Bias     *fx.Array // [channels], or nil
	Running  Running
	Momentum float64 // weight of the batch in the running statistics
	Eps      float64
}

// Running are the statistics that a BatchNorm gathers in training.
type Running struct {
	Mean *fx.Array // [channels]
	Var  *fx.Array // [channels]
}

// NewBatchNorm makes a normalisation of the given number of channels: Scale and
// the running variance start at 1, Bias and the running mean at 0; Momentum is
// 0.1 and Eps 1e-5, as in PyTorch.
func NewBatchNorm(d fx.DType, channels int) BatchNorm {
	checkDType("NewBatchNorm", d)
	checkSizes("NewBatchNorm", "channels", channels)
	return BatchNorm{
		Scale: fx.Ones(d, channels), Bias: fx.Zeros(d, channels),
		Running:  Running{Mean: fx.Zeros(d, channels), Var: fx.Ones(d, channels)},
		Momentum: 0.1, Eps: 1e-5,
	}
}

// Apply maps [..., channels] to [..., channels] by the running statistics.
func (b BatchNorm) Apply(x *fx.Array) *fx.Array {
	b.check("BatchNorm.Apply", x)
	y := x.Sub(b.Running.Mean).Mul(b.Running.Var.AddScalar(b.Eps).Rsqrt())
	return affine(y, b.Scale, b.Bias)
}

// Train maps [..., channels] to [..., channels] by the statistics of the
// batch, of which there must be two values or more for each channel, and gives
// the layer with new running statistics.
func (b BatchNorm) Train(x *fx.Array) (y *fx.Array, next BatchNorm) {
	b.check("BatchNorm.Train", x)
	if !(b.Momentum >= 0 && b.Momentum <= 1) {
		fail("BatchNorm.Train", "Momentum %v; it must be from 0 to 1", b.Momentum)
	}
	channels := x.Dim(-1)
	n := x.Size() / channels
	if n < 2 {
		fail("BatchNorm.Train", "an input of shape %v has too few values for each channel: %d, and a variance takes 2", x.Shape(), n)
	}
	batch := make([]int, x.NDim()-1)
	for i := range batch {
		batch[i] = i
	}
	s := standardise(x, b.Eps, batch...)
	unbiased := s.Var.MulScalar(float64(n) / float64(n-1))
	next = b
	next.Running = Running{
		Mean: b.toward(b.Running.Mean, s.Mean.Reshape(channels)),
		Var:  b.toward(b.Running.Var, unbiased.Reshape(channels)),
	}
	return affine(s.Y, b.Scale, b.Bias), next
}

// toward moves a running statistic.
func (b BatchNorm) toward(running, batch *fx.Array) *fx.Array {
	return running.MulScalar(1 - b.Momentum).Add(batch.MulScalar(b.Momentum)).StopGradient()
}

func (b BatchNorm) check(op string, x *fx.Array) {
	if b.Running.Mean == nil || b.Running.Var == nil {
		fail(op, "the layer has no running statistics; NewBatchNorm makes one")
	}
	checkInput(op, x, b.Running.Mean, b.Running.Mean.Dim(0))
	checkEps(op, b.Eps)
}

// TrainLayer is Train as a [Trainable]; it needs no key.
func (b BatchNorm) TrainLayer(x, _ *fx.Array) (*fx.Array, Layer) {
	y, next := b.Train(x)
	return y, next
}
