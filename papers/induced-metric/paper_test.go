package inducedmetric

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// smallPlans are the searches of scale quick with the momenta that claim 1 needs,
// and two trainings on few images; the default scale also scatters the starts and
// has more methods.
func smallPlans(dataName string) study.PerScale[plan] {
	p := plans(dataName)
	small := p.Quick
	small.hunt.momenta = []float64{0.5, 0.99}
	small.network.train, small.network.test, small.network.epochs = 640, 200, 1
	p.Quick = small
	small.hunt.methods = []string{nameSGD, nameAdam, namePlain, nameLog, nameRMS}
	small.hunt.seconds, small.hunt.starts = []float64{0.9}, 4
	small.hunt.momenta = []float64{0.5}
	small.network.arms = arms(groups)
	p.Default = small
	return p
}

func small(t *testing.T, methods lineup, scale study.Scale, seeds []uint64, threads int) *study.Outcome {
	t.Helper()
	p := experiment{methods, smallPlans}.paper()
	if scale == study.Quick {
		p.Figures = nil // they take longer than the experiment
	}
	return studytest.Run(t, study.Request{Paper: p, Scale: scale, Seeds: seeds, Threads: threads})
}

// TestBrokenMethodsFail puts wrong methods in the place of the right ones. Every
// mistake must cost the claims that speak of it; the right ones cost none.
func TestBrokenMethodsFail(t *testing.T) {
	with := func(change func(*optim.InducedMetric, setting)) lineup {
		broken := func(right func(setting) optim.Rule) func(setting) optim.Rule {
			return func(s setting) optim.Rule {
				r := right(s).(optim.InducedMetric)
				change(&r, s)
				return r
			}
		}
		return lineup{broken(plain), broken(logarithmic), broken(rms)}
	}
	for _, c := range []struct {
		name    string
		methods lineup
		fails   []string
	}{
		{"nothing", published, nil},
		{"no metric", with(func(r *optim.InducedMetric, s setting) { r.Xi = 0 }), []string{"1", "3"}},
		{"a quarter of xi", with(func(r *optim.InducedMetric, s setting) { r.Xi = s.xi / 4 }), []string{"1", "3"}},
		{"the logarithm forgotten", with(func(r *optim.InducedMetric, s setting) { r.Log = false }), []string{"1"}},
		{"momentum that sums", lineup{func(s setting) optim.Rule {
			return optim.Chain(optim.ScaleByInducedMetric(optim.MetricFactor{Xi: s.xi}, optim.Scale(1), nil), optim.Trace{Mu: s.momentum}, optim.ScaleByLearningRate(s.rate))
		}, logarithmic, rms}, []string{"1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := experiment{c.methods, func(name string) study.PerScale[plan] {
				s := smallPlans(name)
				s.Quick.network.arms = nil
				if c.fails == nil {
					s.Quick.hunt = plans(name).Quick.hunt
				}
				return s
			}}.paper()
			p.Figures, p.Tables = nil, nil
			studytest.MustLose(t, studytest.Run(t, study.Request{Paper: p, Scale: study.Quick, Seeds: []uint64{0}, Threads: 1}), c.fails...)
		})
	}
}

// TestSameBits: threads do not matter, and tables and figures can be made of all
// that scale default records.
func TestSameBits(t *testing.T) {
	one, two := small(t, published, study.Default, []uint64{0, 1, 2}, 1), small(t, published, study.Quick, []uint64{0, 1}, 2)
	if len(one.Figures) != 4 {
		t.Errorf("figures %v, want 4", one.Figures)
	}
	studytest.MustHaveSameBits(t, two, small(t, published, study.Quick, []uint64{0, 1}, 1))
	for _, v := range one.Verdicts {
		if v.Claim == "4" && v.Status == study.Inconclusive {
			t.Errorf("claim 4 is not judged: %s", v.Reason)
		}
	}
}

// TestSearch: the number of steps by a loop, and what counts as lost.
func TestSearch(t *testing.T) {
	bowl := landscape{"bowl", func(x *fx.Array) *fx.Array { return x.Square().Sum() }, [2]float64{1, 2}, 1e-6, 1}
	out := steps(bowl.search(func(lr optim.Schedule) optim.Rule { return optim.NewSGD(lr) })(bowl.from([]float64{0.1, 1e-9, 0.5, 2})))
	n, loss := 0, 5.0
	for ; loss >= 1e-6; n++ {
		loss *= 0.8 * 0.8
	}
	if int(out[0]) != n || !math.IsInf(out[1], 1) || out[2] != 1 || !math.IsInf(out[3], 1) {
		t.Errorf("steps %v, want %d, +Inf, 1, +Inf", out, n)
	}
	// The start itself may be good enough.
	bowl.start = [2]float64{}
	if out := steps(bowl.search(func(lr optim.Schedule) optim.Rule { return optim.NewSGD(lr) })(bowl.from([]float64{0.1}))); out[0] != 0 {
		t.Errorf("%v steps from the minimum", out)
	}
}

func TestPlan(t *testing.T) {
	e := experiment{published, plans}
	for data, want := range map[string]task{"glyphs": nil, "mnist": nil, "cifar10": photographs{side: 32, channels: 64},
		"sentences": writing{1_115_394, 4, 128, 256}, "tinyshakespeare": writing{1_115_394, 4, 128, 256}, "polynomials": polynomials{8192, 5120, 6}} {
		env, err := study.NewEnv(context.Background(), Paper(), study.Full, 0, map[string]string{"epochs": "3"})
		if err != nil {
			t.Fatal(err)
		}
		env.Data.Name = data
		p := e.plan(env)
		if len(p.hunt.seconds) != map[bool]int{true: 5}[want == nil] || (p.sweep == nil) != (want == nil) || (len(p.network.arms) == 0) != (want != nil) {
			t.Errorf("%s: %+v, %+v", data, p.network, p.sweep)
		}
		switch {
		case want == nil && p.network.epochs != 3, want != nil && (p.sweep.task != want || p.sweep.runs != 50 || p.sweep.epochs != 3):
			t.Errorf("%s: %+v, %+v", data, p.network, p.sweep)
		}
	}
	counts := map[string]int{}
	for _, a := range plans("glyphs").Default.network.arms {
		counts[a.method]++
	}
	want := map[string]int{nameSGD: 6, nameClip: 18, namePlain: 18, nameLog: 6, nameRMS: 12, nameAdam: 4, nameAdamW: 4, nameMuon: 4}
	if !maps.Equal(counts, want) {
		t.Errorf("arms %v, want %v", counts, want)
	}
	for _, s := range published.searchers() {
		if n := len(s.settings(plans("glyphs").Full.hunt)); n != map[string]int{nameSGD: 8, nameAdam: 40, namePlain: 32, nameLog: 32, nameRMS: 160}[s.name] {
			t.Errorf("%s has %d settings", s.name, n)
		}
	}
	if !slices.IsSorted(planeRates) {
		t.Error("the rates are not in order")
	}
}

func TestDataErrors(t *testing.T) {
	_, err := study.Run(context.Background(), study.Request{Paper: Paper(), Scale: study.Quick, Data: "mnist", Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("MNIST without a folder: %v; want advice that names --data-dir", err)
	}
}
