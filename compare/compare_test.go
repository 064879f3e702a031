package compare

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// small is a comparison that takes no time.
func small() Comparison {
	return Comparison{Task: Quadratic(), Methods: []Method{MustMethod("sgd"), MustMethod("lbfgs")}, Seeds: []uint64{0, 1, 2},
		Evaluations: 20, Grid: 3, Set: map[string]string{"dim": "5", "condition": "10"}}
}

func do(t *testing.T, c Comparison) *Result {
	t.Helper()
	r, err := Do(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *Result) of(method string) Standing {
	return r.Standings[slices.IndexFunc(r.Standings, func(s Standing) bool { return s.Method == method })]
}

// TestGradientDescentFollowsTheFormula: on a diagonal quadratic the loss after t
// steps is sum a/2 (1 - rate a)^(2t) x0^2.
func TestGradientDescentFollowsTheFormula(t *testing.T) {
	c := small()
	c.Methods, c.Rates, c.Seeds = c.Methods[:1], []float64{0.1}, []uint64{4}
	c.Set = map[string]string{"spectrum": "list", "eigenvalues": "1, 4,9", "rotate": "false"}
	r := do(t, c)
	settings, _ := study.NewSettings(c.Task.Options, c.Set)
	problem, err := c.Task.Open(Setup{Options: settings})
	if err != nil {
		t.Fatal(err)
	}
	start := problem.Init(random.New(4)).(point).X.Float64s()
	run := r.Standings[0].Runs[0]
	for i, steps := range run.Curve.Step {
		want := 0.0
		for k, a := range []float64{1, 4, 9} {
			want += a / 2 * math.Pow(1-0.1*a, 2*steps) * start[k] * start[k]
		}
		if got := run.Values["loss"][i]; math.Abs(got-want) > 1e-12*want {
			t.Errorf("after %v steps: %v, want %v", steps, got, want)
		}
	}
	if n := len(run.Curve.Step); n != 21 || run.Curve.Step[n-1] != 20 {
		t.Errorf("the curve ends at %v after %d points", run.Curve.Step[n-1], n)
	}
	if r.Standings[0].Tuning != nil {
		t.Error("one learning rate was tuned")
	}
}

// TestSameBits: threads and the company of other seeds and methods change
// nothing.
func TestSameBits(t *testing.T) {
	c := small()
	c.Task, c.Evaluations, c.Methods = MLP(), 6, []Method{MustMethod("adam"), MustMethod("lbfgs")}
	c.Set = map[string]string{"train": "60", "test": "20", "batch": "16", "hidden": "4", "size": "8"}
	c.Threads = 1
	one := do(t, c)
	c.Threads = 3
	three := do(t, c)
	if one.Digest != three.Digest {
		t.Errorf("digest %s with one thread, %s with three", one.Digest, three.Digest)
	}
	c.Seeds, c.Methods = []uint64{2}, c.Methods[:1]
	alone := do(t, c).Standings[0].Runs[0]
	with := one.of("adam").Runs[2]
	if !slices.Equal(alone.Values["train_loss"], with.Values["train_loss"]) {
		t.Error("a run depends on the runs beside it")
	}
	c.Seeds = []uint64{3}
	if other := do(t, c); slices.Equal(other.Standings[0].Runs[0].Values["train_loss"], with.Values["train_loss"]) {
		t.Error("two seeds have the same run")
	}
}

// TestChoice: the chosen rate has the best score, the seeds that are ranked have
// no part in it, and every method has a grid of the same size.
func TestChoice(t *testing.T) {
	c := small()
	r := do(t, c)
	for _, s := range r.Standings {
		if len(s.Rates) != 3 || len(s.Tuning) != 3 {
			t.Errorf("%s: %d rates, %d scores", s.Method, len(s.Rates), len(s.Tuning))
		}
		at := slices.Index(s.Rates, float64(s.Rate))
		for _, score := range s.Tuning {
			if score < s.Tuning[at] {
				t.Errorf("%s: rate %v has %v, another %v", s.Method, s.Rate, s.Tuning[at], score)
			}
		}
		if s.AtEdge != (at != 1) {
			t.Errorf("%s: choice %d of 3, at the edge: %v", s.Method, at, s.AtEdge)
		}
	}
	c.Seeds = []uint64{7}
	other := do(t, c)
	if !slices.Equal(other.of("sgd").Tuning, r.of("sgd").Tuning) {
		t.Error("the tuning depends on the ranked seeds")
	}
	if len(r.TuningSeeds) != 1 || r.TuningSeeds[0] < firstTuningSeed {
		t.Errorf("tuning seeds %v", r.TuningSeeds)
	}
}

func TestGrid(t *testing.T) {
	m := MustMethod("adam")
	for n, want := range map[int][]float64{
		1: {1e-3}, 2: {1e-3, 3e-3}, 5: {1e-4, 3e-4, 1e-3, 3e-3, 1e-2}, 9: {1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1},
	} {
		if got := (Comparison{Grid: n}).rates(m); !slices.Equal(got, want) {
			t.Errorf("%d rates: %v, want %v", n, got, want)
		}
	}
	if got := (Comparison{Rates: []float64{3, 1}}).rates(m); !slices.Equal(got, []float64{1, 3}) {
		t.Errorf("given rates: %v", got)
	}
}

// TestEvaluationsAreCounted: those that a method reports, or else its calls of
// the loss; the budget ends by them.
func TestEvaluationsAreCounted(t *testing.T) {
	twice := FromOptimizer("twice", "", 0.1, func(float64, optim.Schedule) caller { return caller{calls: 2} })
	reports := FromOptimizer("reports", "", 0.1, func(float64, optim.Schedule) caller { return caller{calls: 1, says: 7} })
	c := small()
	c.Methods = append(c.Methods, twice, reports)
	r := do(t, c)
	for method, want := range map[string][2]int{"sgd": {20, 20}, "twice": {10, 20}, "reports": {3, 21}} {
		for _, run := range r.of(method).Runs {
			if run.Steps != want[0] || run.Evaluations != want[1] {
				t.Errorf("%s: %d steps, %d evaluations; want %v", method, run.Steps, run.Evaluations, want)
			}
			if n := len(run.Curve.Step); n != 21 {
				t.Errorf("%s: a curve of %d points", method, n)
			}
		}
	}
	if run := r.of("lbfgs").Runs[0]; run.Evaluations < run.Steps+5 || run.Evaluations < 20 {
		t.Errorf("lbfgs: %d steps, %d evaluations", run.Steps, run.Evaluations)
	}
	never := FromOptimizer("never", "", 0.1, func(float64, optim.Schedule) caller { return caller{} })
	c.Methods = []Method{never}
	if _, err := Do(context.Background(), c); err == nil || !strings.Contains(err.Error(), "reports 0 evaluations") {
		t.Errorf("a method that never looks at the loss: %v", err)
	}
}

// caller stays where it is and calls the loss.
type caller struct{ calls, says int }

func (caller) Init(Params) optim.State { return nil }

func (o caller) Step(loss optim.Loss[Params], p Params, s optim.State) (Params, optim.State, optim.Info) {
	info := optim.Info{Loss: fx.Scalar(1.0), Values: map[string]*fx.Array{}}
	for range o.calls {
		info.Loss = loss(p)
	}
	if o.says > 0 {
		info.Values["evaluations"] = fx.Scalar(int32(o.says))
	}
	return p, s, info
}

func TestRanking(t *testing.T) {
	standing := func(name string, values ...float64) Standing {
		s := Standing{Method: name}
		for i, v := range values {
			run := Run{Seed: uint64(i), Values: map[string]study.Floats{"m": {9, v}}}
			if math.IsNaN(v) {
				run.Divergence = &Divergence{Step: 3}
			}
			s.Runs = append(s.Runs, run)
		}
		return s
	}
	nan := math.NaN()
	r := &Result{Criterion: Metric{Name: "m"}, Standings: []Standing{
		standing("lost", nan, nan, nan), standing("worse", 2, 3, 4), standing("best", 1, 2, 3),
		standing("near", 0.9, 2.1, 3.2), standing("once", 1.5, nan, 3.5),
	}}
	r.rank()
	var order []string
	for _, s := range r.Standings {
		order = append(order, s.Method)
	}
	if got := strings.Join(order, " "); got != "best near worse once lost" {
		t.Errorf("order %s", got)
	}
	if s := r.of("near"); !s.Tied || math.Abs(float64(s.Behind.Value)-0.1) > 1e-9 {
		t.Errorf("near: %+v", s)
	}
	if s := r.of("worse"); s.Tied || s.Behind != (Interval{1, 1, 1}) || s.Rank != 3 {
		t.Errorf("worse: %+v", s)
	}
	if s := r.of("once"); s.Diverged != 1 || float64(s.Score.Value) != 3.5 || !math.IsInf(float64(s.Score.High), 1) {
		t.Errorf("once: %+v", s)
	}
	if s := r.of("lost"); !math.IsInf(float64(s.Score.Value), 1) || s.Diverged != 3 {
		t.Errorf("lost: %+v", s)
	}
	r.Criterion.Higher = true
	r.rank()
	if r.Standings[0].Method != "once" && r.Standings[0].Method != "worse" || r.Standings[4].Method != "lost" {
		t.Errorf("the highest first: %s ... %s", r.Standings[0].Method, r.Standings[4].Method)
	}
}

func TestResultIsJSON(t *testing.T) {
	c := small()
	c.Methods = append(c.Methods, broken(2, fx.End))
	r := do(t, c)
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back Result
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if back.digest() != r.Digest {
		t.Error("what was read is not what was written")
	}
}

func TestInterruption(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	c := small()
	seen := 0
	task := c.Task
	open := task.Open
	task.Open = func(s Setup) (Problem, error) {
		p, err := open(s)
		batches := p.Batches
		p.Batches = func(seed uint64) func() any {
			if seed == 2 && seen == 0 {
				seen++
				cancel()
			}
			return batches(seed)
		}
		return p, err
	}
	c.Task, c.Threads = task, 1
	r, err := Do(ctx, c)
	var interrupted *Interrupted
	if !errors.As(err, &interrupted) || interrupted.Done != 2 || interrupted.Total != 3 {
		t.Fatalf("error %v", err)
	}
	if r == nil || !slices.Equal(r.Seeds, []uint64{0, 1}) || len(r.of("sgd").Runs) != 2 {
		t.Errorf("the seeds that were done: %+v", r)
	}
	if r, err := Do(ctx, c); r != nil || !errors.As(err, &interrupted) {
		t.Errorf("cancelled from the start: %v, %v", r, err)
	}
}
