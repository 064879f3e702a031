package forwardgradient

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/gradient"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// smallPlans is scale quick without what the claims can do without.
func smallPlans(string) study.PerScale[plan] {
	return study.PerScale[plan]{Quick: plan{
		runs: 1, train: 640, side: 14, steps: 300,
		trials:  pairs(logistic, smallRate, largeRate),
		walkers: 50, walk: 60,
		survey: survey{dims: []int{20}, counts: []int{1}, draws: 10},
		depths: []int{2, 32}, width: 64,
	}}
}

// small runs the experiment with the given method on a small scale. Images of
// 14 x 14 pixels have a quarter of the gradient, so that the rates of the claims
// count for less; the larger one is not judged by these tests.
func small(t *testing.T, method lineup, set map[string]string, threads int) *study.Outcome {
	t.Helper()
	p := experiment{method, smallPlans}.paper()
	p.Figures = nil // they take longer than the experiment
	return studytest.Run(t, study.Request{Paper: p, Scale: study.Quick, Seeds: []uint64{0, 1, 2, 3, 4}, Set: set, Threads: threads})
}

// changed is the published method with a mistake, which works on the estimate.
type changed[P any] struct {
	d gradient.Directions
	// key and f are changed before, grad after.
	key   func(*fx.Array) *fx.Array
	grad  func(d int, g *fx.Array) *fx.Array
	exact bool // by the gradient, in place of the tangent
}

func (c changed[P]) Estimate(key *fx.Array, f func(P) *fx.Array, p P) gradient.Estimate[P] {
	if c.key != nil {
		key = c.key(key)
	}
	e := forward[P](c.d)
	if c.exact { // the slope of the linear function <∇f, p> is that of f
		g := fx.Grad(f)(p)
		e, f = gradient.Forward[P]{Directions: c.d}, func(p P) *fx.Array {
			a, _ := optim.Floats(g)
			b, _ := optim.Floats(p)
			sum := fx.Full(a[0].DType(), 0)
			for i := range a {
				sum = sum.Add(a[i].Mul(b[i]).Sum())
			}
			return sum
		}
	}
	est := e.Estimate(key, f, p)
	if c.grad != nil {
		n := 0
		leaves, _ := optim.Floats(p)
		for _, a := range leaves {
			n += a.Size()
		}
		est.Grad = fx.Map(func(g *fx.Array) *fx.Array { return c.grad(n, g) }, est.Grad)
	}
	return est
}

// with is a lineup of methods with a mistake.
func with(key func(*fx.Array) *fx.Array, grad func(int, *fx.Array) *fx.Array, exact bool) lineup {
	return lineup{
		func(d gradient.Directions) gradient.Estimator[point] { return changed[point]{d, key, grad, exact} },
		func(d gradient.Directions) gradient.Estimator[*fx.Array] {
			return changed[*fx.Array]{d, key, grad, exact}
		},
		func(d gradient.Directions) gradient.Estimator[nn.Sequential] {
			return changed[nn.Sequential]{d, key, grad, exact}
		},
	}
}

// TestBrokenMethodsFail puts wrong estimates in the place of the right ones.
// Every mistake must cost the claims that speak of it.
func TestBrokenMethodsFail(t *testing.T) {
	signs := lineup{
		func(d gradient.Directions) gradient.Estimator[point] {
			d.Law = gradient.Rademacher
			return forward[point](d)
		},
		func(d gradient.Directions) gradient.Estimator[*fx.Array] {
			d.Count = 2
			return forward[*fx.Array](d)
		},
		published.network,
	}
	for _, c := range []struct {
		name   string
		method lineup
		fails  []string // 3 is about another size of images
	}{
		{"nothing", published, nil},
		{"directions of unit length, not scaled up", with(nil, func(n int, g *fx.Array) *fx.Array { return g.DivScalar(float64(n)) }, false), []string{"1", "2", "3"}},
		{"one direction for all steps", with(func(*fx.Array) *fx.Array { return random.New(0) }, nil, false), []string{"1", "2", "5"}},
		{"two directions counted as one", signs, []string{"1", "3"}},
		{"linearised, then transposed", with(nil, nil, true), []string{"4a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := small(t, c.method, map[string]string{"draws": "4000"}, 1)
			lost := studytest.Lost(o)
			if !slices.Contains(c.fails, "3") {
				lost = slices.DeleteFunc(lost, func(id string) bool { return id == "3" })
			}
			if !slices.Equal(lost, c.fails) {
				t.Errorf("claims %v are lost, want %v", lost, c.fails)
			}
		})
	}
}

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// TestSameBits: threads do not matter.
func TestSameBits(t *testing.T) {
	set := map[string]string{"draws": "100", "steps": "100"}
	studytest.MustHaveSameBits(t, small(t, published, set, 1), small(t, published, set, 2))
}

// TestSurfaces: the functions on arrays are those of the contours, with their
// minimum where it is said to be.
func TestSurfaces(t *testing.T) {
	for _, s := range surfaces() {
		x, y := s.minimum()
		if v := s.value(x, y); math.Abs(v) > 1e-28 {
			t.Errorf("%s: %v at the minimum", s.name, v)
		}
		for _, at := range [][2]float64{{s.x, s.y}, {0.3, -1.7}, {2, 0.6}} {
			if a, b := s.f(point{fx.Scalar(at[0]), fx.Scalar(at[1])}).Item(), s.value(at[0], at[1]); math.Abs(a-b) > 1e-12*math.Abs(b) {
				t.Errorf("%s at %v: %v and %v", s.name, at, a, b)
			}
		}
	}
}

// TestSearch follows one run by the formula.
func TestSearch(t *testing.T) {
	s := surfaces()[0]
	key := random.New(5)
	_, seen := searcher(forward[point](gradient.Directions{}), s.f, s.rate)(search{point{fx.Full(fx.Float64, s.x, 1), fx.Full(fx.Float64, s.y, 1)},
		key.Reshape(1, 2), fx.Scalar(int32(0))})
	p := point{fx.Scalar(s.x), fx.Scalar(s.y)}
	for i := range 5 {
		if d := math.Abs(seen.X.Index(i).Index(0).Item()-p.X.Item()) + math.Abs(seen.Y.Index(i).Index(0).Item()-p.Y.Item()); d > 1e-12 {
			t.Errorf("step %d: %v from the formula", i, d)
		}
		g := gradient.Forward[point]{}.Estimate(random.FoldIn(key, i), s.f, p).Grad
		p = point{p.X.Sub(g.X.MulScalar(s.rate)), p.Y.Sub(g.Y.MulScalar(s.rate))}
	}
}

func TestTrack(t *testing.T) {
	tr := newTrack(surface{every: 100}, 3)
	f := make([]float64, 3*stretch)
	for i := range stretch {
		f[3*i], f[3*i+1], f[3*i+2] = 1, 1, math.NaN()
		if i >= 7 {
			f[3*i+1] = goal / 2
		}
	}
	all := fx.New(f, stretch, 3)
	tr.add(places{all, all, all})
	r := study.NewRecorder()
	tr.record(r)
	rec := r.Record()
	if rec.Scalar("arrived") != 1 || rec.Scalar("diverged") != 1 || tr.arrived[1] != 7 {
		t.Errorf("%v arrive, %v diverge, the second at %v; want 1, 1 and 7", rec.Scalar("arrived"), rec.Scalar("diverged"), tr.arrived[1])
	}
	if n := len(rec.Curve("height").X); n != stretch/100 {
		t.Errorf("%d points are recorded, want %d", n, stretch/100)
	}
}

func TestCrossing(t *testing.T) {
	for _, c := range []struct {
		y    []float64
		want float64
	}{{[]float64{0.9, 0.8, 1.2}, 2.5}, {[]float64{0.9, 0.8, 0.9}, 3}, {[]float64{1.1, 1.2, 1.3}, 1}, {[]float64{1.5, 0.5, 1}, 3}} {
		if got := crossing([]float64{1, 2, 3}, c.y); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v: %v, want %v", c.y, got, c.want)
		}
	}
}

// TestCoordinates: the function of some coordinates has the gradient of all,
// there.
func TestCoordinates(t *testing.T) {
	env, err := study.NewEnv(context.Background(), Paper(), study.Quick, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	at, err := coordinates(env, random.New(1), 50)
	if err != nil {
		t.Fatal(err)
	}
	g := fx.Grad(at.f)(at.p).Float64s()
	moved := make([]float32, 50)
	moved[3] = 0.01
	rise := at.f(fx.New(moved, 50)).Item() - at.f(at.p).Item()
	if math.Abs(rise-0.01*g[3]) > 1e-4 || len(g) != 50 {
		t.Errorf("the function rises by %v, by its derivative %v", rise, 0.01*g[3])
	}
	if _, err := coordinates(env, random.New(1), 10_411); err == nil || !strings.Contains(err.Error(), "10411 coordinates of 10410 parameters") {
		t.Errorf("too many coordinates: %v", err)
	}
}

// TestTimes: where time is measured, its figures and claims are made.
func TestTimes(t *testing.T) {
	p := experiment{published, func(string) study.PerScale[plan] {
		q := smallPlans("").Quick
		q.timed, q.steps = []model{logistic, convolutional}, 100
		return study.PerScale[plan]{Default: q}
	}}.paper()
	o, err := study.Run(context.Background(), study.Request{Paper: p, Seeds: []uint64{0}, Dir: t.TempDir(), Set: map[string]string{"draws": "100"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range o.Verdicts {
		if v.Claim == "4b" && len(v.Checks) != 1 || v.Claim == "4c" && len(v.Checks) != 1 {
			t.Errorf("claim %s: %d checks, want 1", v.Claim, len(v.Checks))
		}
		if (v.Claim == "2" || v.Claim == "3") && v.Status != study.Inconclusive {
			t.Errorf("claim %s with one seed: %s", v.Claim, v.Status)
		}
	}
	for _, f := range figures(o.Results) {
		for i, panel := range f.Panels {
			if lines := panel.(*study.Lines); len(lines.Curves) == 0 || len(lines.Curves[len(lines.Curves)-1].X) == 0 {
				t.Errorf("figure %s: panel %d is empty", f.Name, i+1)
			}
		}
	}
	if n := len(memoryTable(o.Results).Rows); n != 2 {
		t.Errorf("the table of memory has %d rows, want 2", n)
	}
	if len(o.Figures) != 5 || len(o.Mistakes) > 0 {
		t.Errorf("figures %v, mistakes %v", o.Figures, o.Mistakes)
	}
}

func TestDataErrors(t *testing.T) {
	_, err := study.Run(context.Background(), study.Request{Paper: Paper(), Scale: study.Quick, Data: "mnist", Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("MNIST without a folder: %v; want advice that names --data-dir", err)
	}
}
