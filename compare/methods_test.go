package compare

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
)

// TestEveryMethod: all of them make the loss smaller.
func TestEveryMethod(t *testing.T) {
	c := small()
	c.Methods, c.Seeds, c.Evaluations, c.Grid = Methods(), []uint64{0}, 60, 5
	c.Set = map[string]string{"dim": "4", "condition": "2"}
	r := do(t, c)
	for _, s := range r.Standings {
		if loss := s.Runs[0].Values["loss"]; s.Diverged > 0 || !(loss[len(loss)-1] < loss[0]) {
			t.Errorf("%s, rate %v: from %v to %v", s.Method, s.Rate, loss[0], loss[len(loss)-1])
		}
		if s.Summary == "" {
			t.Errorf("%s has no summary", s.Method)
		}
	}
	var names []string
	for _, m := range Methods() {
		names = append(names, m.Name)
	}
	for _, name := range []string{"sgd", "momentum", "nesterov", "adam", "adamw", "amsgrad", "nadam", "radam", "adamax", "adan", "lion",
		"laprop", "adagrad", "adadelta", "rmsprop", "rprop", "signum", "lars", "lamb", "aegd", "aepg", "lbfgs",
		"gns", "saddle-free-newton", "gradient-method", "fast-gradient", "entropy-sgd"} {
		if !slices.Contains(names, name) {
			t.Errorf("there is no %s", name)
		}
	}
}

func TestSettings(t *testing.T) {
	m, err := FindMethod("adam:epsilon=1e-6,beta2=0.5,decay.value=0.1")
	if err != nil {
		t.Fatal(err)
	}
	if m.Name != "adam:beta2=0.5,decay.value=0.1,epsilon=1e-6" {
		t.Errorf("name %s", m.Name)
	}
	made := optim.NewAdam(optim.Constant(1))
	if err := configure(&made, map[string]string{"beta2": "0.5", "amsgrad": "true", "decay.value": "0.1"}); err != nil || made.Beta2 != 0.5 || !made.AMSGrad || made.Decay.Value != 0.1 || made.Beta1 != 0.9 {
		t.Errorf("%+v, %v", made, err)
	}
	var rule optim.Rule = optim.NewAdam(optim.Constant(1))
	if err := configure(&rule, map[string]string{"beta1": "0"}); err != nil || rule.(optim.Adam).Beta1 != 0 {
		t.Errorf("in an interface: %+v, %v", rule, err)
	}
	if got := MustMethod("momentum").Settings(); !slices.Contains(got, "mu=0.9") || !slices.Contains(got, "nesterov=false") {
		t.Errorf("settings of momentum: %v", got)
	}
	// A setting changes the trajectory.
	c := small()
	c.Methods, c.Rates = []Method{MustMethod("momentum"), MustMethod("momentum:mu=0")}, []float64{0.1}
	r := do(t, c)
	if slices.Equal(r.Standings[0].Runs[0].Values["loss"], r.Standings[1].Runs[0].Values["loss"]) {
		t.Error("mu=0 changes nothing")
	}
}

func TestWrongMethods(t *testing.T) {
	for text, want := range map[string]string{
		"adm":                  `unknown method "adm" (did you mean "adam"`,
		"adam:beta2":           "method adam:beta2: write settings as adam:name=value,name=value",
		"adam:beta3=1":         `adam:beta3=1: unknown setting "beta3" (did you mean`,
		"adam:beta2=x":         `setting beta2: "x" is not a finite number`,
		"adam:beta2=1.5":       "Beta2",
		"adam:beta2=0,beta2=0": "method adam:beta2=0,beta2=0: beta2 is set twice",
		"adam:amsgrad=maybe":   `setting amsgrad: "maybe" is not true or false`,
		"lbfgs:history=1.5":    `setting history: "1.5" is not a whole number`,
		"signum:beta=0.5":      `unknown setting "beta": it has no settings`,
	} {
		if _, err := FindMethod(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestWrongComparisons(t *testing.T) {
	for _, test := range []struct {
		change func(*Comparison)
		want   string
	}{
		{func(c *Comparison) { c.Task = Task{} }, "the task has no name"},
		{func(c *Comparison) { c.Task.Metrics = nil }, "task quadratic: it needs Open, Metrics and a budget"},
		{func(c *Comparison) { c.Methods = nil }, "there are no methods to compare"},
		{func(c *Comparison) { c.Methods = append(c.Methods, c.Methods[0]) }, "method sgd is given twice"},
		{func(c *Comparison) { c.Methods = []Method{{Name: "x", Rate: 1}} }, "method x: make it with FromRule, FromOptimizer, FromStream or FromCurvature"},
		{func(c *Comparison) { c.Methods[0].Rate = 0 }, "method sgd: the usual learning rate is 0; it must be positive"},
		{func(c *Comparison) { c.Seeds = []uint64{} }, "0 seeds: a comparison has 1 to 1000"},
		{func(c *Comparison) { c.Seeds = []uint64{1, 1} }, "seed 1 is given twice"},
		{func(c *Comparison) { c.Seeds = []uint64{1 << 32} }, "seeds from 4294967296 are for tuning"},
		{func(c *Comparison) { c.Rates = []float64{0} }, "learning rate 0: it must be positive"},
		{func(c *Comparison) { c.Rates = []float64{1, 1} }, "learning rate 1 is given twice"},
		{func(c *Comparison) { c.Grid = -1 }, "a grid of -1 learning rates"},
		{func(c *Comparison) { c.TuningSeeds = -1 }, "-1 tuning seeds"},
		{func(c *Comparison) { c.Evaluations = -1 }, "a budget of -1 gradient evaluations"},
		{func(c *Comparison) { c.Limit = 0.5 }, "the limit is 0.5 times the first loss"},
		{func(c *Comparison) { c.Schedule = "steps" }, `unknown schedule "steps": choose constant, cosine or linear`},
		{func(c *Comparison) { c.Criterion = "los" }, `task quadratic has no metric "los" (did you mean "loss"?)`},
		{func(c *Comparison) { c.Data.Name = "mnist" }, "task quadratic uses no data set"},
		{func(c *Comparison) { c.Task, c.Data.Name = MLP(), "mnits" }, `cannot use data set "mnits" (did you mean "mnist"`},
		{func(c *Comparison) { c.Task, c.Data = Logistic(), study.DataSet{Name: builtIn, Dir: "x"} }, "the built-in data need no folder"},
		{func(c *Comparison) { c.Set = map[string]string{"dims": "3"} }, `task quadratic: unknown option "dims" (did you mean "dim"?)`},
	} {
		c := small()
		c.Methods = slices.Clone(c.Methods)
		test.change(&c)
		if _, err := Do(context.Background(), c); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
}

// threeAtOnce descends the mean of three minibatches.
type threeAtOnce struct{ rate float64 }

func (o threeAtOnce) Init(p Params) optim.State { return nil }
func (o threeAtOnce) Batches() int              { return 3 }

func (o threeAtOnce) StepStream(losses optim.Stream[Params], p Params, s optim.State) (Params, optim.State, optim.Info) {
	p, _, info := optim.FromRule[Params](optim.NewSGD(optim.Constant(o.rate))).Step(optim.MeanLoss(losses, 3), p, optim.StepState{Step: fx.Scalar(int32(0))})
	info.Values["evaluations"] = fx.Scalar(int32(3))
	return p, s, info
}

// TestFromStream: a method of several minibatches gets those that the others get, one
// after the other, and pays for each.
func TestFromStream(t *testing.T) {
	c := small()
	c.Evaluations, c.Seeds, c.Rates = 9, []uint64{0}, []float64{0.1}
	c.Methods = []Method{FromStream("three", "three at once", 0.1, func(rate float64, _ optim.Schedule) threeAtOnce { return threeAtOnce{rate} })}
	c.Task.Open = func(s Setup) (Problem, error) {
		return Define(func(*fx.Array) *fx.Array { return fx.Scalar(0.0) },
			func(uint64) func() *fx.Array {
				n := 0.0
				return func() *fx.Array { n++; return fx.Scalar(n) }
			},
			func(p, b *fx.Array) *fx.Array { return p.Sub(b).Square() }, func(p *fx.Array) []*fx.Array { return []*fx.Array{p} }), nil
	}
	c.Task.Metrics = c.Task.Metrics[:1]
	r := do(t, c)
	run := r.Standings[0].Runs[0]
	// p moves by 0.2 of the way to the mean of its three minibatches: 2, 5 and 8.
	want := 0.0
	for _, mean := range []float64{2, 5, 8} {
		want += 0.2 * (mean - want)
	}
	values := run.Values[c.Task.Metrics[0].Name]
	if got := float64(values[len(values)-1]); run.Steps != 3 || run.Evaluations != 9 || math.Abs(got-want) > 1e-12 {
		t.Errorf("%d steps, %d evaluations, ends at %v, want %v", run.Steps, run.Evaluations, got, want)
	}
}
