package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
)

// Lion steps along the sign of a mixture of the gradient and its average, which
// forgets more slowly than the mixture (Chen et al., "Symbolic Discovery of
// Optimization Algorithms", 2023, program 1):
//
//	u_t = sign(beta1 m_{t-1} + (1-beta1) g_t)
//	p_{t+1} = p_t - lr_t (u_t + decay p_t)
//	m_t = beta2 m_{t-1} + (1-beta2) g_t
//
// Every element of a step is one learning rate long, so that the paper takes
// rates 3 to 10 times smaller than Adam's, and weight decay as much larger.
type Lion struct {
	LearningRate Schedule
	// Beta1 and Beta2 are the decay rates of the mixture and of the average, in
	// [0, 1).
	Beta1, Beta2 float64
	// Decay is decoupled weight decay.
	Decay WeightDecay
}

// LionState is the state of Lion.
type LionState struct {
	Step *fx.Array
	Mean []*fx.Array // m
}

// NewLion makes Lion with the paper's defaults: beta1 0.9, beta2 0.99, no weight
// decay. The paper's learning rate is 1e-4.
func NewLion(lr Schedule) Lion { return Lion{LearningRate: lr, Beta1: 0.9, Beta2: 0.99} }

// Validate checks the settings.
func (r Lion) Validate() error {
	return errors.Join(checkRate(r.LearningRate), checkDecay("Beta1", r.Beta1), checkDecay("Beta2", r.Beta2), r.Decay.validate())
}

// Bind lets the weight decay's mask know the paths.
func (r Lion) Bind(paths []string) Rule {
	r.Decay.paths = paths
	return r
}

// Init starts the average at zero.
func (r Lion) Init(p []*fx.Array) State {
	mustBeValid("Lion", r)
	return LionState{fx.Scalar(int32(0)), each(fx.ZerosLike, p)}
}

// Update gives the step.
func (r Lion) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	own := stateOf[LionState]("Lion", g, s, p)
	sameBuffers("Lion", own.Mean, g)
	lr := r.LearningRate.at("Lion", own.Step)
	updates := scaled(each((*fx.Array).Sign, moved(r.Beta1, own.Mean, g)), lr.Neg())
	return r.Decay.apply("Lion", updates, p, lr), LionState{own.Step.AddScalar(1), moved(r.Beta2, own.Mean, g)}
}
