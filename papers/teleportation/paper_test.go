package teleportation

import (
	"context"
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
	"github.com/fluxion-go/fluxion/symmetry"
)

// small is a smaller experiment: one optimizer and one epoch on smaller images at
// quick, all parts in miniature at default.
func small(data string) study.PerScale[plan] {
	p := plans(data)
	q := p.Quick
	q.convexLimit, q.everyLimit = 2000, 40
	q.train, q.test, q.side, q.epochs = 2000, 100, 14, 1
	q.optimizers, q.equal, q.rounds = families()[:1], 10, 1
	d := q
	d.train, d.side, d.epochs, d.factors = 240, 8, 2, []float64{1, 3}
	d.optimizers = []family{families()[0], families()[4]}
	d.optimizers[1].at = 1
	d.trainings, d.teleported, d.around, d.held = 3, 2, 60, 40
	d.directions, d.fewDirections, d.curves = 3, 2, 2
	d.sharpnessRate, d.curvatureRate = p.Default.sharpnessRate, p.Default.curvatureRate
	d.meta = metaPlan{runs: 2, width: 4, hidden: 6}
	return study.PerScale[plan]{Quick: q, Default: d}
}

func runSmall(t *testing.T, methods lineup, scale study.Scale, seeds []uint64, threads int) *study.Outcome {
	t.Helper()
	p := experiment{methods, small}.paper()
	if scale == study.Quick || threads == 1 {
		p.Figures = nil // they take longer than the experiment
	}
	return studytest.Run(t, study.Request{Paper: p, Scale: scale, Seeds: seeds, Threads: threads})
}

// TestBrokenMethodsFail puts wrong methods in the place of the right ones. Every
// mistake must cost the claims that speak of it; the right ones cost none.
func TestBrokenMethodsFail(t *testing.T) {
	with := func(change func(*lineup)) lineup {
		l := published
		change(&l)
		return l
	}
	for _, c := range []struct {
		name    string
		methods lineup
		fails   []string
	}{
		{"nothing", published, nil},
		{"to the smallest gradient", with(func(l *lineup) {
			l.level = func(s symmetry.LevelSet, f optim.Loss[*fx.Array], w *fx.Array) *fx.Array {
				return s.Move(f, symmetry.GradNorm[*fx.Array](), symmetry.Min, w)
			}
			l.teleport = func(a symmetry.Action[nn.MLP], rate float64) symmetry.Teleport[nn.MLP] {
				t := published.teleport(a, rate)
				t.Direction = symmetry.Min
				return t
			}
		}), []string{"1", "3"}},
		{"no inverse on the next layer", with(func(l *lineup) {
			l.inverse = func(x *fx.Array) symmetry.Action[nn.MLP] {
				return symmetry.BatchGL{X: x, Form: symmetry.FirstOrder, Undo: unleaky}
			}
		}), []string{"2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			studytest.MustLose(t, runSmall(t, c.methods, study.Quick, []uint64{1000}, 1), c.fails...)
		})
	}
}

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// TestSmall: all parts run, figures can be drawn, one seed decides no claim about
// five, and threads do not matter.
func TestSmall(t *testing.T) {
	o := runSmall(t, published, study.Default, []uint64{1000}, 2)
	for _, v := range o.Verdicts {
		if (v.Claim == "4" || v.Claim == "5") && v.Status != study.Inconclusive && v.Status != study.NotReproduced {
			t.Errorf("claim %s with one seed: %s", v.Claim, v.Status)
		}
	}
	if len(o.Figures) != 5 {
		t.Errorf("figures %v", o.Figures)
	}
	studytest.MustHaveSameBits(t, o, runSmall(t, published, study.Default, []uint64{1000}, 1))
}

// TestPlan: what the options change.
func TestPlan(t *testing.T) {
	at := func(scale study.Scale, set map[string]string) plan {
		env, err := study.NewEnv(context.Background(), Paper(), scale, 0, set)
		if err != nil {
			t.Fatal(err)
		}
		return experiment{published, plans}.plan(env)
	}
	if p := at(study.Full, nil); p.meta.runs != 700 || p.families()[0].at != 2 || p.families()[1].at != 0 || p.families()[4].jump != 1e-4 || p.epochs != 40 {
		t.Errorf("full: %+v", p)
	}
	p := at(study.Default, map[string]string{"epochs": "3", "trainings": "9", "meta-runs": "5", "meta-units": "8"})
	if p.epochs != 3 || p.trainings != 9 || p.meta != (metaPlan{5, 20, 8}) {
		t.Errorf("default with options: %+v", p)
	}
	if p := plans("cifar10").Full; p.side != 32 || p.hidden[0] != 128 || p.optimizers[0].rate != 2e-2 {
		t.Errorf("cifar10: %+v", p)
	}
	if p := at(study.Full, map[string]string{"epochs": "1"}); p.families()[0].at != 0 {
		t.Errorf("one epoch: teleports in epoch %d", p.families()[0].at)
	}
	if families()[0].jump != 5e-2 {
		t.Error("a plan changes the families of all")
	}
}

// TestLanes: trainings side by side are those made alone.
func TestLanes(t *testing.T) {
	list := []lane{}
	f := families()[3]
	net := func(seed uint64) nn.MLP {
		m := nn.MLP{Activation: leaky}
		for i, s := range [][]int{{6, 5}, {5, 3}} {
			m.Layers = append(m.Layers, nn.Linear{W: fx.Arange(fx.Float32, s[0]*s[1]).AddScalar(float64(seed)).Sin().Reshape(s...).MulScalar(float64(i + 1))})
		}
		return m
	}
	for s := range uint64(3) {
		list = append(list, f.start(net(s), float64(s+1)))
	}
	back := apart(side(list))
	for i := range list {
		for k, a := range fx.Leaves(list[i]) {
			fxtest.MustBeNear(t, "leaf", fx.Leaves(back[i])[k].AsType(fx.Float64).Float64s(), a.AsType(fx.Float64).Float64s(), 0)
		}
	}
}

// TestSignificant: tabulated critical values of Pearson's r for p = 0.05.
func TestSignificant(t *testing.T) {
	for n, want := range map[int]float64{22: 0.4227, 30: 0.3610, 102: 0.1946} {
		if got := significant(n); math.Abs(got-want) > 2e-4 {
			t.Errorf("%d pairs: %.4f, want %.4f", n, got, want)
		}
	}
	x := []float64{1, 2, 3, 4}
	if r := pearson(x, []float64{3, 5, 7, 9}); math.Abs(r-1) > 1e-15 {
		t.Errorf("of a line: %v", r)
	}
	if !math.IsNaN(pearson(x[:2], x[:2])) {
		t.Error("two pairs have a correlation")
	}
}

// TestMinimiser: the gradient of a logistic problem's loss vanishes there, and no curvature exceeds the bound.
func TestMinimiser(t *testing.T) {
	for seed := range uint64(5) {
		l := drawLogistic(fx.New([]uint32{uint32(seed), 7}))
		best := l.minimiser()
		if g := fx.Grad(l.loss)(best).Norm().Item(); g > 1e-12 {
			t.Errorf("seed %d: the gradient at the minimiser is %g", seed, g)
		}
		if h := l.headroom(best).Item(); h <= 0 || h > 1 {
			t.Errorf("seed %d: the curvature is %g times the bound", seed, h)
		}
	}
}
