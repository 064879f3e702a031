package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
)

// RMSProp divides each gradient by the root of the moving average of squares
// (Tieleman and Hinton 2012), in PyTorch's form:
//
//	n_t = decay n_{t-1} + (1-decay) g_t^2,  n'_t = n_t or, centred, n_t - gbar_t^2
//	b_t = mu b_{t-1} + g_t / (sqrt(n'_t) + epsilon)
//	p_{t+1} = p_t - lr_t b_t
//
// With Corrected, n'_t is divided by 1-decay^t; without momentum that is Adam
// with beta1 = 0.
type RMSProp struct {
	LearningRate Schedule
	// Decay is the decay rate of the average of squares, in [0, 1).
	Decay float64
	// Epsilon stands outside the root. With 0, a quotient 0/0 is 0.
	Epsilon float64
	// Mu is the momentum, in [0, 1).
	Mu float64
	// Centered divides by the standard deviation (Graves 2013, who has epsilon
	// inside the root).
	Centered bool
	// Corrected corrects the bias of the average; PyTorch has no such thing.
	Corrected bool
	// Remember keeps the last quotient also where there is no momentum, so that
	// the next update can be foretold: see WithPrediction.
	Remember bool
}

// RMSPropState is the state of RMSProp.
type RMSPropState struct {
	Step   *fx.Array
	Second SecondMomentState
	Trace  TraceState // empty without momentum, unless it is to be remembered
}

// NewRMSProp makes RMSProp with PyTorch's defaults: decay 0.99, epsilon 1e-8,
// no momentum, not centred. PyTorch's learning rate is 1e-2; Hinton's decay 0.9.
func NewRMSProp(lr Schedule) RMSProp {
	return RMSProp{LearningRate: lr, Decay: 0.99, Epsilon: 1e-8}
}

func (r RMSProp) second() SecondMoment {
	return SecondMoment{Beta: r.Decay, Epsilon: r.Epsilon, Corrected: r.Corrected, Centered: r.Centered}
}

// Validate checks the settings.
func (r RMSProp) Validate() error {
	return errors.Join(checkRate(r.LearningRate), r.second().Validate(), checkDecay("the momentum", r.Mu))
}

// Init starts at zero.
func (r RMSProp) Init(p []*fx.Array) State {
	mustBeValid("RMSProp", r)
	s := RMSPropState{Step: fx.Scalar(int32(0)), Second: r.second().init(p)}
	if r.remembers() {
		s.Trace = Trace{Mu: r.Mu}.init(p)
	}
	return s
}

func (r RMSProp) remembers() bool { return r.Mu > 0 || r.Remember }

// Update gives the step.
func (r RMSProp) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	own := stateOf[RMSPropState]("RMSProp", g, s, p)
	lr := r.LearningRate.at("RMSProp", own.Step)
	next := RMSPropState{Step: own.Step.AddScalar(1)}
	var d []*fx.Array
	d, next.Second = r.second().observe("RMSProp", g, own.Second)
	u := r.second().quotients(g, d)
	if r.remembers() {
		u, next.Trace = Trace{Mu: r.Mu}.accumulate("RMSProp", u, own.Trace)
	}
	return scaled(u, lr.Neg()), next
}
