package fx

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// checkAxis resolves a negative axis.
func checkAxis(op string, axis int, n *graph.Node) int {
	rank := len(n.Shape)
	if axis < -rank || axis >= rank {
		graph.Fail(op, "axis %d of an array of shape %v", axis, n.Shape)
	}
	if axis < 0 {
		axis += rank
	}
	return axis
}

// checkAxes resolves a list of axes; none means all. The result is sorted.
func checkAxes(op string, axes []int, n *graph.Node) []int {
	var out []int
	if len(axes) == 0 {
		for i := range n.Shape {
			out = append(out, i)
		}
		return out
	}
	for _, a := range axes {
		a = checkAxis(op, a, n)
		if slices.Contains(out, a) {
			graph.Fail(op, "axis %d is given twice in %v", a, axes)
		}
		out = append(out, a)
	}
	slices.Sort(out)
	return out
}

// Reshape gives the elements, in row-major order, another shape; one axis may
// be -1 and takes what is left.
func (a *Array) Reshape(shape ...int) *Array {
	n := a.node("Reshape")
	s := append(graph.Shape(nil), shape...)
	known, free := 1, -1
	for i, d := range s {
		switch {
		case d == -1 && free < 0:
			free = i
		case d < 0:
			graph.Fail("Reshape", "shape %v: one axis may be -1, and none may be below that", shape)
		default:
			known *= d
		}
	}
	if free >= 0 && known > 0 && n.Shape.Size()%known == 0 {
		s[free] = n.Shape.Size() / known
	} else if free >= 0 {
		graph.Fail("Reshape", "%d elements (shape %v) do not fill shape %v", n.Shape.Size(), n.Shape, shape)
	}
	if s.Size() != n.Shape.Size() {
		graph.Fail("Reshape", "shape %v has %d elements, shape %v has %d", n.Shape, n.Shape.Size(), s, s.Size())
	}
	return wrap(graph.Reshape(n, s))
}

// Flatten is a as a vector.
func (a *Array) Flatten() *Array { return a.Reshape(-1) }

// Transpose makes result axis i from axis axes[i]; without axes it reverses
// their order.
func (a *Array) Transpose(axes ...int) *Array {
	n := a.node("Transpose")
	perm := make([]int, len(n.Shape))
	if len(axes) == 0 {
		for i := range perm {
			perm[i] = len(perm) - 1 - i
		}
		return wrap(graph.Transpose(n, perm))
	}
	if len(axes) != len(perm) {
		graph.Fail("Transpose", "%d axes for an array of shape %v", len(axes), n.Shape)
	}
	for i, ax := range axes {
		perm[i] = checkAxis("Transpose", ax, n)
		if slices.Contains(perm[:i], perm[i]) {
			graph.Fail("Transpose", "axis %d is given twice in %v", perm[i], axes)
		}
	}
	return wrap(graph.Transpose(n, perm))
}

// T swaps the last two axes.
func (a *Array) T() *Array {
	if len(a.node("T").Shape) < 2 {
		graph.Fail("T", "the array has shape %v; it must have at least two axes", a.n.Shape)
	}
	return a.SwapAxes(-1, -2)
}

// SwapAxes exchanges two axes.
func (a *Array) SwapAxes(i, j int) *Array {
	n := a.node("SwapAxes")
	i, j = checkAxis("SwapAxes", i, n), checkAxis("SwapAxes", j, n)
	perm := checkAxes("SwapAxes", nil, n)
	perm[i], perm[j] = perm[j], perm[i]
	return wrap(graph.Transpose(n, perm))
}

// MoveAxis moves one axis to another place; the others keep their order.
func (a *Array) MoveAxis(from, to int) *Array {
	n := a.node("MoveAxis")
	return wrap(graph.MoveAxis(n, checkAxis("MoveAxis", from, n), checkAxis("MoveAxis", to, n)))
}

// BroadcastTo stretches a to shape, as numpy does.
func (a *Array) BroadcastTo(shape ...int) *Array {
	n := a.node("BroadcastTo")
	checkShape("BroadcastTo", shape)
	ok := len(shape) >= len(n.Shape)
	for i := range n.Shape {
		ok = ok && (n.Shape[i] == 1 || n.Shape[i] == shape[len(shape)-len(n.Shape)+i])
	}
	if !ok {
		graph.Fail("BroadcastTo", "shape %v does not stretch to %v", n.Shape, shape)
	}
	return wrap(broadcastTo(n, append(graph.Shape(nil), shape...)))
}

// ExpandDims adds an axis of size 1 at the given place of the result.
func (a *Array) ExpandDims(axis int) *Array {
	n := a.node("ExpandDims")
	rank := len(n.Shape) + 1
	if axis < -rank || axis >= rank {
		graph.Fail("ExpandDims", "axis %d for an array of shape %v", axis, n.Shape)
	}
	if axis < 0 {
		axis += rank
	}
	return wrap(graph.Reshape(n, slices.Insert(slices.Clone(n.Shape), axis, 1)))
}

// Squeeze removes axes of size 1: the given ones, or all.
func (a *Array) Squeeze(axes ...int) *Array {
	n := a.node("Squeeze")
	var s graph.Shape
	drop := checkAxes("Squeeze", axes, n)
	for i, d := range n.Shape {
		if !slices.Contains(drop, i) || (len(axes) == 0 && d != 1) {
			s = append(s, d)
		} else if d != 1 {
			graph.Fail("Squeeze", "axis %d of shape %v is not of size 1", i, n.Shape)
		}
	}
	return wrap(graph.Reshape(n, s))
}

// Flip reverses the order along the axes (all if none are given).
func (a *Array) Flip(axes ...int) *Array {
	n := a.node("Flip")
	return wrap(graph.Reverse(n, checkAxes("Flip", axes, n)))
}

// Range selects elements From, From+Step, ... below To of one axis. Negative
// From and To count from the end; To is the axis' size where it is End; Step 0
// means 1.
type Range struct{ From, To, Step int }

// End stands for the size of the axis in a Range.
const End = int(^uint(0) >> 1)

// Slice takes a range of each of the first axes; axes without one are kept.
func (a *Array) Slice(ranges ...Range) *Array {
	n := a.node("Slice")
	if len(ranges) > len(n.Shape) {
		graph.Fail("Slice", "%d ranges for an array of shape %v", len(ranges), n.Shape)
	}
	start, step := make([]int, len(n.Shape)), make([]int, len(n.Shape))
	limit := slices.Clone([]int(n.Shape))
	for i := range n.Shape {
		step[i] = 1
		if i >= len(ranges) {
			continue
		}
		r, d := ranges[i], n.Shape[i]
		from, to := r.From, r.To
		if from < 0 {
			from += d
		}
		if to == End {
			to = d
		} else if to < 0 {
			to += d
		}
		if r.Step > 0 {
			step[i] = r.Step
		}
		if from < 0 || to > d || from > to || r.Step < 0 {
			graph.Fail("Slice", "range %d:%d:%d of axis %d of shape %v", r.From, r.To, r.Step, i, n.Shape)
		}
		start[i], limit[i] = from, to
	}
	return wrap(graph.Slice(n, start, limit, step))
}

// SliceAxis takes elements [from, to) of one axis. Negative indices count from
// the end, and to may be End.
func (a *Array) SliceAxis(axis, from, to int) *Array {
	n := a.node("SliceAxis")
	axis = checkAxis("SliceAxis", axis, n)
	ranges := make([]Range, axis+1)
	for i := range axis {
		ranges[i] = Range{To: End}
	}
	ranges[axis] = Range{From: from, To: to}
	return a.Slice(ranges...)
}

// Index takes one element of the leading axis, which goes; further indices go
// on with the next axes. Negative indices count from the end.
func (a *Array) Index(indices ...int) *Array {
	n := a.node("Index")
	if len(indices) > len(n.Shape) {
		graph.Fail("Index", "%d indices for an array of shape %v", len(indices), n.Shape)
	}
	ranges := make([]Range, len(indices))
	for i, at := range indices {
		d := n.Shape[i]
		if at < -d || at >= d {
			graph.Fail("Index", "index %d of axis %d of shape %v", at, i, n.Shape)
		}
		if at < 0 {
			at += d
		}
		ranges[i] = Range{From: at, To: at + 1}
	}
	return wrap(graph.Reshape(a.Slice(ranges...).n, n.Shape[len(indices):]))
}

// Padding is how many elements to add before and after an axis, and between
// neighbours. Negative numbers before and after remove elements.
type Padding struct{ Before, After, Between int }

// Pad adds elements of the given value around the array; axes without a
// padding are kept.
func (a *Array) Pad(value float64, padding ...Padding) *Array {
	n := a.node("Pad")
	if len(padding) > len(n.Shape) {
		graph.Fail("Pad", "%d paddings for an array of shape %v", len(padding), n.Shape)
	}
	low, high, interior := make([]int, len(n.Shape)), make([]int, len(n.Shape)), make([]int, len(n.Shape))
	for i, p := range padding {
		low[i], high[i], interior[i] = p.Before, p.After, p.Between
		if p.Between < 0 || graph.PadLen(n.Shape[i], p.Before, p.After, p.Between) < 0 {
			graph.Fail("Pad", "padding %+v of axis %d of shape %v", p, i, n.Shape)
		}
	}
	return wrap(graph.Pad(n, graph.ScalarNode(n.DType, exact("Pad", n.DType, value)), low, high, interior))
}

// Concatenate joins arrays along an existing axis.
func Concatenate(axis int, arrays ...*Array) *Array {
	if len(arrays) == 0 {
		graph.Fail("Concatenate", "no arrays")
	}
	ns := nodes("Concatenate", arrays)
	axis = checkAxis("Concatenate", axis, ns[0])
	for _, n := range ns[1:] {
		if n.DType != ns[0].DType || len(n.Shape) != len(ns[0].Shape) || !n.Shape.With(axis, 0).Equal(ns[0].Shape.With(axis, 0)) {
			graph.Fail("Concatenate", "arrays %v and %v do not join along axis %d", ns[0].Aval(), n.Aval(), axis)
		}
	}
	return wrap(graph.Concatenate(axis, ns...))
}

// Stack joins arrays of one shape along a new axis.
func Stack(axis int, arrays ...*Array) *Array {
	if len(arrays) == 0 {
		graph.Fail("Stack", "no arrays")
	}
	out := make([]*Array, len(arrays))
	for i, a := range arrays {
		if n := a.node("Stack"); !n.Shape.Equal(arrays[0].n.Shape) || n.DType != arrays[0].n.DType {
			graph.Fail("Stack", "arrays %v and %v differ", arrays[0].n.Aval(), n.Aval())
		}
		out[i] = a.ExpandDims(axis)
	}
	if axis < 0 {
		axis += len(out[0].n.Shape)
	}
	return Concatenate(axis, out...)
}

// Split cuts an axis into n parts of equal size.
func Split(a *Array, n, axis int) []*Array {
	x := a.node("Split")
	axis = checkAxis("Split", axis, x)
	d := x.Shape[axis]
	if n < 1 || d%n != 0 {
		graph.Fail("Split", "axis %d of shape %v does not split into %d equal parts", axis, x.Shape, n)
	}
	out := make([]*Array, n)
	for i := range out {
		out[i] = wrap(graph.SliceAxis(x, axis, i*d/n, (i+1)*d/n))
	}
	return out
}
