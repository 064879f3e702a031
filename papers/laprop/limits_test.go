package laprop

import (
	"context"
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// TestSpikeFollowsTheFormulas compares the traces with what can be worked out
// on paper: after a gradient of 1, n_t = (1-nu) nu^t and m_t = (1-mu) mu^t, in
// LaProp divided by sqrt(1-nu).
func TestSpikeFollowsTheFormulas(t *testing.T) {
	env, err := study.NewEnv(context.Background(), Paper(), study.Quick, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	experiment{published, plans}.spike(env)
	for _, nu := range spikeNus {
		for method, factor := range map[string]float64{nameLaProp: spikeMu, nameAdam: spikeMu / math.Sqrt(nu)} {
			trace := env.Record.Record().Curve("spike", "method", method, "nu", nu).Y
			for k, got := range trace {
				want := (1 - spikeMu) / math.Sqrt(1-nu) * math.Pow(factor, float64(k)) / (1 - math.Pow(spikeMu, float64(k+1)))
				if math.Abs(got-want) > 1e-10*want {
					t.Fatalf("%s, nu %v: %v after %d steps, want %v", method, nu, got, k, want)
				}
			}
		}
	}
}

// TestGradientZoo: the made-up gradients are finite and really wild, each kind
// in its own way.
func TestGradientZoo(t *testing.T) {
	g := gradientZoo(random.New(1))
	if n := 5 * sequences; g.Dim(0) != sequenceSteps || g.Dim(1) != n {
		t.Fatalf("shape %v, want [%d %d]", g.Shape(), sequenceSteps, n)
	}
	values, zeros, largest := g.Float64s(), 0, 0.0
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v*v, 0) {
			t.Fatalf("%v or its square is not finite", v)
		}
		largest = max(largest, math.Abs(v))
		if v == 0 {
			zeros++
		}
	}
	if rare := sequenceSteps * sequences; zeros < rare*9/10 || zeros > rare || largest < 1e140 {
		t.Errorf("%d zeros among %d of the rare spikes, largest %g", zeros, rare, largest)
	}
}

func TestSignMomentum(t *testing.T) {
	gradients := [][]float64{{2, -1e-30}, {0, 5}, {-7, 5}, {1e200, 0}}
	flat := []float64{}
	for _, g := range gradients {
		flat = append(flat, g...)
	}
	got := updates(signMomentum{rate: 0.1, mu: 0.9}, fx.New(flat, len(gradients), 2)).Float64s()
	var m [2]float64
	for k, g := range gradients {
		for i, v := range g {
			sign := 0.0
			if v != 0 {
				sign = math.Copysign(1, v)
			}
			m[i] = 0.9*m[i] + 0.1*sign
			want := -0.1 * m[i] / (1 - math.Pow(0.9, float64(k+1)))
			if d := got[2*k+i] - want; math.Abs(d) > 1e-15 {
				t.Errorf("step %d, element %d: %v, want %v", k, i, got[2*k+i], want)
			}
		}
	}
}
