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
)

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// small is scale quick with fewer examples.
func small(t *testing.T, linear lineup, threads int) *study.Outcome {
	t.Helper()
	p := experiment{linear, study.PerScale[plan]{Quick: plan{svmTrain: 15, svmFeatures: 6}}}.paper()
	p.Figures = nil
	o, err := study.Run(context.Background(), study.Request{Paper: p, Scale: study.Quick, Seeds: []uint64{0}, Dir: t.TempDir(), Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	for _, mistake := range o.Mistakes {
		t.Error(mistake)
	}
	return o
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
		o := small(t, c.linear, 2)
		var got []string
		for _, v := range o.Verdicts {
			if v.Status == study.NotReproduced {
				got = append(got, v.Claim)
			}
		}
		missed := slices.ContainsFunc(c.fails, func(id string) bool { return !slices.Contains(got, id) })
		if missed || len(c.fails) == 0 && len(got) > 0 {
			t.Errorf("%s: claims %v fail, want %v", c.name, got, c.fails)
			for _, v := range o.Verdicts {
				for _, check := range v.Checks {
					t.Logf("%s: %v", v.Claim, check)
				}
			}
		}
	}
}

func TestSameBits(t *testing.T) {
	if one, two := small(t, published, 1), small(t, published, 2); one.Digest != two.Digest {
		t.Errorf("digests %s and %s with one thread and with two", one.Digest, two.Digest)
	}
}

// The implicit and the unrolled gradient of the support vector machine agree once
// the iterations have converged, for all three solvers.
func TestOuterStepsAgree(t *testing.T) {
	m := newMachine(random.New(1000), 12, 6, -1)
	maps := fixedPoints()
	e := experiment{published, plans}
	for name, run := range map[string]func(x0 *fx.Array, d dual) (*fx.Array, struct{}){
		nameProjected: iterated(maps[nameProjected], 3000),
		nameMirror:    iterated(maps[nameMirror], 3000),
		nameBlocks:    sweeps(200),
	} {
		fixed := maps[nameProjected]
		if name == nameMirror {
			fixed = maps[nameMirror]
		}
		a, b := e.outerStep(run, fixed, nameImplicit)(m), e.outerStep(run, fixed, nameUnrolled)(m)
		if d := math.Abs(a.Gradient.Item() - b.Gradient.Item()); !(d <= 1e-4*math.Abs(b.Gradient.Item())) || b.Gradient.Item() == 0 {
			t.Errorf("%s: %v implicit, %v unrolled", name, a.Gradient, b.Gradient)
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
