package fx

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// DynamicSlice takes a part of the given sizes that begins at start, a vector
// with one integer for each axis. A start so late that the part would jut out
// is moved back until it fits (and a negative one to 0).
func (a *Array) DynamicSlice(start *Array, sizes ...int) *Array {
	x := a.node("DynamicSlice")
	if len(sizes) != len(x.Shape) {
		graph.Fail("DynamicSlice", "%d sizes for an array of shape %v", len(sizes), x.Shape)
	}
	p := newPart("DynamicSlice", x, start, sizes)
	y := graph.Gather(graph.Transpose(x, p.perm), p.indices(), graph.GatherAttrs{Clip: true})
	return wrap(graph.Transpose(y, graph.InversePerm(p.perm)))
}

// DynamicUpdateSlice is a with the part that begins at start replaced by
// update; start is treated as in DynamicSlice.
func (a *Array) DynamicUpdateSlice(update, start *Array) *Array {
	x, u := a.node("DynamicUpdateSlice"), update.node("DynamicUpdateSlice")
	if len(u.Shape) != len(x.Shape) || u.DType != x.DType {
		graph.Fail("DynamicUpdateSlice", "the update is %v for an array %v; they must agree in dtype and number of axes", u.Aval(), x.Aval())
	}
	p := newPart("DynamicUpdateSlice", x, start, u.Shape)
	y := graph.ScatterSet(graph.Transpose(x, p.perm), p.indices(), graph.Transpose(u, p.perm), graph.GatherAttrs{})
	return wrap(graph.Transpose(y, graph.InversePerm(p.perm)))
}

// part is a window into an array whose place is known only at run time.
type part struct {
	perm  []int // axes that the part does not fill, then those that it does
	moved int   // how many it does not fill
	sizes []int // of the moved axes
	start *graph.Node
}

func newPart(op string, x *graph.Node, start *Array, sizes []int) part {
	s := start.node(op)
	needInt(op, s)
	if len(s.Shape) != 1 || s.Shape[0] != len(x.Shape) {
		graph.Fail(op, "the start has shape %v; for an array of shape %v it must be a vector of %d", s.Shape, x.Shape, len(x.Shape))
	}
	var p part
	var full []int
	room := make([]int64, 0, len(sizes))
	for i, n := range sizes {
		if n < 0 || n > x.Shape[i] {
			graph.Fail(op, "a part of shape %v does not fit an array of shape %v", sizes, x.Shape)
		}
		room = append(room, int64(x.Shape[i]-n))
		if n == x.Shape[i] {
			full = append(full, i)
			continue
		}
		p.perm = append(p.perm, i)
		p.sizes = append(p.sizes, n)
	}
	p.moved = len(p.perm)
	p.perm = append(p.perm, full...)
	last := New(room, len(room))
	p.start = wrap(graph.Convert(s, Int64)).Minimum(last).Maximum(Const(0)).n
	return p
}

// indices are the tuples of the part's places along the moved axes:
// [sizes..., moved].
func (p part) indices() *graph.Node {
	grid := graph.Shape(slices.Clone(p.sizes))
	if p.moved == 0 {
		return graph.Full(Int64, 0, graph.Shape{0})
	}
	columns := make([]*graph.Node, p.moved)
	for j := range columns {
		first := graph.Reshape(graph.SliceAxis(p.start, 0, p.perm[j], p.perm[j]+1), nil)
		at := graph.Add(graph.Iota(Int64, grid, j), graph.Broadcast(first, grid, nil))
		columns[j] = graph.Reshape(at, append(slices.Clone(grid), 1))
	}
	return graph.Concatenate(p.moved, columns...)
}
