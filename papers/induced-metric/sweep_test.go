package inducedmetric

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// smallSweep is scale full with less of everything in the sweep, and little before it.
func smallSweep(t *testing.T, dataName, dir string, s sweep, threads int) *study.Outcome {
	t.Helper()
	p := experiment{published, func(name string) study.PerScale[plan] {
		all := plans(name)
		if all.Full.sweep == nil && name != "glyphs" {
			t.Errorf("%s has no sweep at scale full", name)
		}
		all.Full.hunt = hunt{landscapes: []string{nameBeale, nameRosenbrock, nameAckley}, methods: []string{nameSGD, namePlain, nameLog}, momenta: []float64{0.5}}
		all.Full.network, all.Full.sweep = classes{}, &s
		return all
	}}.paper()
	return studytest.Run(t, study.Request{Paper: p, Scale: study.Full, Data: dataName, DataDir: dir, Seeds: []uint64{0}, Threads: threads})
}

// mustBeBest requires every method's best result to be that of its best run, and its
// setting to lie in the ranges.
func mustBeBest(t *testing.T, o *study.Outcome, s sweep, higher bool) {
	t.Helper()
	if name := o.Figures[len(o.Figures)-1]; !strings.Contains(name, "sweep") || len(o.Tables) != 3 {
		t.Errorf("figures %v, %d tables", o.Figures, len(o.Tables))
	}
	for _, method := range sweptMethods {
		labels := []any{"task", s.task.name(), "method", method}
		runs := o.Results.First().Curve("sweep_runs", labels...)
		if len(runs.X) != s.runs {
			t.Fatalf("%s: %d runs", method, len(runs.X))
		}
		results := study.Sample(runs.Y).Finite()
		want := results.Min()
		if higher {
			want = results.Max()
		}
		if best := o.Results.First().Scalar("sweep_best", labels...); best != want || !(best > 0) {
			t.Errorf("%s: best %v of %v", method, best, runs.Y)
		}
		i := slices.Index([]float64(runs.Y), want)
		if rate := o.Results.First().Scalar("sweep_rate", labels...); rate != runs.X[i] {
			t.Errorf("%s: rate %v, want %v", method, rate, runs.X[i])
		}
	}
	for _, v := range o.Verdicts {
		if slices.Contains([]string{"2", "4", "5"}, v.Claim) && v.Status == study.Reproduced {
			t.Errorf("claim %s is reproduced without a perceptron", v.Claim)
		}
	}
}

func TestLanguageModel(t *testing.T) {
	s := sweep{writing{characters: 3000, blocks: 1, width: 8, context: 8}, 1, 32, 2}
	o := smallSweep(t, dataSentences, "", s, 2)
	mustBeBest(t, o, s, false)
	studytest.MustHaveSameBits(t, o, smallSweep(t, dataSentences, "", s, 1))
	// An untrained model is as good as guessing; a training must help.
	if best := o.Results.First().Scalar("sweep_best", "task", taskText, "method", nameAdam); !(best < 45) {
		t.Errorf("perplexity %v", best)
	}

	dir := t.TempDir()
	text := strings.Repeat("To be, or not to be, that is the question.\n", 30)
	if err := os.WriteFile(filepath.Join(dir, "input.txt"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.epochs = 1
	mustBeBest(t, smallSweep(t, dataShakespeare, dir, s, 2), s, false)
	s.batch = 500
	p := experiment{published, func(name string) study.PerScale[plan] {
		all := plans(name)
		all.Full.sweep = &s
		return all
	}}.paper()
	_, err := study.Run(context.Background(), study.Request{Paper: p, Scale: study.Full, Data: dataShakespeare, DataDir: dir, Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "1290 characters are too few for batches of 500 sequences of 8") {
		t.Errorf("a short text: %v", err)
	}
}

func TestRegression(t *testing.T) {
	s := sweep{polynomials{128, 64, 3}, 3, 32, 3}
	o := smallSweep(t, dataPolynomials, "", s, 2)
	mustBeBest(t, o, s, false)
}

func TestResNet18(t *testing.T) {
	s := sweep{photographs{train: 32, test: 20, side: 8, channels: 1}, 1, 16, 1}
	mustBeBest(t, smallSweep(t, "glyphs", "", s, 2), s, true)
}

// TestPolynomial: monomials in any number, and values by plain loops.
func TestPolynomial(t *testing.T) {
	monomials := exponents(4, 6)
	if len(monomials) != 210 { // 10 over 4
		t.Errorf("%d monomials", len(monomials))
	}
	x, coefficients := random.Normal(random.New(1), fx.Float64, 5, 2), random.Normal(random.New(2), fx.Float64, 6)
	two := exponents(2, 2)
	var want []float64
	for i := range 5 {
		sum := 0.0
		for k, e := range two {
			term := coefficients.Float64s()[k]
			for j := range 2 {
				for range e[j] {
					term *= x.Float64s()[2*i+j]
				}
			}
			sum += term
		}
		want = append(want, sum)
	}
	fxtest.MustBeNear(t, "values", evaluate(coefficients, x, two, 2).Float64s(), want, 1e-12)
	s := polynomials{300, 100, 6}.sets()
	all := fx.Concatenate(0, s.Train.Labels, s.Test.Labels)
	if math.Abs(all.Mean().Item()) > 1e-5 || math.Abs(all.Std().Item()-1) > 1e-5 || s.Test.Labels.Size() != 100 {
		t.Errorf("mean %v, deviation %v", all.Mean(), all.Std())
	}
}

// TestDraws: settings lie in their ranges and fill them, and methods have only theirs.
func TestDraws(t *testing.T) {
	r := writing{}.ranges()
	has := map[string][]string{
		nameSGD: {"rate", "momentum"}, nameAdam: {"rate", "momentum", "second"}, nameAdamW: {"rate", "momentum", "second", "decay"},
		namePlain: {"rate", "momentum", "xi", "beta", "decay"}, nameLog: {"rate", "momentum", "xi", "beta", "decay"},
		nameRMS: {"rate", "momentum", "xi", "beta", "second", "decay"}, nameMuon: {"rate", "momentum", "beside", "second", "decay"},
	}
	at := map[string]interval{"rate": r.rate, "momentum": momenta, "xi": r.xi, "beta": betas, "second": seconds, "decay": decays, "beside": momenta}
	for i, method := range sweptMethods {
		all := r.draw(random.New(uint64(i)), method, 200)
		least, most := map[string]float64{}, map[string]float64{}
		for _, d := range all {
			var names []string
			for _, n := range d.told(method) {
				names = append(names, n.name)
				if _, ok := least[n.name]; !ok {
					least[n.name], most[n.name] = n.value, n.value
				}
				least[n.name], most[n.name] = min(least[n.name], n.value), max(most[n.name], n.value)
			}
			if !slices.Equal(names, has[method]) {
				t.Fatalf("%s has %v, want %v", method, names, has[method])
			}
			if err := optim.Validate(published.swept(method, with(d))); err != nil {
				t.Fatalf("%s: %v", method, err)
			}
		}
		for name, low := range least {
			want := at[name]
			switch {
			case name == "momentum" && method == nameSGD:
				want = sgdMomenta
			case name == "momentum" && method == nameMuon:
				want = muonMomenta
			case name == "rate" && method == nameMuon:
				want = r.muonRate
			}
			near := func(a, b float64) bool { return math.Abs(a-b) <= 0.05*(want.high-want.low) }
			if name == "rate" || name == "xi" || name == "decay" {
				near = func(a, b float64) bool { return math.Abs(math.Log(a/b)) <= 0.05*math.Log(want.high/want.low) }
			}
			if low < want.low || most[name] > want.high || !near(low, want.low) || !near(most[name], want.high) {
				t.Errorf("%s: %s from %v to %v, want %v", method, name, low, most[name], want)
			}
		}
	}
}

func with(d drawn) setting {
	d.setting.rate = optim.Constant(d.rate)
	return d.setting
}

// TestLostRuns: what has become NaN ends, counts as lost, and is never the best.
func TestLostRuns(t *testing.T) {
	o := subject[*fakeNet]{}
	for _, c := range []struct {
		a, b   float64
		higher bool
		want   bool
	}{{1, 2, false, true}, {1, 2, true, false}, {math.NaN(), 2, false, false}, {2, math.NaN(), false, true}, {math.Inf(1), 2, true, false}, {1, math.Inf(1), false, true}} {
		o.higher = c.higher
		if got := o.better(c.a, c.b); got != c.want {
			t.Errorf("%v is better than %v: %v", c.a, c.b, got)
		}
	}
	set := polynomials{64, 32, 2}.sets()
	reg := subject[*fakeNet]{train: set.Train, score: func(*fakeNet) float64 { return 1 },
		loss: func(n *fakeNet, s classify.Images) *fx.Array {
			return n.W.Sub(s.Labels.Mean()).Square().Mul(n.W.Square()).Sum()
		}}
	env, err := study.NewEnv(context.Background(), Paper(), study.Full, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := drawn{rate: 1e20, setting: setting{momentum: 0.9}}
	scores, err := descend(context.Background(), env.Task("lost", 5), experiment{published, plans}, sweep{epochs: 5, batch: 16}, reg, nameSGD, d, &fakeNet{fx.Scalar(float32(1))}, 0)
	if err != nil || len(scores) == 5 {
		t.Errorf("scores %v, %v", scores, err)
	}
	d.rate = 1e-3
	if scores, err = descend(context.Background(), env.Task("kept", 5), experiment{published, plans}, sweep{epochs: 5, batch: 16}, reg, nameSGD, d, &fakeNet{fx.Scalar(float32(1))}, 0); err != nil || len(scores) != 5 {
		t.Errorf("scores %v, %v", scores, err)
	}
}

// fakeNet is a network of one number.
type fakeNet struct{ W *fx.Array }

func (n *fakeNet) Apply(x *fx.Array) *fx.Array { return x }
