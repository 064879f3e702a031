package fx

import "github.com/fluxion-go/fluxion/internal/graph"

// Product names the axes that DotGeneral pairs: batch axes go through in
// parallel, contracted axes are multiplied and summed over.
type Product struct {
	BatchA, BatchB       []int
	ContractA, ContractB []int
}

// DotGeneral multiplies two arrays of one float or complex dtype. The result's axes are the batch
// axes, then the remaining axes of a, then those of b.
func DotGeneral(a, b *Array, p Product) *Array {
	x, y := samePair("DotGeneral", a, b)
	d := graph.DotAttrs{}
	resolve := func(axes []int, n *graph.Node) []int {
		out := make([]int, len(axes))
		for i, ax := range axes {
			out[i] = checkAxis("DotGeneral", ax, n)
		}
		return out
	}
	d.BatchX, d.ContractX = resolve(p.BatchA, x), resolve(p.ContractA, x)
	d.BatchY, d.ContractY = resolve(p.BatchB, y), resolve(p.ContractB, y)
	return wrap(graph.Dot(x, y, d))
}

func samePair(op string, a, b *Array) (x, y *graph.Node) {
	x, y = a.node(op), b.node(op)
	if x.DType != y.DType {
		graph.Fail(op, "operands are %v and %v; convert one with AsType", x.Aval(), y.Aval())
	}
	needInexact(op, x)
	return x, y
}

// MatMul is numpy's: matrices in the last two axes, the axes before them
// broadcast; a vector stands for a row on the left and a column on the right.
func (a *Array) MatMul(b *Array) *Array {
	x, y := samePair("MatMul", a, b)
	if len(x.Shape) == 0 || len(y.Shape) == 0 {
		graph.Fail("MatMul", "operands have shapes %v and %v; both need an axis", x.Shape, y.Shape)
	}
	kx := len(x.Shape) - 1
	ky := max(0, len(y.Shape)-2)
	if x.Shape[kx] != y.Shape[ky] {
		graph.Fail("MatMul", "shapes %v and %v: the inner sizes %d and %d differ", x.Shape, y.Shape, x.Shape[kx], y.Shape[ky])
	}
	d := graph.DotAttrs{ContractX: []int{kx}, ContractY: []int{ky}}
	if len(y.Shape) <= 2 {
		return wrap(graph.Dot(x, y, d))
	}
	return batchedMatMul(x, y)
}

// batchedMatMul broadcasts the leading axes, and multiplies.
func batchedMatMul(x, y *graph.Node) *Array {
	column := len(x.Shape) == 1
	if column {
		x = graph.Reshape(x, graph.Shape{1, x.Shape[0]})
	}
	rows, inner, cols := x.Shape[len(x.Shape)-2], x.Shape[len(x.Shape)-1], y.Shape[len(y.Shape)-1]
	lead := func(n *graph.Node) *graph.Node { // a stand-in with the leading axes only
		return graph.Full(Bool, 0, n.Shape[:len(n.Shape)-2])
	}
	batch := broadcastShapes("MatMul", []*graph.Node{lead(x), lead(y)})
	x = broadcastTo(x, append(append(graph.Shape(nil), batch...), rows, inner))
	y = broadcastTo(y, append(append(graph.Shape(nil), batch...), inner, cols))
	axes := make([]int, len(batch))
	for i := range axes {
		axes[i] = i
	}
	n := len(batch)
	z := graph.Dot(x, y, graph.DotAttrs{BatchX: axes, BatchY: axes, ContractX: []int{n + 1}, ContractY: []int{n}})
	if column {
		z = graph.Reshape(z, append(append(graph.Shape(nil), batch...), cols))
	}
	return wrap(z)
}

// Dot is the sum of products of two arrays of one shape, of which neither is
// conjugated.
func (a *Array) Dot(b *Array) *Array {
	x, y := samePair("Dot", a, b)
	if !x.Shape.Equal(y.Shape) {
		graph.Fail("Dot", "shapes %v and %v differ", x.Shape, y.Shape)
	}
	size := graph.Shape{x.Shape.Size()}
	return wrap(graph.Dot(graph.Reshape(x, size), graph.Reshape(y, size), graph.DotAttrs{ContractX: []int{0}, ContractY: []int{0}}))
}

// Outer is the matrix of products of two vectors.
func (a *Array) Outer(b *Array) *Array {
	x, y := samePair("Outer", a, b)
	if len(x.Shape) != 1 || len(y.Shape) != 1 {
		graph.Fail("Outer", "shapes %v and %v; both must be vectors", x.Shape, y.Shape)
	}
	return a.ExpandDims(1).Mul(b.ExpandDims(0))
}
