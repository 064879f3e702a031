package fx

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// Indexing by arrays of integers. Indices are known only when the program
// runs, so that a wrong one cannot be an error: everywhere and on every
// backend, reading moves an index out of range to the nearest end (a negative
// one to 0), and writing leaves an update at such an index out.

func needInt(op string, n *graph.Node) {
	if !n.DType.IsInt() {
		graph.Fail(op, "the indices are %v; they must be of an integer type", n.Aval())
	}
}

// someToRead checks that there is an element for an index to be moved to.
func someToRead(op string, x *graph.Node, axes []int, result int) {
	for _, ax := range axes {
		if x.Shape[ax] == 0 && result > 0 {
			graph.Fail(op, "the array has shape %v: along axis %d there is nothing to take", x.Shape, ax)
		}
	}
}

// Take picks elements along an axis: the axis is replaced by those of indices.
// On the leading axis of a table it is the look-up of embeddings. A scalar
// index takes one element, and the axis goes.
func (a *Array) Take(indices *Array, axis int) *Array {
	x, i := a.node("Take"), indices.node("Take")
	needInt("Take", i)
	axis = checkAxis("Take", axis, x)
	someToRead("Take", x, []int{axis}, i.Shape.Size())
	tuple := graph.Reshape(i, append(slices.Clone(i.Shape), 1))
	y := graph.Gather(graph.MoveAxis(x, axis, 0), tuple, graph.GatherAttrs{Clip: true})
	// The indices' axes lie in front: move them to where the axis was.
	var perm []int
	rest, n := len(x.Shape)-1, len(i.Shape)
	for j := range rest + n {
		switch {
		case j < axis:
			perm = append(perm, n+j)
		case j < axis+n:
			perm = append(perm, j-axis)
		default:
			perm = append(perm, j)
		}
	}
	return wrap(graph.Transpose(y, perm))
}

// TakeAlongAxis picks, for every place of the result, the element along the
// axis that the index at that place names. Indices have as many axes as the
// array; apart from the axis, sizes are equal or 1 in the indices.
func (a *Array) TakeAlongAxis(indices *Array, axis int) *Array {
	x, i := a.node("TakeAlongAxis"), indices.node("TakeAlongAxis")
	needInt("TakeAlongAxis", i)
	axis = checkAxis("TakeAlongAxis", axis, x)
	if len(i.Shape) != len(x.Shape) {
		graph.Fail("TakeAlongAxis", "indices of shape %v for an array of shape %v; both must have as many axes", i.Shape, x.Shape)
	}
	want := x.Shape.With(axis, i.Shape[axis])
	for j, d := range i.Shape {
		if d != 1 && d != want[j] {
			graph.Fail("TakeAlongAxis", "indices of shape %v do not stretch to %v, for an array of shape %v and axis %d", i.Shape, want, x.Shape, axis)
		}
	}
	someToRead("TakeAlongAxis", x, []int{axis}, want.Size())
	return wrap(alongAxis(x, broadcastTo(i, want), axis))
}

// alongAxis moves the axis last, where all others are batch axes.
func alongAxis(x, indices *graph.Node, axis int) *graph.Node {
	last := len(x.Shape) - 1
	x, indices = graph.MoveAxis(x, axis, last), graph.MoveAxis(indices, axis, last)
	tuple := graph.Reshape(indices, append(slices.Clone(indices.Shape), 1))
	y := graph.Gather(x, tuple, graph.GatherAttrs{Batch: last, Clip: true})
	return graph.MoveAxis(y, last, axis)
}

// tuples checks index tuples [M..., k] into the first k axes of x, and gives
// the shape [M..., remaining axes of x].
func tuples(op string, x, i *graph.Node) graph.Shape {
	needInt(op, i)
	last := len(i.Shape) - 1
	if last < 0 || i.Shape[last] > len(x.Shape) {
		graph.Fail(op, "indices of shape %v for an array of shape %v; their last axis holds one index for each of the array's first axes", i.Shape, x.Shape)
	}
	return append(slices.Clone(i.Shape[:last]), x.Shape[i.Shape[last]:]...)
}

// Gather picks elements by index tuples: indices [M..., k] name the first k
// axes, and the result is [M..., remaining axes].
func (a *Array) Gather(indices *Array) *Array {
	x, i := a.node("Gather"), indices.node("Gather")
	shape := tuples("Gather", x, i)
	for ax := range i.Shape[len(i.Shape)-1] {
		someToRead("Gather", x, []int{ax}, shape.Size())
	}
	return wrap(graph.Gather(x, i, graph.GatherAttrs{Clip: true}))
}

func scatter(op string, p *graph.Prim, a, indices, updates *Array) *Array {
	x, i := a.node(op), indices.node(op)
	shape := tuples(op, x, i)
	u := updates.node(op)
	if u.Weak {
		u = graph.ScalarNode(x.DType, exact(op, x.DType, u.Exact))
	}
	if u.DType != x.DType {
		graph.Fail(op, "the updates are %v for an array %v; convert one with AsType", u.Aval(), x.Aval())
	}
	ok := len(u.Shape) <= len(shape)
	for j := range u.Shape {
		ok = ok && (u.Shape[j] == 1 || u.Shape[j] == shape[len(shape)-len(u.Shape)+j])
	}
	if !ok {
		graph.Fail(op, "the updates have shape %v, which does not stretch to %v (indices %v into an array of shape %v)", u.Shape, shape, i.Shape, x.Shape)
	}
	return wrap(graph.Apply(p, graph.GatherAttrs{}, x, i, broadcastTo(u, shape))[0])
}

// ScatterAdd is a with updates added at index tuples: indices [M..., k] name
// the first k axes, and updates have (or stretch to) shape [M..., remaining
// axes]. Updates of one element are added in the order of their indices.
func (a *Array) ScatterAdd(indices, updates *Array) *Array {
	numeric("ScatterAdd", []*graph.Node{a.node("ScatterAdd")})
	return scatter("ScatterAdd", graph.ScatterAddP, a, indices, updates)
}

// ScatterSet is a with elements replaced by updates, given as in ScatterAdd;
// of several for one element the last stays.
func (a *Array) ScatterSet(indices, updates *Array) *Array {
	return scatter("ScatterSet", graph.ScatterSetP, a, indices, updates)
}

// OneHot is 1 at each label's class and 0 elsewhere: labels [...] of an integer
// type give [..., classes]. A label that is no class gives zeros.
func OneHot(labels *Array, classes int, d DType) *Array {
	n := labels.node("OneHot")
	needInt("OneHot", n)
	checkShape("OneHot", []int{classes})
	shape := append(slices.Clone(n.Shape), classes)
	axes := make([]int, len(n.Shape))
	for i := range axes {
		axes[i] = i
	}
	wide := graph.Broadcast(graph.Convert(n, Int64), shape, axes)
	hit := graph.Apply(graph.EqP, nil, wide, graph.Iota(Int64, shape, len(shape)-1))[0]
	return wrap(hit).AsType(d)
}
