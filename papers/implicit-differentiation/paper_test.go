package implicitdifferentiation

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// small is scale quick with fewer examples, of which a weight is tuned by the given
// number of steps.
func small(t *testing.T, linear lineup, tuned, threads int) *study.Outcome {
	t.Helper()
	q := plan{svmTrain: 15, svmFeatures: 6, svmLambda: -4, tuned: tuned, costTrain: 12, features: []int{6}, inner: 50, sweeps: 2}
	p := experiment{linear, study.PerScale[plan]{Quick: q}}.paper()
	p.Figures = nil // they take longer than the experiment
	if tuned == 0 {
		p.Tables = nil // they are about the tuning, too
	}
	return studytest.Run(t, study.Request{Paper: p, Scale: study.Quick, Seeds: []uint64{0}, Threads: threads})
}

// TestBrokenMethodsFail puts wrong linear solvers in the place of the right ones:
// every mistake must cost the claims that speak of it.
func TestBrokenMethodsFail(t *testing.T) {
	for _, c := range []struct {
		name   string
		linear lineup
		fails  []string
	}{
		{"nothing", published, nil},
		{"fixed points taken for symmetric", lineup{published.symmetric, linalg.CG[*fx.Array]{Tol: 1e-13}}, []string{"5"}},
		{"too few products", lineup{published.symmetric, linalg.GMRES[*fx.Array]{MaxIter: 2}}, []string{"2", "5"}},
		{"systems not solved", lineup{linalg.CG[*fx.Array]{MaxIter: 1}, published.general}, []string{"1", "5"}},
	} {
		t.Run(c.name, func(t *testing.T) { studytest.MustLose(t, small(t, c.linear, 0, 2), c.fails...) })
	}
}

func TestSameBits(t *testing.T) {
	studytest.MustHaveSameBits(t, small(t, published, 2, 1), small(t, published, 2, 2))
}

// TestPlan: the plan of a scale with the options of a user.
func TestPlan(t *testing.T) {
	for _, c := range []struct {
		scale study.Scale
		set   map[string]string
		want  func(p plan) bool
	}{
		{study.Full, nil, func(p plan) bool { return slices.Max(p.features) == 10_000 && p.all && p.discs == 128 && p.side == 28 }},
		{study.Full, map[string]string{"features": "500", "steps": "2", "sweeps": "3"}, func(p plan) bool {
			return slices.Equal(p.features, []int{500}) && p.tuned == 2 && p.sweeps == 3 && p.inner == 2500
		}},
		{study.Default, map[string]string{"features": "50", "discs": "10"}, func(p plan) bool {
			return slices.Equal(p.features, []int{50}) && p.all && p.discs == 10
		}},
		{study.Quick, map[string]string{"discs": "10", "outer": "5", "inner": "7"}, func(p plan) bool {
			return p.discs == 0 && p.outer == 0 && p.inner == 7 // what a scale leaves out stays out
		}},
	} {
		env, err := study.NewEnv(context.Background(), Paper(), c.scale, 0, c.set)
		if err != nil {
			t.Fatal(err)
		}
		if p := (experiment{published, plans}).plan(env); !c.want(p) {
			t.Errorf("%v with %v: %+v", c.scale, c.set, p)
		}
	}
	if full := Paper().Seeds.Full * plans.Full.packings; full != 40 {
		t.Errorf("%d packings at full; the paper has 40", full)
	}
}

// A way that plans more memory than it may take is left out, and said to be.
func TestMemoryLimit(t *testing.T) {
	e := experiment{published, plans}
	r := study.NewRecorder()
	env, err := study.NewEnv(context.Background(), Paper(), study.Quick, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := newMachine(random.New(1002), 12, 6, costLambda)
	const solver = nameMirror
	task := env.Task("tuning", 2)
	defer task.Finish()
	// 3000 iterates of 12 x 5 numbers are 1.4 MB.
	if err := e.tune(context.Background(), r.With("solver", solver, "features", 6), m, iterated(fixedPoints()[solver], 3000), limits{steps: 2, megabytes: 1}, task); err != nil {
		t.Fatal(err)
	}
	record := r.Record()
	for _, w := range ways() {
		at := []any{"solver", solver, "features", 6, "way", w}
		ran := ran(record, at...)
		if ran == (w.kind == nameUnrolled) || ran != (record.Scalar("planned_megabytes", at...) <= 1) {
			t.Errorf("%v, which plans %v MB, ran: %v", w, record.Scalar("planned_megabytes", at...), ran)
		}
	}
}

// The implicit and the unrolled gradient of the support vector machine agree once
// the iterations have converged, for all three solvers.
func TestOuterStepsAgree(t *testing.T) {
	m := newMachine(random.New(1000), 12, 6, -1)
	e := experiment{published, plans}
	for _, solver := range solverNames() {
		run := methodOf(solver, plan{inner: 3000, sweeps: 200})
		want := fx.Jit(e.outerStep(run, way{kind: nameUnrolled}))(m)
		for _, w := range ways() {
			got := fx.Jit(e.outerStep(run, w))(m)
			if d := math.Abs(got.Gradient.Item() - want.Gradient.Item()); !(d <= 1e-3*math.Abs(want.Gradient.Item())) || want.Gradient.Item() == 0 {
				t.Errorf("%s: %v %v, %v unrolled", solver, got.Gradient, w, want.Gradient)
			}
			if l := m.Lambda.Item() - tuningRate*got.Gradient.Item(); got.Lambda.Item() != l {
				t.Errorf("%s: the step leads to %v, want %v", solver, got.Lambda, l)
			}
		}
	}
}

// The outer gradient against differences.
func TestTunerAgainstDifferences(t *testing.T) {
	m := newMachine(random.New(1001), 15, 6, -4)
	run := experiment{published, plans}.tuner(solvers(1e-12)[nameProjected], nameProjected)
	at := func(h float64) float64 {
		m := m
		m.Lambda = m.Lambda.AddScalar(h)
		return run(m).Loss.Item()
	}
	const h = 1e-4
	got, want := run(m).Gradient.Item(), (at(h)-at(-h))/(2*h)
	if math.Abs(got-want) > 1e-4*math.Abs(want) {
		t.Errorf("gradient %v, by differences %v", got, want)
	}
}

func TestAUC(t *testing.T) {
	for _, c := range []struct {
		scores, labels []float64
		want           float64
	}{
		{[]float64{1, 2, 3, 4}, []float64{0, 0, 1, 1}, 1},
		{[]float64{4, 3, 2, 1}, []float64{0, 0, 1, 1}, 0},
		{[]float64{1, 1, 1, 1}, []float64{0, 1, 0, 1}, 0.5},
		{[]float64{1, 2, 2, 3}, []float64{0, 1, 0, 1}, 0.875},
	} {
		if got := auc(c.scores, c.labels); got != c.want {
			t.Errorf("%v %v: %v, want %v", c.scores, c.labels, got, c.want)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	s, y := make([]float64, 30), make([]float64, 30)
	for i := range s {
		s[i], y[i] = math.Floor(6*r.Float64()), math.Round(r.Float64())
	}
	var right, pairs float64
	for i := range s {
		for j := range s {
			if y[i] > y[j] {
				pairs++
				switch {
				case s[i] > s[j]:
					right++
				case s[i] == s[j]:
					right += 0.5
				}
			}
		}
	}
	if got := auc(s, y); math.Abs(got-right/pairs) > 1e-12 {
		t.Errorf("%v, by pairs %v", got, right/pairs)
	}
}

// The force is minus the energy's gradient, the same in every periodic image, and
// adds up to nothing.
func TestForces(t *testing.T) {
	s := newPacking(random.New(3), 8)
	f := force(s.X0, s.P)
	if f.Norm().Item() == 0 || f.Sum(0).Norm().Item() > 1e-12 {
		t.Errorf("forces %v", f)
	}
	moved := force(s.X0.Add(s.P.Side.Mul(fx.New([]float64{1, -2}))), s.P)
	if moved.Sub(f).Norm().Item() > 1e-9 {
		t.Error("another image, another force")
	}
	d := random.Normal(random.New(4), fx.Float64, 8, 2)
	const h = 1e-6
	at := func(h float64) float64 { return energy(s.X0.Add(d.MulScalar(h)), s.P).Item() }
	if got, want := f.Dot(d).Item(), -(at(h)-at(-h))/(2*h); math.Abs(got-want) > 1e-6 {
		t.Errorf("force along a direction %v, energy falls by %v", got, want)
	}
}

// The sensitivity of a small packing by all three ways.
func TestSmallPacking(t *testing.T) {
	e := experiment{published, plans}
	r := fx.Jit(e.sensitivities)(newPacking(random.New(7), 10))
	size := r.Differences.Norm().Item()
	if off := r.Implicit.Sub(r.Differences).Norm().Item() / size; !(off < 1e-3) || r.Report.Err() != nil {
		t.Errorf("implicit is off by %v of %v: %v", off, size, r.Report)
	}
}

// What is measured of memory is at least what a function keeps.
func TestPeak(t *testing.T) {
	var keep []byte
	bytes := peak(func() {
		keep = make([]byte, 50e6)
		for i := range keep {
			keep[i] = 1
		}
	})
	if bytes < 50e6 || bytes > 80e6 || keep[7] != 1 {
		t.Errorf("%v bytes of 5e7", bytes)
	}
}
