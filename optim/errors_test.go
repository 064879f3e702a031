package optim

import (
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
)

func with[R any](r R, change func(*R)) R {
	change(&r)
	return r
}

func TestSettings(t *testing.T) {
	lr := Constant(0.1)
	for want, r := range map[string]Rule{
		"the learning rate is -1 at step 0":                                    NewSGD(Constant(-1)),
		"the learning rate is NaN at step 0":                                   NewAdam(Constant(math.NaN())),
		"the learning rate is +Inf at step 0":                                  NewLaProp(Constant(math.Inf(1))),
		"the learning rate is nil":                                             NewRMSProp(nil),
		"Beta1 is 1; it must be in [0, 1)":                                     with(NewAdam(lr), func(a *Adam) { a.Beta1 = 1 }),
		"Beta2 is -0.1; it must be in [0, 1)":                                  with(NewAdam(lr), func(a *Adam) { a.Beta2 = -0.1 }),
		"Beta2 is NaN":                                                         with(NewAdamW(lr), func(a *Adam) { a.Beta2 = math.NaN() }),
		"Epsilon is -1e-08; it must be a number that is not negative":          with(NewAdam(lr), func(a *Adam) { a.Epsilon = -1e-8 }),
		"the weight decay is -0.5":                                             with(NewAdamW(lr), func(a *Adam) { a.Decay.Value = -0.5 }),
		"the weight decay's mode DecayMode(7) is unknown":                      with(NewLaProp(lr), func(l *LaProp) { l.Decay.Mode = 7 }),
		"Beta1 is 1.5":                                                         with(NewLaProp(lr), func(l *LaProp) { l.Beta1 = 1.5 }),
		"the decay rate of the second moment is 2":                             with(NewLaProp(lr), func(l *LaProp) { l.Beta2 = 2 }),
		"the number of steps before centring is -1":                            with(NewLaProp(lr), func(l *LaProp) { l.Warm = -1 }),
		"the momentum is 1; it must be in [0, 1)":                              NewMomentum(lr, 1),
		"Nesterov momentum has no dampening":                                   with(NewNesterov(lr, 0.9), func(m *Momentum) { m.Dampening = 0.5 }),
		"the dampening must be in [0, 1]":                                      with(NewMomentum(lr, 0.9), func(m *Momentum) { m.Dampening = -1 }),
		"the limit is 0; it must be positive":                                  ClipByGlobalNorm(0),
		"the limit is -1; it must be positive":                                 ClipByNorm(-1),
		"the limit is NaN; it must be positive":                                ClipByValue(math.NaN()),
		"the scale is NaN":                                                     Scale(math.NaN()),
		"the schedule is NaN at step 0":                                        ScaleBySchedule(Constant(math.NaN())),
		"the schedule is nil":                                                  ScaleBySchedule(nil),
		"the weight decay is NaN":                                              AddDecayedWeights(math.NaN(), nil),
		"rule 1 of the chain is nil":                                           Chain(Sign(), nil),
		"Beta1 is 3":                                                           Chain(ClipByGlobalNorm(1), with(NewAdam(lr), func(a *Adam) { a.Beta1 = 3 })),
		"the limit of steps skipped in a row is -1":                            SkipNonFinite(NewSGD(lr), -1),
		"the rule that skips is nil":                                           SkipNonFinite(nil, 1),
		"there are two rules for \"W\"":                                        ByPath(Group{"W", Freeze()}, Group{"W", Freeze()}),
		"the rule for \"W\" is nil":                                            ByPath(Group{"W", nil}),
		"the decay rate of the average is 1":                                   Average{Beta: 1},
		"Epsilon is 0; it must be positive":                                    with(NewAdadelta(lr), func(a *Adadelta) { a.Epsilon = 0 }),
		"Rho is 1; it must be in [0, 1)":                                       with(NewAdadelta(lr), func(a *Adadelta) { a.Rho = 1 }),
		"the first sum of squares is -1":                                       with(NewAdagrad(lr), func(a *Adagrad) { a.Start = -1 }),
		"Beta2 is 1; it must be in [0, 1)":                                     with(NewLion(lr), func(a *Lion) { a.Beta2 = 1 }),
		"Beta1 is 2":                                                           with(NewAdamax(lr), func(a *Adamax) { a.Beta1 = 2 }),
		"MomentumDecay is -1":                                                  with(NewNAdam(lr), func(a *NAdam) { a.MomentumDecay = -1 }),
		"Beta2 is 7":                                                           with(NewRAdam(lr), func(a *RAdam) { a.Beta2 = 7 }),
		"Beta3 is 1":                                                           with(NewAdan(lr), func(a *Adan) { a.Beta3 = 1 }),
		"the least step size is above the largest":                             with(NewRprop(1), func(r *Rprop) { r.Most = 1e-7 }),
		"the factor down must be between 0 and 1":                              with(NewRprop(1), func(r *Rprop) { r.Down = 1 }),
		"the limit of the norm is 0; it must be positive":                      ShrinkNonFinite(0, 0.02, nil),
		"the decay is -1; it must be a number that is not negative":            ShrinkNonFinite(1, -1, nil),
		"Beta is 1; it must be in [0, 1)":                                      with(NewGravity(lr, random.New(1)), func(g *Gravity) { g.Beta = 1 }),
		"Beta is -0.5; it must be in [0, 1)":                                   HarmonicWarmEMA{Beta: -0.5},
		"StartStep is 2; it must be 0 (as in Keras) or 1 (as in PyTorch)":      with(NewGravity(lr, random.New(1)), func(g *Gravity) { g.StartStep = 2 }),
		"Alpha is -1; it must be a number that is not negative":                with(NewGravity(lr, random.New(1)), func(g *Gravity) { g.Alpha = -1 }),
		"there is no key to draw the first v with":                             NewGravity(lr, nil),
		"the learning rate is 0 at step 0, and the first v":                    NewGravity(Constant(0), random.New(1)),
		"the learning rate is -3 at step 0":                                    NewGravity(Constant(-3), random.New(1)),
		"the trust coefficient is 0; it must be positive":                      ScaleByTrustRatio(0, nil),
		"the number of steps to collect is 0; it must be positive":             MultiSteps(NewSGD(lr), 0),
		"the rule that takes several steps' gradients is nil":                  MultiSteps(nil, 2),
		"the rule before or after the normalisation is nil":                    NormaliseThen(SecondMoment{}, nil),
		"the learning rate is -2 at step 0; it must be a number that is not n": NewSignum(Constant(-2), 0.9),
	} {
		if err := Validate(r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate says %v, want %q", err, want)
		}
		msg := fxtest.Failure(t, func() { FromRule[*fx.Array](r).Init(fx.Scalar(1.0)) })
		if !strings.Contains(msg, want) || !strings.HasPrefix(msg, "fx: optim.") {
			t.Errorf("Init says %q, want %q", msg, want)
		}
	}
	for _, r := range []Rule{NewSGD(Constant(0)), with(NewAdam(lr), func(a *Adam) { a.Beta1, a.Beta2, a.Epsilon = 0, 0, 0 }), Chain(), Scale(-1)} {
		if err := Validate(r); err != nil {
			t.Errorf("%T: %v", r, err)
		}
	}
}

func TestWrongUse(t *testing.T) {
	lr := Constant(0.1)
	one, two := []*fx.Array{fx.Scalar(1.0)}, []*fx.Array{fx.Scalar(1.0), fx.Scalar(2.0)}
	vector := []*fx.Array{fx.New([]float64{1, 2})}
	adam := NewAdam(lr)
	type net struct{ W, B *fx.Array }
	n := net{fx.Ones(fx.Float32, 2, 2), fx.Ones(fx.Float32, 2)}
	masked := with(NewAdamW(lr), func(a *Adam) { a.Decay.Mask = Matrices })
	for _, c := range []struct {
		want string
		f    func()
	}{
		{"optim.Adam: the state is a optim.StepState and must be a optim.AdamState", func() { adam.Update(one, NewSGD(lr).Init(one), one) }},
		{"optim.Adam: 2 gradients for 1 parameters", func() { adam.Update(two, adam.Init(one), one) }},
		{"optim.Adam: gradient 0 is float64[2] and its parameter is float64[]", func() { adam.Update(vector, adam.Init(one), one) }},
		{"optim.Adam: state buffer 0 is float64[2] and its parameter is float64[]", func() { adam.Update(one, adam.Init(vector), one) }},
		{"optim.Adam: 0 state buffers for 1 parameters", func() {
			adam.Update(one, AdamState{Step: fx.Scalar(int32(0)), First: AverageState{Weight: fx.Scalar(0.0)}}, one)
		}},
		{"optim.Chain: the state is a optim.StepState of 0 parts and must be that of a chain of 2 rules", func() {
			Chain(Sign(), NewSGD(lr)).Update(one, NewSGD(lr).Init(one), one)
		}},
		{"optim.ApplyUpdates: update 1 is float64[] and its parameter B is float32[2]", func() {
			ApplyUpdates(n, []*fx.Array{n.W, fx.Scalar(1.0)})
		}},
		{"optim.ApplyUpdates: 1 updates for 2 parameters", func() { ApplyUpdates(n, []*fx.Array{n.W}) }},
		{"optim.ByPath: no group has the parameter B", func() { FromRule[net](ByPath(Group{"W", NewSGD(lr)})).Init(n) }},
		{"optim.ByPath: no parameter belongs to the group \"Wx\"", func() {
			FromRule[net](ByPath(Group{"", NewSGD(lr)}, Group{"Wx", NewSGD(lr)})).Init(n)
		}},
		{"optim.ByPath: the rule does not know its leaves' paths", func() { ByPath(Group{"", NewSGD(lr)}).Init(one) }},
		{"optim.Adam: the rule has a mask and does not know its leaves' paths", func() { masked.Update(one, masked.Init(one), one) }},
		{"optim.Init: there is no rule or optimizer: it is nil", func() { FromRule[net](nil).Init(n) }},
		{"optim.Bind: the rule is nil", func() { Bind(nil, nil) }},
		{"optim.WithAux: there is no side result", func() {
			_, aux := WithAux(func(p *fx.Array) (*fx.Array, int) { return p, 1 })
			aux()
		}},
		{"optim.SGD: the schedule gives float32[2]; it must give a float scalar", func() {
			s := NewSGD(func(*fx.Array) *fx.Array { return fx.Ones(fx.Float32, 2) })
			s.Update(one, StepState{fx.Scalar(int32(0))}, one)
		}},
		{"optim.Linear: the number of steps is 0", func() { Linear(1, 0, 0) }},
		{"optim.Cosine: the number of steps is -3", func() { Cosine(1, 0, -3) }},
		{"optim.Polynomial: the power is 0", func() { Polynomial(1, 0, 0, 1) }},
		{"optim.Exponential: the rate is NaN", func() { Exponential(1, math.NaN(), 1) }},
		{"optim.Join: 1 parts and 1 boundaries", func() { Join([]Schedule{lr}, 1) }},
		{"optim.Join: the boundaries are [5 5]", func() { Steps(1, 0.1, 5, 5) }},
		{"optim.Join: the boundaries are [0]", func() { Steps(1, 0.1, 0) }},
		{"optim.InverseTime: the decay is -1; it must be a number that is not negative", func() { InverseTime(1, -1) }},
		{"optim.Gravity: the state is a optim.StepState and must be a optim.HarmonicState", func() {
			NewGravity(lr, random.New(1)).Update(one, NewSGD(lr).Init(one), one)
		}},
		{"optim.Gravity: state buffer 0 is float64[2] and its parameter is float64[]", func() {
			r := NewGravity(lr, random.New(1))
			r.Update(one, r.Init(vector), one)
		}},
		{"optim.Noam: the model's width is 0", func() { Noam(1, 0, 1) }},
		{"optim.UpdateBound: nu is 1", func() { UpdateBound(0.9, 1) }},
		{"optim.MeanLoss: 0 minibatches", func() { MeanLoss[*fx.Array](nil, 0) }},
		{"optim.Init: there is no optimizer to average", func() { mustBeValid("Init", Averaging[net]{}) }},
	} {
		if msg := fxtest.Failure(t, c.f); !strings.Contains(msg, c.want) || !strings.Contains(msg, "errors_test.go:") {
			t.Errorf("says %q, want %q at a line of errors_test.go", msg, c.want)
		}
	}
}
