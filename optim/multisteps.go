package optim

import (
	"errors"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// MultiSteps collects the gradients of several steps and hands their mean to a
// rule with the last of them; before that updates are 0. It trains with batches
// that many times as large as fit into memory, where [MeanLoss] cannot be used
// because they do not come together (optax's MultiSteps). The rule counts its
// own steps, so that its learning rate's schedule goes on once in every that
// many. It reports "mini_step", the gradients collected so far.
func MultiSteps(r Rule, every int) Rule { return multiSteps{r, every} }

type multiSteps struct {
	inner Rule
	every int
}

// MultiStepsState is the state of MultiSteps.
type MultiStepsState struct {
	Inner State
	// Sum is what has been collected; Loss the sum of the losses, a float64
	// scalar; Count how many, an int32 scalar.
	Sum         []*fx.Array
	Loss, Count *fx.Array
}

func (r multiSteps) Validate() error {
	if r.inner == nil {
		return errors.New("the rule that takes several steps' gradients is nil")
	}
	if r.every < 1 {
		return fmt.Errorf("the number of steps to collect is %d; it must be positive", r.every)
	}
	return Validate(r.inner)
}

func (r multiSteps) Bind(paths []string) Rule { return multiSteps{Bind(r.inner, paths), r.every} }

func (r multiSteps) Init(p []*fx.Array) State {
	mustBeValid("MultiSteps", r)
	return MultiStepsState{r.inner.Init(p), each(fx.ZerosLike, p), fx.Scalar(0.0), fx.Scalar(int32(0))}
}

func (r multiSteps) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	return r.UpdateExtra(g, s, p, Extra{})
}

func (r multiSteps) UpdateExtra(g []*fx.Array, s State, p []*fx.Array, x Extra) ([]*fx.Array, State) {
	const op = "MultiSteps"
	own := stateOf[MultiStepsState](op, g, s, p)
	sameBuffers(op, own.Sum, g)
	next := own
	next.Sum, next.Count = each2((*fx.Array).Add, own.Sum, g), own.Count.AddScalar(1)
	if x.Loss != nil {
		next.Loss = own.Loss.Add(asFloat64(x.Loss))
	}
	type result struct {
		Updates []*fx.Array
		State   MultiStepsState
	}
	wait := func(now MultiStepsState) result { return result{each(fx.ZerosLike, g), now} }
	// The rule's step is computed only where it is due.
	end := fx.Cond(next.Count.GreaterEqual(fx.Const(float64(r.every))), func(now MultiStepsState) result {
		mean := scaled(now.Sum, fx.Scalar(1/float64(r.every)))
		extra := Extra{}
		if x.Loss != nil {
			extra.Loss = now.Loss.MulScalar(1 / float64(r.every)).AsType(x.Loss.DType())
		}
		empty := MultiStepsState{Sum: each(fx.ZerosLike, g), Loss: fx.Scalar(0.0), Count: fx.Scalar(int32(0))}
		var updates []*fx.Array
		updates, empty.Inner = Update(r.inner, mean, now.Inner, p, extra)
		return result{updates, empty}
	}, wait, next)
	return end.Updates, end.State
}

func (r multiSteps) Report(s State) map[string]*fx.Array {
	own := s.(MultiStepsState)
	out := map[string]*fx.Array{"mini_step": own.Count}
	if rep, ok := r.inner.(Reporter); ok {
		for name, v := range rep.Report(own.Inner) {
			out[name] = v
		}
	}
	return out
}
