package laprop

import (
	"context"
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// stepsByFormula is the number of steps of a search without noise, written from
// the formulas of Adam, AMSGrad and LaProp for two numbers.
func stepsByFormula(method string, nu float64) int {
	var m, n, largest [2]float64
	p := [2]float64{0, 0}
	for t := 1; t <= 20_000; t++ {
		valley := p[1] - p[0]*p[0]
		g := [2]float64{-2*(1-p[0]) - 400*valley*p[0], 200 * valley}
		cm, cn := 1-math.Pow(searchMu, float64(t)), 1-math.Pow(nu, float64(t))
		for i := range p {
			n[i] = nu*n[i] + (1-nu)*g[i]*g[i]
			largest[i] = max(largest[i], n[i])
			switch method {
			case nameLaProp:
				m[i] = searchMu*m[i] + (1-searchMu)*g[i]/(math.Sqrt(n[i]/cn)+tiny)
				p[i] -= searchRate * m[i] / cm
			case nameAdam:
				m[i] = searchMu*m[i] + (1-searchMu)*g[i]
				p[i] -= searchRate * m[i] / cm / (math.Sqrt(n[i]/cn) + tiny)
			case nameAMSGrad:
				m[i] = searchMu*m[i] + (1-searchMu)*g[i]
				p[i] -= searchRate * m[i] / cm / (math.Sqrt(largest[i]/cn) + tiny)
			}
		}
		if math.Hypot(p[0]-1, p[1]-1) < goal {
			return t
		}
	}
	return 0
}

func TestSearchWithoutNoise(t *testing.T) {
	for _, m := range published.searchers() {
		for _, nu := range []float64{0.3, 0.999} {
			env, err := study.NewEnv(context.Background(), Paper(), study.Quick, 3, nil)
			if err != nil {
				t.Fatal(err)
			}
			// A second noise level must not disturb the first.
			s := newSearcher(m.at(searchRate, searchMu, nu), []float64{0, 0.5}, 2)
			var arrived []int32
			err = s.follow(context.Background(), env, "", 9000, func(d descent) bool {
				arrived = d.Arrived.Int32s()
				return arrived[0] == 0
			})
			if err != nil {
				t.Fatal(err)
			}
			// Rounding may move the arrival by a step.
			want := stepsByFormula(m.name, nu)
			if got := int(arrived[0]); got < want-1 || got > want+1 || want == 0 {
				t.Errorf("%s, nu %v: arrives after %d steps, by the formula %d", m.name, nu, got, want)
			}
			if arrived[1] != arrived[0] {
				t.Errorf("%s, nu %v: two runs without noise arrive after %d and %d steps", m.name, nu, arrived[0], arrived[1])
			}
		}
	}
}

// TestNoiseIsShared: methods meet the same noise, runs and seeds do not.
func TestNoiseIsShared(t *testing.T) {
	first := func(rule optim.Rule, seed uint64) []float64 {
		s := newSearcher(rule, []float64{1}, 3)
		d := s.advance(leg{s.start(), random.FoldIn(random.New(seed), partSearch)})
		return d.At.X.Float64s()
	}
	free := setting{rate: 1e-3, epsilon: 1e-8, nu: 0.5} // momentum 0: the methods are the same
	a, b, other := first(laprop(free), 1), first(adam(free), 1), first(laprop(free), 2)
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-12 {
			t.Errorf("run %d: LaProp at %v, Adam at %v without momentum", i, a[i], b[i])
		}
		if a[i] == other[i] || i > 0 && a[i] == a[0] {
			t.Errorf("run %d: the noise is that of another run or seed", i)
		}
	}
}

func TestArrivals(t *testing.T) {
	r := study.NewRecorder()
	recordArrivals(r, []int32{300, 0, 500, 1001, 400}, 1000)
	steps := r.Record().Curve("arrival").Y
	if !math.IsInf(steps[1], 1) || !math.IsInf(steps[3], 1) || steps[0] != 300 {
		t.Errorf("arrivals %v: a search that does not come, or too late, must count as +Inf", steps)
	}
	if median := r.Record().Scalar("steps"); median != 500 {
		t.Errorf("median %v, want 500 of 300, 400, 500, 1000, 1000", median)
	}
}
