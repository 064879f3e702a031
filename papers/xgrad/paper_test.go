package xgrad

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// smallPlans has fewer test images and one momentum, and the settings of scale
// quick.
func smallPlans(data string) study.PerScale[plan] {
	p := plans(data).Quick
	p.test, p.mus = 200, []float64{0.9}
	whole := p
	whole.epochs, whole.characters, whole.ahead = 2, 50, []int{0, 1, 2}
	whole.settings = append(slices.Clone(p.settings), setting{nameAdamW, 1e-3}, setting{nameAdaBelief, 1e-3}, setting{nameNesterov, 0.01})
	return study.PerScale[plan]{Quick: p, Default: whole}
}

// small runs the experiment with the given method on a small scale.
func small(t *testing.T, methods lineup, scale study.Scale, seeds []uint64, threads int, set map[string]string) *study.Outcome {
	t.Helper()
	p := experiment{methods, smallPlans}.paper()
	if scale == study.Quick {
		p.Figures = nil // they take longer than the experiment
	}
	return studytest.Run(t, study.Request{Paper: p, Scale: scale, Seeds: seeds, Set: maps.Clone(set), Threads: threads})
}

// wrong is prediction with a mistake: the number of updates is s times factor
// plus more, and with forget the weights stay where they were predicted to be.
type wrong[P any] struct {
	base         optim.Rule
	s            int
	factor, more float64
	forget       bool
}

func (o wrong[P]) Init(p P) optim.State { return optim.WithPrediction[P](o.base, o.s).Init(p) }

func (o wrong[P]) Step(loss optim.Loss[P], p P, s optim.State) (P, optim.State, optim.Info) {
	own := s.(optim.PredictionState)
	rule, base := o.base, own.Base
	for { // the last rule of a chain
		states, ok := base.([]optim.State)
		if !ok {
			break
		}
		base = states[len(states)-1]
		rule = optim.NewMomentum(optim.Constant(0.01), mu)
	}
	way := rule.(optim.Predictor).PeekUpdate(base)
	for i := range way {
		way[i] = way[i].MulScalar(float64(o.s)*o.factor + o.more)
	}
	ahead := optim.ApplyUpdates(p, way)
	value, grad := fx.ValueAndGrad(loss)(ahead)
	g, _ := optim.Floats(grad)
	if o.forget {
		p = ahead
	}
	leaves, _ := optim.Floats(p)
	updates, next := optim.Update(o.base, g, own.Base, leaves, optim.Extra{Loss: value})
	return optim.ApplyUpdates(p, updates), optim.PredictionState{Base: next, Fallbacks: own.Fallbacks}, optim.Info{Loss: value}
}

func broken(factor, more float64, forget bool) lineup {
	return lineup{
		func(b optim.Rule, s int) optim.Optimizer[nn.Sequential] {
			return wrong[nn.Sequential]{b, s, factor, more, forget}
		},
		func(b optim.Rule, s int) optim.Optimizer[*fx.Array] {
			return wrong[*fx.Array]{b, s, factor, more, forget}
		},
		predicting[reader],
	}
}

// TestBrokenMethodsFail puts wrong methods in the place of the right one. Every
// mistake must cost the claims that speak of it; the right one costs none.
func TestBrokenMethodsFail(t *testing.T) {
	for _, c := range []struct {
		name    string
		methods lineup
		fails   []string
	}{
		{"nothing", published, nil},
		{"backwards", broken(-1, 0, false), []string{"1", "4"}},
		{"never restored", broken(1, 0, true), []string{"4"}},
		{"half as far", broken(0.5, 0, false), []string{"4"}},
		{"one too many", broken(1, 1, false), []string{"4"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := small(t, c.methods, study.Quick, []uint64{0}, 2, nil)
			got := slices.DeleteFunc(studytest.Lost(o), func(id string) bool { return id == "3" }) // of 200 images
			missed := slices.ContainsFunc(c.fails, func(id string) bool { return !slices.Contains(got, id) })
			if missed || len(c.fails) == 0 && len(got) > 0 {
				t.Errorf("claims %v fail, want %v", got, c.fails)
				for _, v := range o.Verdicts {
					for _, check := range v.Checks {
						t.Logf("%s: %s %v", v.Claim, v.Status, check)
					}
				}
			}
		})
	}
}

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// TestPlan: the trainings of each scale; Nesterov is not predicted.
func TestPlan(t *testing.T) {
	for _, c := range []struct {
		scale      study.Scale
		set        map[string]string
		trials     int
		epochs     int
		characters int
	}{
		{study.Quick, nil, 6, 2, 0},
		{study.Default, nil, 9*5 + 4, 6, 400},
		{study.Default, map[string]string{"epochs": "3", "characters": "0"}, 49, 3, 0},
		{study.Full, nil, 16, 200, 2000},
	} {
		env, err := study.NewEnv(context.Background(), Paper(), c.scale, 0, c.set)
		if err != nil {
			t.Fatal(err)
		}
		p := experiment{published, plans}.plan(env)
		if len(p.trials()) != c.trials || p.epochs != c.epochs || p.characters != c.characters {
			t.Errorf("%s %v: %d trainings of %d epochs, %d steps; want %d of %d, %d", c.scale, c.set, len(p.trials()), p.epochs, p.characters,
				c.trials, c.epochs, c.characters)
		}
		for _, b := range p.bases() {
			if b.base == nameNesterov {
				t.Error("Nesterov is among the bases that are predicted")
			}
		}
	}
}

// TestSameBits: threads and the seeds that run beside do not matter.
func TestSameBits(t *testing.T) {
	one, two := small(t, published, study.Quick, []uint64{0, 1}, 1, nil), small(t, published, study.Quick, []uint64{0, 1}, 2, nil)
	if one.Digest != two.Digest {
		t.Errorf("digests %s and %s with one thread and with two", one.Digest, two.Digest)
	}
}

// TestOneSeed: one seed decides no claim about five; tables and figures can be
// drawn, and the character model learns.
func TestOneSeed(t *testing.T) {
	o := small(t, published, study.Default, []uint64{0}, 1, nil)
	for _, v := range o.Verdicts {
		if v.Status == study.Reproduced && v.Claim != "4" && v.Claim != "5" {
			t.Errorf("claim %s is reproduced by one seed", v.Claim)
		}
	}
	if len(o.Figures) != 4 {
		t.Errorf("figures %v, want 4", o.Figures)
	}
	for _, s := range []int{0, 1, 2} {
		if loss := o.Results.First().Scalar("characters_loss", "s", s); !(loss < 3) {
			t.Errorf("s = %d: the character model has a loss of %v after 50 steps", s, loss)
		}
	}
}

// TestLimit: the formula's limit is where the polynomial's largest root leaves
// the unit circle.
func TestLimit(t *testing.T) {
	radius := func(mu float64, s int, k float64) float64 {
		det := mu - float64(s)*k
		trace := 1 + det - k
		d := trace*trace - 4*det
		if d < 0 {
			return math.Sqrt(det)
		}
		return (math.Abs(trace) + math.Sqrt(d)) / 2
	}
	for _, mu := range []float64{0, 0.5, 0.9, 0.99} {
		for s := range 9 {
			k := limit(mu, s)
			if in, out := radius(mu, s, 0.999*k), radius(mu, s, 1.001*k); !(in < 1 && out > 1) {
				t.Errorf("mu %v, s %d: radius %v just below %v and %v just above", mu, s, in, k, out)
			}
		}
	}
}

func TestDiffering(t *testing.T) {
	net := func(v ...float64) nn.Sequential { return nn.Sequential{nn.Linear{W: fx.New(v, 1, len(v))}} }
	if n := differing(net(1, 0, 3), net(1, math.Copysign(0, -1), 4)); n != 2 {
		t.Errorf("%d elements differ, want 2: one is -0", n)
	}
}

func TestDataErrors(t *testing.T) {
	_, err := study.Run(context.Background(), study.Request{Paper: Paper(), Scale: study.Quick, Data: "mnist", Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("MNIST without a folder: %v; want advice that names --data-dir", err)
	}
}
