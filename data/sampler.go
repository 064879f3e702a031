package data

import (
	"fmt"
	"strings"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/internal/nearest"
)

// Sampler is a distribution of vectors that can be drawn from without end: what
// generative models are tried on. All of this package may be used inside
// fx.Jit, draw in float32 or float64, and give the same points for the same
// key.
type Sampler interface {
	// Dim is the length of a vector.
	Dim() int
	// Sample draws n points: shape [n, Dim].
	Sample(key *fx.Array, d fx.DType, n int) *fx.Array
}

// Labelled is a sampler whose points come from several components, such as the
// two moons, and so make a classification task.
type Labelled interface {
	Sampler
	// Components is the number of components.
	Components() int
	// SampleLabelled draws the points that Sample draws, and for each its
	// component: int32 of shape [n], from 0 on.
	SampleLabelled(key *fx.Array, d fx.DType, n int) (points, components *fx.Array)
}

// Density is a sampler whose density is known in closed form.
type Density interface {
	Sampler
	// LogProb is the logarithm of the density at points of shape [..., Dim]:
	// shape [...]. It is differentiable where the density is positive, and
	// -Inf where that is 0.
	LogProb(points *fx.Array) *fx.Array
}

// toys are the samplers that have a name, with their usual settings.
var toys = []struct {
	name string
	make func() Sampler
}{
	{"gaussian", func() Sampler { return Gaussian(2) }},
	{"8gaussians", func() Sampler { return GaussianRing(8, 2, 0.2) }},
	{"25gaussians", func() Sampler { return GaussianGrid(5, 1, 0.05) }},
	{"moons", func() Sampler { return Moons{Noise: 0.1} }},
	{"circles", func() Sampler { return Rings{Radii: []float64{1, 2}, Noise: 0.08} }},
	{"rings", func() Sampler { return Rings{Radii: []float64{0.75, 1.5, 2.25, 3}, Noise: 0.08} }},
	{"pinwheel", func() Sampler { return Pinwheel{} }},
	{"checkerboard", func() Sampler { return Checkerboard{} }},
	{"spirals", func() Sampler { return Spirals{} }},
	{"swissroll", func() Sampler { return SwissRoll{} }},
	{"swissroll3d", func() Sampler { return SwissRoll3D{} }},
}

// SamplerNames lists the samplers that [NewSampler] makes.
func SamplerNames() []string {
	names := make([]string, len(toys))
	for i, t := range toys {
		names[i] = t.name
	}
	return names
}

// NewSampler makes a sampler by name, with its usual settings, as an option on
// a command line chooses it: see [SamplerNames]. An unknown name is an error
// that suggests the nearest.
func NewSampler(name string) (Sampler, error) {
	for _, t := range toys {
		if t.name == name {
			return t.make(), nil
		}
	}
	return nil, fmt.Errorf("data: no distribution is called %q%s; there are %s", name,
		nearest.DidYouMean(name, SamplerNames()), strings.Join(SamplerNames(), ", "))
}

func checkSample(op string, key *fx.Array, d fx.DType, n int) {
	checkKey(op, key)
	checkSizes(op, "the number of points", n)
	if !d.IsFloat() {
		fail(op, "points of type %v; a float type is needed", d)
	}
}

func checkPoints(op string, points *fx.Array, dim int) {
	switch {
	case points == nil:
		fail(op, "the points are nil")
	case !points.DType().IsFloat() || points.NDim() < 1 || points.Dim(-1) != dim:
		fail(op, "points of type %v and shape %v; they must be floats of shape [..., %d]", points.DType(), points.Shape(), dim)
	}
}

// positive rejects parameters that are not positive and finite.
func positive(op, what string, values ...float64) {
	for _, v := range values {
		if !(v > 0 && v < 1e300) {
			fail(op, "%s %v: must be positive", what, values)
		}
	}
}

// orElse is v, or the default if v is the zero value.
func orElse[T int | float64](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}

// column is coordinate i of points.
func column(points *fx.Array, i int) *fx.Array {
	return points.SliceAxis(-1, i, i+1).Squeeze(-1)
}
