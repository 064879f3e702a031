package optim

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// Curvature gives the operator of a symmetric curvature matrix at p, on trees
// like p: the Hessian, a Gauss-Newton or Fisher matrix, or what a method makes
// of them. Package curvature makes such operators:
//
//	func(p P) func(P) P { return curvature.GaussNewton(model, loss, p) }
//
// Where a method has a field Curvature, nil means the Hessian of the step's own
// loss. An optimizer is a value and its state is apart, so a curvature that
// belongs to a minibatch is captured by making the optimizer inside the compiled
// step.
type Curvature[P any] = func(p P) func(P) P

// vectors is a step's problem with the tree laid out as one vector [n], by
// linalg.Ravel. Scalars of a step are float64, whatever the tree's dtype.
type vectors[P any] struct {
	loss    Loss[*fx.Array]
	from    LinePoint[*fx.Array]
	unravel func(*fx.Array) P
	p       P
	step    Loss[P]
}

func newVectors[P any](loss Loss[P], p P) vectors[P] {
	x, unravel := linalg.Ravel(p)
	v := vectors[P]{unravel: unravel, p: p, step: loss}
	v.loss = func(x *fx.Array) *fx.Array { return loss(unravel(x)) }
	v.from = At(v.loss, x)
	return v
}

// operator is the curvature's operator at p, on vectors.
func (v vectors[P]) operator(c Curvature[P]) func(*fx.Array) *fx.Array {
	if c == nil {
		_, h := fx.Linearize(fx.Grad(v.loss), v.from.P)
		return h
	}
	h := c(v.p)
	return func(x *fx.Array) *fx.Array {
		y, _ := linalg.Ravel(h(v.unravel(x)))
		return y
	}
}

// scaledBy is a vector times a float64 scalar, which is rounded once.
func scaledBy(s, v *fx.Array) *fx.Array { return v.Mul(s.AsType(v.DType())) }
