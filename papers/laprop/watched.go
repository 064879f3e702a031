package laprop

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// watched is an update rule that remembers the largest element of any of its
// updates, in absolute value.
type watched struct{ rule optim.Rule }

type watchedState struct {
	Rule    optim.State
	Largest *fx.Array // float64 scalar
}

// Validate checks the rule's settings.
func (w watched) Validate() error { return optim.Validate(w.rule) }

// Init starts at 0.
func (w watched) Init(p []*fx.Array) optim.State {
	return watchedState{w.rule.Init(p), fx.Scalar(0.0)}
}

// Update gives the rule's updates.
func (w watched) Update(g []*fx.Array, s optim.State, p []*fx.Array) ([]*fx.Array, optim.State) {
	own := s.(watchedState)
	updates, next := w.rule.Update(g, own.Rule, p)
	largest := own.Largest
	for _, u := range updates {
		largest = largest.Maximum(u.Abs().Max().AsType(fx.Float64))
	}
	return updates, watchedState{next, largest}
}
