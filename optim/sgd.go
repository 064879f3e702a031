package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
)

// SGD is p_{t+1} = p_t - lr_t g_t (Robbins and Monro 1951).
type SGD struct {
	LearningRate Schedule
}

// StepState is the state of rules that only count their steps.
type StepState struct {
	// Step is the number of steps made, an int32 scalar.
	Step *fx.Array
}

// NewSGD makes gradient descent with the given learning rate.
func NewSGD(lr Schedule) SGD { return SGD{lr} }

// Validate checks the settings.
func (r SGD) Validate() error { return checkRate(r.LearningRate) }

// Init starts at step 0.
func (r SGD) Init(p []*fx.Array) State {
	mustBeValid("SGD", r)
	return StepState{fx.Scalar(int32(0))}
}

// Update gives -lr g.
func (r SGD) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	own := stateOf[StepState]("SGD", g, s, p)
	lr := r.LearningRate.at("SGD", own.Step)
	return scaled(g, lr.Neg()), StepState{own.Step.AddScalar(1)}
}

// Trace accumulates gradients, b_t = Mu b_{t-1} + (1-Dampening) g_t with b_0 = 0,
// and gives b_t: the accumulator of gradient descent with momentum, without a
// learning rate.
type Trace struct {
	// Mu is the momentum, in [0, 1).
	Mu float64
	// Dampening is the share of the gradient that is left out, in [0, 1]. With
	// Dampening = Mu, b is a moving average, and the same learning rate makes
	// steps 1-Mu times as long as without.
	Dampening float64
	// Nesterov gives g_t + Mu b_t instead of b_t; without Dampening only.
	Nesterov bool
	// StartWithGradient makes b_1 = g_1, not dampened, as PyTorch does. It
	// matters only with Dampening.
	StartWithGradient bool
}

// TraceState is the state of Trace.
type TraceState struct {
	// Buffer is b.
	Buffer []*fx.Array
	// Step counts the steps if the first is another than the rest.
	Step *fx.Array
}

// Validate checks the settings.
func (r Trace) Validate() error {
	err := checkDecay("the momentum", r.Mu)
	if !(r.Dampening >= 0 && r.Dampening <= 1) {
		err = errors.Join(err, errors.New("the dampening must be in [0, 1]"))
	}
	if r.Nesterov && r.Dampening != 0 {
		err = errors.Join(err, errors.New("Nesterov momentum has no dampening"))
	}
	return err
}

// Init starts with an empty buffer.
func (r Trace) Init(p []*fx.Array) State {
	mustBeValid("Trace", r)
	return r.init(p)
}

func (r Trace) init(p []*fx.Array) TraceState {
	s := TraceState{Buffer: each(fx.ZerosLike, p)}
	if r.startsOtherwise() {
		s.Step = fx.Scalar(int32(0))
	}
	return s
}

func (r Trace) startsOtherwise() bool { return r.StartWithGradient && r.Dampening != 0 }

// Update gives the accumulated gradients.
func (r Trace) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	updates, next := r.accumulate("Trace", g, stateOf[TraceState]("Trace", g, s, p))
	return updates, next
}

func (r Trace) accumulate(op string, g []*fx.Array, s TraceState) ([]*fx.Array, TraceState) {
	sameBuffers(op, s.Buffer, g)
	next := TraceState{Buffer: each2(func(b, g *fx.Array) *fx.Array {
		b = b.MulScalar(r.Mu)
		if r.Dampening == 0 {
			return b.Add(g)
		}
		return b.Add(g.MulScalar(1 - r.Dampening))
	}, s.Buffer, g)}
	if r.startsOtherwise() {
		first := s.Step.Equal(fx.Const(0))
		next.Buffer = each2(func(b, g *fx.Array) *fx.Array { return fx.Where(first, g, b) }, next.Buffer, g)
		next.Step = s.Step.AddScalar(1)
	}
	if !r.Nesterov {
		return next.Buffer, next
	}
	return each2(func(g, b *fx.Array) *fx.Array { return g.Add(b.MulScalar(r.Mu)) }, g, next.Buffer), next
}

// Momentum is gradient descent with momentum, in the forms that are in use:
//
//	PyTorch    b_t = mu b_{t-1} + (1-dampening) g_t,  p_{t+1} = p_t - lr_t b_t
//	classical  v_t = mu v_{t-1} - lr_t g_t,           p_{t+1} = p_t + v_t
//	Nesterov   p_{t+1} = p_t - lr_t (g_t + mu b_t), in either form
//
// The first is the default; RateInside makes the second (Polyak 1964; Sutskever
// et al. 2013). They are equal where the rate is constant; under a schedule the
// second lets old gradients keep the rate they came with. Nesterov's step is
// in the shifted variables in which the gradient is taken at p itself (Bengio
// et al. 2013).
type Momentum struct {
	LearningRate Schedule
	Trace
	// RateInside multiplies gradients by the learning rate before they are
	// accumulated.
	RateInside bool
}

// MomentumState is the state of Momentum.
type MomentumState struct {
	Step  *fx.Array
	Trace TraceState
}

// NewMomentum makes gradient descent with momentum mu (0.9 is usual), in
// PyTorch's form.
func NewMomentum(lr Schedule, mu float64) Momentum {
	return Momentum{LearningRate: lr, Trace: Trace{Mu: mu, StartWithGradient: true}}
}

// NewNesterov makes gradient descent with Nesterov's momentum mu, in PyTorch's
// form.
func NewNesterov(lr Schedule, mu float64) Momentum {
	return Momentum{LearningRate: lr, Trace: Trace{Mu: mu, Nesterov: true}}
}

// Validate checks the settings.
func (r Momentum) Validate() error {
	return errors.Join(checkRate(r.LearningRate), r.Trace.Validate())
}

// Init starts with an empty buffer.
func (r Momentum) Init(p []*fx.Array) State {
	mustBeValid("Momentum", r)
	return MomentumState{Step: fx.Scalar(int32(0)), Trace: r.Trace.init(p)}
}

// Update gives the step.
func (r Momentum) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	own := stateOf[MomentumState]("Momentum", g, s, p)
	down := r.LearningRate.at("Momentum", own.Step).Neg()
	next := MomentumState{Step: own.Step.AddScalar(1)}
	if r.RateInside {
		g = scaled(g, down)
	}
	g, next.Trace = r.accumulate("Momentum", g, own.Trace)
	if !r.RateInside {
		g = scaled(g, down)
	}
	return g, next
}
