package fx

import "github.com/fluxion-go/fluxion/internal/graph"

// Reductions of rows by number: ids, an integer vector, says for every row
// (element of the leading axis) to which of n results it goes. Rows with other
// ids are dropped.

// SegmentSum adds up the rows of each number; 0 where there are none.
func (a *Array) SegmentSum(ids *Array, n int) *Array {
	return segment("SegmentSum", a, ids, n, 0, Places.Add)
}

// SegmentProd multiplies the rows of each number; 1 where there are none.
func (a *Array) SegmentProd(ids *Array, n int) *Array {
	return segment("SegmentProd", a, ids, n, 1, Places.Mul)
}

// SegmentMax is the largest of the rows of each number; the lowest value of the
// dtype (-Inf of floats) where there are none.
func (a *Array) SegmentMax(ids *Array, n int) *Array {
	needOrder("SegmentMax", a.node("SegmentMax"))
	return segment("SegmentMax", a, ids, n, lowest(a.n.DType), Places.Max)
}

// SegmentMin is the smallest of the rows of each number; the highest value of
// the dtype (Inf of floats) where there are none.
func (a *Array) SegmentMin(ids *Array, n int) *Array {
	needOrder("SegmentMin", a.node("SegmentMin"))
	return segment("SegmentMin", a, ids, n, highest(a.n.DType), Places.Min)
}

// SegmentMean is the mean of the rows of each number, of floats or complex
// numbers; 0 where there are none.
func (a *Array) SegmentMean(ids *Array, n int) *Array {
	needInexact("SegmentMean", a.node("SegmentMean"))
	total := segment("SegmentMean", a, ids, n, 0, Places.Add)
	count := ids.BinCount(n).Maximum(Scalar(int32(1))).AsType(a.n.DType)
	column := append([]int{n}, make([]int, len(total.n.Shape)-1)...)
	for i := range column[1:] {
		column[1+i] = 1
	}
	return total.Div(count.Reshape(column...))
}

func segment(op string, a, ids *Array, n int, start float64, combine func(Places, *Array) *Array) *Array {
	x, i := numeric(op, []*graph.Node{a.node(op)})[0], ids.node(op)
	if len(x.Shape) == 0 || len(i.Shape) != 1 || i.Shape[0] != x.Shape[0] || !i.DType.IsInt() {
		graph.Fail(op, "ids %v for an array of shape %v; there must be one integer for each row", i.Aval(), x.Shape)
	}
	checkShape(op, []int{n})
	return combine(wrap(graph.Full(x.DType, start, x.Shape.With(0, n))).AtAxis(ids, 0), a)
}
