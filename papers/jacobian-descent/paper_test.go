package jacobiandescent

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	mo "github.com/fluxion-go/fluxion/multiobjective"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// small runs scale quick with fewer matrices and images.
func small(t *testing.T, e experiment, threads int) *study.Outcome {
	t.Helper()
	e.plan = func(env *study.Env) plan {
		p := newPlan(env)
		p.matrices = 30
		return p
	}
	p := e.paper()
	p.Figures = nil // they take longer than the experiment
	return studytest.Run(t, study.Request{Paper: p, Scale: study.Quick, Threads: threads,
		Set: map[string]string{"images": "64", "epochs": "1"}})
}

// called gives a weighting another name, to put it in UPGrad's place.
func called(name string, w mo.Weighting) mo.Weighting {
	return mo.NewWeighting(name, func(g [][]float64, key *fx.Array) ([]float64, error) {
		var all []float64
		for _, row := range g {
			all = append(all, row...)
		}
		weights, err := w.Weights(fx.New(all, len(g), len(g)), key)
		if err != nil {
			return nil, err
		}
		return weights.Float64s(), nil
	})
}

// TestBrokenMethodsFail puts something else in UPGrad's place. Each must lose the
// claims that tell it from UPGrad; UPGrad itself loses none.
func TestBrokenMethodsFail(t *testing.T) {
	for _, c := range []struct {
		name   string
		upgrad func(mo.ConeOptions) mo.Weighting
		fails  []string
	}{
		{"nothing", mo.UPGrad, nil},
		{"the mean", func(mo.ConeOptions) mo.Weighting { return called(nameUPGrad, mo.Mean()) }, []string{"1", "3"}},
		{"one projection, of the mean", func(o mo.ConeOptions) mo.Weighting { return called(nameUPGrad, mo.DualProj(o)) }, []string{"1", "3"}},
		{"one after the other", func(mo.ConeOptions) mo.Weighting { return called(nameUPGrad, mo.PCGrad()) }, []string{"1"}},
		{"the shortest vector", func(mo.ConeOptions) mo.Weighting { return called(nameUPGrad, mo.MGDA()) }, []string{"1", "2", "3"}},
		{"a ridge in the projections", func(mo.ConeOptions) mo.Weighting { return mo.UPGrad(mo.TorchJD) }, []string{"1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := small(t, experiment{upgrad: c.upgrad}, 1)
			studytest.MustLose(t, o, c.fails...)
		})
	}
}

// TestBrokenTrainingLosesTheAreas: claims 4 and 5, which speak of trainings, on
// fewer images and rates. The mean in UPGrad's place gains nothing; the shortest
// vector takes longer than the mean.
func TestBrokenTrainingLosesTheAreas(t *testing.T) {
	for _, c := range []struct {
		name   string
		upgrad func(mo.ConeOptions) mo.Weighting
		fails  []string
	}{
		{"nothing", mo.UPGrad, nil},
		{"the mean", func(mo.ConeOptions) mo.Weighting { return called(nameUPGrad, mo.Mean()) }, []string{"4", "5"}},
		{"the shortest vector", func(mo.ConeOptions) mo.Weighting { return called(nameUPGrad, mo.MGDA()) }, []string{"4", "5"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := experiment{upgrad: c.upgrad, plan: func(env *study.Env) plan {
				p := newPlan(env)
				p.matrices, p.methods, p.batches = 1, []string{nameMean, nameUPGrad, nameMGDA}, []int{4, 64}
				p.rates = map[string][]float64{"": {0.1, 0.3}}
				return p
			}}
			p := e.paper()
			p.Claims = p.Claims[3:]
			for i := range p.Claims {
				p.Claims[i].Scales, p.Claims[i].MinSeeds = nil, 1
			}
			p.Figures = nil
			o := studytest.Run(t, study.Request{Paper: p, Scale: study.Quick, Seeds: []uint64{0},
				Set: map[string]string{"images": "256", "epochs": "4"}})
			studytest.MustLose(t, o, c.fails...)
		})
	}
}

func TestSameOnAnyThreads(t *testing.T) {
	one, two := small(t, published, 1), small(t, published, 2)
	studytest.MustHaveSameBits(t, one, two)
	if len(one.Tables) != 3 {
		t.Errorf("%d tables", len(one.Tables))
	}
}

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// TestPlans: every aggregator of a plan exists and has as many learning rates as
// any other, and each comparison at a batch size has Mean beside it.
func TestPlans(t *testing.T) {
	for _, scale := range []study.Scale{study.Quick, study.Default, study.Full} {
		for _, optimizer := range []string{"sgd", "adam"} {
			env, err := study.NewEnv(context.Background(), Paper(), scale, 0, map[string]string{"optimizer": optimizer})
			if err != nil {
				t.Fatal(err)
			}
			p := newPlan(env)
			trials := p.trials()
			for _, trial := range trials {
				if _, err := published.weighting(trial.method); err != nil {
					t.Error(err)
				}
				if got, want := len(p.grid(trial.method)), len(p.grid(nameMean)); got != want {
					t.Errorf("%s, %s: %v has %d learning rates, Mean %d", scale, optimizer, trial, got, want)
				}
				if !slices.IsSorted(p.grid(trial.method)) {
					t.Errorf("%s, %s: the rates %v are not sorted", scale, optimizer, p.grid(trial.method))
				}
				if !slices.Contains(trials, baseline(trial)) {
					t.Errorf("%s: %v has no baseline", scale, trial)
				}
			}
		}
	}
}

func baseline(t trial) trial { return trial{nameMean, t.batch} }

// TestToys: gradients are those of the values, and CQF's at the origin are as the
// paper says, at a cosine of -0.925.
func TestToys(t *testing.T) {
	const h = 1e-6
	for _, toy := range toys {
		for _, q := range toy.forms {
			for _, x := range toy.starts {
				_, gradient := q.at(x)
				for i := range x {
					up, down := x, x
					up[i] += h
					down[i] -= h
					above, _ := q.at(up)
					below, _ := q.at(down)
					if slope := (above - below) / (2 * h); math.Abs(slope-gradient[i]) > 1e-7 {
						t.Errorf("%s at %v: element %d of the gradient is %g, the slope %g", toy.name, x, i, gradient[i], slope)
					}
				}
			}
		}
	}
	_, a := toys[1].forms[0].at([2]float64{})
	_, b := toys[1].forms[1].at([2]float64{})
	if c := (a[0]*b[0] + a[1]*b[1]) / math.Hypot(a[0], a[1]) / math.Hypot(b[0], b[1]); math.Abs(c+0.925) > 5e-4 {
		t.Errorf("CQF's gradients at the origin have the cosine %.4f", c)
	}
}

// TestOptima: at a Pareto optimum the gradients point in opposite directions, and
// the ends are the minima of the two forms.
func TestOptima(t *testing.T) {
	cqf := toys[1]
	path, values := cqf.optimal()
	for k := range path[0] {
		x := [2]float64{path[0][k], path[1][k]}
		_, a := cqf.forms[0].at(x)
		_, b := cqf.forms[1].at(x)
		size := math.Hypot(a[0], a[1]) * math.Hypot(b[0], b[1])
		if inner := a[0]*b[0] + a[1]*b[1]; math.Abs(inner+size) > 1e-6*size+1e-12 {
			t.Fatalf("at %v the gradients %v and %v are not opposed", x, a, b)
		}
	}
	last := len(path[0]) - 1
	if values[1][0] > 1e-12 || values[0][last] > 1e-12 {
		t.Errorf("the ends have the values %g and %g", values[1][0], values[0][last])
	}
}

// TestMeasure: the Gramian by layers, and the one from every example's gradient,
// are those of the losses.
func TestMeasure(t *testing.T) {
	env, err := study.NewEnv(context.Background(), Paper(), study.Quick, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := newPlan(env)
	p.images = 40
	d, err := sharedImages(env, p)
	if err != nil {
		t.Fatal(err)
	}
	b := d.pick([]int{3, 1, 4, 15})
	for _, kind := range []string{"mlp", "cnn"} {
		net, err := newNetwork(kind, random.New(2), d)
		if err != nil {
			t.Fatal(err)
		}
		values, gramian := measure(net, b)
		f := func(n network) *fx.Array { return losses(n, b) }
		if gap := values.Sub(f(net)).Abs().Max().Item(); gap > 1e-5 {
			t.Errorf("%s: the losses differ by %g", kind, gap)
		}
		want := mo.Gramian(f, net)
		if gap := gramian.Sub(want).Abs().Max().Item() / want.Abs().Max().Item(); gap > 1e-5 {
			t.Errorf("%s: the Gramian differs by %g", kind, gap)
		}
	}
	if _, err := newNetwork("rnn", random.New(2), d); err == nil {
		t.Error("an unknown network is made")
	}
}

func TestTooFewImages(t *testing.T) {
	env, err := study.NewEnv(context.Background(), Paper(), study.Default, 0, map[string]string{"images": "50"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sharedImages(env, newPlan(env)); err == nil || err.Error() != "50 training images are less than a batch of 64" {
		t.Errorf("error %v", err)
	}
}
