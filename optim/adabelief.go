package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
)

// AdaBelief divides the averaged gradient by how far gradients are from what the
// average believes (Zhuang et al. 2020, arXiv:2010.07468, algorithm 2):
//
//	m_t = beta1 m_{t-1} + (1-beta1) g_t
//	s_t = beta2 s_{t-1} + (1-beta2) (g_t - m_t)^2 + epsilon
//	p_{t+1} = p_t - lr_t (m_t / (1-beta1^t)) / (sqrt(s_t / (1-beta2^t)) + epsilon)
type AdaBelief struct {
	LearningRate Schedule
	// Beta1 and Beta2 are the decay rates of the two averages, in [0, 1).
	Beta1, Beta2 float64
	// Epsilon is added at both places.
	Epsilon float64
	// Decay is decoupled weight decay.
	Decay WeightDecay
}

// NewAdaBelief makes AdaBelief with the defaults of the authors' PyTorch code:
// beta1 0.9, beta2 0.999, epsilon 1e-16, without its rectification. The usual
// learning rate is 1e-3.
func NewAdaBelief(lr Schedule) AdaBelief {
	return AdaBelief{LearningRate: lr, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-16}
}

func (a AdaBelief) moments() momentAdam {
	return momentAdam{a.Beta1, a.Beta2, a.Epsilon, a.Epsilon, (*fx.Array).Sub}
}

// Validate checks the settings.
func (a AdaBelief) Validate() error {
	return errors.Join(checkRate(a.LearningRate), a.moments().validate(), a.Decay.validate())
}

// Bind lets the weight decay's mask know the paths.
func (a AdaBelief) Bind(paths []string) Rule {
	a.Decay.paths = paths
	return a
}

// Init starts both averages at zero.
func (a AdaBelief) Init(p []*fx.Array) State {
	mustBeValid("AdaBelief", a)
	return a.moments().init(p)
}

// Update gives the step.
func (a AdaBelief) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	own := stateOf[AdamState]("AdaBelief", g, s, p)
	lr := a.LearningRate.at("AdaBelief", own.Step)
	updates, next := a.moments().update("AdaBelief", g, own, lr)
	return a.Decay.apply("AdaBelief", updates, p, lr), next
}

// AdaM3 divides the averaged gradient by the root of the second moment of that
// average itself (Wang et al. 2021, arXiv:2106.11514, also called AdaMomentum):
//
//	m_t = beta1 m_{t-1} + (1-beta1) g_t
//	s_t = beta2 s_{t-1} + (1-beta2) m_t^2 + epsilon
//	p_{t+1} = p_t - lr_t (m_t / (1-beta1^t)) / sqrt(s_t / (1-beta2^t))
type AdaM3 struct {
	LearningRate Schedule
	// Beta1 and Beta2 are the decay rates of the two averages, in [0, 1).
	Beta1, Beta2 float64
	// Epsilon is added inside the root. With 0, a quotient 0/0 is 0.
	Epsilon float64
	// Decay is decoupled weight decay.
	Decay WeightDecay
}

// NewAdaM3 makes AdaM3 with the paper's defaults: beta1 0.9, beta2 0.999,
// epsilon 1e-16. The usual learning rate is 1e-3.
func NewAdaM3(lr Schedule) AdaM3 {
	return AdaM3{LearningRate: lr, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-16}
}

func (a AdaM3) moments() momentAdam {
	return momentAdam{a.Beta1, a.Beta2, a.Epsilon, 0, func(_, m *fx.Array) *fx.Array { return m }}
}

// Validate checks the settings.
func (a AdaM3) Validate() error {
	return errors.Join(checkRate(a.LearningRate), a.moments().validate(), a.Decay.validate())
}

// Bind lets the weight decay's mask know the paths.
func (a AdaM3) Bind(paths []string) Rule {
	a.Decay.paths = paths
	return a
}

// Init starts both averages at zero.
func (a AdaM3) Init(p []*fx.Array) State {
	mustBeValid("AdaM3", a)
	return a.moments().init(p)
}

// Update gives the step.
func (a AdaM3) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	own := stateOf[AdamState]("AdaM3", g, s, p)
	lr := a.LearningRate.at("AdaM3", own.Step)
	updates, next := a.moments().update("AdaM3", g, own, lr)
	return a.Decay.apply("AdaM3", updates, p, lr), next
}

// momentAdam is Adam with a second moment of something else than the gradient:
// seen is what it observes, of the gradient and the new average.
type momentAdam struct {
	beta1, beta2    float64
	inside, outside float64 // epsilon under the root, at every step, and beside it
	seen            func(g, m *fx.Array) *fx.Array
}

func (a momentAdam) first() Average { return Average{a.beta1, true} }

func (a momentAdam) second() SecondMoment {
	return SecondMoment{Beta: a.beta2, Epsilon: a.outside, Corrected: true}
}

func (a momentAdam) validate() error {
	return errors.Join(checkDecay("Beta1", a.beta1), checkDecay("Beta2", a.beta2), checkSize("Epsilon", a.inside))
}

func (a momentAdam) init(p []*fx.Array) State {
	return AdamState{fx.Scalar(int32(0)), a.first().init(p), a.second().init(p)}
}

func (a momentAdam) update(op string, g []*fx.Array, s AdamState, lr *fx.Array) ([]*fx.Array, AdamState) {
	next := AdamState{Step: s.Step.AddScalar(1)}
	next.First = a.first().observe(op, g, fx.Scalar(1.0), s.First)
	_, next.Second = a.second().observe(op, each2(a.seen, g, next.First.Mean), s.Second)
	next.Second.Square = each(func(n *fx.Array) *fx.Array { return n.AddScalar(a.inside) }, next.Second.Square)
	return adamDirection(next, a.second(), true, lr), next
}

// adamDirection is the step of Adam and its kin that a state stands for, without
// weight decay: -lr m/c / d.
func adamDirection(s AdamState, second SecondMoment, correctFirst bool, lr *fx.Array) []*fx.Array {
	length := lr.Neg()
	if correctFirst {
		length = length.Div(s.First.Weight)
	}
	n := s.Second.Square
	if second.AMSGrad {
		n = s.Second.Max
	}
	return scaled(second.quotients(s.First.Mean, second.divisors(n, s.Second.Weight)), length)
}
