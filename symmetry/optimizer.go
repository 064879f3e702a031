package symmetry

import (
	"errors"
	"maps"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// When says before which steps something happens: it maps the number of a step, an
// int32 scalar from 0, to a bool scalar.
type When func(step *fx.Array) *fx.Array

// AtSteps is true at the given steps.
func AtSteps(steps ...int) When {
	for _, s := range steps {
		if s < 0 {
			fail("AtSteps", "step %d; they count from 0", s)
		}
	}
	steps = slices.Clone(steps)
	return func(step *fx.Array) *fx.Array {
		at := fx.Scalar(false)
		for _, s := range steps {
			at = at.Or(step.Equal(fx.Scalar(int32(s))))
		}
		return at
	}
}

// Every is true at steps 0, n, 2n, ...
func Every(n int) When {
	if n < 1 {
		fail("Every", "every %d steps; it must be one at least", n)
	}
	return func(step *fx.Array) *fx.Array { return step.Rem(fx.Scalar(int32(n))).Equal(fx.Scalar(int32(0))) }
}

// Teleporting is an optimizer with teleports before some of its steps.
//
// Info.Values has, besides the base's, "teleported" (1 if this step did),
// "objective_before" and "objective_after" of the teleport (NaN if not). Info.Loss
// is the base's: the loss after the teleport.
type Teleporting[P any] struct {
	Base     optim.Optimizer[P]
	Teleport Teleport[P]
	When     When
	// Loss is the loss that the teleport's objective looks at, which should have
	// data of its own; nil is that of the step.
	Loss optim.Loss[P]
	// Reset makes the base's state anew after a teleport, at the new parameters, as
	// the paper's code does: a momentum points where the gradient pointed before.
	Reset bool
}

// TeleportingState is the state of Teleporting.
type TeleportingState struct {
	Step *fx.Array // number of steps made, int32
	Base optim.State
}

// WithTeleport makes an optimizer that teleports and resets the base's state.
func WithTeleport[P any](base optim.Optimizer[P], t Teleport[P], when When) Teleporting[P] {
	return Teleporting[P]{Base: base, Teleport: t, When: when, Reset: true}
}

// Validate checks the settings.
func (o Teleporting[P]) Validate() error {
	err := errors.Join(optim.Validate(o.Base), o.Teleport.Validate())
	if o.When == nil {
		err = errors.Join(err, errors.New("When is nil: there is no schedule of teleports"))
	}
	return err
}

// Init starts with the base's state.
func (o Teleporting[P]) Init(p P) optim.State {
	if err := o.Validate(); err != nil {
		fail("WithTeleport", "%v", err)
	}
	return TeleportingState{fx.Scalar(int32(0)), o.Base.Init(p)}
}

// Step teleports if it is time, and makes a step of the base from there.
func (o Teleporting[P]) Step(loss optim.Loss[P], p P, s optim.State) (P, optim.State, optim.Info) {
	own, ok := s.(TeleportingState)
	if !ok {
		fail("WithTeleport", "the state is a %T and must be a %T: was it made by this optimizer's Init?", s, own)
	}
	teleportLoss := o.Loss
	if teleportLoss == nil {
		teleportLoss = loss
	}
	type place struct {
		P             P
		State         optim.State
		Before, After *fx.Array
	}
	now := o.When(own.Step)
	at := fx.Cond(now, func(at place) place {
		q, trace := o.Teleport.Move(teleportLoss, at.P)
		at.P, at.Before, at.After = q, trace.Objective.Index(0).AsType(fx.Float64), trace.Objective.Index(-1).AsType(fx.Float64)
		if o.Reset {
			at.State = o.Base.Init(q)
		}
		return at
	}, func(at place) place { return at }, place{p, own.Base, nan(), nan()})
	q, next, info := o.Base.Step(loss, at.P, at.State)
	info.Values = maps.Clone(info.Values)
	if info.Values == nil {
		info.Values = map[string]*fx.Array{}
	}
	info.Values["teleported"], info.Values["objective_before"], info.Values["objective_after"] = now.AsType(fx.Int32), at.Before, at.After
	return q, TeleportingState{own.Step.AddScalar(1), next}, info
}

func nan() *fx.Array { return fx.Scalar(0.0).Div(fx.Scalar(0.0)) }
