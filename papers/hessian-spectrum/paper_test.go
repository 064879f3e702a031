package hessianspectrum

import (
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/curvature"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// smallPlan is scale quick with what claims 1, 3 and 5 need least of, and one of
// every other part. Claim 2 needs a wide network, which takes too long here.
func smallPlan(*study.Env) plan {
	return plan{
		problems: problems([]int{3}, []float64{0}, []int{8}, nil),
		images:   100, spectrum: network{4, 4}, imageStages: []int{0, judged, late},
		density: network{4, 4}, probes: 2, lanczos: 30,
		largeSteps: 20, smallSteps: 20, largeRate: 0.1, smallRate: 0.1, linePool: 4,
	}
}

// TestBrokenMethodsFail puts wrong methods in the place of the right ones: each
// must lose the claims that speak of it. The right one loses none.
func TestBrokenMethodsFail(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*experiment)
		fails []string
	}{
		{"nothing", func(*experiment) {}, nil},
		{"Gauss-Newton called Hessian", func(e *experiment) {
			e.seen = func(d curvature.Parts) *fx.Array { return d.G }
		}, []string{"3", "5"}},
		{"fixed threshold", func(e *experiment) {
			e.count = func(values []float64) (int, float64) { return spectrum(values).above(0.1), 1 }
		}, []string{"1"}},
		{"noise on the matrix", func(e *experiment) {
			e.seen = func(d curvature.Parts) *fx.Array {
				noise := random.Normal(random.New(1), fx.Float64, d.H.Shape()...)
				return d.H.Add(noise.Add(noise.T()).MulScalar(1e-2))
			}
		}, []string{"1", "3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := published
			e.plan = func(env *study.Env) plan {
				p := smallPlan(env)
				p.problems, p.imageStages = p.problems[:1], nil // the claims speak of no others
				return p
			}
			c.spoil(&e)
			p := e.paper()
			p.Claims = slices.Delete(p.Claims, 1, 2)
			p.Figures, p.Tables = nil, nil
			o := studytest.Run(t, study.Request{Paper: p, Scale: study.Quick})
			studytest.MustLose(t, o, c.fails...)
		})
	}
}

// TestBrokenMatrixLosesTheWidths: claim 2. The Gauss-Newton part alone has a bulk
// of exact zeros, which is wider. That the right matrix keeps the claim is seen by
// the record of scale quick.
func TestBrokenMatrixLosesTheWidths(t *testing.T) {
	e := published
	e.seen = func(d curvature.Parts) *fx.Array { return d.G }
	e.plan = func(env *study.Env) plan {
		p := smallPlan(env)
		p.problems, p.imageStages = problems(nil, nil, []int{8, 64}, nil), nil
		return p
	}
	studytest.MustLose(t, judgedBy(t, e, "2", study.Request{Scale: study.Quick}), "2")
}

// TestAnotherStartLosesTheLine: claim 4, on few images. Small batches that set out
// elsewhere end behind a barrier.
func TestAnotherStartLosesTheLine(t *testing.T) {
	for name, c := range map[string]struct {
		from  func(large, other nn.MLP) nn.MLP
		fails []string
	}{
		"nothing":       {published.from, nil},
		"another start": {func(_, other nn.MLP) nn.MLP { return other }, []string{"4"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := published
			e.from = c.from
			e.plan = func(env *study.Env) plan {
				p := smallPlan(env)
				p.problems, p.imageStages = nil, nil
				p.images, p.largeSteps, p.smallSteps, p.linePool = 400, 100, 2000, 2
				return p
			}
			studytest.MustLose(t, judgedBy(t, e, "4", study.Request{Scale: study.Quick, Seeds: []uint64{0, 1, 2}}), c.fails...)
		})
	}
}

// judgedBy runs an experiment that is judged by one claim alone.
func judgedBy(t *testing.T, e experiment, id string, r study.Request) *study.Outcome {
	t.Helper()
	p := e.paper()
	p.Claims = slices.DeleteFunc(p.Claims, func(c study.Claim) bool { return c.ID != id })
	p.Claims[0].Scales, p.Figures, p.Tables = nil, nil, nil
	r.Paper = p
	return studytest.Run(t, r)
}

// TestSameOnAnyThreads also sees that tables can be made.
func TestSameOnAnyThreads(t *testing.T) {
	e := published
	e.plan = smallPlan
	p := e.paper()
	p.Claims = p.Claims[4:]
	figures := p.Figures
	run := func(threads int) *study.Outcome {
		p.Figures = nil // once is enough
		if threads == 1 {
			p.Figures = figures
		}
		return studytest.Run(t, study.Request{Paper: p, Scale: study.Quick, Threads: threads})
	}
	one, two := run(1), run(2)
	studytest.MustHaveSameBits(t, one, two)
	if len(one.Tables) != 7 || len(one.Figures) != 4 {
		t.Errorf("%d tables and %d figures", len(one.Tables), len(one.Figures))
	}
}

func TestBlobs(t *testing.T) {
	x, labels := blobs(random.New(3), 40, 4, 0)
	sum := x.MatMul(x.T())
	same := labels.ExpandDims(1).Equal(labels).AsType(fx.Float64)
	if d := sum.Sub(same).Abs().Max().Item(); d > 1e-14 {
		t.Errorf("without noise, examples are off orthonormal means by %g", d)
	}
	for k := range 4 {
		if n := labels.Equal(fx.Scalar(int32(k))).AsType(fx.Int32).Sum().Item(); n != 10 {
			t.Errorf("cluster %d has %v of 40 examples", k, n)
		}
	}
}

// TestThin keeps the ends, in order and in their places.
func TestThin(t *testing.T) {
	s := make(spectrum, 1000)
	for i := range s {
		s[i] = -float64(i)
	}
	place, values := s.thin()
	if len(place) > 200 || place[0] != 1 || place[39] != 40 || place[len(place)-1] != 1000 || !slices.IsSorted(place) {
		t.Errorf("%d places: %v", len(place), place)
	}
	for i := range place {
		if values[i] != 1-place[i] {
			t.Fatalf("the value at place %v is %v", place[i], values[i])
		}
	}
}

func TestCountsOfASpectrum(t *testing.T) {
	s := spectrum{10, 2, 0.5, 1e-12, -0.4}
	if s.above(0.1) != 2 || s.above(0.05) != 2 || s.above(0.01) != 3 {
		t.Errorf("above: %d, %d, %d", s.above(0.1), s.above(0.05), s.above(0.01))
	}
	if s.rank(1e-10) != 4 || s.negative() != 0.04 {
		t.Errorf("rank %d, negative %v", s.rank(1e-10), s.negative())
	}
	if (spectrum{2, 1}).negative() != 0 {
		t.Error("a positive spectrum has a negative part")
	}
}

// TestTooFewImages: a data set smaller than a small batch is an error.
func TestTooFewImages(t *testing.T) {
	if _, err := smallBatches(plan{images: 3, smallSteps: 1}, 0); err == nil {
		t.Error("3 images give batches of 8")
	}
}
