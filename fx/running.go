package fx

import "github.com/fluxion-go/fluxion/internal/graph"

// Running products and extremes, by doubling: after round k each place holds
// the combination of the 2^k places that end with it, so the order in which
// elements meet is a fixed tree, and derivatives are right at zeros and ties.

// runningBy combines a with itself shifted by 1, 2, 4, ... places.
func runningBy(op string, a *Array, axis int, neutral float64, combine func(a, b *Array) *Array) *Array {
	n := numeric(op, []*graph.Node{a.node(op)})[0]
	axis = checkAxis(op, axis, n)
	size := n.Shape[axis]
	for shift := 1; shift < size; shift *= 2 {
		padding := make([]Padding, axis+1)
		padding[axis] = Padding{Before: shift, After: -shift}
		a = combine(a.Pad(neutral, padding...), a)
	}
	return a
}

// CumProd is the product of the elements up to and with each place along an
// axis.
func (a *Array) CumProd(axis int) *Array {
	return runningBy("CumProd", a, axis, 1, (*Array).Mul)
}

// CumMax is the largest element up to and with each place along an axis; a NaN
// wins from its place on.
func (a *Array) CumMax(axis int) *Array {
	needOrder("CumMax", a.node("CumMax"))
	return runningBy("CumMax", a, axis, lowest(a.DType()), (*Array).Maximum)
}

// CumMin is the smallest element up to and with each place along an axis; a
// NaN wins from its place on.
func (a *Array) CumMin(axis int) *Array {
	needOrder("CumMin", a.node("CumMin"))
	return runningBy("CumMin", a, axis, highest(a.DType()), (*Array).Minimum)
}

// SegmentSum adds up the rows (elements of the leading axis) of a that have
// the same number in ids, an int32 or int64 vector: row k of the result is the
// sum of the rows whose id is k, of n in all. Rows with other ids are dropped.
func (a *Array) SegmentSum(ids *Array, n int) *Array {
	x, i := numeric("SegmentSum", []*graph.Node{a.node("SegmentSum")})[0], ids.node("SegmentSum")
	if len(x.Shape) == 0 || len(i.Shape) != 1 || i.Shape[0] != x.Shape[0] || !i.DType.IsInt() {
		graph.Fail("SegmentSum", "ids %v for an array of shape %v; there must be one integer for each row", i.Aval(), x.Shape)
	}
	checkShape("SegmentSum", []int{n})
	zeros := wrap(graph.Full(x.DType, 0, x.Shape.With(0, n)))
	return zeros.ScatterAdd(ids.ExpandDims(-1), a)
}
