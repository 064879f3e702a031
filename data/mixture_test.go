package data

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// SampleOf draws from the components asked for, in their order.
func TestSampleOf(t *testing.T) {
	m := GaussianMixture{Means: [][]float64{{-10, 0}, {0, 20}, {30, 0}}, Std: []float64{0.5, 1, 2}}
	const each = 4000
	which := make([]int32, 3*each)
	for i := range which {
		which[i] = int32(i % 3)
	}
	points := m.SampleOf(random.New(5), fx.New(which), fx.Float64).Reshape(each, 3, 2)
	mean := points.Mean(0)
	for c, std := range m.Std {
		for j, want := range m.Means[c] {
			if got := mean.Index(c).Float64s()[j]; math.Abs(got-want) > 5*std/math.Sqrt(each) {
				t.Errorf("component %d has mean %v, want %v", c, got, want)
			}
		}
		spread := points.SliceAxis(1, c, c+1).Sub(mean.SliceAxis(0, c, c+1)).Square().Mean().Sqrt().Item()
		if math.Abs(spread/std-1) > 0.05 {
			t.Errorf("component %d has deviation %v, want %v", c, spread, std)
		}
	}
}
