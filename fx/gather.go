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
	return placesAlong("Take", a, indices, axis).get("Take")
}

// TakeAlongAxis picks, for every place of the result, the element along the
// axis that the index at that place names. Indices have as many axes as the
// array; apart from the axis, sizes are equal or 1 in the indices.
func (a *Array) TakeAlongAxis(indices *Array, axis int) *Array {
	return placesInLines("TakeAlongAxis", a, indices, axis).get("TakeAlongAxis")
}

// alongAxis takes elements of each line along the axis.
func alongAxis(x, indices *graph.Node, axis int) *graph.Node {
	return linesOf(x, indices, axis).get("TakeAlongAxis").n
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
	return placesByTuples("Gather", a, indices).get("Gather")
}

// ScatterAdd is a with updates added at index tuples: indices [M..., k] name
// the first k axes, and updates have (or stretch to) shape [M..., remaining
// axes]. Updates of one element are added in the order of their indices.
func (a *Array) ScatterAdd(indices, updates *Array) *Array {
	return placesByTuples("ScatterAdd", a, indices).put("ScatterAdd", graph.ScatterAddP, updates)
}

// ScatterSet is a with elements replaced by updates, given as in ScatterAdd;
// of several for one element the last stays.
func (a *Array) ScatterSet(indices, updates *Array) *Array {
	return placesByTuples("ScatterSet", a, indices).put("ScatterSet", graph.ScatterSetP, updates)
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
