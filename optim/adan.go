package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
)

// Adan is Nesterov momentum with the gradient's changes averaged apart (Xie et
// al., "Adan: Adaptive Nesterov Momentum Algorithm", 2022, algorithm 1), with
// d_t = g_t - g_{t-1} and d_1 = 0:
//
//	m_t = beta1 m_{t-1} + (1-beta1) g_t
//	v_t = beta2 v_{t-1} + (1-beta2) d_t
//	n_t = beta3 n_{t-1} + (1-beta3) (g_t + beta2 d_t)^2
//	u_t = (m_t/(1-beta1^t) + beta2 v_t/(1-beta2^t)) / (sqrt(n_t/(1-beta3^t)) + epsilon)
//	p_{t+1} = (p_t - lr_t u_t) / (1 + lr_t Decay)
//
// Decay rates are as in the authors' code; the paper writes 1-beta for them.
type Adan struct {
	LearningRate Schedule
	// Beta1, Beta2 and Beta3 are the decay rates, in [0, 1).
	Beta1, Beta2, Beta3 float64
	// Epsilon stands outside the root and after the correction. With 0, a
	// quotient 0/0 is 0.
	Epsilon float64
	// Decay is the strength of a proximal weight decay, not negative.
	Decay float64
}

// AdanState is the state of Adan.
type AdanState struct {
	Step          *fx.Array
	Gradient      []*fx.Array // g_{t-1}
	First, Change AverageState
	Second        SecondMomentState
}

// NewAdan makes Adan with the authors' defaults: decay rates 0.98, 0.92 and
// 0.99, epsilon 1e-8, no weight decay. Their learning rate is 1e-3.
func NewAdan(lr Schedule) Adan {
	return Adan{LearningRate: lr, Beta1: 0.98, Beta2: 0.92, Beta3: 0.99, Epsilon: 1e-8}
}

func (r Adan) second() SecondMoment {
	return SecondMoment{Beta: r.Beta3, Epsilon: r.Epsilon, Corrected: true}
}

// Validate checks the settings.
func (r Adan) Validate() error {
	return errors.Join(checkRate(r.LearningRate), checkDecay("Beta1", r.Beta1), checkDecay("Beta2", r.Beta2),
		checkDecay("Beta3", r.Beta3), checkSize("Epsilon", r.Epsilon), checkSize("the weight decay", r.Decay))
}

// Init starts at zero.
func (r Adan) Init(p []*fx.Array) State {
	mustBeValid("Adan", r)
	return AdanState{fx.Scalar(int32(0)), each(fx.ZerosLike, p), Average{Beta: r.Beta1}.init(p),
		Average{Beta: r.Beta2}.init(p), r.second().init(p)}
}

// Update gives the step.
func (r Adan) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	own := stateOf[AdanState]("Adan", g, s, p)
	sameBuffers("Adan", own.Gradient, g)
	first := own.Step.Equal(fx.Const(0))
	change := each2(func(g, before *fx.Array) *fx.Array {
		return fx.Where(first, fx.ZerosLike(g), g.Sub(before))
	}, g, own.Gradient)
	ahead := each2(func(g, d *fx.Array) *fx.Array { return g.Add(d.MulScalar(r.Beta2)) }, g, change)
	next := AdanState{Step: own.Step.AddScalar(1), Gradient: g}
	next.First = Average{Beta: r.Beta1}.observe("Adan", g, fx.Scalar(1.0), own.First)
	next.Change = Average{Beta: r.Beta2}.observe("Adan", change, fx.Scalar(1.0), own.Change)
	var d []*fx.Array
	d, next.Second = r.second().observe("Adan", ahead, own.Second)
	u := each2((*fx.Array).Add, scaled(next.First.Mean, next.First.Weight.Reciprocal()),
		scaled(next.Change.Mean, next.Change.Weight.Reciprocal().MulScalar(r.Beta2)))
	lr := r.LearningRate.at("Adan", own.Step)
	updates := scaled(r.second().quotients(u, d), lr.Neg())
	if r.Decay > 0 {
		shrink := lr.MulScalar(r.Decay).AddScalar(1).Reciprocal()
		updates = each2(func(u, p *fx.Array) *fx.Array { return p.Add(u).Mul(shrink.AsType(p.DType())).Sub(p) }, updates, p)
	}
	return updates, next
}
