package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
)

// LaycaOptimizer is [Layca] around an optimizer that needs the loss itself, such as
// [SAM]: the difference that its step makes is what turns the layers. Info is the
// base's, but for "update_norm", which is that of the step made.
type LaycaOptimizer[P any] struct {
	Base Optimizer[P]
	// Rate, Multipliers and Kernels are Layca's.
	Rate        Schedule
	Multipliers []float64
	Kernels     Mask
}

// WithLayca turns all layers of an optimizer's step by rate.
func WithLayca[P any](base Optimizer[P], rate Schedule) LaycaOptimizer[P] {
	return LaycaOptimizer[P]{Base: base, Rate: rate}
}

// Validate checks the settings.
func (o LaycaOptimizer[P]) Validate() error {
	err := checkRotation(o.Rate, o.Multipliers)
	if o.Base == nil {
		return errors.Join(err, errors.New("the optimizer whose steps are to turn is nil"))
	}
	return errors.Join(err, Validate(o.Base))
}

// Init starts with the base's state.
func (o LaycaOptimizer[P]) Init(p P) State {
	mustBeValid("WithLayca", o)
	leaves, paths := Floats(p)
	needNorms("WithLayca", leaves, paths, kernelsOf("WithLayca", o.Kernels, o.Multipliers, leaves, paths))
	return LaycaState{fx.Scalar(int32(0)), o.Base.Init(p)}
}

// Step makes a step of the base and turns the kernels toward it.
func (o LaycaOptimizer[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own, ok := s.(LaycaState)
	if !ok {
		fail("WithLayca", "the state is a %T and must be a %T: was it made by this optimizer's Init?", s, own)
	}
	proposed, next, info := o.Base.Step(loss, p, own.Base)
	leaves, paths := Floats(p)
	to, _ := Floats(proposed)
	rho := o.Rate.at("WithLayca", own.Step)
	updates := each(fx.ZerosLike, leaves)
	for k, i := range kernelsOf("WithLayca", o.Kernels, o.Multipliers, leaves, paths) {
		updates[i] = turn(to[i].Sub(leaves[i]), leaves[i], layerRate(rho, o.Multipliers, k))
	}
	if info.Values != nil {
		info.Values["update_norm"] = GlobalNorm(updates)
	}
	return ApplyUpdates(p, updates), LaycaState{own.Step.AddScalar(1), next}, info
}
