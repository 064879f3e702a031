package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
)

// Adam averages the gradients and divides the average by the root of their
// second moment (Kingma and Ba 2015, algorithm 1):
//
//	m_t = beta1 m_{t-1} + (1-beta1) g_t
//	n_t = beta2 n_{t-1} + (1-beta2) g_t^2
//	p_{t+1} = p_t - lr_t (m_t / (1-beta1^t)) / (sqrt(n_t / (1-beta2^t)) + epsilon)
//
// Decoupled weight decay makes it AdamW (Loshchilov and Hutter 2019), AMSGrad
// takes the largest n so far (Reddi et al. 2018) and corrects its bias as
// PyTorch does; the paper has no correction (CorrectFirst, CorrectSecond false).
type Adam struct {
	LearningRate Schedule
	// Beta1 and Beta2 are the decay rates of the two averages, in [0, 1).
	Beta1, Beta2 float64
	// Epsilon stands outside the root and after the correction. With 0, a
	// quotient 0/0 is 0.
	Epsilon float64
	// AMSGrad keeps the largest second moment.
	AMSGrad bool
	// CorrectFirst and CorrectSecond divide the averages by 1-beta^t.
	CorrectFirst, CorrectSecond bool
	// Decay is decoupled weight decay.
	Decay WeightDecay
}

// AdamState is the state of Adam and LaProp.
type AdamState struct {
	// Step is the number of steps made, an int32 scalar.
	Step   *fx.Array
	First  AverageState
	Second SecondMomentState
}

// NewAdam makes Adam with the paper's defaults: beta1 0.9, beta2 0.999, epsilon
// 1e-8. The paper's learning rate is 1e-3.
func NewAdam(lr Schedule) Adam {
	return Adam{LearningRate: lr, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, CorrectFirst: true, CorrectSecond: true}
}

// NewAMSGrad makes AMSGrad as PyTorch has it, with Adam's defaults.
func NewAMSGrad(lr Schedule) Adam {
	a := NewAdam(lr)
	a.AMSGrad = true
	return a
}

// NewAdamW makes AdamW with PyTorch's defaults: Adam's, and weight decay 0.01
// of all parameters, times the learning rate.
func NewAdamW(lr Schedule) Adam {
	a := NewAdam(lr)
	a.Decay.Value = 0.01
	return a
}

func (a Adam) first() Average { return Average{a.Beta1, a.CorrectFirst} }

func (a Adam) second() SecondMoment {
	return SecondMoment{Beta: a.Beta2, Epsilon: a.Epsilon, Corrected: a.CorrectSecond, AMSGrad: a.AMSGrad}
}

// Validate checks the settings.
func (a Adam) Validate() error {
	return errors.Join(checkRate(a.LearningRate), checkDecay("Beta1", a.Beta1), checkDecay("Beta2", a.Beta2),
		checkSize("Epsilon", a.Epsilon), a.Decay.validate())
}

// Bind lets the weight decay's mask know the paths.
func (a Adam) Bind(paths []string) Rule {
	a.Decay.paths = paths
	return a
}

// Init starts both averages at zero.
func (a Adam) Init(p []*fx.Array) State {
	mustBeValid("Adam", a)
	return AdamState{fx.Scalar(int32(0)), a.first().init(p), a.second().init(p)}
}

// Update gives the step.
func (a Adam) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	own := stateOf[AdamState]("Adam", g, s, p)
	lr := a.LearningRate.at("Adam", own.Step)
	next := AdamState{Step: own.Step.AddScalar(1)}
	_, next.Second = a.second().observe("Adam", g, own.Second)
	next.First = a.first().observe("Adam", g, fx.Scalar(1.0), own.First)
	updates := adamDirection(next, a.second(), a.CorrectFirst, lr)
	return a.Decay.apply("Adam", updates, p, lr), next
}
