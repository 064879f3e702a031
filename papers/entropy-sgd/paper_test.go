package entropysgd

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/landscape"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// smallPlans is scale quick, and at default all parts with few images and settings; at
// full LeNet on a few images.
func smallPlans(dataName string) study.PerScale[plan] {
	p := plans(dataName)
	p.Quick.test = 200
	small := func(p plan) plan {
		p.train, p.test, p.batch, p.epochs = 120, 100, 20, 2
		p.sgd, p.entropy = p.sgd[:2], p.entropy[:2]
		for i := range p.entropy {
			p.entropy[i].walk = 4
		}
		return p
	}
	p.Default, p.Full = small(p.Default), small(p.Full)
	p.Default.network.hidden = []int{16}
	p.Default.epochs = 10 // 60 minibatches: one step of L = 50
	p.Full.train, p.Full.batch, p.Full.variants = 60, 20, false
	return p
}

func small(t *testing.T, methods lineup, scale study.Scale, seeds []uint64, threads int, set map[string]string) *study.Outcome {
	t.Helper()
	p := experiment{methods, smallPlans}.paper()
	if scale == study.Quick || threads > 1 {
		p.Figures = nil // they take as long as the experiment
	}
	return studytest.Run(t, study.Request{Paper: p, Scale: scale, Seeds: seeds, Threads: threads, Set: set})
}

// TestBrokenMethodsFail puts wrong methods in the place of the right one. Every
// mistake must cost the claims that speak of it; the right one costs none.
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
		{"half the coupling", with(func(l *lineup) {
			l.coupled = func(f func(*fx.Array) *fx.Array, x []float64, gamma float64, over landscape.Interval) landscape.LocalEntropy {
				return landscape.LocalEntropy1D(f, x, gamma/2, over)
			}
		}), []string{"1"}},
		{"no volume", with(func(l *lineup) {
			l.coupled = func(f func(*fx.Array) *fx.Array, x []float64, gamma float64, over landscape.Interval) landscape.LocalEntropy {
				e := landscape.LocalEntropy1D(f, x, gamma, over)
				for i, v := range f(fx.New(x)).Float64s() {
					e.F[i] = -v
				}
				return e
			}
		}), []string{"2"}},
		{"walks that stop", with(func(l *lineup) {
			l.sampled = func(f func(*fx.Array) *fx.Array, p *fx.Array, gamma float64, s landscape.Sampler) *fx.Array {
				s.Steps = min(s.Steps, 100)
				return landscape.LocalEntropyGrad(f, p, gamma, s)
			}
		}), []string{"1"}},
		{"decay that nobody asked for", with(func(l *lineup) {
			l.net = func(lr optim.Schedule, key *fx.Array) optim.EntropySGD[nn.Sequential] {
				o := optim.NewEntropySGD[nn.Sequential](lr, key)
				o.WeightDecay = 1e-3
				return o
			}
		}), []string{"1"}},
		{"decay in the step", with(func(l *lineup) {
			l.plane = func(lr optim.Schedule, key *fx.Array) optim.EntropySGD[*fx.Array] {
				o := optim.NewEntropySGD[*fx.Array](lr, key)
				o.WeightDecay = 1e-3
				return o
			}
		}), []string{"1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			studytest.MustLose(t, small(t, c.methods, study.Quick, []uint64{0}, 2, map[string]string{"epochs": "3"}), c.fails...)
		})
	}
}

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// TestSameBits: threads and the seeds that run beside do not matter; tables and
// figures can be drawn, and two seeds decide no claim about five.
func TestSameBits(t *testing.T) {
	one, two := small(t, published, study.Default, []uint64{0, 1}, 1, nil), small(t, published, study.Default, []uint64{0, 1}, 2, nil)
	studytest.MustHaveSameBits(t, one, two)
	if len(one.Figures) != 3 {
		t.Errorf("figures %v", one.Figures)
	}
	for _, v := range one.Verdicts {
		if v.Claim > "2" && v.Status != study.Inconclusive {
			t.Errorf("claim %s is %s with two seeds", v.Claim, v.Status)
		}
	}
	// The settings chosen are those with the lowest loss.
	common := one.Results.Common
	for _, method := range []string{nameSGD, nameEntropy} {
		labels := training{method, true, arm{}}.labels()
		grid := smallPlans("glyphs").Default.grid(method)
		best := grid[int(common.Scalar("chosen", labels...))]
		loss := func(a arm) float64 {
			return common.Scalar("tuning_loss", append(slices.Clone(labels), "settings", a.String())...)
		}
		for _, a := range grid {
			if loss(a) < loss(best) {
				t.Errorf("%s: %v is chosen with %v, and %v has %v", method, best, loss(best), a, loss(a))
			}
		}
	}
}

// TestLeNet: the network of scale full trains, with running statistics of its own.
func TestLeNet(t *testing.T) {
	o := small(t, published, study.Full, []uint64{0}, 2, nil)
	for _, method := range []string{nameSGD, nameEntropy} {
		if loss := of(o.Results, "test_loss", method, false)[0]; !(loss < 5) {
			t.Errorf("%s: test loss %v", method, loss)
		}
	}
}

func TestEquallyFar(t *testing.T) {
	points := func(losses ...float64) []point {
		var list []point
		for _, l := range losses {
			list = append(list, point{trainLoss: l})
		}
		return list
	}
	a, b, ok := equallyFar(points(0.5, 0.018, 0.011, 0.001), points(0.3, 0.0121, 0.009))
	if !ok || a.trainLoss != 0.011 || b.trainLoss != 0.0121 {
		t.Errorf("%v and %v, %v", a.trainLoss, b.trainLoss, ok)
	}
	if _, _, ok := equallyFar(points(0.5, 0.009), points(0.015)); ok {
		t.Error("a training without a point in the range has one")
	}
}

func TestPlans(t *testing.T) {
	for _, scale := range []study.Scale{study.Quick, study.Default, study.Full} {
		p := plans("glyphs").At(scale)
		seen := map[arm]bool{}
		for _, a := range slices.Concat(p.sgd, p.entropy) {
			if seen[a] {
				t.Errorf("%s: %v occurs twice", scale, a)
			}
			seen[a] = true
		}
	}
}

func TestErrors(t *testing.T) {
	_, err := study.Run(context.Background(), study.Request{Paper: Paper(), Scale: study.Quick, Data: "mnist", Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("MNIST without a folder: %v; want advice that names --data-dir", err)
	}
	_, err = study.Run(context.Background(), study.Request{Paper: Paper(), Scale: study.Quick, Dir: t.TempDir(), Set: map[string]string{"epochs": "2"}})
	if err == nil || !strings.Contains(err.Error(), "2 epochs have 14 minibatches, and a step takes 20: set more epochs") {
		t.Errorf("fewer minibatches than a step takes: %v", err)
	}
}
