package proxyprox

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// smallPlans is scale quick with a part of its grid, and all parts of default with
// less of everything.
var smallPlans = study.PerScale[plan]{
	Quick: plan{deltas: []float64{1}, sigmas: []float64{0}, most: 400, criterionDeltas: []float64{1}, regimes: nil},
	Default: plan{deltas: []float64{0.1}, sigmas: []float64{0, 1}, most: 100, criterionDeltas: []float64{0.1},
		regimes: []regime{{regimeSmooth, 50, 20, []float64{10}}, {regimeNoisy, 8, 20, []float64{1}}}, unlabelled: 400, exam: 500,
		images: &imagePlan{proxy: 200, objective: 200, test: 50, side: 8, hidden: 8, gradients: 4, batch: 8, proxyBatch: 16, inner: 3, pretrain: 4, every: 2}},
}

func small(t *testing.T, methods lineup, scale study.Scale, seeds []uint64, threads int) *study.Outcome {
	t.Helper()
	p := experiment{methods, smallPlans}.paper()
	if scale == study.Quick { // no part B, of which claim, table and figure speak
		p.Figures, p.Tables = nil, nil
		p.Claims = []study.Claim{p.Claims[0], p.Claims[3]}
	}
	return studytest.Run(t, study.Request{Paper: p, Scale: scale, Seeds: seeds, Threads: threads})
}

// uncorrected is the method without the correction: regularised training on the proxy.
type uncorrected struct{ optim.ProxyProx[vector] }

func (o uncorrected) Step(_ optim.Loss[vector], p vector, s optim.State) (vector, optim.State, optim.Info) {
	return o.ProxyProx.Step(o.Proxy, p, s)
}

// TestBrokenMethodsFail puts wrong methods in the place of the right one. Every
// mistake must cost the claims that speak of it; the right one costs none, and
// threads change no bit of it.
func TestBrokenMethodsFail(t *testing.T) {
	with := func(f func(optim.ProxyProx[vector]) optim.Optimizer[vector]) lineup {
		return lineup{f, published.networks}
	}
	for _, c := range []struct {
		name    string
		methods lineup
		fails   []string
	}{
		{"nothing", published, nil},
		{"no correction", with(func(o optim.ProxyProx[vector]) optim.Optimizer[vector] { return uncorrected{o} }), []string{"1"}},
		{"no proxy", with(func(o optim.ProxyProx[vector]) optim.Optimizer[vector] {
			o.Proxy = func(x vector) *fx.Array { return x.Sum().MulScalar(0) }
			return o
		}), []string{"1"}},
		{"no criterion", with(func(o optim.ProxyProx[vector]) optim.Optimizer[vector] {
			if o.Kappa > 0 {
				o.Kappa, o.Eps, o.MaxInner = 0, 0, 1
			}
			return o
		}), []string{"4"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := small(t, c.methods, study.Quick, []uint64{0}, 1)
			studytest.MustLose(t, o, c.fails...)
			if c.fails == nil {
				studytest.MustHaveSameBits(t, o, small(t, c.methods, study.Quick, []uint64{0}, 2))
			}
		})
	}
}

// TestAllParts: every part runs, one seed decides no claim, and the figures can be
// drawn.
func TestAllParts(t *testing.T) {
	one := small(t, published, study.Default, []uint64{0}, 2)
	if len(one.Figures) != 4 || len(one.Tables) < 6 {
		t.Errorf("figures %v, %d tables", one.Figures, len(one.Tables))
	}
	for _, v := range one.Verdicts {
		if v.Status == study.Reproduced && v.Claim != "4" {
			t.Errorf("claim %s is reproduced by one seed", v.Claim)
		}
	}
}

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
	_, err := study.Run(context.Background(), study.Request{Paper: Paper(), Scale: study.Default, Data: "mnist", Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("MNIST without a folder: %v; want advice that names --data-dir", err)
	}
}

// TestPair: the proxy's eigenvalues, and the difference's.
func TestPair(t *testing.T) {
	p := drawPair(random.New(1), 0.3)
	b := fx.Eigvalsh(p.B)
	fxtest.MustBeNear(t, "ends", []float64{b.Min().Item(), b.Max().Item()}, []float64{0.01, 10}, 1e-12)
	e := fx.Eigvalsh(p.A.Sub(p.B)).Float64s()
	fxtest.MustBeNear(t, "difference", []float64{e[0], e[dim-missed-1], e[dim-missed], e[dim-1]}, []float64{0, 0, 0.3, 0.3}, 1e-12)
	if low := fx.Eigvalsh(p.A).Min().Item(); !(low >= 0.01-1e-12) {
		t.Errorf("the objective's smallest eigenvalue is %v", low)
	}
	fxtest.MustBeNear(t, "minimum", fx.Grad(p.objective)(p.X).Float64s(), make([]float64, dim), 1e-13)
	fxtest.MustBeNear(t, "proxy's minimum", fx.Grad(p.proxy)(p.Z).Float64s(), make([]float64, dim), 1e-13)
}

// TestTeacher: the teacher's weights have no excess and are a minimum; labels come
// with their probabilities, and scores have the deviation that was asked for.
func TestTeacher(t *testing.T) {
	keys := random.Split(random.New(2), 4)
	teach := drawTeacher(keys[0])
	q := question{teach, teach.inputs(keys[1], 500), teach.inputs(keys[2], 2000)}
	if x := q.excess(teach.Weights).Item(); x != 0 {
		t.Errorf("the teacher's excess is %v", x)
	}
	fxtest.MustBeNear(t, "minimum", fx.Grad(q.excess)(teach.Weights).Float64s(), make([]float64, features), 1e-12)
	if s := q.Exam.MatMul(teach.Weights).Std().Item(); math.Abs(s-scoreDeviation) > 0.4 {
		t.Errorf("scores have the deviation %v", s)
	}
	// The difference of a labelled loss on the proxy's own inputs and the proxy is linear.
	y := random.Bernoulli(keys[3], q.Unlabelled.MatMul(teach.Weights).Sigmoid()).AsType(fx.Float64)
	objective := func(w vector) *fx.Array { return nn.LogisticGLM.Loss(q.Unlabelled.MatMul(w), y).Mean() }
	delta, _ := optim.EstimateDelta(objective, q.proxy, teach.Weights, random.New(1), linalg.Power{MaxIter: 20})
	if delta.Item() > 1e-15 {
		t.Errorf("delta is %v", delta)
	}
}

func TestStatistics(t *testing.T) {
	if got := slope([]float64{1, 10, 100}, []float64{2, 20, 200}); math.Abs(got-1) > 1e-12 {
		t.Errorf("slope %v, want 1", got)
	}
	c := course{gap: []float64{4, 2, 1}}
	if c.first(2) != 1 || !math.IsInf(c.first(0.5), 1) {
		t.Errorf("first at %v and %v", c.first(2), c.first(0.5))
	}
}
