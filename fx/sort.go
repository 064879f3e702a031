package fx

import (
	"math"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// order checks a sorting along an axis.
func order(op string, a *Array, axis int) (*graph.Node, int) {
	n := a.node(op)
	needOrder(op, n)
	axis = checkAxis(op, axis, n)
	if n.Shape[axis] > math.MaxInt32 {
		graph.Fail(op, "axis %d of shape %v is too long for int32 indices", axis, n.Shape)
	}
	return n, axis
}

// ArgSort is the int32 indices that sort the array along an axis in ascending
// order. Equal elements (0 and -0 are equal) keep their order; NaNs come last.
func (a *Array) ArgSort(axis int) *Array {
	n, axis := order("ArgSort", a, axis)
	return wrap(graph.ArgSort(n, graph.ArgSortAttrs{Axis: axis, K: n.Shape[axis]}))
}

// Sort is the array in ascending order along an axis, NaNs last. Derivatives
// go with the elements.
func (a *Array) Sort(axis int) *Array {
	n, axis := order("Sort", a, axis)
	return inOrder(n, a.ArgSort(axis).n, axis)
}

// TopK is the k largest elements along an axis, the largest first, and their
// int32 indices. Of equal elements the first comes first; NaNs come last.
func (a *Array) TopK(k, axis int) (values, indices *Array) {
	n, axis := order("TopK", a, axis)
	if k < 0 || k > n.Shape[axis] {
		graph.Fail("TopK", "the %d largest along axis %d of shape %v", k, axis, n.Shape)
	}
	i := graph.ArgSort(n, graph.ArgSortAttrs{Axis: axis, K: k, Descending: true})
	return inOrder(n, i, axis), wrap(i)
}

// inOrder takes elements in the given order; there is none to take from an
// empty axis.
func inOrder(n, indices *graph.Node, axis int) *Array {
	if indices.Shape.Size() == 0 {
		return wrap(graph.Full(n.DType, 0, indices.Shape))
	}
	return wrap(alongAxis(n, indices, axis))
}

// CumSum is the sum of the elements up to and with each place along an axis,
// each sum being the one before it plus one element.
func (a *Array) CumSum(axis int) *Array { return cumulative("CumSum", a, axis, false) }

// CumSumReverse is CumSum from the end: the sum of the elements from each
// place on.
func (a *Array) CumSumReverse(axis int) *Array { return cumulative("CumSumReverse", a, axis, true) }

func cumulative(op string, a *Array, axis int, reverse bool) *Array {
	n := numeric(op, []*graph.Node{a.node(op)})[0]
	return wrap(graph.CumSum(n, graph.CumulativeAttrs{Axis: checkAxis(op, axis, n), Reverse: reverse}))
}
