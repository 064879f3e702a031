package optim

import (
	"errors"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// RAdam is Adam without its adaptive part for as long as the second moment
// rests on too few gradients, and with steps shortened by its variance after
// that, a warm-up that needs no tuning (Liu et al., "On the Variance of the
// Adaptive Learning Rate and Beyond", 2020, algorithm 2):
//
//	rho = 2/(1-beta2) - 1,  rho_t = rho - 2 t beta2^t / (1-beta2^t)
//	r_t = sqrt((rho_t-4)(rho_t-2) rho / ((rho-4)(rho-2) rho_t))
//	p_{t+1} = p_t - lr_t m_t/(1-beta1^t) r_t sqrt(1-beta2^t)/(sqrt(n_t) + epsilon)   if rho_t > 5
//	p_{t+1} = p_t - lr_t m_t/(1-beta1^t)                                              else
//
// The threshold 5 and the place of epsilon, before the correction, are
// PyTorch's; the paper has the threshold 4.
type RAdam struct {
	LearningRate Schedule
	// Beta1 and Beta2 are the decay rates, in [0, 1).
	Beta1, Beta2 float64
	// Epsilon keeps from dividing by zero. With 0, a quotient 0/0 is 0.
	Epsilon float64
	// Decay is decoupled weight decay.
	Decay WeightDecay
}

// NewRAdam makes RAdam with the paper's defaults, which are Adam's.
func NewRAdam(lr Schedule) RAdam {
	return RAdam{LearningRate: lr, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}
}

func (r RAdam) second() SecondMoment { return SecondMoment{Beta: r.Beta2, Epsilon: r.Epsilon} }

// Validate checks the settings.
func (r RAdam) Validate() error {
	return errors.Join(checkRate(r.LearningRate), checkDecay("Beta1", r.Beta1), checkDecay("Beta2", r.Beta2),
		checkSize("Epsilon", r.Epsilon), r.Decay.validate())
}

// Bind lets the weight decay's mask know the paths.
func (r RAdam) Bind(paths []string) Rule {
	r.Decay.paths = paths
	return r
}

// Init starts both averages at zero.
func (r RAdam) Init(p []*fx.Array) State {
	mustBeValid("RAdam", r)
	return AdamState{fx.Scalar(int32(0)), Average{Beta: r.Beta1}.init(p), r.second().init(p)}
}

// rectified is whether rho_t is above 5, and r_t, 1 where it is not.
func (r RAdam) rectified(t, weight *fx.Array) (ok, factor *fx.Array) {
	rho := 2/(1-r.Beta2) - 1
	at := fx.Scalar(1.0).Sub(weight).Div(weight).Mul(t).MulScalar(-2).AddScalar(rho)
	ok = at.Greater(fx.Const(5))
	at = fx.Where(ok, at, fx.Scalar(math.Max(rho, 5)))
	return ok, at.SubScalar(4).Mul(at.SubScalar(2)).Div(at).MulScalar(rho / ((rho - 4) * (rho - 2))).Sqrt()
}

// Update gives the step.
func (r RAdam) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	own := stateOf[AdamState]("RAdam", g, s, p)
	next := AdamState{Step: own.Step.AddScalar(1)}
	var d []*fx.Array
	d, next.Second = r.second().observe("RAdam", g, own.Second)
	next.First = Average{Beta: r.Beta1}.observe("RAdam", g, fx.Scalar(1.0), own.First)
	lr := r.LearningRate.at("RAdam", own.Step)
	length := lr.Neg().Div(next.First.Weight)
	ok, factor := r.rectified(count(next.Step), next.Second.Weight)
	plain := scaled(next.First.Mean, length)
	adaptive := scaled(r.second().quotients(next.First.Mean, d), length.Mul(factor).Mul(next.Second.Weight.Sqrt()))
	updates := each2(func(a, b *fx.Array) *fx.Array { return fx.Where(ok, a, b) }, adaptive, plain)
	return r.Decay.apply("RAdam", updates, p, lr), next
}
