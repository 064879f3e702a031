package study

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"
)

func TestRankCorrelation(t *testing.T) {
	x := Sample{3, 1, 2, 5, 4}
	for _, c := range []struct {
		a, b Sample
		want float64
	}{
		{x, x, 1},
		{x, Sample{-3, -1, -2, -5, -4}, -1},
		{x, Sample{1, 2, 3, 4, 5}, 0.6},
		{x, Sample{math.Inf(1), 1, 2, 5, 4}, 0.7},
		{Sample{1, 1, 2}, Sample{1, 2, 3}, math.Sqrt(3) / 2}, // ranks 0.5 0.5 2
		{Sample{1, 1}, Sample{1, 2}, math.NaN()},
		{Sample{1, math.NaN()}, Sample{1, 2}, math.NaN()},
		{nil, nil, math.NaN()},
	} {
		if got := RankCorrelation(c.a, c.b); !(math.Abs(got-c.want) < 1e-15 || math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%v and %v: %v, want %v", c.a, c.b, got, c.want)
		}
	}
	mustPanic(t, func() { RankCorrelation(x, x[:2]) })
	// It is the correlation of the ranks, with ties and without.
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) Sample {
			out := make(Sample, 12)
			for i, v := range rapid.SliceOfN(rapid.IntRange(0, rapid.SampledFrom([]int{4, 1e6}).Draw(t, "values")), 12, 12).Draw(t, name) {
				out[i] = float64(v)
			}
			return out
		}
		a, b := draw("a"), draw("b")
		wide := func(s Sample) []float64 {
			var out []float64
			for _, r := range doubledRanks(s) {
				out = append(out, float64(r))
			}
			return out
		}
		want := stat.Correlation(wide(a), wide(b), nil)
		if got := RankCorrelation(a, b); !nearly(got, want) && !math.IsNaN(want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func mustPanic(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	f()
}
