package compare

import (
	"fmt"

	"github.com/fluxion-go/fluxion/curvature"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// DefineModel is [Define] for a loss that is a convex function of what a model gives
// for a minibatch, as cross-entropy is of logits: loss(model(p, batch), batch). Such
// a problem has the Gauss-Newton matrix, which methods made by [FromCurvature] need.
// The output is a tree: with a penalty, of what is penalised too.
func DefineModel[P, B, Y any](init func(key *fx.Array) P, batches func(seed uint64) func() B,
	model func(p P, batch B) Y, loss func(output Y, batch B) *fx.Array, evaluate func(p P) []*fx.Array) Problem {
	problem := Define(init, batches, func(p P, batch B) *fx.Array { return loss(model(p, batch), batch) }, evaluate)
	problem.GaussNewton = gaussNewton(model, loss)
	return problem
}

func gaussNewton[P, B, Y any](model func(p P, batch B) Y, loss func(output Y, batch B) *fx.Array) func(Params, any) func(Params) Params {
	return func(p Params, batch any) func(Params) Params {
		b := batch.(B)
		product := curvature.GaussNewton(func(p P) Y { return model(p, b) }, func(y Y) *fx.Array { return loss(y, b) }, p.(P))
		return func(v Params) Params { return product(v.(P)) }
	}
}

// FromCurvature makes a method of an optimizer that needs a positive semidefinite
// curvature, such as optim.NGD[compare.Params]. make gets the learning rate as
// [FromOptimizer]'s does, and the Gauss-Newton matrix of the step's minibatch:
//
//	compare.FromCurvature("ngd", "natural gradients", 0.3,
//		func(_ float64, lr optim.Schedule, c optim.Curvature[compare.Params]) optim.NGD[compare.Params] {
//			return optim.NewNGD(lr, c)
//		})
//
// It is for problems that have this matrix, as those of [DefineModel] do; a
// comparison on another is an error. Products with it are the method's to count, as
// Info.Values["evaluations"]. make is called for every minibatch's compilation, and
// Init may not use the curvature.
func FromCurvature[O optim.Optimizer[Params]](name, summary string, rate float64, make func(rate float64, lr optim.Schedule, c optim.Curvature[Params]) O) Method {
	m := newCurved(name, summary, rate, make, func(o O) optim.StreamOptimizer[Params] { return optim.AsStream[Params](o) })
	m.curved = true
	return m
}

// unknown is the curvature outside a step.
func unknown(Params) func(Params) Params {
	panic("compare: the curvature is that of a step's minibatch, and this is no step")
}

// needs is an error if a problem lacks what the method needs of it.
func (m Method) needs(task Task, p Problem) error {
	if m.curved && p.GaussNewton == nil {
		return fmt.Errorf("method %s needs the Gauss-Newton matrix, which task %s does not have: its loss must be a convex function of a model's output (compare.DefineModel)", m.Name, task.Name)
	}
	return nil
}
