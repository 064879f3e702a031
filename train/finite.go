package train

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// NonFiniteError says that a NaN or an infinity turned up. The state that comes
// with it is that before the step.
type NonFiniteError struct {
	// Step is the number of the step that made it; the first is 1.
	Step int
	// What is the metric or the array of the state, such as `the metric "loss"`.
	What string
	// Value is NaN or an infinity.
	Value float64
	// GoodStep is the number of steps after which the returned state was
	// reached: Step-1, or less if running the steps again gave other values.
	GoodStep int
}

func (e *NonFiniteError) Error() string {
	return fmt.Sprintf("train: step %d: %s is %v; the state is that after step %d", e.Step, e.What, e.Value, e.GoodStep)
}

// watch knows which float arrays of a state must stay finite: those that are at
// the beginning.
type watch []bool

func newWatch(state any) watch {
	leaves := fx.Leaves(state)
	w := make(watch, len(leaves))
	for i, ok := range finite(leaves) {
		w[i] = ok
	}
	return w
}

// finite says for each array whether all its elements are finite.
func finite(leaves []*fx.Array) []bool {
	flags := make([]*fx.Array, len(leaves))
	for i, a := range leaves {
		flags[i] = fx.Scalar(true)
		if a.DType().Differentiable() {
			flags[i] = a.IsFinite().All()
		}
	}
	fx.Eval(flags)
	out := make([]bool, len(leaves))
	for i, f := range flags {
		out[i] = f.Bools()[0]
	}
	return out
}

// bad is the first array that should be finite and is not.
func (w watch) bad(state any) (what string, value float64, bad bool) {
	leaves := fx.Leaves(state)
	for i, ok := range finite(leaves) {
		if ok || i >= len(w) || !w[i] {
			continue
		}
		for _, v := range fx.Concatenate(0, leaves[i].Real().Flatten(), leaves[i].Imag().Flatten()).Float64s() {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return "the state's array " + fx.Paths(state)[i], v, true
			}
		}
	}
	return "", 0, false
}
