package curvature

import "github.com/fluxion-go/fluxion/fx"

// GaussNewtonFactors is the generalised Gauss-Newton matrix of a mean over N
// examples by its factors,
//
//	(1/N) sum_j J_j' A_j J_j = sum_i v_i v_i',
//
// of which there are N times r: a tree like p whose float leaves have a further
// leading axis for them. It is what optim.LowRankSystem takes, and costs one pass
// back for each factor, of one example.
//
// model gives the output of one example, a vector [d]; xs has the examples along the
// leading axis of its arrays. root gives a matrix [d, r] for an output whose product
// with its own transpose is A_j, the Hessian of the example's loss in the output:
// SoftmaxRoot or SquaredErrorRoot. J_j is the model's Jacobian. GaussNewton is the
// same matrix as an operator.
func GaussNewtonFactors[P, X any](model func(p P, x X) *fx.Array, root func(output *fx.Array) *fx.Array, p P, xs X) P {
	const op = "GaussNewtonFactors"
	leaves := fx.Leaves(xs)
	if len(leaves) == 0 || leaves[0].NDim() == 0 || leaves[0].Dim(0) == 0 {
		fail(op, "the examples have no leading axis, or there are none")
	}
	n := leaves[0].Dim(0)
	// factors of one example: [r, ...] for each leaf
	one := func(x X) P {
		y, pull := fx.VJP(func(p P) *fx.Array { return model(p, x) }, p)
		if y.NDim() != 1 || !y.DType().IsFloat() {
			fail(op, "the model's output is %v%v; that of one example must be a vector of floats", y.DType(), y.Shape())
		}
		l := root(y)
		if l.NDim() != 2 || l.Dim(0) != y.Dim(0) {
			fail(op, "the root has shape %v for an output of %d elements", l.Shape(), y.Dim(0))
		}
		return fx.Vmap(pull)(l.T())
	}
	scale := fx.Scalar(float64(n)).Sqrt().Reciprocal()
	i := -1
	like := fx.Leaves(p)
	return fx.Map(func(a *fx.Array) *fx.Array {
		i++
		if !a.DType().IsFloat() {
			return a
		}
		return a.Reshape(append([]int{-1}, like[i].Shape()...)...).Mul(scale.AsType(a.DType()))
	}, fx.Vmap(one)(xs))
}

// SoftmaxRoot is the root of the Hessian diag(p) - p p' of softmax cross-entropy in
// the logits [d]: diag(sqrt p) - p sqrt(p)'.
func SoftmaxRoot(logits *fx.Array) *fx.Array {
	p := logits.Softmax(-1)
	root := p.Sqrt()
	return root.Diag(0).Sub(p.Outer(root))
}

// SquaredErrorRoot is the root of the Hessian of half the squared error in the
// output [d]: the identity.
func SquaredErrorRoot(output *fx.Array) *fx.Array { return fx.Eye(output.DType(), output.Dim(0)) }
