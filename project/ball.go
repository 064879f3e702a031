package project

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

var nan = math.NaN()

// norm is the Euclidean norm of each vector, with the axis kept.
func norm(x *fx.Array) *fx.Array { return x.Norm(-1).ExpandDims(-1) }

// safe is n where it is not zero, else 1.
func safe(n *fx.Array) *fx.Array {
	return fx.Where(n.Equal(fx.ZerosLike(n)), fx.OnesLike(n), n)
}

// L2Ball is the nearest point of Euclidean norm at most the radius.
func L2Ball(x, radius *fx.Array) *fx.Array {
	vectors("L2Ball", x)
	r := column("L2Ball", "the radius", radius, x)
	n := norm(x)
	return fx.Where(n.LessEqual(r), x, x.Mul(r.Div(safe(n))))
}

// L2Sphere is the nearest point of Euclidean norm radius, a set that is not
// convex. Zero, of which all its points are equally near, stays zero.
func L2Sphere(x, radius *fx.Array) *fx.Array {
	vectors("L2Sphere", x)
	return x.Mul(column("L2Sphere", "the radius", radius, x).Div(safe(norm(x))))
}

// SecondOrderCone is the nearest point (t, u) of the cone |u| <= t, where t is
// the first element of each vector and u the others.
func SecondOrderCone(x *fx.Array) *fx.Array {
	vectors("SecondOrderCone", x)
	if x.Dim(-1) == 1 {
		return x.Relu()
	}
	t, u := x.SliceAxis(-1, 0, 1), x.SliceAxis(-1, 1, fx.End)
	n := norm(u)
	half := t.Add(n).MulScalar(0.5)
	edge := fx.Concatenate(-1, half, u.Mul(half.Div(safe(n))))
	y := fx.Where(n.LessEqual(t), x, edge)
	return fx.Where(n.LessEqual(t.Neg()), fx.ZerosLike(x), y)
}

// Product is the projection onto a product of sets: each array of a list by its
// own. (For a struct of arrays, write the function that projects its fields.)
func Product(parts ...func(*fx.Array) *fx.Array) func([]*fx.Array) []*fx.Array {
	for i, p := range parts {
		if p == nil {
			fail("Product", "projection %d is nil", i)
		}
	}
	return func(x []*fx.Array) []*fx.Array {
		if len(x) != len(parts) {
			fail("Product", "%d arrays for %d sets", len(x), len(parts))
		}
		y := make([]*fx.Array, len(x))
		for i, p := range parts {
			y[i] = p(x[i])
		}
		return y
	}
}
