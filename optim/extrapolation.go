package optim

import (
	"errors"
	"fmt"
	"maps"

	"github.com/fluxion-go/fluxion/fx"
)

// Extrapolation takes every gradient beyond the parameters, on the line from the
// last ones, so that a moving average of gradients stands at the parameters and
// does not lag (implicit gradient transport: Arnold et al. 2019; with trust
// regions Kovalev 2025):
//
//	ahead_k = x_k + (1/alpha - 1) (x_k - x_{k-1})
//	g_k     = gradient of the loss at ahead_k
//
// For a quadratic the average (1-alpha) m + alpha g_k of such gradients is the
// gradient at x_k exactly. The loss is called once, at ahead; Info.Loss is the
// loss there.
type Extrapolation[P any] struct {
	Base  Rule
	Alpha float64 // that of the base rule's average, in (0, 1]; 1 is the base rule
}

// ExtrapolationState is the state of Extrapolation.
type ExtrapolationState[P any] struct {
	Base State
	Last P // x_{k-1}
}

// WithExtrapolation makes an optimizer of a rule that averages gradients with
// weight alpha on the new one.
func WithExtrapolation[P any](base Rule, alpha float64) Extrapolation[P] {
	return Extrapolation[P]{base, alpha}
}

// Validate checks the settings.
func (o Extrapolation[P]) Validate() error {
	err := Validate(o.Base)
	if !(o.Alpha > 0 && o.Alpha <= 1) {
		err = errors.Join(err, fmt.Errorf("alpha is %v; it must be in (0, 1]", o.Alpha))
	}
	return err
}

// Init starts with x_{-1} = x_0.
func (o Extrapolation[P]) Init(p P) State {
	mustBeValid("WithExtrapolation", o)
	leaves, paths := Floats(p)
	return ExtrapolationState[P]{Bind(o.Base, paths).Init(leaves), p}
}

// Step makes one step.
func (o Extrapolation[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own, ok := s.(ExtrapolationState[P])
	if !ok {
		fail("WithExtrapolation", "the state is a %T and must be a %T: was it made by this optimizer's Init?", s, own)
	}
	leaves, paths := Floats(p)
	last, _ := Floats(own.Last)
	rule := Bind(o.Base, paths)
	way := each2(func(x, last *fx.Array) *fx.Array { return x.Sub(last).MulScalar(1/o.Alpha - 1) }, leaves, last)
	value, grad := fx.ValueAndGrad(loss)(ApplyUpdates(p, way))
	g, _ := Floats(grad)
	updates, next := Update(rule, g, own.Base, leaves, Extra{Loss: value})
	info := Info{Loss: value, Values: map[string]*fx.Array{"grad_norm": GlobalNorm(g), "update_norm": GlobalNorm(updates)}}
	if r, ok := rule.(Reporter); ok {
		maps.Copy(info.Values, r.Report(next))
	}
	return ApplyUpdates(p, updates), ExtrapolationState[P]{next, p}, info
}
