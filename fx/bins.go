package fx

import "github.com/fluxion-go/fluxion/internal/graph"

// Side says where a value goes among equal ones.
type Side int

const (
	Left  Side = iota // before them
	Right             // after them
)

// SearchSorted gives the int32 places at which values would be inserted into the
// sorted vector a to keep it sorted: with Left the number of elements below the
// value, with Right the number of those that are not above it. NaNs count as
// larger than all numbers. It takes log2(n) rounds.
func (a *Array) SearchSorted(values *Array, side Side) *Array {
	const op = "SearchSorted"
	x, v := a.node(op), values.node(op)
	if v.Weak {
		values = wrap(graph.ScalarNode(x.DType, exact(op, x.DType, v.Exact())))
		v = values.n
	}
	if len(x.Shape) != 1 || x.DType != v.DType || x.DType == Bool {
		graph.Fail(op, "values %v for %v; there must be a vector of the same dtype, not bool", v.Aval(), x.Aval())
	}
	needOrder(op, x)
	if side != Left && side != Right {
		graph.Fail(op, "there is no Side %d", side)
	}
	n := x.Shape[0]
	lo := wrap(graph.Full(Int32, 0, v.Shape))
	if n == 0 {
		return lo
	}
	// The place lies in [lo, hi].
	hi := wrap(graph.Full(Int32, float64(n), v.Shape))
	for rounds := n; rounds > 0; rounds /= 2 {
		mid := lo.Add(hi).ShiftRight(Scalar(int32(1)))
		at := a.Take(mid, 0)
		var below *Array // the place is mid or before it
		if side == Left {
			below = values.LessEqual(at).Or(at.IsNaN())
		} else {
			below = values.Less(at).Or(at.IsNaN().And(values.IsNaN().Not()))
		}
		done := lo.Equal(hi)
		lo, hi = Where(done.Or(below), lo, mid.AddScalar(1)), Where(done.Or(below.Not()), hi, mid)
	}
	return lo
}

// BinCount is how often each of 0, 1, ..., n-1 occurs in an integer array, as
// int32; other numbers are not counted.
func (a *Array) BinCount(n int) *Array {
	needInt("BinCount", a.node("BinCount"))
	checkShape("BinCount", []int{n})
	zeros := wrap(graph.Full(Int32, 0, graph.Shape{n}))
	return zeros.ScatterAdd(a.Flatten().ExpandDims(-1), Scalar(int32(1)))
}

// Histogram is the int32 number of elements in each of the bins between the
// n+1 sorted edges. A bin includes its left edge, the last one both.
func (a *Array) Histogram(edges *Array) *Array {
	x, e := a.node("Histogram"), edges.node("Histogram")
	if len(e.Shape) != 1 || e.Shape[0] < 2 || x.DType != e.DType {
		graph.Fail("Histogram", "edges %v for %v; there must be a vector of at least two, of the same dtype", e.Aval(), x.Aval())
	}
	n := e.Shape[0] - 1
	flat := a.Flatten()
	bin := edges.SearchSorted(flat, Right).SubScalar(1)
	last := flat.Equal(edges.Index(-1))
	return Where(last, FullLike(bin, float64(n-1)), bin).BinCount(n)
}

// Interp is the piecewise linear function through the points (xs, ys) at a, with
// ys's ends outside; xs is a vector in ascending order. It is differentiable in
// all three.
func (a *Array) Interp(xs, ys *Array) *Array {
	const op = "Interp"
	ns := []*graph.Node{a.node(op), xs.node(op), ys.node(op)}
	if len(ns[1].Shape) != 1 || !ns[1].Shape.Equal(ns[2].Shape) || ns[1].Shape[0] < 1 || ns[0].DType != ns[1].DType || ns[0].DType != ns[2].DType {
		graph.Fail(op, "points %v and %v for %v; they must be two vectors of one size and dtype", ns[1].Aval(), ns[2].Aval(), ns[0].Aval())
	}
	needFloat(op, ns[0])
	n := ns[1].Shape[0]
	if n == 1 {
		return wrap(broadcastTo(ys.Index(0).n, ns[0].Shape))
	}
	i := xs.SearchSorted(a, Right).Clip(1, float64(n-1))
	j := i.SubScalar(1)
	x0, x1, y0, y1 := xs.Take(j, 0), xs.Take(i, 0), ys.Take(j, 0), ys.Take(i, 0)
	gap := x1.Sub(x0)
	t := a.Sub(x0).Div(Where(gap.Equal(Const(0)), OnesLike(gap), gap))
	y := y0.Add(t.Mul(y1.Sub(y0)))
	first, last := ys.Index(0), ys.Index(-1)
	return Where(a.Less(xs.Index(0)), first, Where(a.GreaterEqual(xs.Index(-1)), last, y))
}
