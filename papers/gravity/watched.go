package gravity

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// watched is an update rule that looks at its gradients and at what squashing
// makes of them.
type watched struct{ rule, squash optim.Rule }

// watchedState holds, beside the rule's state, float64 scalars.
type watchedState struct {
	Rule optim.State
	// Steepest is max|g| over all leaves at the last step.
	Steepest *fx.Array
	// Bound is the largest |zeta| / min(|g|, 1/(2 max|g|)) of any element at any
	// step, max|g| being its leaf's.
	Bound *fx.Array
	// Change is the largest |zeta - g| / |g| of any element at any step at which
	// its leaf had max|g| <= gentle.
	Change *fx.Array
}

// gentle is the max|g| up to which squashing is to change next to nothing.
const gentle = 0.3

// Validate checks the rule's settings.
func (w watched) Validate() error { return optim.Validate(w.rule) }

// Init starts at 0.
func (w watched) Init(p []*fx.Array) optim.State {
	return watchedState{w.rule.Init(p), fx.Scalar(0.0), fx.Scalar(0.0), fx.Scalar(0.0)}
}

// Update gives the rule's updates.
func (w watched) Update(g []*fx.Array, s optim.State, p []*fx.Array) ([]*fx.Array, optim.State) {
	own := s.(watchedState)
	next := watchedState{Steepest: fx.Scalar(0.0), Bound: own.Bound, Change: own.Change}
	zeta, _ := w.squash.Update(g, nil, p)
	for i := range g {
		size, squashed := g[i].Abs(), zeta[i].Abs()
		steepest := size.Max()
		next.Steepest = next.Steepest.Maximum(steepest.AsType(fx.Float64))
		allowed := size.Minimum(steepest.MulScalar(2).Reciprocal())
		next.Bound = next.Bound.Maximum(share(squashed, allowed).AsType(fx.Float64))
		change := share(zeta[i].Sub(g[i]).Abs(), size).AsType(fx.Float64)
		isGentle := steepest.LessEqual(fx.Const(gentle))
		next.Change = next.Change.Maximum(fx.Where(isGentle, change, fx.Scalar(0.0)))
	}
	var updates []*fx.Array
	updates, next.Rule = w.rule.Update(g, own.Rule, p)
	return updates, next
}

// share is the largest a/b; where both are 0 it is 0.
func share(a, b *fx.Array) *fx.Array {
	none := a.Equal(fx.Const(0))
	return fx.Where(none, fx.ZerosLike(a), a.Div(b)).Max()
}

// Report gives max|g| of the step.
func (w watched) Report(s optim.State) map[string]*fx.Array {
	return map[string]*fx.Array{"steepest": s.(watchedState).Steepest}
}
