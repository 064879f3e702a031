package optim

import (
	"errors"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// NAdam is Adam with Nesterov's momentum, whose decay rate rises toward beta1
// (Dozat, "Incorporating Nesterov Momentum into Adam", 2016):
//
//	mu_t = beta1 (1 - 0.96^(t psi) / 2),  P_t = mu_1 ... mu_t
//	m_t = beta1 m_{t-1} + (1-beta1) g_t,  n_t as in Adam
//	p_{t+1} = p_t - lr_t ((1-mu_t)/(1-P_t) g_t + mu_{t+1}/(1-P_{t+1}) m_t) /
//	          (sqrt(n_t/(1-beta2^t)) + epsilon)
type NAdam struct {
	LearningRate Schedule
	// Beta1 and Beta2 are the decay rates, in [0, 1).
	Beta1, Beta2 float64
	// Epsilon stands outside the root and after the correction. With 0, a
	// quotient 0/0 is 0.
	Epsilon float64
	// MomentumDecay is psi, not negative: with 0, mu is beta1/2 for ever.
	MomentumDecay float64
	// Decay is decoupled weight decay.
	Decay WeightDecay
}

// NAdamState is the state of NAdam.
type NAdamState struct {
	Step *fx.Array
	// Product is P, a float64 scalar.
	Product *fx.Array
	First   AverageState
	Second  SecondMomentState
}

// NewNAdam makes NAdam with PyTorch's defaults: Adam's, and psi 0.004. Its
// learning rate is 2e-3.
func NewNAdam(lr Schedule) NAdam {
	return NAdam{LearningRate: lr, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, MomentumDecay: 0.004}
}

func (r NAdam) second() SecondMoment {
	return SecondMoment{Beta: r.Beta2, Epsilon: r.Epsilon, Corrected: true}
}

// Validate checks the settings.
func (r NAdam) Validate() error {
	return errors.Join(checkRate(r.LearningRate), checkDecay("Beta1", r.Beta1), checkDecay("Beta2", r.Beta2),
		checkSize("Epsilon", r.Epsilon), checkSize("MomentumDecay", r.MomentumDecay), r.Decay.validate())
}

// Bind lets the weight decay's mask know the paths.
func (r NAdam) Bind(paths []string) Rule {
	r.Decay.paths = paths
	return r
}

// Init starts at zero.
func (r NAdam) Init(p []*fx.Array) State {
	mustBeValid("NAdam", r)
	return NAdamState{fx.Scalar(int32(0)), fx.Scalar(1.0), Average{Beta: r.Beta1}.init(p), r.second().init(p)}
}

// momentum is mu at the given step, a float64 scalar that counts from 1.
func (r NAdam) momentum(t *fx.Array) *fx.Array {
	return t.MulScalar(r.MomentumDecay * math.Log(0.96)).Exp().MulScalar(-0.5 * r.Beta1).AddScalar(r.Beta1)
}

// Update gives the step.
func (r NAdam) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	own := stateOf[NAdamState]("NAdam", g, s, p)
	t := count(own.Step).AddScalar(1)
	now, later := r.momentum(t), r.momentum(t.AddScalar(1))
	next := NAdamState{Step: own.Step.AddScalar(1), Product: own.Product.Mul(now)}
	var d []*fx.Array
	d, next.Second = r.second().observe("NAdam", g, own.Second)
	next.First = Average{Beta: r.Beta1}.observe("NAdam", g, fx.Scalar(1.0), own.First)
	one := fx.Scalar(1.0)
	lr := r.LearningRate.at("NAdam", own.Step)
	ofGradient := one.Sub(now).Div(one.Sub(next.Product))
	ofAverage := later.Div(one.Sub(next.Product.Mul(later)))
	mixed := each2((*fx.Array).Add, scaled(g, ofGradient), scaled(next.First.Mean, ofAverage))
	updates := scaled(r.second().quotients(mixed, d), lr.Neg())
	return r.Decay.apply("NAdam", updates, p, lr), next
}
