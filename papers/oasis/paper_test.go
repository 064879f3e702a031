package oasis

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
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

// small runs the experiment at scale quick without figures, which take longer
// than the experiment.
func small(t *testing.T, e experiment, scale study.Scale, seeds []uint64, threads int, set map[string]string) *study.Outcome {
	t.Helper()
	p := e.paper()
	p.Figures = nil
	return studytest.Run(t, study.Request{Paper: p, Scale: scale, Seeds: seeds, Set: set, Threads: threads})
}

// TestBrokenMethodsFail puts wrong methods in the place of the right one. Every
// mistake must cost the claims that speak of it; the right one costs none.
func TestBrokenMethodsFail(t *testing.T) {
	with := func(diagonal func(v *fx.Array) *fx.Array) lineup {
		return lineup{func(s setting, key *fx.Array) optim.Optimizer[*fx.Array] {
			o := newOASIS(s, key)
			o.Diagonal = func(loss optim.Loss[*fx.Array], w *fx.Array) *fx.Array {
				if s.exact != nil {
					return diagonal(s.exact(loss, w))
				}
				v, _ := linalg.Diagonal(curvature.Hessian(loss, w), w, key, 4)
				return diagonal(v)
			}
			return o
		}}
	}
	less := plans
	less.Quick.rows, less.Quick.features = 400, 40
	for _, c := range []struct {
		name    string
		methods lineup
		fails   []string
	}{
		{"nothing", published, nil},
		{"a root of the diagonal", with(func(v *fx.Array) *fx.Array { return v.Abs().Sqrt() }), []string{"3"}},
		{"no scaling", with(fx.OnesLike), []string{"1", "3", "4"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := small(t, experiment{methods: c.methods, plans: less}, study.Quick, []uint64{1000}, 1, nil)
			studytest.MustLose(t, o, c.fails...)
		})
	}
}

// TestTwoBatchesFail: gradients of two minibatches subtracted cost claim 5.
func TestTwoBatchesFail(t *testing.T) {
	only := plans
	only.Default.kappas, only.Default.imageEpochs, only.Default.testRows = nil, 0, 1000
	for _, wrong := range []bool{false, true} {
		o := small(t, experiment{methods: published, plans: only, twoBatches: wrong}, study.Default, []uint64{1001}, 1, nil)
		fails := []string{}
		if wrong {
			fails = []string{"5"}
		}
		studytest.MustLose(t, o, fails...)
		for _, v := range o.Verdicts {
			if v.Status == study.Reproduced {
				t.Errorf("claim %s is reproduced by one seed", v.Claim)
			}
		}
	}
}

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// TestSameBits: threads and the seeds that run beside do not matter.
func TestSameBits(t *testing.T) {
	e, set := experiment{methods: published, plans: plans}, map[string]string{"iterations": "30", "epochs": "1"}
	e.plans.Quick.trainImages = 300
	e.plans.Default.trainImages, e.plans.Default.testImages = 300, 100
	one := small(t, e, study.Quick, []uint64{0, 1}, 1, set)
	studytest.MustHaveSameBits(t, one, small(t, e, study.Quick, []uint64{0, 1}, 2, set))
	alone := small(t, e, study.Quick, []uint64{1}, 2, set)
	for _, labels := range [][]any{{"method", nameAdGD, "kappa", middle}, {"task", taskImages, "method", nameOASIS}} {
		name := "final"
		if labels[0] == "task" {
			name = "test_loss"
		}
		if a, b := alone.Results.First().Scalar(name, labels...), one.Results.Seeds[1].Record.Scalar(name, labels...); a != b {
			t.Errorf("%v: seed 1 has %v alone and %v beside seed 0", labels, a, b)
		}
	}
}

// TestProblem: Hessian and diagonal are those of the loss, the optimum has no
// gradient's worth to gain, and sparse rows are the dense ones.
func TestProblem(t *testing.T) {
	r, scales := draw(random.New(1), 60, 5, 2)
	for j, s := range scales.Float64s() {
		if !(s >= 0.1 && s <= 10) {
			t.Errorf("feature %d has the scale %v", j, s)
		}
	}
	q := question{r, fx.Scalar(0.02)}
	loss, w := logistic(r, q.Lambda), random.Normal(random.New(2), fx.Float64, 5).MulScalar(0.3)
	want := fx.Hessian(loss)(w)
	if d := hessian(q, w).Sub(want).Abs().Max().Item(); !(d < 1e-12) {
		t.Errorf("the Hessian is off by %v", d)
	}
	if d := exactDiagonal(q, w).Sub(want.Diagonal(0)).Abs().Max().Item(); !(d < 1e-12) {
		t.Errorf("the diagonal is off by %v", d)
	}
	sparse := question{rows{Sparse: linalg.FromDense(r.Dense), Y: r.Y}, q.Lambda}
	if a, b := logistic(sparse.Rows, q.Lambda)(w).Item(), loss(w).Item(); !(a-b < 1e-14 && b-a < 1e-14) {
		t.Errorf("the loss of sparse rows is %v, want %v", a, b)
	}
	env, err := study.NewEnv(context.Background(), Paper(), study.Quick, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []question{q, sparse} {
		least, err := optimum(env, q)
		if err != nil {
			t.Fatal(err)
		}
		o := optim.NewLBFGS[*fx.Array]()
		w0 := fx.Zeros(fx.Float64, 5)
		end, _, _ := optim.Descend(optim.Optimizer[*fx.Array](o), loss, w0, o.Init(w0), 40)
		if d := loss(end).Item() - least; !(d < 1e-12 && d > -1e-12) {
			t.Errorf("the optimum is %v, and L-BFGS comes %v above", least, d)
		}
	}
}

func TestCost(t *testing.T) {
	if c := (arm{method: nameOASIS}).cost(nil, 3); c[0] != 200 || c[2] != 206 {
		t.Errorf("OASIS costs %v", c)
	}
	if c := (arm{method: nameAdam}).cost(nil, 3); c[2] != 2 {
		t.Errorf("Adam costs %v", c)
	}
	// Three lengths tried, and the two gradients that are counted among them.
	if c := (arm{method: nameDescent}).cost([]float64{5, 3, 3}, 3); c[2] != 1+1.5+1+0.5 {
		t.Errorf("line search costs %v", c)
	}
}

// TestRows: rows of a file take the place of drawn ones; claims are left open.
func TestRows(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	for i := range 40 {
		fmt.Fprintf(&text, "%d 1:%d 3:%v\n", 2*(i%2)-1, i%7, float64(i%5)/2)
	}
	file := filepath.Join(dir, "rows")
	if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	p := experiment{methods: published, plans: plans}.paper()
	o := studytest.Run(t, study.Request{Paper: p, Scale: study.Quick, Seeds: []uint64{0}, Set: map[string]string{"rows": file, "iterations": "50"}})
	for _, v := range o.Verdicts {
		if v.Status != study.Inconclusive && v.Status != study.NotJudged {
			t.Errorf("claim %s is %s", v.Claim, v.Status)
		}
	}
	if gap := o.Results.First().Scalar("final", "kappa", givenRows, "method", nameOASIS, "beta2", 0.99, "alpha", 1e-5); !(gap < 1e-9) {
		t.Errorf("the gap on the file is %v", gap)
	}

	if err := os.WriteFile(file, []byte("1 1:1\n2 1:2\n3 1:1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{file: "3 different labels: logistic regression is for two", filepath.Join(dir, "none"): "no such file"} {
		_, err := study.Run(context.Background(), study.Request{Paper: p, Scale: study.Quick, Set: map[string]string{"rows": path}, Dir: t.TempDir()})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", path, err, want)
		}
	}
}
