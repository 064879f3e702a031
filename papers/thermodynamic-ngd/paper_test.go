package thermodynamicngd

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/ode"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// smallPlans is scale quick with a smaller network, and all parts of default with
// fewer steps.
var smallPlans = study.PerScale[plan]{
	Quick: plan{train: 600, test: 100, side: 8, hidden: 8, batch: 16, steps: 30, every: 10, early: 30, readoutDt: 0.2,
		grid: grid([]optim.DeviceStart{optim.StartWarm}, []float64{2}, []float64{0.6})},
	Default: plan{train: 600, test: 100, side: 8, hidden: 8, batch: 16, steps: 60, every: 10, early: 30, readoutDt: 0.2,
		exact: true, grid: grid(bothStarts, []float64{0.5, 2}, []float64{0.3, 0.6}), adamRate: []float64{0.01}, cg: []int{10},
		noises: []float64{1e-6, 1e-5, 1e-4}, delays: []int{2}},
	Full: plan{train: 200, test: 100, side: 12, conv: true, hidden: 8, batch: 16, steps: 10, every: 10, early: 10, readoutDt: 0.2,
		exact: true, grid: grid(bothStarts, []float64{0.5, 2}, []float64{0.3, 0.6}), noises: []float64{1e-6, 1e-5, 1e-4}},
}

func small(t *testing.T, methods lineup, scale study.Scale, threads int) *study.Outcome {
	t.Helper()
	p := experiment{methods, smallPlans}.paper()
	if scale == study.Quick {
		p.Figures = nil // they take longer than the experiment
	}
	return studytest.Run(t, study.Request{Paper: p, Scale: scale, Seeds: []uint64{0}, Threads: threads})
}

// TestBrokenMethodsFail puts wrong devices in the place of the right one. Every
// mistake must cost the claims that speak of it; the right one costs none, and
// threads change no bit of it.
func TestBrokenMethodsFail(t *testing.T) {
	with := func(relax func(process, *fx.Array, ode.Relaxation, *fx.Array) *fx.Array) lineup {
		return lineup{published.tngd, relax}
	}
	for _, c := range []struct {
		name    string
		methods lineup
		fails   []string
	}{
		{"nothing", published, nil},
		{"half the noise", with(func(d process, v *fx.Array, r ode.Relaxation, key *fx.Array) *fx.Array {
			d.Kappa0 /= 2
			return d.Run(v, r, key)
		}), []string{"2"}},
		{"from zero", with(func(d process, v *fx.Array, r ode.Relaxation, key *fx.Array) *fx.Array {
			return d.Run(fx.ZerosLike(v), r, key)
		}), []string{"1"}},
		{"a solver with noise added", with(func(d process, v *fx.Array, _ ode.Relaxation, key *fx.Array) *fx.Array {
			x, _ := linalg.CG[*fx.Array]{}.Solve(d.A, d.B, nil)
			return x
		}), []string{"1", "2"}},
		{"a device of no time", lineup{func(o optim.TNGD[net]) optim.Optimizer[net] {
			o.Tau, o.Start = 0, optim.StartGradient
			return o
		}, published.relax}, []string{"4"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := small(t, c.methods, study.Quick, 1)
			studytest.MustLose(t, o, c.fails...)
			if c.fails == nil {
				studytest.MustHaveSameBits(t, o, small(t, c.methods, study.Quick, 2))
			}
		})
	}
}

// TestAllParts: every part of default and full runs, one seed decides no claim about
// three, and the figures can be drawn.
func TestAllParts(t *testing.T) {
	for scale, figures := range map[study.Scale]int{study.Default: 4, study.Full: 4} {
		one := small(t, published, scale, 2)
		if len(one.Figures) != figures || len(one.Tables) < 3 {
			t.Errorf("figures %v, %d tables", one.Figures, len(one.Tables))
		}
		for _, v := range one.Verdicts {
			if v.Status == study.Reproduced && (v.Claim == "3" || v.Claim == "5") {
				t.Errorf("claim %s is reproduced by one seed", v.Claim)
			}
		}
	}
}

// TestArms: no two trainings have the same labels, and what a step of one costs.
func TestArms(t *testing.T) {
	p := plans.Default
	seen := map[string]bool{}
	for _, a := range p.arms() {
		name := study.MakeLabels(a.labels()...)
		key := ""
		for _, l := range name {
			key += l.Key + "=" + l.Value + " "
		}
		if seen[key] {
			t.Errorf("two trainings are labelled %s", key)
		}
		seen[key] = true
	}
	if len(seen) != 4+3+3+4+8+12+3+3+6 {
		t.Errorf("%d trainings", len(seen))
	}
	for name, c := range map[string]struct {
		a    arm
		want float64
	}{
		"SGD":  {arm{method: nameSGD}, 1},
		"CG":   {arm{method: cgName(10), products: 10}, 11},
		"TNGD": {arm{method: nameTNGD, tngdSetting: tngdSetting{tau: 2}}, 41},
	} {
		if got := c.a.cost(); got != c.want {
			t.Errorf("%s costs %v, want %v", name, got, c.want)
		}
	}
}

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
	_, err := study.Run(context.Background(), study.Request{Paper: Paper(), Scale: study.Quick, Data: "mnist", Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("MNIST without a folder: %v; want advice that names --data-dir", err)
	}
}

// TestNetwork: the published number of parameters, and the system of a minibatch.
func TestNetwork(t *testing.T) {
	env, err := study.NewEnv(context.Background(), Paper(), study.Quick, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := plans.Quick
	p.train = 100
	sets, err := sharedImages(env, p)
	if err != nil {
		t.Fatal(err)
	}
	m := network(p, sets, 1)
	if n := nn.ParameterCount(m); n != 2674 {
		t.Errorf("%d parameters, want 2674", n)
	}
	if x := sets.Train.Pixels; math.Abs(x.Mean().Item()) > 1e-5 || math.Abs(x.Std().Item()-1) > 1e-4 {
		t.Errorf("pixels of mean %v and deviation %v", x.Mean(), x.Std())
	}
	p.hidden, p.batch = 4, 8
	sys := deviceSystem(network(p, sets, 1), sets.Train.Slice(0, 8))
	v := sys.g.MulScalar(3).Sin()
	apart := sys.fisher(v).Sub(sys.spectrum.Apply(func(mu *fx.Array) *fx.Array { return mu }, v)).Norm().Item()
	if apart > 1e-12 || sys.fisher(sys.solution).Sub(sys.g).Norm().Item() > 1e-12 {
		t.Errorf("operator and factors are apart by %v", apart)
	}
}
