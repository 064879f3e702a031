package nn

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Sinusoids embeds numbers t [...], floats, as cosines and sines of size/2
// frequencies, which fall from 1 toward 1/period in a geometric sequence:
//
//	y = (cos(t f_0), ..., cos(t f_{h-1}), sin(t f_0), ..., sin(t f_{h-1})),
//	f_i = period^(-i/h), h = size/2
//
// The result is [..., size]; the size is even. It is the form of DiT and ADM;
// Vaswani et al. (2017, section 3.5), who have period 10000, put sine and cosine
// side by side. Times that go from 0 to 1 are usually multiplied by 1000 first.
func Sinusoids(t *fx.Array, size int, period float64) *fx.Array {
	checkFloat("Sinusoids", t)
	if size < 2 || size%2 != 0 {
		fail("Sinusoids", "size %d; it must be even and positive", size)
	}
	if !(period > 1) || math.IsInf(period, 0) {
		fail("Sinusoids", "period %v; it must be above 1 and finite", period)
	}
	f := fx.Arange(fx.Float64, size/2).DivScalar(float64(size / 2)).Mul(fx.Scalar(period).Log().Neg()).Exp()
	angle := t.ExpandDims(-1).Mul(f.AsType(t.DType()))
	return fx.Concatenate(-1, angle.Cos(), angle.Sin())
}

// SinusoidalPositions embeds the places 0, ..., n-1 of sequences by Sinusoids
// with period 10000: [n, size].
func SinusoidalPositions(d fx.DType, n, size int) *fx.Array {
	checkDType("SinusoidalPositions", d)
	checkSizes("SinusoidalPositions", "length", n)
	return Sinusoids(fx.Arange(fx.Float64, n), size, 10000).AsType(d)
}

// gridPositions embeds the places of a grid, row by row: [h*w, size], the first
// half of the features for the row and the second for the column (size is a
// multiple of 4).
func gridPositions(d fx.DType, h, w, size int) *fx.Array {
	rows := SinusoidalPositions(d, h, size/2).ExpandDims(1).BroadcastTo(h, w, size/2)
	columns := SinusoidalPositions(d, w, size/2).BroadcastTo(h, w, size/2)
	return fx.Concatenate(-1, rows, columns).Reshape(h*w, size)
}

// FourierFeatures embeds points [..., in] by waves in random directions (Tancik
// et al., "Fourier Features Let Networks Learn High Frequency Functions in Low
// Dimensional Domains", 2020, section 3; of times: Song et al. 2021):
//
//	y = (cos(2 pi x W), sin(2 pi x W))
//
// W stays as it was drawn: its gradient is 0.
type FourierFeatures struct {
	W *fx.Array // [in, size/2]
}

// NewFourierFeatures draws size/2 directions from the normal distribution whose
// deviation is the scale, a frequency: 10 is usual for images whose coordinates
// go from 0 to 1, 16 for times from 0 to 1. The size is even.
func NewFourierFeatures(key *fx.Array, d fx.DType, in, size int, scale float64) FourierFeatures {
	const op = "NewFourierFeatures"
	checkKey(op, key)
	checkDType(op, d)
	checkSizes(op, "input features", in)
	checkScale(op, scale)
	if size < 2 || size%2 != 0 {
		fail(op, "size %d; it must be even and positive", size)
	}
	return FourierFeatures{W: normal(key, d, scale, []int{in, size / 2})}
}

// Apply maps [..., in] to [..., size].
func (f FourierFeatures) Apply(x *fx.Array) *fx.Array {
	const op = "FourierFeatures.Apply"
	if f.W == nil {
		fail(op, "the layer has no directions; NewFourierFeatures makes one")
	}
	checkInput(op, x, f.W, f.W.Dim(0))
	angle := x.MatMul(f.W.StopGradient()).MulScalar(2 * math.Pi)
	return fx.Concatenate(-1, angle.Cos(), angle.Sin())
}

// TimeEmbedding makes vectors of times: Sinusoids of period 10000, then a
// perceptron with one hidden layer (Ho, Jain and Abbeel, "Denoising Diffusion
// Probabilistic Models", 2020, appendix B).
type TimeEmbedding struct {
	MLP    MLP
	Factor float64 // multiplies the times before all else
}

// NewTimeEmbedding makes an embedding in so many features: of size sinusoids,
// by a perceptron with as many hidden features as the result and the
// activation Silu. Factor is 1, for times that count steps; for times from 0 to
// 1 take 1000.
func NewTimeEmbedding(key *fx.Array, size, features int, opts ...LayerOptions) TimeEmbedding {
	layerOptions("NewTimeEmbedding", opts, LeCunTruncated)
	checkKey("NewTimeEmbedding", key)
	checkSizes("NewTimeEmbedding", "features", features)
	if size < 2 || size%2 != 0 {
		fail("NewTimeEmbedding", "size %d; it must be even and positive", size)
	}
	return TimeEmbedding{MLP: NewMLP(key, []int{size, features, features}, Silu, opts...), Factor: 1}
}

// Apply maps times [...] to [..., features].
func (e TimeEmbedding) Apply(t *fx.Array) *fx.Array {
	if len(e.MLP.Layers) == 0 || e.MLP.Layers[0].W == nil {
		fail("TimeEmbedding.Apply", "the embedding has no layers; NewTimeEmbedding makes one")
	}
	checkInput("TimeEmbedding.Apply", t, e.MLP.Layers[0].W)
	return e.MLP.Apply(Sinusoids(t.MulScalar(e.Factor), e.MLP.Layers[0].W.Dim(0), 10000))
}

// Conditioning makes one vector of a time and, where the model knows classes, a
// label: the sum of their embeddings. One label more than there are classes,
// the last, stands for no class (for classifier-free guidance: Ho and Salimans
// 2022).
type Conditioning struct {
	Time   TimeEmbedding
	Labels Embedding // [classes+1, features]; an empty one for models without classes
}

// newConditioning makes a conditioning; without classes if there are none.
func newConditioning(key *fx.Array, sinusoids, features, classes int, factor float64, o LayerOptions) Conditioning {
	keys := random.Split(key, 2)
	c := Conditioning{Time: NewTimeEmbedding(keys[0], sinusoids, features, o)}
	c.Time.Factor = factor
	if classes > 0 {
		c.Labels = NewEmbedding(keys[1], classes+1, features, LayerOptions{Kernel: Normal(0.02), DType: o.DType})
	}
	return c
}

// apply maps times [N] and labels [N] (or scalars) for images x to vectors.
func (c Conditioning) apply(op string, x, t, labels *fx.Array) *fx.Array {
	checkFloat(op, t)
	batch := x.Shape()[:x.NDim()-3]
	if !sameShape(t.Shape(), batch) {
		fail(op, "times of shape %v for images of shape %v; there must be one for each image", t.Shape(), x.Shape())
	}
	v := c.Time.Apply(t)
	if c.Labels.Table == nil {
		if labels != nil {
			fail(op, "there are labels, and the model knows no classes")
		}
		return v
	}
	checkInteger(op, "labels", labels)
	if !sameShape(labels.Shape(), batch) {
		fail(op, "labels of shape %v for images of shape %v; there must be one for each image", labels.Shape(), x.Shape())
	}
	return v.Add(c.Labels.Apply(labels))
}
