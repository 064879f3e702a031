package laprop

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// TestPlan: the plan of a scale with the options of a user.
func TestPlan(t *testing.T) {
	cases := []struct {
		scale    study.Scale
		set      map[string]string
		networks int
		tuned    bool
		trials   int
	}{
		{study.Quick, nil, 2, false, 2 * 3 * 2},
		{study.Default, nil, 2, false, 2 * 3 * 12},
		{study.Default, map[string]string{"max-depth": "40", "tune": "yes"}, 4, true, 2*3*12 + 2*3*3},
		{study.Full, nil, 7, true, 2*3*12 + 5*3*3},
		{study.Full, map[string]string{"max-depth": "1", "tune": "no"}, 2, false, 2 * 3 * 12},
	}
	for _, c := range cases {
		env, err := study.NewEnv(context.Background(), Paper(), c.scale, 0, c.set)
		if err != nil {
			t.Fatal(err)
		}
		e := experiment{published, plans}
		p := e.plan(env)
		if len(p.networks) != c.networks || (len(p.rates) > 0) != c.tuned || len(e.trials(p)) != c.trials {
			t.Errorf("%s %v: %d networks, rates %v, %d trials; want %d networks, tuned %v, %d trials",
				c.scale, c.set, len(p.networks), p.rates, len(e.trials(p)), c.networks, c.tuned, c.trials)
		}
		names := map[string]bool{}
		for _, trial := range e.trials(p) {
			if names[trial.String()] {
				t.Errorf("%s %v: %v occurs twice", c.scale, c.set, trial)
			}
			names[trial.String()] = true
		}
	}
}

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

func TestWatched(t *testing.T) {
	p := []*fx.Array{fx.New([]float32{1, 2}, 2), fx.Scalar(3.0)}
	w := watched{optim.Scale(-2)}
	state := w.Init(p)
	for _, g := range [][]float64{{1, -3, 2}, {0.5, 0.5, -4}, {1, 1, 1}} {
		var u []*fx.Array
		u, state = w.Update([]*fx.Array{fx.New(g[:2], 2).AsType(fx.Float32), fx.Scalar(g[2])}, state, p)
		if got := u[1].Item(); got != -2*g[2] {
			t.Errorf("update %v of gradient %v: the rule's is changed", got, g[2])
		}
	}
	if got := state.(watchedState).Largest.Item(); got != 8 {
		t.Errorf("largest %v, want 8", got)
	}
}

func TestBlockMeans(t *testing.T) {
	got := blockMeans([]float64{1, 3, 5, 7, math.NaN()}, 2)
	if len(got) != 2 || got[0] != 2 || got[1] != 6 {
		t.Errorf("blocks of 2: %v, want [2 6]", got)
	}
}

// TestSameBits: threads and the seeds that run beside do not matter.
func TestSameBits(t *testing.T) {
	set := map[string]string{"epochs": "1", "limit": "1000"}
	one, two := small(t, published, []uint64{0, 1}, 1, set), small(t, published, []uint64{0, 1}, 2, set)
	if one.Digest != two.Digest {
		t.Errorf("digests %s and %s with one thread and with two", one.Digest, two.Digest)
	}
	alone := small(t, published, []uint64{1}, 2, set)
	for _, s := range alone.Results.First().Scalars {
		if other := one.Results.Seeds[1].Record; float64(s.Value) != other.Scalar(s.Name, labelPairs(s.Labels)...) {
			t.Errorf("%s is %v alone and another value beside seed 0", s.ID, s.Value)
		}
	}
}

func labelPairs(labels study.Labels) []any {
	var pairs []any
	for _, l := range labels {
		pairs = append(pairs, l.Key, l.Value)
	}
	return pairs
}

// TestTuning: the rate with the lowest loss is chosen, for every method, and is
// used.
func TestTuning(t *testing.T) {
	o := small(t, published, []uint64{0}, 1, map[string]string{"tune": "yes", "epochs": "1", "limit": "100"})
	common := o.Results.Common
	for _, method := range []string{nameLaProp, nameAdam, nameUsualAdam} {
		chosen := common.Scalar("rate", "network", shallowName, "method", method, "mu", 0.9, "nu", 0.999)
		loss := func(rate float64) float64 {
			return common.Scalar("tuning_loss", "network", shallowName, "method", method, "mu", 0.9, "nu", 0.999, "at", rate)
		}
		for _, rate := range rateGrid {
			if loss(rate) < loss(chosen) {
				t.Errorf("%s: rate %v is chosen with loss %v, but %v has %v", method, chosen, loss(chosen), rate, loss(rate))
			}
		}
	}
	plain := small(t, published, []uint64{0}, 1, map[string]string{"epochs": "1", "limit": "100"})
	labels := []any{"network", shallowName, "method", nameLaProp, "mu", 0.9, "nu", 0.5}
	same := common.Scalar("rate", labels...) == shallowRate
	if got := o.Results.First().Scalar("train_loss", labels...) == plain.Results.First().Scalar("train_loss", labels...); got != same {
		t.Errorf("rate %v is chosen, %v is the network's own, and the same loss as without tuning: %v", common.Scalar("rate", labels...), shallowRate, got)
	}
}

// TestFewSeedsDecideNothing: claims about five seeds stay open with one.
func TestFewSeedsDecideNothing(t *testing.T) {
	p := experiment{published, func(data string) study.PerScale[plan] {
		return study.PerScale[plan]{Default: smallPlans(data).Quick}
	}}.paper()
	o, err := study.Run(context.Background(), study.Request{Paper: p, Seeds: []uint64{0}, Dir: t.TempDir(), Set: smallOptions})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]study.Status{"1": study.Inconclusive, "2": study.Reproduced, "3": study.Inconclusive,
		"4": study.Reproduced, "5": study.Reproduced}
	for _, v := range o.Verdicts {
		if v.Status != want[v.Claim] {
			t.Errorf("claim %s with one seed: %s, want %s", v.Claim, v.Status, want[v.Claim])
		}
	}
	if len(o.Figures) != 5 || len(o.Mistakes) > 0 {
		t.Errorf("figures %v, mistakes %v", o.Figures, o.Mistakes)
	}
}

func TestDataErrors(t *testing.T) {
	p := Paper()
	_, err := study.Run(context.Background(), study.Request{Paper: p, Scale: study.Quick, Data: "mnist", Dir: t.TempDir(),
		Set: map[string]string{"limit": "100"}})
	if err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("MNIST without a folder: %v; want advice that names --data-dir", err)
	}
}
