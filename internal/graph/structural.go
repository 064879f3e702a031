package graph

import (
	"fmt"
	"slices"
)

// Primitives that move elements without computing: broadcast, reshape,
// transpose, slice, pad, concatenate, reverse; and iota, which makes indices.

// Full is an array whose every element is v.
func Full(d DType, v float64, shape Shape) *Node {
	return Broadcast(ScalarNode(d, v), shape, nil)
}

// ScalarNode is a rank-0 constant.
func ScalarNode(d DType, v float64) *Node {
	b := NewBuffer(d, 1)
	switch d {
	case Float32:
		View[float32](b)[0] = float32(v)
	case Float64:
		View[float64](b)[0] = v
	case Complex64:
		View[complex64](b)[0] = complex(float32(v), 0)
	case Complex128:
		View[complex128](b)[0] = complex(v, 0)
	case Int32:
		View[int32](b)[0] = int32(v)
	case Int64:
		View[int64](b)[0] = int64(v)
	case Uint32:
		View[uint32](b)[0] = uint32(v)
	case Uint8:
		View[uint8](b)[0] = uint8(v)
	case Bool:
		View[uint8](b)[0] = 0
		if v != 0 {
			View[uint8](b)[0] = 1
		}
	}
	n := Constant(b, nil)
	n.scalar = true
	return n
}

// BroadcastAttrs places operand axis i at result axis Axes[i]; operand axes of
// size 1 are stretched.
type BroadcastAttrs struct {
	Shape Shape
	Axes  []int
}

var BroadcastP *Prim

// Broadcast stretches x to shape, its axis i becoming axis axes[i].
func Broadcast(x *Node, shape Shape, axes []int) *Node {
	if x.Shape.Equal(shape) {
		return x
	}
	return Apply(BroadcastP, BroadcastAttrs{shape, axes}, x)[0]
}

// AddAxis repeats x along a new leading axis.
func AddAxis(x *Node, size int) *Node {
	axes := make([]int, len(x.Shape))
	for i := range axes {
		axes[i] = i + 1
	}
	return Apply(BroadcastP, BroadcastAttrs{x.Shape.Prepend(size), axes}, x)[0]
}

func inferBroadcast(attrs any, ins []*Node) ([]Aval, error) {
	a, x := attrs.(BroadcastAttrs), ins[0]
	if len(a.Axes) != len(x.Shape) {
		return nil, fmt.Errorf("%d axes for operand %v", len(a.Axes), x.Aval())
	}
	for i, ax := range a.Axes {
		if ax < 0 || ax >= len(a.Shape) || (i > 0 && ax <= a.Axes[i-1]) || (x.Shape[i] != 1 && x.Shape[i] != a.Shape[ax]) {
			return nil, fmt.Errorf("operand %v does not stretch to %v along axes %v", x.Aval(), a.Shape, a.Axes)
		}
	}
	return []Aval{{a.Shape, x.DType}}, nil
}

// unbroadcast sums ct back to the operand's shape.
func unbroadcast(op *Op, ct []*Node, _ []bool) []*Node {
	a, x := op.Attrs.(BroadcastAttrs), op.Ins[0]
	var sum []int
	for ax := range a.Shape {
		i := slices.Index(a.Axes, ax)
		if i < 0 || (x.Shape[i] == 1 && a.Shape[ax] != 1) {
			sum = append(sum, ax)
		}
	}
	return []*Node{Reshape(ReduceSum(ct[0], sum), x.Shape)}
}

// Reshape keeps the elements in row-major order; attrs is the new Shape.
var ReshapeP *Prim

func Reshape(x *Node, shape Shape) *Node {
	if x.Shape.Equal(shape) {
		return x
	}
	return Apply(ReshapeP, slices.Clone(shape), x)[0]
}

// TransposeP makes result axis i from operand axis perm[i]; attrs is perm.
var TransposeP *Prim

func Transpose(x *Node, perm []int) *Node {
	if isIota(perm) {
		return x
	}
	return Apply(TransposeP, slices.Clone(perm), x)[0]
}

func isIota(perm []int) bool {
	for i, p := range perm {
		if p != i {
			return false
		}
	}
	return true
}

// InversePerm is the permutation that undoes perm.
func InversePerm(perm []int) []int {
	inv := make([]int, len(perm))
	for i, p := range perm {
		inv[p] = i
	}
	return inv
}

// MoveAxis moves axis from to position to.
func MoveAxis(x *Node, from, to int) *Node {
	perm := make([]int, 0, len(x.Shape))
	for i := range x.Shape {
		if i != from {
			perm = append(perm, i)
		}
	}
	return Transpose(x, slices.Insert(perm, to, from))
}

// SliceAttrs takes elements start, start+step, ... below limit of each axis.
type SliceAttrs struct{ Start, Limit, Step []int }

var SliceP *Prim

func Slice(x *Node, start, limit, step []int) *Node {
	return Apply(SliceP, SliceAttrs{start, limit, step}, x)[0]
}

// SliceAxis takes elements [from, to) of one axis.
func SliceAxis(x *Node, axis, from, to int) *Node {
	start, step := make([]int, len(x.Shape)), make([]int, len(x.Shape))
	for i := range step {
		step[i] = 1
	}
	limit := slices.Clone([]int(x.Shape))
	start[axis], limit[axis] = from, to
	return Slice(x, start, limit, step)
}

// SliceLen is the number of elements that a slice takes.
func SliceLen(start, limit, step int) int { return max(0, (limit-start+step-1)/step) }

// PadAttrs adds Low and High elements (negative: removes them) at the ends of
// each axis and Interior elements between neighbours.
type PadAttrs struct{ Low, High, Interior []int }

var PadP *Prim

// Pad fills with the rank-0 value.
func Pad(x, value *Node, low, high, interior []int) *Node {
	return Apply(PadP, PadAttrs{low, high, interior}, x, value)[0]
}

// ConcatenateP joins along the axis in attrs.
var ConcatenateP *Prim

func Concatenate(axis int, xs ...*Node) *Node {
	if len(xs) == 1 {
		return xs[0]
	}
	return Apply(ConcatenateP, axis, xs...)[0]
}

// ReverseP reverses the order along the axes in attrs ([]int).
var ReverseP *Prim

func Reverse(x *Node, axes []int) *Node {
	if len(axes) == 0 {
		return x
	}
	return Apply(ReverseP, slices.Clone(axes), x)[0]
}

// IotaAttrs asks for an array whose element is its index along Axis.
type IotaAttrs struct {
	Shape Shape
	DType DType
	Axis  int
}

var IotaP = &Prim{
	Name: "iota",
	Infer: func(attrs any, _ []*Node) ([]Aval, error) {
		a := attrs.(IotaAttrs)
		if a.Axis < 0 || a.Axis >= len(a.Shape) {
			return nil, fmt.Errorf("axis %d of shape %v", a.Axis, a.Shape)
		}
		return []Aval{{a.Shape, a.DType}}, nil
	},
}

func Iota(d DType, shape Shape, axis int) *Node {
	return Apply(IotaP, IotaAttrs{shape, d, axis})[0]
}

// linear declares a primitive that is linear in its first operand: transposed
// gives the cotangent of that operand.
func linear(name string, infer func(any, []*Node) ([]Aval, error), transposed func(*Op, []*Node, []bool) []*Node,
	batch func(*Op, int, []*Node, []bool) ([]*Node, []bool)) *Prim {
	return &Prim{
		Name: name, Infer: infer, VJP: transposed, Batch: batch,
		JVP: func(op *Op, t []*Node) []*Node { return Apply(op.Prim, op.Attrs, t...) },
	}
}

func shifted(axes []int) []int {
	out := make([]int, len(axes))
	for i, a := range axes {
		out[i] = a + 1
	}
	return out
}

func init() {
	BroadcastP = linear("broadcast", inferBroadcast, unbroadcast,
		func(op *Op, size int, ins []*Node, _ []bool) ([]*Node, []bool) {
			a := op.Attrs.(BroadcastAttrs)
			axes := append([]int{0}, shifted(a.Axes)...)
			return []*Node{Broadcast(ins[0], a.Shape.Prepend(size), axes)}, []bool{true}
		})
	ReshapeP = linear("reshape",
		func(attrs any, ins []*Node) ([]Aval, error) {
			if s := attrs.(Shape); s.Size() != ins[0].Shape.Size() {
				return nil, fmt.Errorf("%v has %d elements, shape %v has %d", ins[0].Aval(), ins[0].Shape.Size(), s, s.Size())
			}
			return []Aval{{attrs.(Shape), ins[0].DType}}, nil
		},
		func(op *Op, ct []*Node, _ []bool) []*Node { return []*Node{Reshape(ct[0], op.Ins[0].Shape)} },
		func(op *Op, size int, ins []*Node, _ []bool) ([]*Node, []bool) {
			return []*Node{Reshape(ins[0], op.Attrs.(Shape).Prepend(size))}, []bool{true}
		})
	TransposeP = linear("transpose",
		func(attrs any, ins []*Node) ([]Aval, error) {
			perm, x := attrs.([]int), ins[0]
			sorted := slices.Clone(perm)
			slices.Sort(sorted)
			if len(perm) != len(x.Shape) || !isIota(sorted) {
				return nil, fmt.Errorf("permutation %v for operand %v", perm, x.Aval())
			}
			out := make(Shape, len(perm))
			for i, p := range perm {
				out[i] = x.Shape[p]
			}
			return []Aval{{out, x.DType}}, nil
		},
		func(op *Op, ct []*Node, _ []bool) []*Node {
			return []*Node{Transpose(ct[0], InversePerm(op.Attrs.([]int)))}
		},
		func(op *Op, _ int, ins []*Node, _ []bool) ([]*Node, []bool) {
			return []*Node{Transpose(ins[0], append([]int{0}, shifted(op.Attrs.([]int))...))}, []bool{true}
		})
	ReverseP = linear("reverse",
		func(attrs any, ins []*Node) ([]Aval, error) { return []Aval{ins[0].Aval()}, nil },
		func(op *Op, ct []*Node, _ []bool) []*Node { return []*Node{Reverse(ct[0], op.Attrs.([]int))} },
		func(op *Op, _ int, ins []*Node, _ []bool) ([]*Node, []bool) {
			return []*Node{Reverse(ins[0], shifted(op.Attrs.([]int)))}, []bool{true}
		})
	initSlice()
	initConcatenate()
}
