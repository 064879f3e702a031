package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// toy is a state with all kinds of things in it: parameters, an optimizer's
// state, and a key for noise.
type toy struct {
	W, B *fx.Array
	Opt  optim.State
	Key  *fx.Array
}

type weights struct{ W, B *fx.Array }

type pair struct{ X, Y *fx.Array }

const examples, batchSize = 22, 4 // 6 batches in an epoch, the last of 2

func toyOptimizer() optim.Optimizer[weights] {
	return optim.FromRule[weights](optim.NewAdam(optim.Linear(0.1, 0, 100)))
}

func newToy() toy {
	w := weights{fx.New([]float32{0.5, -0.25, 0.1}), fx.Scalar(float32(0))}
	return toy{W: w.W, B: w.B, Opt: toyOptimizer().Init(w), Key: random.New(5)}
}

func toyStep(s toy, b pair) (toy, Metrics) {
	keys := random.Split(s.Key, 2)
	x := b.X.Add(random.Normal(keys[1], fx.Float32, b.X.Shape()...).MulScalar(0.1))
	w, opt, info := toyOptimizer().Step(func(p weights) *fx.Array {
		return x.MatMul(p.W).Add(p.B).Sub(b.Y).Square().Mean()
	}, weights{s.W, s.B}, s.Opt)
	return toy{w.W, w.B, opt, keys[0]}, Metrics{"loss": info.Loss, "grad_norm": info.Values["grad_norm"]}
}

func toySource(t testing.TB) Source[pair] {
	batches, err := data.NewBatches(examples, batchSize, 11, data.BatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return Batches(batches, func(indices []int) (pair, error) {
		var x, y []float32
		for _, i := range indices {
			a, b, c := float32(i)/examples, float32(i%5)/5, float32(i%3)
			x, y = append(x, a, b, c), append(y, a-2*b+c/2)
		}
		return pair{fx.New(x, len(indices), 3), fx.New(y)}, nil
	})
}

func toyLoop(t testing.TB) Loop[toy, pair] {
	return Loop[toy, pair]{Step: Compile(toyStep), Source: toySource(t), Steps: 20, Every: 4}
}

func mustRun[S, B any](t *testing.T, l Loop[S, B], s S) Result[S] {
	t.Helper()
	r, err := l.Run(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLoop(t *testing.T) {
	// What the loop does, by hand.
	state, source := newToy(), toySource(t)
	var losses []float64
	for range 20 {
		batch, _ := source.Next()
		var m Metrics
		state, m = toyStep(state, batch)
		fx.Eval(state, m)
		losses = append(losses, m["loss"].Item())
	}
	mean := func(v []float64) float64 {
		s := 0.0
		for _, x := range v {
			s += x
		}
		return s / float64(len(v))
	}

	l := toyLoop(t)
	var seen []Report
	l.Report = func(r Report) { seen = append(seen, r) }
	done, finished := 0, false
	l.Progress = progress{func(n int) { done += n }, func() { finished = true }}
	l.Evaluate = func(_ context.Context, s toy) (map[string]float64, error) {
		return map[string]float64{"b": s.B.Item()}, nil
	}
	l.EvaluateEvery = 8
	hooked := []int{}
	l.Hooks = []Hook[toy]{
		{Every: 7, Call: func(_ context.Context, step int, _ toy) error { hooked = append(hooked, step); return nil }},
		{Call: func(_ context.Context, step int, _ toy) error { hooked = append(hooked, -step); return nil }},
	}
	got := mustRun(t, l, newToy())
	if err := sameContent(state, got.State); err != nil {
		t.Error(err)
	}
	if got.Step != 20 || got.Ending != Completed || done != 20 || !finished {
		t.Errorf("step %d, %s, progress %d, %t", got.Step, got.Ending, done, finished)
	}
	if !slices.Equal(hooked, []int{-6, 7, -12, 14, -18}) {
		t.Errorf("hooks at %v", hooked)
	}
	if !reflect.DeepEqual(seen, got.Reports) {
		t.Error("Report was told other than the result")
	}
	var kinds []string
	for _, r := range got.Reports {
		kinds = append(kinds, fmt.Sprint(r.Step, " ", r.Epoch, " ", r.Kind))
		var want float64
		switch r.Kind {
		case StepsReport:
			want = mean(losses[r.Step-4 : r.Step])
		case EpochReport:
			want = mean(losses[r.Step-6 : r.Step])
		default:
			continue
		}
		if r.Metrics["loss"] != want || len(r.Metrics) != 2 {
			t.Errorf("%s report at step %d: %v, want loss %v", r.Kind, r.Step, r.Metrics, want)
		}
	}
	if want := "4 0 steps, 6 1 epoch, 8 1 steps, 8 1 evaluation, 12 2 steps, 12 2 epoch, 16 2 steps, 16 2 evaluation, 18 3 epoch, 20 3 steps, 20 3 evaluation"; strings.Join(kinds, ", ") != want {
		t.Errorf("reports %s", strings.Join(kinds, ", "))
	}
	if last := got.Reports[len(got.Reports)-1]; last.Metrics["b"] != got.State.B.Item() {
		t.Errorf("last evaluation %v", last)
	}

	byEpoch := toyLoop(t)
	byEpoch.Steps, byEpoch.Epochs = 0, 3
	if r := mustRun(t, byEpoch, newToy()); r.Step != 18 {
		t.Errorf("3 epochs are %d steps", r.Step)
	}
}

type progress struct {
	add    func(int)
	finish func()
}

func (p progress) Add(n int) { p.add(n) }
func (p progress) Finish()   { p.finish() }

// Stopped at any step and resumed, a run ends with the same bits and gives the
// same reports.
func TestResume(t *testing.T) {
	evaluate := func(_ context.Context, s toy) (map[string]float64, error) {
		return map[string]float64{"b": s.B.Item()}, nil
	}
	make := func(dir string) Loop[toy, pair] {
		l := toyLoop(t)
		l.Evaluate, l.EvaluateEvery = evaluate, 5
		l.EarlyStop = &EarlyStop{Metric: "b", Patience: 100}
		l.Checkpoints, l.SaveEvery = Checkpoints{Dir: dir, Keep: 2}, 3
		l.Settings = map[string]any{"rate": 0.1, "seed": 5}
		return l
	}
	whole := mustRun(t, make(t.TempDir()), newToy())
	for _, at := range []int{1, 5, 6, 8, 19} {
		dir := filepath.Join(t.TempDir(), "points")
		first := make(dir)
		ctx, cancel := context.WithCancel(context.Background())
		first.Progress = progress{func(int) {
			if at--; at == 0 {
				cancel()
			}
		}, func() {}}
		part, err := first.Run(ctx, newToy())
		if !errors.Is(err, context.Canceled) || part.Ending != Cancelled {
			t.Fatalf("cancelled run ends with %v, %s", err, part.Ending)
		}
		second := make(dir)
		second.Resume = true
		rest := mustRun(t, second, newToy())
		if err := sameContent(whole.State, rest.State); err != nil {
			t.Errorf("resumed after step %d: %v", part.Step, err)
		}
		if all := append(part.Reports, rest.Reports...); !reflect.DeepEqual(all, whole.Reports) {
			t.Errorf("resumed after step %d: reports\n%v\nwant\n%v", part.Step, all, whole.Reports)
		}
		if list, _ := second.Checkpoints.List(); len(list) != 2 || list[1].Step != 20 {
			t.Errorf("checkpoints %v", list)
		}
		// The complete run, resumed, has nothing to do; longer, it goes on.
		if again := mustRun(t, second, newToy()); again.Step != 20 || sameContent(whole.State, again.State) != nil {
			t.Errorf("resuming the complete run gives step %d", again.Step)
		}
		second.Steps = 24
		if longer := mustRun(t, second, newToy()); longer.Step != 24 {
			t.Errorf("resuming a longer run gives step %d", longer.Step)
		}
	}
}

// An evaluation that is cancelled is made up for.
func TestCancelledEvaluation(t *testing.T) {
	l := toyLoop(t)
	l.Checkpoints, l.SaveEvery, l.EvaluateEvery = Checkpoints{Dir: t.TempDir()}, 50, 10
	ctx, cancel := context.WithCancel(context.Background())
	l.Evaluate = func(ctx context.Context, s toy) (map[string]float64, error) {
		cancel()
		return nil, ctx.Err()
	}
	if r, err := l.Run(ctx, newToy()); r.Step != 10 || r.Ending != Cancelled {
		t.Fatalf("ended %s after step %d: %v", r.Ending, r.Step, err)
	}
	l.Source, l.Resume = toySource(t), true
	l.Evaluate = func(context.Context, toy) (map[string]float64, error) { return map[string]float64{"x": 1}, nil }
	r := mustRun(t, l, newToy())
	var steps []int
	for _, report := range r.Reports {
		if report.Kind == EvaluationReport {
			steps = append(steps, report.Step)
		}
	}
	if !slices.Equal(steps, []int{10, 20}) {
		t.Errorf("evaluated after steps %v", steps)
	}
}

func TestCannotResume(t *testing.T) {
	dir := t.TempDir()
	l := toyLoop(t)
	l.Checkpoints, l.SaveEvery, l.Settings = Checkpoints{Dir: dir}, 10, map[string]int{"seed": 5}
	mustRun(t, l, newToy())
	path := filepath.Join(dir, "step-000000020.safetensors")
	for want, change := range map[string]func(*Loop[toy, pair]){
		"train: " + dir + " has a checkpoint already, of step 20: resume that run, or use another folder": func(l *Loop[toy, pair]) { l.Resume = false },
		`cannot resume from ` + path + `: it was made with other settings: {"seed":5}, and here they are {"seed":6}`: func(l *Loop[toy, pair]) {
			l.Settings = map[string]int{"seed": 6}
		},
		"cannot resume from " + path + ": data: cannot restore batches: the saved seed is 11, here it is 12": func(l *Loop[toy, pair]) {
			b, _ := data.NewBatches(examples, batchSize, 12, data.BatchOptions{})
			l.Source = Batches(b, func([]int) (pair, error) { return pair{}, nil })
		},
	} {
		other := l
		other.Resume, other.Source = true, toySource(t)
		change(&other)
		if _, err := other.Run(context.Background(), newToy()); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	wrong := newToy()
	wrong.W = fx.Zeros(fx.Float32, 4)
	l.Resume = true
	if r, err := l.Run(context.Background(), wrong); err == nil || err.Error() != path+`: tensor "W": it is F32[3]; the tree expects F32[4]` || r.Ending != Failed {
		t.Errorf("error %v, %s", err, r.Ending)
	}
	foreign := l
	foreign.Checkpoints.Dir = t.TempDir()
	if _, err := foreign.Checkpoints.Save(newToy(), Meta{Step: 3}); err != nil {
		t.Fatal(err)
	}
	if _, err := foreign.Run(context.Background(), newToy()); err == nil || !strings.Contains(err.Error(), "it is not the checkpoint of a training run") {
		t.Errorf("error %v", err)
	}
}

// scalarLoop trains a number that a function of the step changes.
func scalarLoop(change func(x, step *fx.Array) *fx.Array) (Loop[counted, *fx.Array], counted) {
	step := Compile(func(s counted, _ *fx.Array) (counted, Metrics) {
		next := counted{change(s.X, s.N), s.N.AddScalar(1), s.Limit}
		return next, Metrics{"loss": s.X.Square()}
	})
	l := Loop[counted, *fx.Array]{Step: step, Source: Repeat(fx.Scalar(0.0)), Steps: 40, Every: 7}
	return l, counted{fx.Scalar(1.0), fx.Scalar(int32(0)), fx.Scalar(math.Inf(1))}
}

type counted struct{ X, N, Limit *fx.Array } // Limit is infinite and may be

func TestNonFinite(t *testing.T) {
	inStep := func(n float64, v float64) func(x, step *fx.Array) *fx.Array {
		return func(x, step *fx.Array) *fx.Array {
			return fx.Where(step.Equal(fx.Const(n-1)), fx.Scalar(v), x.AddScalar(1))
		}
	}
	for _, c := range []struct {
		name   string
		change func(x, step *fx.Array) *fx.Array
		step   int
		what   string
	}{
		{"state", inStep(10, math.NaN()), 10, "the state's array X"},
		{"infinite", inStep(10, math.Inf(-1)), 10, "the state's array X"},
		{"first step", inStep(1, math.NaN()), 1, "the state's array X"},
		{"at a read", inStep(14, math.NaN()), 14, "the state's array X"},
		{"last step", inStep(40, math.NaN()), 40, "the state's array X"},
		{"metric", func(x, step *fx.Array) *fx.Array { return fx.Where(step.Equal(fx.Const(11)), fx.Scalar(1e200), x) }, 13, `the metric "loss"`},
	} {
		l, start := scalarLoop(c.change)
		hooked := 0
		l.Hooks = []Hook[counted]{{Every: 3, Call: func(context.Context, int, counted) error { hooked++; return nil }}}
		r, err := l.Run(context.Background(), start)
		var found *NonFiniteError
		if !errors.As(err, &found) {
			t.Fatalf("%s: error %v", c.name, err)
		}
		if found.Step != c.step || found.What != c.what || found.GoodStep != c.step-1 || r.Step != c.step-1 || r.Ending != Failed {
			t.Errorf("%s: %v, %s at step %d", c.name, err, r.Ending, r.Step)
		}
		if n, x := r.State.N.Item(), r.State.X.Item(); n != float64(c.step-1) || math.IsNaN(x) || math.IsInf(x, 0) {
			t.Errorf("%s: the state is that after step %v, with %v", c.name, n, x)
		}
		if hooked != (c.step-1)/3 {
			t.Errorf("%s: %d calls of the hook", c.name, hooked)
		}
	}
	l, start := scalarLoop(inStep(10, math.NaN()))
	l.AllowNonFinite = true
	if r := mustRun(t, l, start); r.Step != 40 || !math.IsNaN(r.State.X.Item()) {
		t.Errorf("allowed: step %d, %v", r.Step, r.State.X)
	}
	// The batches go back, too: what follows the failed step is what would have.
	source := toySource(t)
	poisoned := Loop[toy, pair]{Source: source, Steps: 20, Every: 5, Step: func(s toy, b pair) (toy, Metrics) {
		next, m := toyStep(s, b)
		m["loss"] = m["loss"].Div(fx.Scalar(float32(13)).Sub(s.Opt.(optim.AdamState).Step.AsType(fx.Float32)))
		return next, m
	}}
	r, err := poisoned.Run(context.Background(), newToy())
	if r.Step != 13 {
		t.Fatalf("stopped after step %d: %v", r.Step, err)
	}
	got, _ := source.Next()
	reference := toySource(t)
	for range 14 {
		if _, err := reference.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if want, _ := reference.Next(); sameContent(want, got) != nil {
		t.Errorf("the batch after step 14 is %v, want %v", got.Y, want.Y)
	}
}

func TestEarlyStop(t *testing.T) {
	values := []float64{5, 4, 4.5, 3.95, 4.2, 4.1, 1}
	run := func(e EarlyStop, sign float64) (int, Ending) {
		l, start := scalarLoop(func(x, _ *fx.Array) *fx.Array { return x })
		l.Steps, l.EvaluateEvery, l.EarlyStop = 7, 1, &e
		i := -1
		l.Evaluate = func(context.Context, counted) (map[string]float64, error) {
			i++
			return map[string]float64{"v": sign * values[i]}, nil
		}
		r := mustRun(t, l, start)
		return r.Step, r.Ending
	}
	for _, c := range []struct {
		stop  EarlyStop
		sign  float64
		steps int
	}{
		{EarlyStop{Metric: "v", Patience: 1}, 1, 3},
		{EarlyStop{Metric: "v", Patience: 2}, 1, 6},
		{EarlyStop{Metric: "v", Patience: 2, MinDelta: 0.1}, 1, 4},
		{EarlyStop{Metric: "v", Patience: 3}, 1, 7},
		{EarlyStop{Metric: "v", Patience: 2, Larger: true}, -1, 6},
		{EarlyStop{Metric: "v", Patience: 3, Larger: true}, 1, 4},
	} {
		steps, ending := run(c.stop, c.sign)
		if want := map[bool]Ending{true: StoppedEarly, false: Completed}[c.steps < 7]; steps != c.steps || ending != want {
			t.Errorf("%+v, sign %v: %s after %d steps, want %d", c.stop, c.sign, ending, steps, c.steps)
		}
	}
	var p progressOfStop
	e := EarlyStop{Metric: "v", Patience: 2}
	for i, v := range []float64{math.NaN(), 3, math.NaN(), math.NaN()} {
		if stop, err := e.observe(&p, map[string]float64{"v": v}); err != nil || stop != (i == 3) {
			t.Errorf("NaN: evaluation %d: %t, %v", i, stop, err)
		}
	}
	if _, err := e.observe(&p, map[string]float64{"w": 1}); err == nil || !strings.Contains(err.Error(), `"v", which Evaluate does not give`) {
		t.Errorf("error %v", err)
	}
}

// A run that was stopped early stays so when it is resumed.
func TestResumeStopped(t *testing.T) {
	l, start := scalarLoop(func(x, _ *fx.Array) *fx.Array { return x })
	l.Evaluate = func(context.Context, counted) (map[string]float64, error) { return map[string]float64{"v": 1}, nil }
	l.EvaluateEvery, l.EarlyStop = 3, &EarlyStop{Metric: "v", Patience: 2}
	l.Checkpoints, l.SaveEvery, l.Resume = Checkpoints{Dir: t.TempDir()}, 5, true
	for range 2 {
		if r := mustRun(t, l, start); r.Step != 9 || r.Ending != StoppedEarly || r.State.N.Item() != 9 {
			t.Errorf("%s after step %d", r.Ending, r.Step)
		}
		_, start = scalarLoop(nil)
	}
}

func TestHookEnds(t *testing.T) {
	broken := errors.New("broken")
	for want, result := range map[Ending]error{StoppedHook: ErrStop, Failed: broken} {
		l, start := scalarLoop(func(x, _ *fx.Array) *fx.Array { return x })
		l.Hooks = []Hook[counted]{{Every: 5, Call: func(context.Context, int, counted) error { return fmt.Errorf("hook: %w", result) }}}
		r, err := l.Run(context.Background(), start)
		if r.Ending != want || r.Step != 5 || (want == Failed) != errors.Is(err, broken) {
			t.Errorf("%s after step %d: %v", r.Ending, r.Step, err)
		}
	}
	l, start := scalarLoop(func(x, _ *fx.Array) *fx.Array { return x })
	l.Source = failing{}
	if r, err := l.Run(context.Background(), start); err == nil || err.Error() != "train: the batch of step 1: no data" || r.State.X.Item() != 1 {
		t.Errorf("error %v, state %v", err, r.State)
	}
}

type failing struct{}

func (failing) Next() (*fx.Array, error)        { return nil, errors.New("no data") }
func (failing) PerEpoch() int                   { return 0 }
func (failing) State() (json.RawMessage, error) { return json.RawMessage("0"), nil }
func (failing) Restore(json.RawMessage) error   { return nil }

func TestSettingsOfLoop(t *testing.T) {
	type loop = Loop[counted, *fx.Array]
	evaluate := func(context.Context, counted) (map[string]float64, error) { return nil, nil }
	for want, change := range map[string]func(*loop){
		"train: the loop has no Step":                                   func(l *loop) { l.Step = nil },
		"train: the loop has no Source":                                 func(l *loop) { l.Source = nil },
		"train: 0 steps and 0 epochs; one of them must be positive":     func(l *loop) { l.Steps = 0 },
		"train: 40 steps and 2 epochs; one of them must be positive":    func(l *loop) { l.Epochs = 2 },
		"train: -1 steps and 0 epochs":                                  func(l *loop) { l.Steps = -1 },
		"train: Every -1, EvaluateEvery 0, SaveEvery 0, Keep 0":         func(l *loop) { l.Every = -1 },
		"train: there is no folder of checkpoints to resume from":       func(l *loop) { l.Resume = true },
		"train: EarlyStop needs Evaluate":                               func(l *loop) { l.EarlyStop = &EarlyStop{Metric: "v", Patience: 1} },
		"train: EarlyStop has no metric":                                func(l *loop) { l.Evaluate, l.EarlyStop = evaluate, &EarlyStop{Patience: 1} },
		"train: EarlyStop has patience 0":                               func(l *loop) { l.Evaluate, l.EarlyStop = evaluate, &EarlyStop{Metric: "v"} },
		"train: EarlyStop has MinDelta NaN":                             func(l *loop) { l.Evaluate, l.EarlyStop = evaluate, &EarlyStop{"v", false, 1, math.NaN()} },
		"train: Epochs needs a source with epochs":                      func(l *loop) { l.Source, l.Steps, l.Epochs = failing{}, 0, 1 },
		"train: Evaluate without EvaluateEvery needs a source with epo": func(l *loop) { l.Source, l.Evaluate = failing{}, evaluate },
		"train: Checkpoints without SaveEvery needs a source with epoc": func(l *loop) { l.Source, l.Checkpoints.Dir = failing{}, "x" },
		"train: hook 0 must have a function":                            func(l *loop) { l.Hooks = make([]Hook[counted], 1) },
		"train: the settings do not make JSON":                          func(l *loop) { l.Settings = func() {} },
		"train: the metric \"m\" is float64[2][1 2]; it must be one number": func(l *loop) {
			l.Step = func(s counted, _ *fx.Array) (counted, Metrics) { return s, Metrics{"m": fx.New([]float64{1, 2})} }
		},
	} {
		l, start := scalarLoop(func(x, _ *fx.Array) *fx.Array { return x })
		change(&l)
		if _, err := l.Run(context.Background(), start); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestNumbersSurviveJSON(t *testing.T) {
	m := means{}
	m.add(map[string]float64{"a": 0.1, "b": math.Inf(-1), "c": math.NaN(), "d": math.MaxFloat64})
	m.add(map[string]float64{"a": 0.2})
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	back := means{}
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	for name, v := range m {
		if w := back[name]; math.Float64bits(w.Sum) != math.Float64bits(v.Sum) || w.N != v.N {
			t.Errorf("%s: %v became %v", name, *v, *w)
		}
	}
}
