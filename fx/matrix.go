package fx

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// diagonal takes the elements of axes i < j at indices (m, m+k), or (m-k, m)
// for negative k. Both axes go; the one along the diagonal comes last.
func diagonal(x *graph.Node, i, j, k int) *graph.Node {
	rank := len(x.Shape)
	x = graph.MoveAxis(graph.MoveAxis(x, j, rank-1), i, rank-2)
	rows, cols := x.Shape[rank-2], x.Shape[rank-1]
	length := max(0, min(rows+min(k, 0), cols-max(k, 0)))
	flat := append(slices.Clone(x.Shape[:rank-2]), rows*cols)
	x = graph.Reshape(x, flat)
	start, step := make([]int, rank-1), slices.Repeat([]int{1}, rank-1)
	limit := slices.Clone([]int(flat))
	start[rank-2], step[rank-2] = max(0, k)+max(0, -k)*cols, cols+1
	limit[rank-2] = start[rank-2]
	if length > 0 {
		limit[rank-2] += (length-1)*(cols+1) + 1
	} else {
		start[rank-2], limit[rank-2] = 0, 0
	}
	return graph.Slice(x, start, limit, step)
}

// matrix checks that an array has two axes at its end.
func matrix(op string, a *Array) *graph.Node {
	n := a.node(op)
	if len(n.Shape) < 2 {
		graph.Fail(op, "the array has shape %v; it must have at least two axes", n.Shape)
	}
	return n
}

// Diagonal is the k-th diagonal of the matrices in the last two axes: element
// m is at row m and column m+k (for negative k, at row m-k and column m).
func (a *Array) Diagonal(k int) *Array {
	n := matrix("Diagonal", a)
	return wrap(diagonal(n, len(n.Shape)-2, len(n.Shape)-1, k))
}

// Trace is the sum of the main diagonal of the matrices in the last two axes.
func (a *Array) Trace() *Array {
	matrix("Trace", a)
	return a.Diagonal(0).Sum(-1)
}

// Diag is the matrices with the vectors of a's last axis on their k-th
// diagonal, and zeros elsewhere.
func (a *Array) Diag(k int) *Array {
	n := a.node("Diag")
	rank := len(n.Shape)
	if rank == 0 {
		graph.Fail("Diag", "the array is a scalar; it must have an axis")
	}
	m := n.Shape[rank-1]
	off := max(k, -k)
	shape := append(slices.Clone(n.Shape), m)
	wide := make([]int, rank)
	for i := range wide {
		wide[i] = i
	}
	row, col := graph.Iota(Int64, shape, rank-1), graph.Iota(Int64, shape, rank)
	on := graph.Apply(graph.EqP, nil, row, col)[0]
	square := wrap(graph.Select(on, graph.Broadcast(n, shape, wide), graph.Full(n.DType, 0, shape)))
	padding := make([]Padding, rank+1)
	if k >= 0 {
		padding[rank-1].After, padding[rank].Before = off, off
	} else {
		padding[rank-1].Before, padding[rank].After = off, off
	}
	if off == 0 {
		return square
	}
	return square.Pad(0, padding...)
}

// triangle keeps the elements of the last two axes whose column minus row
// compares with k as p says.
func triangle(op string, p *graph.Prim, a *Array, k int) *Array {
	n := matrix(op, a)
	rank := len(n.Shape)
	row, col := graph.Iota(Int64, n.Shape, rank-2), graph.Iota(Int64, n.Shape, rank-1)
	kept := graph.Apply(p, nil, graph.Sub(col, row), graph.Full(Int64, float64(k), n.Shape))[0]
	return wrap(graph.Select(kept, n, graph.Full(n.DType, 0, n.Shape)))
}

// Tril is the lower triangle of the matrices in the last two axes: elements
// above the k-th diagonal become 0.
func (a *Array) Tril(k int) *Array { return triangle("Tril", graph.LeP, a, k) }

// Triu is the upper triangle of the matrices in the last two axes: elements
// below the k-th diagonal become 0.
func (a *Array) Triu(k int) *Array { return triangle("Triu", graph.GeP, a, k) }
