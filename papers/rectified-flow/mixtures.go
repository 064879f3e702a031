package rectifiedflow

import (
	"math"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
)

const (
	radius   = 5.0
	variance = 0.3
)

// triangles are the two sets of three clusters at the corners of triangles, one
// of which is the other upside down, so that the six clusters alternate around a
// circle.
func triangles() (from, to data.GaussianMixture) {
	side, std := radius*math.Sqrt(3)/2, []float64{math.Sqrt(variance)}
	from = data.GaussianMixture{Means: [][]float64{{side, radius / 2}, {-side, radius / 2}, {0, -radius}}, Std: std}
	to.Std = std
	for _, m := range from.Means {
		to.Means = append(to.Means, []float64{m[0], -m[1]})
	}
	return from, to
}

// humps are the two distributions on the line.
func humps() (from, to data.GaussianMixture) {
	return data.GaussianMixture{Means: [][]float64{{-2}, {2}}, Std: []float64{math.Sqrt(0.3)}},
		data.GaussianMixture{Means: [][]float64{{-3}, {1}}, Std: []float64{math.Sqrt(0.5)}, Weights: []float64{0.7, 0.3}}
}

// even draws n points of which each component has the same number, as far as n
// allows.
func even(m data.GaussianMixture, key *fx.Array, n int) *fx.Array {
	components := make([]int32, n)
	for i := range components {
		components[i] = int32(i % m.Components())
	}
	return m.SampleOf(key, fx.New(components), fx.Float32)
}
