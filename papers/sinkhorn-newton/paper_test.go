package sinkhornnewton

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
	"github.com/fluxion-go/fluxion/transport"
)

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// small is scale default with small problems.
func small(t *testing.T, solvers lineup, threads int) *study.Outcome {
	t.Helper()
	p := experiment{solvers, study.PerScale[plan]{Default: plan{points: 40, lapEta: 150, cloudEta: 300,
		cases: []string{caseLap, casePoints}, cap: 3000, side: 8, course: true}}}.paper()
	p.Seeds.Quick, p.Seeds.Full, p.Figures = 0, 0, nil
	for i := range p.Claims {
		p.Claims[i].Scales = nil
	}
	return studytest.Run(t, study.Request{Paper: p, Seeds: []uint64{0}, Threads: threads})
}

// TestBrokenMethodsFail puts other solvers in the place of the sparse one.
func TestBrokenMethodsFail(t *testing.T) {
	with := func(change func(*transport.SinkhornNewton)) lineup {
		return lineup{func(density float64, warmup int, tol float64) transport.Solver {
			s := published.sparse(density, warmup, tol).(transport.SinkhornNewton)
			change(&s)
			return s
		}}
	}
	for _, c := range []struct {
		name    string
		solvers lineup
		fails   []string
	}{
		{"nothing", published, nil},
		{"the diagonal alone", with(func(s *transport.SinkhornNewton) { s.Density = 1e-9 }), []string{"1", "2", "4"}},
		{"systems half solved", with(func(s *transport.SinkhornNewton) { s.CGTol = 0.5 }), []string{"4"}},
		{"a long warm-up", with(func(s *transport.SinkhornNewton) { s.Warmup = 500 }), []string{"2"}},
	} {
		t.Run(c.name, func(t *testing.T) { studytest.MustLose(t, small(t, c.solvers, 2), c.fails...) })
	}
}

func TestSameBits(t *testing.T) {
	studytest.MustHaveSameBits(t, small(t, published, 1), small(t, published, 2))
}

// TestVertexGap: against the costs of all assignments.
func TestVertexGap(t *testing.T) {
	cost := lap(3, 4, 1).Cost
	c := cost.Float64s()
	var sums []float64
	var place func(row int, used uint, sum float64)
	place = func(row int, used uint, sum float64) {
		if row == 4 {
			sums = append(sums, sum/4)
			return
		}
		for j := range 4 {
			if used&(1<<j) == 0 {
				place(row+1, used|1<<j, sum+c[4*row+j])
			}
		}
	}
	place(0, 0, 0)
	slices.Sort(sums)
	got, err := vertexGap(cost)
	if err != nil || math.Abs(got-(sums[1]-sums[0])) > 1e-12 {
		t.Errorf("gap %v (%v), want %v", got, err, sums[1]-sums[0])
	}
}

// TestCourse: what is counted of a course.
func TestCourse(t *testing.T) {
	c := course{errors: []float64{1, 0.1, 1e-3, 1e-12}, newtonTo: []float64{0.1, 1e-3, 1e-12}, duals: []float64{1, 2, 1.5}}
	if c.iterations() != 3 || c.drop() != 0.5 || math.Abs(c.fastest()-4) > 1e-12 {
		t.Errorf("%v iterations, drop %v, order %v", c.iterations(), c.drop(), c.fastest())
	}
	if n := (course{errors: []float64{1}}).iterations(); !math.IsInf(n, 1) {
		t.Errorf("%v iterations to an error that was never reached", n)
	}
}

// TestProblems: all problems of every size are problems.
func TestProblems(t *testing.T) {
	env, err := study.NewEnv(context.Background(), Paper(), study.Default, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	env.Data.Name = "glyphs"
	p := plan{points: 9, lapEta: 5, cloudEta: 7, side: 8}
	for _, name := range allCases {
		e, err := problem(env, p, name, 4)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if low, high := e.Cost.Min().Item(), e.Cost.Max().Item(); low < 0 || high > 1 {
			t.Errorf("%s: costs from %v to %v", name, low, high)
		}
	}
	if images, _ := sharedImages(env, p); fx.New(images.Image(0)).Size() != 64 {
		t.Error("images of the wrong size")
	}
}
