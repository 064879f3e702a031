package data

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// GaussianMixture is a mixture of isotropic Gaussians: blobs.
type GaussianMixture struct {
	// Means holds a mean for each component, all of one length.
	Means [][]float64
	// Std holds the components' standard deviations; one for all if it has one
	// entry. nil: 1.
	Std []float64
	// Weights are the components' probabilities, up to a factor. nil: equal.
	Weights []float64
}

var (
	_ Labelled = GaussianMixture{}
	_ Density  = GaussianMixture{}
)

// Gaussian is the standard normal distribution in dim dimensions.
func Gaussian(dim int) GaussianMixture {
	checkSizes("Gaussian", "the dimension", dim)
	return GaussianMixture{Means: [][]float64{make([]float64, dim)}}
}

// GaussianRing puts n Gaussians in the plane evenly on a circle, the first at
// (radius, 0) and on anticlockwise. The usual "8 Gaussians" have a radius of 2
// and a standard deviation of 0.02 to 0.2 in GAN papers (Metz et al., 2017),
// and of 5 and sqrt(0.1) in flow-matching ones (Tong et al., 2023).
func GaussianRing(n int, radius, std float64) GaussianMixture {
	checkSizes("GaussianRing", "the number of components", n)
	positive("GaussianRing", "radius and standard deviation", radius, std)
	means := make([][]float64, n)
	for i := range means {
		cos, sin := cosSin(360 * float64(i) / float64(n))
		means[i] = []float64{mul(radius, cos), mul(radius, sin)}
	}
	return GaussianMixture{Means: means, Std: []float64{std}}
}

// GaussianGrid puts side x side Gaussians in the plane on a square grid around
// the origin, row by row, spacing apart. The usual "25 Gaussians" have a
// spacing of 1 or 2 and a standard deviation of 0.05.
func GaussianGrid(side int, spacing, std float64) GaussianMixture {
	checkSizes("GaussianGrid", "the side", side)
	positive("GaussianGrid", "spacing and standard deviation", spacing, std)
	var means [][]float64
	middle := float64(side-1) / 2
	for i := range side {
		for j := range side {
			means = append(means, []float64{mul(spacing, float64(j)-middle), mul(spacing, float64(i)-middle)})
		}
	}
	return GaussianMixture{Means: means, Std: []float64{std}}
}

// Blobs is a mixture of Gaussians around the rows of means, [components, dim],
// such as [OrthonormalMeans] draws.
func Blobs(means *fx.Array, std float64) GaussianMixture {
	if means == nil || means.NDim() != 2 || means.Size() == 0 {
		fail("Blobs", "the means must be an array of shape [components, dim]")
	}
	positive("Blobs", "standard deviation", std)
	values, dim := means.Float64s(), means.Dim(1)
	m := GaussianMixture{Std: []float64{std}}
	for i := range means.Dim(0) {
		m.Means = append(m.Means, values[i*dim:(i+1)*dim])
	}
	return m
}

// OrthonormalMeans draws k vectors of the given length in dim dimensions, at
// right angles to each other and uniform otherwise: [k, dim] in float64. It is
// a mistake if k exceeds dim.
func OrthonormalMeans(key *fx.Array, k, dim int, length float64) *fx.Array {
	checkKey("OrthonormalMeans", key)
	checkSizes("OrthonormalMeans", "the number of means and the dimension", k, dim)
	positive("OrthonormalMeans", "length", length)
	if k > dim {
		fail("OrthonormalMeans", "%d orthogonal vectors in %d dimensions", k, dim)
	}
	return random.Orthogonal(key, fx.Float64, k, dim).MulScalar(length)
}

// check returns means [k, dim], deviations [k] and log weights [k].
func (m GaussianMixture) check(op string, d fx.DType) (means, std, logWeights *fx.Array) {
	k := len(m.Means)
	if k == 0 || len(m.Means[0]) == 0 {
		fail(op, "a mixture without components or dimensions")
	}
	var all []float64
	for i, mean := range m.Means {
		if len(mean) != len(m.Means[0]) {
			fail(op, "mean %d has %d coordinates, the first %d", i, len(mean), len(m.Means[0]))
		}
		all = append(all, mean...)
	}
	deviations, weights := m.Std, m.Weights
	if deviations == nil {
		deviations = []float64{1}
	}
	if len(deviations) == 1 {
		deviations = repeat(deviations[0], k)
	}
	if weights == nil {
		weights = repeat(1, k)
	}
	if len(deviations) != k || len(weights) != k {
		fail(op, "%d standard deviations and %d weights for %d components", len(deviations), len(weights), k)
	}
	positive(op, "standard deviations", deviations...)
	positive(op, "weights", weights...)
	logs := fx.New(weights).Log()
	return fx.New(all, k, len(m.Means[0])).AsType(d), fx.New(deviations).AsType(d), logs.Sub(logs.LogSumExp(0)).AsType(d)
}

func repeat(v float64, n int) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = v
	}
	return list
}

// Dim implements [Sampler].
func (m GaussianMixture) Dim() int {
	if len(m.Means) == 0 {
		return 0
	}
	return len(m.Means[0])
}

// Components implements [Labelled].
func (m GaussianMixture) Components() int { return len(m.Means) }

// Sample implements [Sampler].
func (m GaussianMixture) Sample(key *fx.Array, d fx.DType, n int) *fx.Array {
	points, _ := m.SampleLabelled(key, d, n)
	return points
}

// SampleLabelled implements [Labelled].
func (m GaussianMixture) SampleLabelled(key *fx.Array, d fx.DType, n int) (points, components *fx.Array) {
	checkSample("GaussianMixture.Sample", key, d, n)
	means, std, logWeights := m.check("GaussianMixture.Sample", d)
	keys := random.Split(key, 2)
	components = random.Categorical(keys[0], logWeights.ExpandDims(0).BroadcastTo(n, m.Components()), 1)
	return around(keys[1], means, std, components), components
}

// SampleOf draws one point of each of the given components, int32 or int64 [n].
// With every component equally often, the points' distances from others do not
// depend on how many fell into which, which is most of their noise.
func (m GaussianMixture) SampleOf(key, components *fx.Array, d fx.DType) *fx.Array {
	const op = "GaussianMixture.SampleOf"
	if components == nil || components.NDim() != 1 {
		fail(op, "the components must be a vector of integers")
	}
	checkSample(op, key, d, components.Dim(0))
	means, std, _ := m.check(op, d)
	return around(key, means, std, components)
}

func around(key, means, std, components *fx.Array) *fx.Array {
	noise := random.Normal(key, means.DType(), components.Dim(0), means.Dim(1))
	return means.Take(components, 0).Add(std.Take(components, 0).ExpandDims(1).Mul(noise))
}

// logTwoPi is log(2 pi); package math's Log is not the same on every machine.
const logTwoPi = 1.8378770664093454836

// logarithm is the same on every machine.
func logarithm(v float64) float64 { return fx.Scalar(v).Log().Item() }

// LogProb implements [Density].
func (m GaussianMixture) LogProb(points *fx.Array) *fx.Array {
	checkPoints("GaussianMixture.LogProb", points, m.Dim())
	means, std, logWeights := m.check("GaussianMixture.LogProb", points.DType())
	z := points.ExpandDims(-2).Sub(means).Div(std.ExpandDims(1))
	norm := std.Log().AddScalar(0.5 * logTwoPi).MulScalar(float64(m.Dim()))
	return logWeights.Sub(norm).Sub(z.Square().Sum(-1).MulScalar(0.5)).LogSumExp(-1)
}
