package rectifiedflow

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// mixture is a mixture of normal distributions with the same variance in all
// directions.
type mixture struct {
	means     [][]float64
	variances []float64
	weights   []float64
}

const (
	radius   = 5.0
	variance = 0.3
)

// The two sets of three clusters at the corners of triangles, one of which is
// the other upside down, so that the six clusters alternate around a circle.
func triangles() (from, to mixture) {
	side := radius * math.Sqrt(3) / 2
	from = mixture{means: [][]float64{{side, radius / 2}, {-side, radius / 2}, {0, -radius}}}
	for _, m := range from.means {
		to.means = append(to.means, []float64{m[0], -m[1]})
	}
	for range from.means {
		from.weights, to.weights = append(from.weights, 1./3), append(to.weights, 1./3)
		from.variances, to.variances = append(from.variances, variance), append(to.variances, variance)
	}
	return from, to
}

// humps are the two distributions on the line.
func humps() (from, to mixture) {
	from = mixture{means: [][]float64{{-2}, {2}}, variances: []float64{0.3, 0.3}, weights: []float64{0.5, 0.5}}
	to = mixture{means: [][]float64{{-3}, {1}}, variances: []float64{0.5, 0.5}, weights: []float64{0.7, 0.3}}
	return from, to
}

// sample draws n independent points, float32 [n, d].
func (m mixture) sample(key *fx.Array, n int) *fx.Array {
	keys := random.Split(key, 2)
	logits := fx.New(m.weights).Log().BroadcastTo(n, len(m.weights))
	return m.at(random.Categorical(keys[0], logits, 1), keys[1])
}

// even draws n points of which each component of equal weight has the same
// number: distances between two such samples do not depend on how many points
// fell into which cluster, which is most of their noise.
func (m mixture) even(key *fx.Array, n int) *fx.Array {
	component := make([]int32, n)
	for i := range component {
		component[i] = int32(i % len(m.means))
	}
	return m.at(fx.New(component), key)
}

// at draws a point of each of the given components.
func (m mixture) at(component, key *fx.Array) *fx.Array {
	n, d := component.Dim(0), len(m.means[0])
	var means []float32
	var deviations []float32
	for i, mean := range m.means {
		for _, x := range mean {
			means = append(means, float32(x))
		}
		deviations = append(deviations, float32(math.Sqrt(m.variances[i])))
	}
	scale := fx.New(deviations).Take(component, 0).Reshape(n, 1)
	return random.Normal(key, fx.Float32, n, d).Mul(scale).Add(fx.New(means, len(m.means), d).Take(component, 0))
}
