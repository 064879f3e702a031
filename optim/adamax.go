package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
)

// Adamax is Adam with the largest gradient, which decays, in the place of the
// second moment (Kingma and Ba 2015, algorithm 2):
//
//	m_t = beta1 m_{t-1} + (1-beta1) g_t
//	u_t = max(beta2 u_{t-1}, |g_t| + epsilon)
//	p_{t+1} = p_t - lr_t m_t / ((1-beta1^t) u_t)
//
// The epsilon is PyTorch's; the paper has none.
type Adamax struct {
	LearningRate Schedule
	// Beta1 and Beta2 are the decay rates, in [0, 1).
	Beta1, Beta2 float64
	// Epsilon keeps from dividing by zero. With 0, a quotient 0/0 is 0.
	Epsilon float64
	// Decay is decoupled weight decay.
	Decay WeightDecay
}

// AdamaxState is the state of Adamax.
type AdamaxState struct {
	Step    *fx.Array
	First   AverageState
	Largest []*fx.Array // u
}

// NewAdamax makes Adamax with the paper's defaults: beta1 0.9, beta2 0.999, and
// PyTorch's epsilon 1e-8. The paper's learning rate is 2e-3.
func NewAdamax(lr Schedule) Adamax {
	return Adamax{LearningRate: lr, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}
}

// Validate checks the settings.
func (r Adamax) Validate() error {
	return errors.Join(checkRate(r.LearningRate), checkDecay("Beta1", r.Beta1), checkDecay("Beta2", r.Beta2),
		checkSize("Epsilon", r.Epsilon), r.Decay.validate())
}

// Bind lets the weight decay's mask know the paths.
func (r Adamax) Bind(paths []string) Rule {
	r.Decay.paths = paths
	return r
}

// Init starts at zero.
func (r Adamax) Init(p []*fx.Array) State {
	mustBeValid("Adamax", r)
	return AdamaxState{fx.Scalar(int32(0)), Average{Beta: r.Beta1}.init(p), each(fx.ZerosLike, p)}
}

// Update gives the step.
func (r Adamax) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	own := stateOf[AdamaxState]("Adamax", g, s, p)
	sameBuffers("Adamax", own.Largest, g)
	next := AdamaxState{Step: own.Step.AddScalar(1)}
	next.First = Average{Beta: r.Beta1}.observe("Adamax", g, fx.Scalar(1.0), own.First)
	next.Largest = each2(func(u, g *fx.Array) *fx.Array {
		return u.MulScalar(r.Beta2).Maximum(g.Abs().AddScalar(r.Epsilon))
	}, own.Largest, g)
	lr := r.LearningRate.at("Adamax", own.Step)
	updates := scaled(quotients(next.First.Mean, next.Largest, r.Epsilon), lr.Neg().Div(next.First.Weight))
	return r.Decay.apply("Adamax", updates, p, lr), next
}
