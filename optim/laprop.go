package optim

import (
	"errors"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// LaProp divides each gradient by the root of the second moment known at its
// own step, and averages the quotients (Ziyin, Wang and Ueda 2020,
// arXiv:2002.04839, algorithm 2), with mu = Beta1 and nu = Beta2:
//
//	n_t = nu n_{t-1} + (1-nu) g_t^2
//	m_t = mu m_{t-1} + (1-mu) g_t / (sqrt(n_t / (1-nu^t)) + epsilon)
//	p_{t+1} = p_t - lr_t m_t / (1-mu^t)
//
// Unlike Adam it never divides an old gradient by a newer second moment, so
// that any mu and nu in [0, 1) go together: its step is bounded (UpdateBound).
// With nu = 0 it is the momentum of signs.
type LaProp struct {
	LearningRate Schedule
	// Beta1 is the decay rate mu of the average, Beta2 that of the second
	// moment, nu; both in [0, 1).
	Beta1, Beta2 float64
	// Epsilon stands outside the root and after the correction. It must be far
	// below the gradients; with 0, a quotient 0/0 is 0.
	Epsilon float64
	// Centered divides by the standard deviation instead: n minus the square
	// of the gradient's own average, from step Warm+1 on.
	Centered bool
	Warm     int
	// AMSGrad divides by the largest n (after centring) so far.
	AMSGrad bool
	// LRInBuffer averages lr_t times the quotient instead of the quotient, and
	// takes the step m_t lr_t / a_t, where a_t is the same average of lr_t
	// alone (the authors' laprop.py). With a constant rate it is the same.
	// Where lr_t is 0 the step is 0; laprop.py adds m_t itself there.
	LRInBuffer bool
	// CorrectFirst and CorrectSecond divide the averages by 1-mu^t and 1-nu^t.
	CorrectFirst, CorrectSecond bool
	// Decay is decoupled weight decay, in the form of laprop.py (DecayAlone) or
	// of AdamW and the authors' fairseq copy (DecayTimesRate).
	Decay WeightDecay
}

// NewLaProp makes LaProp with the paper's defaults: mu 0.9, nu 0.999, epsilon
// 1e-15, and those of laprop.py: no weight decay, with mode DecayAlone, 10
// steps before centring, which is off. The paper's learning rate is 4e-4.
func NewLaProp(lr Schedule) LaProp {
	return LaProp{LearningRate: lr, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-15, Warm: 10,
		CorrectFirst: true, CorrectSecond: true, Decay: WeightDecay{Mode: DecayAlone}}
}

func (l LaProp) first() Average { return Average{l.Beta1, l.CorrectFirst} }

func (l LaProp) second() SecondMoment {
	return SecondMoment{Beta: l.Beta2, Epsilon: l.Epsilon, Corrected: l.CorrectSecond,
		Centered: l.Centered, Warm: l.Warm, AMSGrad: l.AMSGrad}
}

// Validate checks the settings.
func (l LaProp) Validate() error {
	return errors.Join(checkRate(l.LearningRate), checkDecay("Beta1", l.Beta1), l.second().Validate(), l.Decay.validate())
}

// Bind lets the weight decay's mask know the paths.
func (l LaProp) Bind(paths []string) Rule {
	l.Decay.paths = paths
	return l
}

// Init starts both averages at zero.
func (l LaProp) Init(p []*fx.Array) State {
	mustBeValid("LaProp", l)
	return AdamState{fx.Scalar(int32(0)), l.first().init(p), l.second().init(p)}
}

// Update gives the step.
func (l LaProp) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	own := stateOf[AdamState]("LaProp", g, s, p)
	lr := l.LearningRate.at("LaProp", own.Step)
	next := AdamState{Step: own.Step.AddScalar(1)}
	var d []*fx.Array
	d, next.Second = l.second().observe("LaProp", g, own.Second)
	u := l.second().quotients(g, d)

	weight, length := fx.Scalar(1.0), lr.Neg()
	if l.LRInBuffer {
		u, weight = scaled(u, lr), lr
	}
	next.First = l.first().observe("LaProp", u, weight, own.First)
	switch {
	case l.CorrectFirst:
		length = length.Div(next.First.Weight)
	case l.LRInBuffer:
		length = fx.Scalar(-1.0) // the buffer has the rate in it
	}
	if l.LRInBuffer { // 0/0 before the first rate that is not 0
		length = fx.Where(lr.Equal(fx.Const(0)), fx.Scalar(0.0), length)
	}
	return l.Decay.apply("LaProp", scaled(next.First.Mean, length), p, lr), next
}

// UpdateBound bounds each element of a step, divided by the learning rate, of
// LaProp and of Adam with decay rates mu and nu, epsilon 0 and no correction
// of the second moment, for any sequence of gradients. LaProp's bound is
// 1/sqrt(1-nu). Adam's (also without correction of the first moment) is
// (1-mu)/sqrt(1-nu) / (1 - mu/sqrt(nu)), and infinite unless mu < sqrt(nu).
func UpdateBound(mu, nu float64) (laprop, adam float64) {
	if err := errors.Join(checkDecay("mu", mu), checkDecay("nu", nu)); err != nil {
		fail("UpdateBound", "%v", err)
	}
	laprop = 1 / math.Sqrt(1-nu)
	switch {
	case mu == 0:
		return laprop, laprop
	case mu >= math.Sqrt(nu):
		return laprop, math.Inf(1)
	}
	return laprop, (1 - mu) * laprop / (1 - mu/math.Sqrt(nu))
}
