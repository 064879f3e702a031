package optim

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
)

// twoLeaves is parameters in two leaves, of two elements and of one.
type twoLeaves struct{ A, B *fx.Array }

func (p twoLeaves) values() []float64 { return append(p.A.Float64s(), p.B.Float64s()...) }

func twoLeavesOf(v []float64, d fx.DType) twoLeaves {
	return twoLeaves{fx.New(v[:2]).AsType(d), fx.New(v[2:]).AsType(d)}
}

type twoLeavesStep struct {
	P, Target twoLeaves
	S         State
}

// predicted runs an optimizer on the loss of testdata/xgrad.py.
func predicted(t *testing.T, o Optimizer[twoLeaves], d fx.DType, start, curvature []float64, targets [][]float64, compiled bool) [][]float64 {
	t.Helper()
	step := func(in twoLeavesStep) twoLeavesStep {
		h := twoLeavesOf(curvature, d)
		loss := func(p twoLeaves) *fx.Array {
			one := func(p, h, c *fx.Array) *fx.Array {
				return p.Sub(c).Square().Mul(h).MulScalar(0.5).Add(p.Square().Square().MulScalar(1.0 / 64)).Sum()
			}
			return one(p.A, h.A, in.Target.A).Add(one(p.B, h.B, in.Target.B))
		}
		p, s, _ := o.Step(loss, in.P, in.S)
		return twoLeavesStep{P: p, S: s, Target: in.Target}
	}
	if compiled {
		step = fx.Jit(step, fx.Donate("P"), fx.Donate("S"))
	}
	now := twoLeavesStep{P: twoLeavesOf(start, d)}
	now.S = o.Init(now.P)
	var out [][]float64
	for _, c := range targets {
		now.Target = twoLeavesOf(c, d)
		now = step(now)
		fx.Eval(now)
		out = append(out, now.P.values())
	}
	return out
}

// TestPredictionReference compares with trajectories that PyTorch's optimizers
// made with gradients at predicted weights.
func TestPredictionReference(t *testing.T) {
	raw, err := os.ReadFile("testdata/xgrad.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Start, Curvature []float64
		Targets          [][]float64
		Runs             []struct {
			Rule, Call string
			Steps      int
			Parameters [][]float64
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	lr := Constant(0.05)
	rules := map[string]Rule{
		"momentum":    NewMomentum(lr, 0.9),
		"momentum L2": Chain(AddDecayedWeights(0.1, nil), NewMomentum(lr, 0.8)),
		"adam":        NewAdam(lr),
		"adamw":       with(NewAdamW(lr), func(a *Adam) { a.Beta1, a.Beta2, a.Decay.Value = 0.8, 0.95, 0.1 }),
		"amsgrad":     with(NewAMSGrad(lr), func(a *Adam) { a.Beta2 = 0.9 }),
		"rmsprop":     with(NewRMSProp(lr), func(r *RMSProp) { r.Decay, r.Remember = 0.9, true }),
	}
	if len(file.Runs) != 3*len(rules) {
		t.Fatalf("%d runs in the file and %d rules here", len(file.Runs), len(rules))
	}
	for _, run := range file.Runs {
		o := WithPrediction[twoLeaves](rules[run.Rule], run.Steps)
		if w := worst(predicted(t, o, fx.Float64, file.Start, file.Curvature, file.Targets, false), run.Parameters); !(w < 1e-12) {
			t.Errorf("%s, s = %d: off by %g from %s", run.Rule, run.Steps, w, run.Call)
		}
		for _, d := range []fx.DType{fx.Float32, fx.Float64} {
			plain := predicted(t, o, d, file.Start, file.Curvature, file.Targets[:12], false)
			compiled := predicted(t, o, d, file.Start, file.Curvature, file.Targets[:12], true)
			if !sameBits(plain, compiled) {
				t.Errorf("%s, s = %d, %v: compiled differs from plain by %g", run.Rule, run.Steps, d, worst(plain, compiled))
			}
		}
		if run.Steps == 0 {
			base := FromRule[twoLeaves](rules[run.Rule])
			for _, d := range []fx.DType{fx.Float32, fx.Float64} {
				a := predicted(t, o, d, file.Start, file.Curvature, file.Targets, false)
				if b := predicted(t, base, d, file.Start, file.Curvature, file.Targets, false); !sameBits(a, b) {
					t.Errorf("%s, %v: with s = 0 it is not the base rule", run.Rule, d)
				}
			}
		}
	}
}

// predictors are rules of every kind that can be foretold.
func predictors() map[string]Rule {
	lr := Linear(0.05, 0.01, 20)
	return map[string]Rule{
		"momentum":              NewMomentum(lr, 0.9),
		"momentum, rate inside": with(NewMomentum(Constant(0.05), 0.9), func(m *Momentum) { m.RateInside = true }),
		"dampened":              with(NewMomentum(lr, 0.9), func(m *Momentum) { m.Dampening, m.StartWithGradient = 0.9, false }),
		"Adam":                  NewAdam(lr),
		"Adam, uncorrected":     with(NewAdam(lr), func(a *Adam) { a.CorrectFirst, a.CorrectSecond = false, false }),
		"AdamW":                 NewAdamW(lr),
		"AMSGrad":               NewAMSGrad(lr),
		"AdaBelief":             NewAdaBelief(lr),
		"AdaM3":                 NewAdaM3(lr),
		"RMSProp":               with(NewRMSProp(lr), func(r *RMSProp) { r.Remember = true }),
		"RMSProp, momentum":     with(NewRMSProp(lr), func(r *RMSProp) { r.Mu = 0.5 }),
	}
}

// TestPeekUpdate: before the first step it is zero; after a step it is that
// step's update again, at the rate of the coming step and without weight decay.
func TestPeekUpdate(t *testing.T) {
	for name, r := range predictors() {
		p := []*fx.Array{fx.New([]float64{1, -2}), fx.New([]float64{0.5})}
		s := r.Init(p)
		for _, a := range r.(Predictor).PeekUpdate(s) {
			for _, v := range a.Float64s() {
				if v != 0 {
					t.Errorf("%s foretells %v before the first step", name, v)
				}
			}
		}
		still := name == "momentum, rate inside" // the only one with a constant rate
		var last []*fx.Array
		for _, g := range gradients(10) {
			last, s = r.Update([]*fx.Array{fx.New(g[:2]), fx.New(g[2:])}, s, p)
		}
		peeked := r.(Predictor).PeekUpdate(s)
		for i := range peeked {
			ratio := (0.05 + (0.01-0.05)*10/20) / (0.05 + (0.01-0.05)*9/20) // the rates of step 10 and step 9
			if still {
				ratio = 1
			}
			for k, v := range peeked[i].Float64s() {
				want := last[i].Float64s()[k] * ratio
				if name == "AdamW" { // take out the decay of 0.01 times the last rate
					want = (last[i].Float64s()[k] + 0.01*(0.05+(0.01-0.05)*9/20)*p[i].Float64s()[k]) * ratio
				}
				if math.Abs(v-want) > 1e-14 {
					t.Errorf("%s foretells %v, want %v", name, v, want)
				}
			}
		}
	}
}

// TestLookAhead: on a parabola the way with momentum follows its recursion,
// u <- mu u + h (theta - s lr u), theta <- theta - lr u.
func TestLookAhead(t *testing.T) {
	const mu, lr, h = 0.8, 0.05, 3.0
	bowl := func(p *fx.Array) *fx.Array { return p.Square().MulScalar(h / 2).Sum() }
	for s := range 5 {
		o := WithPrediction[*fx.Array](NewMomentum(Constant(lr), mu), s)
		p := fx.New([]float64{1})
		state := o.Init(p)
		theta, u := 1.0, 0.0
		for range 30 {
			p, state, _ = o.Step(bowl, p, state)
			u = mu*u + h*(theta-float64(s)*lr*u)
			theta -= lr * u
			if math.Abs(p.Item()-theta) > 1e-13 {
				t.Fatalf("s = %d: %v, want %v", s, p.Item(), theta)
			}
		}
	}
}

// TestPredictionWrappers: chains, groups and skipping foretell what their rules
// do, each for its own leaves.
func TestPredictionWrappers(t *testing.T) {
	bowlOf := func(p twoLeaves) *fx.Array { return p.A.Square().Sum().Add(p.B.Square().MulScalar(3).Sum()) }
	follow := func(r Rule) []float64 {
		o := WithPrediction[twoLeaves](r, 2)
		p := twoLeavesOf(start, fx.Float64)
		s := o.Init(p)
		for range 10 {
			p, s, _ = o.Step(bowlOf, p, s)
			fx.Eval(p, s)
		}
		return p.values()
	}
	momentum, adam := NewMomentum(Constant(0.02), 0.9), NewAdam(Constant(0.02))
	a, b := follow(momentum), follow(adam)
	mixed := follow(ByPath(Group{"B", adam}, Group{"A", momentum}))
	if !slices.Equal(mixed, []float64{a[0], a[1], b[2]}) {
		t.Errorf("by path %v, want %v of momentum and %v of Adam", mixed, a[:2], b[2])
	}
	if got := follow(SkipNonFinite(Chain(ClipByGlobalNorm(1e9), momentum), 0)); !slices.Equal(got, a) {
		t.Errorf("skipping and clipping nothing: %v, want %v", got, a)
	}
}

// TestPredictionFallsBack: where the state foretells what is not finite, the step
// is the base rule's, and is counted.
func TestPredictionFallsBack(t *testing.T) {
	o := WithPrediction[*fx.Array](NewMomentum(Constant(0.1), 0.9), 1)
	p := fx.New([]float64{1, 2})
	s := o.Init(p).(PredictionState)
	loss := func(p *fx.Array) *fx.Array { return p.Square().Sum() }
	broken := s
	m := s.Base.(MomentumState)
	m.Trace.Buffer = []*fx.Array{fx.New([]float64{math.NaN(), 0})}
	broken.Base = m
	_, next, info := o.Step(loss, p, broken)
	if got := info.Values["fallbacks"].Item(); got != 1 || next.(PredictionState).Fallbacks.Item() != 1 {
		t.Errorf("%v fallbacks, want 1", got)
	}
	if info.Loss.Item() != 5 || info.Values["prediction_norm"].Item() != 0 {
		t.Errorf("loss %v at distance %v, want that at the parameters, 5", info.Loss, info.Values["prediction_norm"])
	}
	_, next, info = o.Step(loss, p, s)
	if info.Values["fallbacks"].Item() != 0 || next.(PredictionState).Fallbacks.Item() != 0 {
		t.Error("a good prediction counts as a fallback")
	}
}

// TestPredictionOnce: the loss is called once, at the predicted weights.
func TestPredictionOnce(t *testing.T) {
	o := WithPrediction[*fx.Array](NewMomentum(Constant(0.1), 0.9), 3)
	p := fx.New([]float64{1})
	s := o.Init(p)
	calls := 0
	loss := func(p *fx.Array) *fx.Array {
		calls++
		return p.Square().Sum()
	}
	first, s, _ := o.Step(loss, p, s) // p = 1 - 0.1*2 = 0.8, u = 2
	_, _, info := o.Step(loss, first, s)
	if at := 0.8 - 3*0.1*2; calls != 2 || math.Abs(info.Loss.Item()-at*at) > 1e-15 {
		t.Errorf("%d calls in two steps, loss %v; want one each, the second at %v", calls, info.Loss, at)
	}
}

func TestPredictionSettings(t *testing.T) {
	lr := Constant(0.1)
	for want, o := range map[string]Prediction[*fx.Array]{
		"the number of updates to look ahead is -1; it must not be negative": WithPrediction[*fx.Array](NewAdam(lr), -1),
		"there is no rule whose updates are to be predicted: it is nil":      WithPrediction[*fx.Array](nil, 1),
		"the next update of a optim.SGD cannot be predicted":                 WithPrediction[*fx.Array](NewSGD(lr), 1),
		"the next update of a optim.Lion cannot be predicted":                WithPrediction[*fx.Array](Chain(ClipByGlobalNorm(1), NewLion(lr)), 1),
		"an empty chain has no update to predict":                            WithPrediction[*fx.Array](Chain(), 1),
		"RMSProp without momentum forgets its updates":                       WithPrediction[*fx.Array](SkipNonFinite(NewRMSProp(lr), 0), 1),
		"Beta1 is 1; it must be in [0, 1)":                                   WithPrediction[*fx.Array](with(NewAdam(lr), func(a *Adam) { a.Beta1 = 1 }), 1),
		"Beta2 is 1; it must be in [0, 1)":                                   WithPrediction[*fx.Array](with(NewAdaBelief(lr), func(a *AdaBelief) { a.Beta2 = 1 }), 1),
		"Epsilon is -1":                                                      WithPrediction[*fx.Array](with(NewAdaM3(lr), func(a *AdaM3) { a.Epsilon = -1 }), 1),
	} {
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate says %v, want %q", err, want)
		}
		if msg := fxtest.Failure(t, func() { o.Init(fx.Scalar(1.0)) }); !strings.Contains(msg, want) {
			t.Errorf("Init says %q, want %q", msg, want)
		}
	}
	if err := WithPrediction[*fx.Array](NewSGD(lr), 0).Validate(); err != nil {
		t.Errorf("looking no update ahead needs no PeekUpdate: %v", err)
	}
	p := fx.Scalar(1.0)
	loss := func(p *fx.Array) *fx.Array { return p }
	o := WithPrediction[*fx.Array](NewAdam(lr), 1)
	if msg := fxtest.Failure(t, func() { o.Step(loss, p, StepState{}) }); !strings.Contains(msg, "the state is a optim.StepState and must be a optim.PredictionState") {
		t.Errorf("a wrong state: %s", msg)
	}
	if msg := fxtest.Failure(t, func() { NewAdam(lr).PeekUpdate(StepState{}) }); !strings.Contains(msg, "optim.Adam: the state is a optim.StepState") {
		t.Errorf("a wrong state for PeekUpdate: %s", msg)
	}
}
