package multiobjective

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// Jacobian gives the Jacobian [m, n] of objectives f, which gives [m], at the
// parameters p, with their n floats in the order of fx.Leaves, in the dtype of
// the first: one reverse pass for each objective. It is traced.
func Jacobian[P any](f func(P) *fx.Array, p P) *fx.Array {
	return flatten("Jacobian", rows(f, p))
}

// Gramian gives J J' [m, m] of the same Jacobian, which is never put together:
// the parts of the parameters' leaves are multiplied and added one after the
// other.
func Gramian[P any](f func(P) *fx.Array, p P) *fx.Array {
	return gramianOf("Gramian", rows(f, p))
}

// ExampleJacobian gives the Jacobian [examples, n] of a loss of one example, a
// scalar, with the examples of batch along the first axis of all of its leaves.
func ExampleJacobian[P, X any](loss func(P, X) *fx.Array, p P, batch X) *fx.Array {
	return flatten("ExampleJacobian", exampleRows(loss, p, batch))
}

// ExampleGramian gives J J' [examples, examples] of the same Jacobian, which is
// never put together.
func ExampleGramian[P, X any](loss func(P, X) *fx.Array, p P, batch X) *fx.Array {
	return gramianOf("ExampleGramian", exampleRows(loss, p, batch))
}

// LinearGramian gives the losses [examples] of a batch and the Gramian of their
// gradients, for a model that is a chain of linear layers x W + b. It forms no
// gradient of any example: that of layer l is the outer product of its input x
// and of the derivative d by its output, so that the layer adds
//
//	(X X' + 1 1') * (D D')   (element by element; 1 1' is the bias)
//
// forward runs the model with taps[l] [examples, widths[l]], zeros, added to the
// output of layer l, and gives the examples' losses with the layers' inputs
// [examples, in]. Every loss must depend on its own example alone.
func LinearGramian(forward func(taps []*fx.Array) (losses *fx.Array, inputs []*fx.Array), d fx.DType, examples int, widths []int) (losses, g *fx.Array) {
	taps := make([]*fx.Array, len(widths))
	for l, w := range widths {
		taps[l] = fx.Zeros(d, examples, w)
	}
	type seen struct {
		Losses *fx.Array
		Inputs []*fx.Array
	}
	_, at, deltas := fx.ValueAndGradAux(func(taps []*fx.Array) (*fx.Array, seen) {
		losses, inputs := forward(taps)
		if losses.NDim() != 1 || losses.Dim(0) != examples || len(inputs) != len(widths) {
			fail("LinearGramian", "the losses are %v and there are %d inputs, for %d examples and %d layers", losses, len(inputs), examples, len(widths))
		}
		return losses.Sum(), seen{losses, inputs}
	})(taps)
	for l, x := range at.Inputs {
		delta := deltas[l]
		part := x.MatMul(x.T()).AddScalar(1).Mul(delta.MatMul(delta.T()))
		if g == nil {
			g = part
		} else {
			g = g.Add(part)
		}
	}
	return at.Losses, g
}

// rows gives the gradients of m objectives by the parameters' float leaves,
// stacked along the first axis.
func rows[P any](f func(P) *fx.Array, p P) []*fx.Array {
	value, pull := fx.VJP(f, p)
	if value.NDim() != 1 || value.Size() == 0 {
		fail("Jacobian", "the objectives are %v; they must be a vector with elements", value)
	}
	stacked := fx.Vmap(pull)(fx.Eye(value.DType(), value.Size()))
	leaves, _ := optim.Floats(stacked)
	return leaves
}

func exampleRows[P, X any](loss func(P, X) *fx.Array, p P, batch X) []*fx.Array {
	stacked := fx.Vmap(func(x X) P { return fx.Grad(func(p P) *fx.Array { return loss(p, x) })(p) })(batch)
	leaves, _ := optim.Floats(stacked)
	return leaves
}

func flatten(op string, leaves []*fx.Array) *fx.Array {
	if len(leaves) == 0 {
		fail(op, "the parameters hold no floats")
	}
	flat := make([]*fx.Array, len(leaves))
	for i, a := range leaves {
		flat[i] = a.Reshape(a.Dim(0), -1).AsType(leaves[0].DType())
	}
	if len(flat) == 1 {
		return flat[0]
	}
	return fx.Concatenate(1, flat...)
}

func gramianOf(op string, leaves []*fx.Array) *fx.Array {
	if len(leaves) == 0 {
		fail(op, "the parameters hold no floats")
	}
	var g *fx.Array
	for _, a := range leaves {
		flat := a.Reshape(a.Dim(0), -1).AsType(leaves[0].DType())
		part := flat.MatMul(flat.T())
		if g == nil {
			g = part
		} else {
			g = g.Add(part)
		}
	}
	return g
}
