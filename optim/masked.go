package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
)

// Masked is an optimizer that sees the float leaves which a mask chooses, as a list,
// and nothing of the others, which stay (optax.masked). It is for methods that look
// at all parameters together, beside leaves that are not learned, such as the running
// statistics of batch normalisation (nn.Learned chooses the rest), or of which only
// some are to be. For rules [ByMask] and [ByPath] do this. It is an error of Init if
// the mask chooses nothing.
func Masked[P any](mask Mask, o Optimizer[[]*fx.Array]) Optimizer[P] { return masked[P]{mask, o} }

type masked[P any] struct {
	mask Mask
	own  Optimizer[[]*fx.Array]
}

// Validate checks the settings.
func (o masked[P]) Validate() error {
	var err error
	if o.mask == nil {
		err = errors.New("there is no mask")
	}
	return errors.Join(err, Validate(o.own))
}

// chosen are the places among all float leaves of those that are learned.
func (o masked[P]) chosen(p P) (leaves []*fx.Array, places []int) {
	all, paths := Floats(p)
	for i, a := range all {
		if o.mask(paths[i], a) {
			leaves, places = append(leaves, a), append(places, i)
		}
	}
	if len(leaves) == 0 {
		fail("Masked", "the mask chooses none of the %d float parameters", len(all))
	}
	return leaves, places
}

// Init implements Optimizer.
func (o masked[P]) Init(p P) State {
	mustBeValid("Masked", o)
	leaves, _ := o.chosen(p)
	return o.own.Init(leaves)
}

// Step implements Optimizer.
func (o masked[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	all, _ := Floats(p)
	leaves, places := o.chosen(p)
	with := func(leaves []*fx.Array) P {
		next := append([]*fx.Array(nil), all...)
		for i, k := range places {
			next[k] = leaves[i]
		}
		return withFloats(p, next)
	}
	next, state, info := o.own.Step(func(leaves []*fx.Array) *fx.Array { return loss(with(leaves)) }, leaves, s)
	return with(next), state, info
}
