package optim

import (
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"pgregory.net/rapid"
)

// valueAt is m x + R(x) of one element.
func valueAt(r Separable, m, x float64) float64 {
	return m*x + r.Of(fx.New([]float64{x})).Item()
}

// TestSeparable: no point of the interval, tried one by one on a fine grid, is
// below the one that Least finds; where several are as low, it is the nearest.
func TestSeparable(t *testing.T) {
	terms := []Separable{ElasticNet{}, ElasticNet{L1: 0.5}, ElasticNet{L2: 2}, ElasticNet{L1: 0.5, L2: 2}, Box{Low: -0.25, High: 0.75},
		Box{Low: 0, High: math.Inf(1), Term: ElasticNet{L1: 0.5}}, Box{Low: -0.25, High: 0.75, Term: ElasticNet{L1: 0.5, L2: 2}}}
	// Slopes that are multiples of a half meet the kinks exactly.
	slope := rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.IntRange(-6, 6).Draw(t, "halves")) / 4 })
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom(terms).Draw(t, "term")
		m := slope.Draw(t, "m")
		near := float64(rapid.IntRange(-16, 16).Draw(t, "near")) / 16
		radius := float64(rapid.IntRange(0, 12).Draw(t, "radius")) / 16
		one := func(v float64) *fx.Array { return fx.New([]float64{v}) }
		got := r.Least(one(m), one(near), one(near-radius), one(near+radius)).Item()
		if got < near-radius || got > near+radius {
			t.Fatalf("%v is outside of the interval", got)
		}
		const parts = 24 // of the interval: the kinks 0, -1/4 and 3/4 are on the grid or tried as well
		tries := []float64{0, -0.25, 0.75, near}
		for i := range parts + 1 {
			tries = append(tries, near-radius+2*radius*float64(i)/parts)
		}
		lowest := valueAt(r, m, got)
		for _, x := range tries {
			if x < near-radius || x > near+radius {
				continue
			}
			v := valueAt(r, m, x)
			if v < lowest-1e-12 {
				t.Fatalf("%#v, slope %v on [%v, %v]: %v at %v is below %v at %v", r, m, near-radius, near+radius, v, x, lowest, got)
			}
			if v <= lowest && !math.IsInf(v, 1) && math.Abs(x-near) < math.Abs(got-near)-1e-12 {
				t.Fatalf("%#v, slope %v on [%v, %v]: %v is as low as %v and nearer", r, m, near-radius, near+radius, x, got)
			}
		}
		if box, ok := r.(Box); ok && math.IsInf(lowest, 1) {
			// The interval and the box are apart: as near as can be.
			if want := min(max(near, box.Low), box.High); math.Abs(got-want) > min(math.Abs(near-radius-want), math.Abs(near+radius-want)) {
				t.Fatalf("%v is not the end nearest to the box %v", got, box)
			}
		}
	})
}

// TestCompositeTrustRegion: without R it is sign momentum; with an l1 term the
// useless parameters end at exactly zero; a box is never left; with decay the
// centre shrinks.
func TestCompositeTrustRegion(t *testing.T) {
	start := fx.New([]float64{1, -1, 0.5, -0.75})
	target := fx.New([]float64{2, 0.1, -0.05, 0})
	loss := func(x *fx.Array) *fx.Array { return x.Sub(target).Square().Sum().MulScalar(0.5) }
	run := func(rule Rule, n int) *fx.Array {
		o := FromRule[*fx.Array](rule)
		x, _, _ := Descend(o, loss, start, o.Init(start), n)
		return x
	}
	lr := Linear(0.1, 0, 200)
	for _, decay := range []float64{0, 0.5} {
		plain := run(NewTrustRegion(lr, 0.3, decay, Uniform(MaxNorm{})), 200)
		if d := run(NewCompositeTrustRegion(lr, 0.3, decay, ElasticNet{}), 200).Sub(plain).Abs().Max().Item(); d > 1e-13 {
			t.Errorf("without a term, decay %v: %v from sign momentum", decay, d)
		}
	}
	// argmin of (x-t)^2/2 + 0.2|x| is soft thresholding: 1.8, 0, 0, 0.
	sparse := run(NewCompositeTrustRegion(lr, 1, 0, ElasticNet{L1: 0.2}), 200).Float64s()
	if math.Abs(sparse[0]-1.8) > 0.01 || !slices.Equal(sparse[1:], []float64{0, 0, 0}) {
		t.Errorf("the lasso gives %v, want 1.8 and zeros", sparse)
	}
	box := run(NewCompositeTrustRegion(lr, 1, 0, Box{Low: -0.5, High: 1.5}), 200).Float64s()
	for i, want := range []float64{1.5, 0.1, -0.05, 0} {
		if math.Abs(box[i]-want) > 0.01 {
			t.Errorf("in the box element %d ends at %v, want %v", i, box[i], want)
		}
	}
	if inf := (Box{High: 1}).Of(fx.New([]float64{0.5, 1.5})).Item(); !math.IsInf(inf, 1) {
		t.Errorf("outside of the box R is %v", inf)
	}
}
