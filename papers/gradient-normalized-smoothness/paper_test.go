package gradientnormalizedsmoothness

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/curvature"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// smallPlans is a fifth of scale default.
var smallPlans = study.PerScale[plan]{
	Quick:   plan{softmax: 20, mus: []float64{1}, rows: 10, powers: []float64{4}},
	Default: plan{softmax: 20, mus: []float64{1}, rows: 10, powers: []float64{4}, chebyshev: 10, examples: 80, features: 6},
}

func small(t *testing.T, methods lineup, scale study.Scale, seeds []uint64, threads int, set map[string]string) *study.Outcome {
	t.Helper()
	p := experiment{methods, smallPlans}.paper()
	if scale == study.Quick {
		p.Figures = nil // they take longer than the experiment
	}
	return studytest.Run(t, study.Request{Paper: p, Scale: scale, Seeds: seeds, Threads: threads, Set: set})
}

// forgetful begins every search with the same gamma.
type forgetful struct {
	optimizer
	gamma float64
}

func (f forgetful) Step(loss optim.Loss[vector], x vector, _ optim.State) (vector, optim.State, optim.Info) {
	return f.optimizer.Step(loss, x, optim.AdaptiveState{Parameter: fx.Scalar(f.gamma)})
}

// boastful reports a gamma that is not the one of the step.
type boastful struct {
	optimizer
	factor float64
}

func (b boastful) Step(loss optim.Loss[vector], x vector, s optim.State) (vector, optim.State, optim.Info) {
	next, state, info := b.optimizer.Step(loss, x, s)
	info.Values["gamma"] = info.Values["gamma"].MulScalar(b.factor)
	return next, state, info
}

// TestBrokenMethodsFail puts wrong methods in the place of the right one. Every
// mistake must cost the claims that speak of it; the right one costs none.
func TestBrokenMethodsFail(t *testing.T) {
	for _, c := range []struct {
		name  string
		gns   func(smooth) optimizer
		fails []string
	}{
		{"nothing", published.gns, nil},
		{"the Euclidean metric", func(o smooth) optimizer { o.Metric = optim.Metric{}; return o }, []string{"3"}},
		{"gamma fixed and small", func(o smooth) optimizer { return forgetful{o, 0.01} }, []string{"1"}},
		{"gamma fixed and large", func(o smooth) optimizer { return forgetful{o, 1e6} }, []string{"3"}},
		{"the doubled gamma", func(o smooth) optimizer { return boastful{o, 2} }, []string{"3"}},
		{"no curvature", func(o smooth) optimizer {
			o.Curvature, o.System = nil, optim.NoCurvature[vector]{}
			return o
		}, []string{"1"}},
		{"a factor too large", func(o smooth) optimizer {
			if low, ok := o.System.(optim.LowRankSystem[vector]); ok {
				o.System = optim.LowRankSystem[vector]{Factors: func(x vector) vector { return low.Factors(x).MulScalar(1.01) }}
			}
			return o
		}, []string{"5"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			studytest.MustLose(t, small(t, lineup{c.gns}, study.Quick, []uint64{0}, 1, map[string]string{"gradient-steps": "300"}), c.fails...)
		})
	}
}

// TestDefault: all problems, the figures and the logistic claims.
func TestDefault(t *testing.T) {
	o := small(t, published, study.Default, []uint64{0}, 2, map[string]string{"gradient-steps": "300"})
	if len(o.Figures) != 3 || len(o.Tables) < 5 {
		t.Errorf("figures %v, %d tables", o.Figures, len(o.Tables))
	}
	// The gradient method of the specification's claim is not what it takes.
	if got := studytest.Lost(o); !slices.Equal(got, []string{"4b"}) {
		t.Errorf("claims %v are lost, want 4b alone", got)
	}
}

// TestSameBits: threads and the seeds that run beside do not matter.
func TestSameBits(t *testing.T) {
	set := map[string]string{"gradient-steps": "100"}
	one, two := small(t, published, study.Quick, []uint64{0, 1}, 1, set), small(t, published, study.Quick, []uint64{0, 1}, 2, set)
	studytest.MustHaveSameBits(t, one, two)
	if a, b := one.Results.Seeds[0].Record.Scalar("final", "problem", nameSoftmax, "method", nameInI), one.Results.Seeds[1].Record.Scalar("final", "problem", nameSoftmax, "method", nameInI); a == b {
		t.Errorf("both seeds have %v: they minimise the same function", a)
	}
}

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// TestProblems: the approximate curvature of each against its formula, the start and
// the least value.
func TestProblems(t *testing.T) {
	all, err := smallPlans.Default.problems("")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		i, err := p.draw(random.New(3))
		if err != nil {
			t.Fatal(err)
		}
		x := i.Start.Add(random.Normal(random.New(4), fx.Float64, i.Start.Dim(0)).MulScalar(0.1))
		loss := func(x *fx.Array) *fx.Array { return p.loss(i, x) }
		got := linalg.Dense(p.approximate(i, x), x)
		exact := linalg.Dense(curvature.Hessian(loss, x), x)
		if lowest := fx.Eigvalsh(got).Float64s()[0]; lowest < -1e-9*got.Abs().Max().Item() {
			t.Errorf("%s: the curvature has the eigenvalue %v", p.name, lowest)
		}
		var want *fx.Array
		switch p.name {
		case nameSoftmax:
			// The Hessian lacks the mean of the rows, which has rank one.
			mean := fx.Grad(loss)(x)
			want = exact.Add(mean.Outer(mean))
			if g := fx.Grad(loss)(fx.Zeros(fx.Float64, x.Dim(0))).Norm().Item(); g > 1e-14 {
				t.Errorf("the gradient at 0 is %v", g)
			}
		case nameQuartic:
			u := i.A.MatMul(x).Sub(i.B)
			want = exact.Sub(i.A.T().MatMul(i.A).Mul(u.Square().Sum()))
		case nameRosenbrock:
			// The second derivative of u2 = 10 (x2 - x1^2) is -20 in x1 alone.
			v := x.Float64s()
			a, b := 1-v[0], 10*(v[1]-v[0]*v[0])
			want = exact.Sub(fx.New([]float64{math.Pow(a*a+b*b, 1.5) * b * -20, 0, 0, 0}, 2, 2))
		case nameLogistic:
			g := i.A.Mul(i.A.MatMul(x).Neg().Sigmoid().Neg().ExpandDims(1))
			want = g.T().MatMul(g).DivScalar(float64(g.Dim(0)))
			if i.A.Dim(0) != 80 {
				t.Errorf("%d examples", i.A.Dim(0))
			}
		default:
			continue
		}
		if w := got.Sub(want).Abs().Max().Item(); !(w < 1e-9*want.Abs().Max().Item()) {
			t.Errorf("%s: the curvature is off by %v", p.name, w)
		}
	}
	p, _ := find(all, nameChebyshev)
	if f := p.loss(instance{}, fx.Ones(fx.Float64, 10)).Item(); f != 0 {
		t.Errorf("Chebyshev's chain is %v at its solution", f)
	}
}

// TestFile: a user's file, and what is wrong with others.
func TestFile(t *testing.T) {
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "file.libsvm")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("1 1:2 2:1\n-1 1:-1 2:0.5\n1 1:1\n-1 2:-1\n")
	o := small(t, published, study.Quick, []uint64{0}, 1, map[string]string{"libsvm": good, "gradient-steps": "10", "newton-steps": "10"})
	if f := o.Results.Common.Scalar("final", "problem", "logistic, file", "method", nameExact); !(f > 0 && f < math.Ln2) {
		t.Errorf("the file's loss ends at %v", f)
	}
	for want, path := range map[string]string{
		"no such file": filepath.Join(t.TempDir(), "none"), "has 3 classes; the logistic loss needs two": write("1 1:1\n2 1:1\n3 1:1\n"),
	} {
		_, err := study.Run(context.Background(), study.Request{Paper: Paper(), Scale: study.Quick, Dir: t.TempDir(), Set: map[string]string{"libsvm": path}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestParts(t *testing.T) {
	o := outcome{residual: []float64{3, 1, 0.1, 0.01}}
	if got := o.arrival(0.1); got != 2 {
		t.Errorf("arrives at %v", got)
	}
	if got := o.arrival(1e-3); !math.IsInf(got, 1) {
		t.Errorf("arrives at %v", got)
	}
	k := thinned(3000)
	if k[0] != 0 || k[200] != 200 || k[201] != 210 || k[len(k)-1] != 3000 || len(k) > 300 || !slices.IsSorted(k) {
		t.Errorf("thinned to %d: %v", len(k), k)
	}
	var line, bent study.Series
	for x := range 201 {
		line.X, line.Y = append(line.X, float64(x)), append(line.Y, math.Exp(-0.1*float64(x)))
		bent.X, bent.Y = append(bent.X, float64(x)), append(bent.Y, 1/(1+float64(x*x*x)))
	}
	if fit, end := straightness(line); math.Abs(fit-1) > 1e-12 || end != math.Exp(-15) {
		t.Errorf("a line has R^2 %v and ends at %v", fit, end)
	}
	if fit, _ := straightness(bent); fit > straight {
		t.Errorf("a power has R^2 %v", fit)
	}
	line.X = line.X[:100]
	if fit, _ := straightness(line); !math.IsNaN(fit) {
		t.Errorf("a line that ends early has R^2 %v", fit)
	}
	if got := distance(optim.Metric{}, [][]float64{{3, 4}, {1, 0}}, [][]float64{{3, 4}, {0, 1}}); math.Abs(got-math.Sqrt2) > 1e-14 {
		t.Errorf("distance %v", got)
	}
}
