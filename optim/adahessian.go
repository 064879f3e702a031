package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// AdaHessian is Adam with the Hessian's diagonal in the second moment (Yao et al.
// 2021, arXiv:2006.00719, Algorithm 1):
//
//	D_t = |z * Hz| for random signs z, averaged over the window of each convolution
//	m_t = beta1 m_{t-1} + (1-beta1) g_t
//	n_t = beta2 n_{t-1} + (1-beta2) D_t^2
//	p_{t+1} = p_t - lr_t (m_t / (1-beta1^t)) / (sqrt(n_t / (1-beta2^t)) + epsilon)
//
// Unlike [OASIS] it averages squares, so that the noise of the samples makes steps
// shorter, and it needs a learning rate. The average over windows is that of the
// authors' code for images: over all axes of a leaf but the last two.
//
// Info.Values has "grad_norm" and "update_norm".
type AdaHessian[P any] struct {
	LearningRate Schedule
	// Beta1 and Beta2 are the decay rates of the two averages, in [0, 1).
	Beta1, Beta2 float64
	// Epsilon stands outside the root.
	Epsilon float64
	// Decay is decoupled weight decay.
	Decay WeightDecay
	// Key draws the probes.
	Key *fx.Array
}

// AdaHessianState is the state of AdaHessian.
type AdaHessianState struct {
	Adam AdamState // of gradients and diagonals
	Key  *fx.Array
}

// NewAdaHessian makes AdaHessian with the constants of the authors' code: beta1
// 0.9, beta2 0.999, epsilon 1e-4. Their learning rate is 0.15.
func NewAdaHessian[P any](lr Schedule, key *fx.Array) AdaHessian[P] {
	return AdaHessian[P]{LearningRate: lr, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-4, Key: key}
}

func (o AdaHessian[P]) first() Average { return Average{o.Beta1, true} }

func (o AdaHessian[P]) second() SecondMoment {
	return SecondMoment{Beta: o.Beta2, Epsilon: o.Epsilon, Corrected: true}
}

// Validate checks the settings.
func (o AdaHessian[P]) Validate() error {
	err := errors.Join(checkRate(o.LearningRate), checkDecay("Beta1", o.Beta1), checkDecay("Beta2", o.Beta2),
		checkSize("Epsilon", o.Epsilon), o.Decay.validate())
	if o.Key == nil {
		err = errors.Join(err, errNoKey)
	}
	return err
}

// Init starts both averages at zero.
func (o AdaHessian[P]) Init(p P) State {
	mustBeValid("AdaHessian", o)
	w, _ := Floats(p)
	return AdaHessianState{AdamState{fx.Scalar(int32(0)), o.first().init(w), o.second().init(w)}, random.FoldIn(o.Key, 0)}
}

// Step makes one step.
func (o AdaHessian[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own := lossState[AdaHessianState]("AdaHessian", s)
	value, grad, hessian := curved(loss, p)
	w, paths := Floats(p)
	g, _ := Floats(grad)
	keys := random.Split(own.Key, 2)
	d := each(overWindow, sampledDiagonal(hessian, p, keys[1], 1))
	lr := o.LearningRate.at("AdaHessian", own.Adam.Step)
	next := AdamState{Step: own.Adam.Step.AddScalar(1)}
	_, next.Second = o.second().observe("AdaHessian", d, own.Adam.Second)
	next.First = o.first().observe("AdaHessian", g, fx.Scalar(1.0), own.Adam.First)
	updates := adamDirection(next, o.second(), true, lr)
	decay := o.Decay
	decay.paths = paths
	updates = decay.apply("AdaHessian", updates, w, lr)
	info := Info{Loss: value, Values: map[string]*fx.Array{"grad_norm": GlobalNorm(g), "update_norm": GlobalNorm(updates)}}
	return ApplyUpdates(p, updates), AdaHessianState{next, keys[0]}, info
}

// overWindow is the size of a diagonal, averaged over the window of a convolution
// [window..., in, out].
func overWindow(d *fx.Array) *fx.Array {
	d = d.Abs()
	var axes []int
	for i := range d.NDim() - 2 {
		axes = append(axes, i)
	}
	if axes == nil {
		return d
	}
	return d.MeanKeep(axes...).BroadcastTo(d.Shape()...)
}
