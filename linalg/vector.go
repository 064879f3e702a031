package linalg

import (
	"slices"

	"github.com/fluxion-go/fluxion/fx"
)

// Trees as vectors. The float leaves of a tree, all of one dtype, are the
// vector's elements; other leaves and static fields are not part of it.

// floats lists a tree's float leaves.
func floats(op string, tree any) []*fx.Array {
	var out []*fx.Array
	for _, a := range fx.Leaves(tree) {
		if !a.DType().IsFloat() {
			continue
		}
		if len(out) > 0 && a.DType() != out[0].DType() {
			fail(op, "the tree mixes %v and %v; a vector has one dtype", out[0].DType(), a.DType())
		}
		out = append(out, a)
	}
	return out
}

// Ravel lays the float leaves of a tree end to end as one vector, in the order
// of fx.Leaves, and gives the function that turns such a vector into a tree
// like t again (whose other leaves are t's). A tree without float leaves is an
// error.
func Ravel[T any](t T) (vector *fx.Array, unravel func(*fx.Array) T) {
	return ravel("Ravel", t)
}

func ravel[T any](op string, t T) (*fx.Array, func(*fx.Array) T) {
	leaves := floats(op, t)
	if len(leaves) == 0 {
		fail(op, "the tree %T holds no float arrays", t)
	}
	n := 0
	parts := make([]*fx.Array, len(leaves))
	for i, a := range leaves {
		n += a.Size()
		parts[i] = a.Flatten()
	}
	vector := parts[0]
	if len(parts) > 1 {
		vector = fx.Concatenate(0, parts...)
	}
	return vector, func(v *fx.Array) T {
		if v.NDim() != 1 || v.Dim(0) != n {
			fail(op, "a vector of shape %v for a tree of %d floats", v.Shape(), n)
		}
		at := 0
		return fx.Map(func(a *fx.Array) *fx.Array {
			if !a.DType().IsFloat() {
				return a
			}
			from := at
			at += a.Size()
			if len(leaves) == 1 {
				return v.Reshape(a.Shape()...)
			}
			return v.SliceAxis(0, from, at).Reshape(a.Shape()...)
		}, t)
	}
}

// sameFloats checks that two trees are vectors of the same space.
func sameFloats(op, what string, got, want any) {
	g, w := floats(op, got), floats(op, want)
	if len(g) != len(w) {
		fail(op, "%s has %d float arrays where %d are expected", what, len(g), len(w))
	}
	for i := range g {
		if !slices.Equal(g[i].Shape(), w[i].Shape()) || g[i].DType() != w[i].DType() {
			fail(op, "%s has %v%v where %v%v is expected", what, g[i].DType(), g[i].Shape(), w[i].DType(), w[i].Shape())
		}
	}
}

// Dot is the inner product of two trees: the sum of the products of their
// floats, leaf after leaf.
func Dot[T any](a, b T) *fx.Array {
	sameFloats("Dot", "the second tree", b, a)
	x, y := floats("Dot", a), floats("Dot", b)
	if len(x) == 0 {
		fail("Dot", "the tree %T holds no float arrays", a)
	}
	sum := x[0].Flatten().Dot(y[0].Flatten())
	for i := 1; i < len(x); i++ {
		sum = sum.Add(x[i].Flatten().Dot(y[i].Flatten()))
	}
	return sum
}

// Norm is the Euclidean norm of all floats of a tree, with derivative 0 where
// it is 0.
func Norm[T any](a T) *fx.Array {
	v, _ := ravel("Norm", a)
	return v.Norm()
}

// Axpy is alpha x + y, for a scalar alpha; leaves that are not floats are y's.
func Axpy[T any](alpha *fx.Array, x, y T) T {
	sameFloats("Axpy", "y", y, x)
	xs, i := floats("Axpy", x), -1
	return fx.Map(func(b *fx.Array) *fx.Array {
		if !b.DType().IsFloat() {
			return b
		}
		i++
		return alpha.Mul(xs[i]).Add(b)
	}, y)
}

// Add is x + y.
func Add[T any](x, y T) T { return Axpy(fx.Const(1), x, y) }

// Sub is x - y; leaves that are not floats are x's.
func Sub[T any](x, y T) T { return Axpy(fx.Const(-1), y, x) }

// Scale is alpha x, for a scalar alpha.
func Scale[T any](alpha *fx.Array, x T) T {
	floats("Scale", x)
	return fx.Map(func(a *fx.Array) *fx.Array {
		if !a.DType().IsFloat() {
			return a
		}
		return alpha.Mul(a)
	}, x)
}

// ZerosLike is a tree of zeros.
func ZerosLike[T any](t T) T { return fx.Map(fx.ZerosLike, t) }
