package fx

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
	"pgregory.net/rapid"
)

// onOne is a row of programs with one float operand in (-1, 1).
func onOne(p *graph.Prim, name string, lo, hi int, f func(g *gen, s graph.Shape) func(x *Array) *Array) row {
	return row{prim: p, name: name, order: 2, draw: func(g *gen) program {
		s := g.shape(lo, hi)
		apply := f(g, s)
		return program{[]operand{within(s, -1, 1)}, one(func(x []*Array) *Array { return apply(x[0]) })}
	}}
}

func node(f func(n *graph.Node) *graph.Node) func(*Array) *Array {
	return func(x *Array) *Array { return wrap(f(x.n)) }
}

func structuralRows() []row {
	return []row{
		onOne(graph.BroadcastP, "", 0, 2, func(g *gen, s graph.Shape) func(*Array) *Array {
			var shape graph.Shape
			var axes []int
			for i := 0; i <= len(s); i++ {
				if g.bool("new axis") || i == len(s) {
					shape = append(shape, g.int("repeats", 0, 3))
				}
				if i < len(s) {
					axes = append(axes, len(shape))
					n := s[i]
					if n == 1 {
						n = g.dim()
					}
					shape = append(shape, n)
				}
			}
			return node(func(n *graph.Node) *graph.Node { return graph.Broadcast(n, shape, axes) })
		}),
		onOne(graph.ReshapeP, "", 0, 3, func(g *gen, s graph.Shape) func(*Array) *Array {
			t := slices.Insert(slices.Clone(s), g.int("place", 0, len(s)), 1)
			if g.bool("flat") {
				t = graph.Shape{1, s.Size()}
			}
			return node(func(n *graph.Node) *graph.Node { return graph.Reshape(n, t) })
		}),
		onOne(graph.TransposeP, "", 2, 3, func(g *gen, s graph.Shape) func(*Array) *Array {
			perm := rapid.Permutation(checkAxes("test", nil, &graph.Node{Shape: s})).Draw(g.T, "perm")
			return node(func(n *graph.Node) *graph.Node { return graph.Transpose(n, perm) })
		}),
		onOne(graph.ReverseP, "", 1, 3, func(g *gen, s graph.Shape) func(*Array) *Array {
			axes := g.axes(s)
			return node(func(n *graph.Node) *graph.Node { return graph.Reverse(n, axes) })
		}),
		onOne(graph.SliceP, "", 1, 3, func(g *gen, s graph.Shape) func(*Array) *Array {
			start, limit, step := make([]int, len(s)), make([]int, len(s)), make([]int, len(s))
			for i, n := range s {
				limit[i] = g.int("limit", 0, n)
				start[i], step[i] = g.int("start", 0, limit[i]), g.int("step", 1, 3)
			}
			return node(func(n *graph.Node) *graph.Node { return graph.Slice(n, start, limit, step) })
		}),
		onOne(graph.SliceP, "diagonal", 2, 3, func(g *gen, s graph.Shape) func(*Array) *Array {
			k := g.int("k", -3, 3)
			return func(x *Array) *Array { return x.Diagonal(k).Diag(k) }
		}),
		padRow(), concatenateRow(), dotRow(), einsumRow(), matMulRow(),
	}
}

func padRow() row {
	return row{prim: graph.PadP, order: 2, draw: func(g *gen) program {
		s := g.shape(1, 3)
		low, high, interior := make([]int, len(s)), make([]int, len(s)), make([]int, len(s))
		for i, n := range s {
			interior[i] = g.int("interior", 0, 2)
			low[i] = g.int("low", -2, 2)
			high[i] = g.int("high", max(-2, -graph.PadLen(n, low[i], 0, interior[i])), 3)
			if graph.PadLen(n, low[i], high[i], interior[i]) < 0 {
				low[i], high[i] = 0, 0
			}
		}
		return program{[]operand{within(s, -1, 1), within(nil, -1, 1)}, one(func(x []*Array) *Array {
			return wrap(graph.Pad(x[0].n, x[1].n, low, high, interior))
		})}
	}}
}

func concatenateRow() row {
	return row{prim: graph.ConcatenateP, order: 2, draw: func(g *gen) program {
		s := g.shape(1, 3)
		axis := g.axis(s)
		var in []operand
		for range g.int("operands", 2, 3) {
			in = append(in, within(s.With(axis, g.int("size", 0, 3)), -1, 1))
		}
		return program{in, one(func(x []*Array) *Array { return Concatenate(axis, x...) })}
	}}
}

// dotRow pairs random axes.
func dotRow() row {
	return row{prim: graph.DotP, order: 2, draw: func(g *gen) program {
		var x, y graph.Shape
		var a graph.DotAttrs
		size := func(of []int) int {
			if g.big {
				return pick(g.T, "size", of...)
			}
			return g.dim()
		}
		for range g.int("free axes of x", 0, 1+btoi(!g.big)) {
			x = append(x, size([]int{1, 5, 40, 70}))
		}
		for range g.int("free axes of y", 0, 1+btoi(!g.big)) {
			y = append(y, size([]int{1, 5, 40, 70}))
		}
		for range g.int("batch axes", 0, 1) {
			n, i, j := size([]int{1, 2, 5}), g.int("at", 0, len(x)), g.int("at", 0, len(y))
			x, y = slices.Insert(x, i, n), slices.Insert(y, j, n)
			a.BatchX, a.BatchY = []int{i}, []int{j}
		}
		for range g.int("contracted axes", 0, 2) {
			n, i, j := size([]int{3, 20, 37}), g.int("at", 0, len(x)), g.int("at", 0, len(y))
			x, y = slices.Insert(x, i, n), slices.Insert(y, j, n)
			a.BatchX, a.ContractX = makeRoom(a.BatchX, i), append(makeRoom(a.ContractX, i), i)
			a.BatchY, a.ContractY = makeRoom(a.BatchY, j), append(makeRoom(a.ContractY, j), j)
		}
		return program{[]operand{within(x, -1, 1), within(y, -1, 1)}, applied2(func(x, y *graph.Node) *graph.Node { return graph.Dot(x, y, a) })}
	}}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// makeRoom renumbers axes after one was inserted at i.
func makeRoom(axes []int, i int) []int {
	out := slices.Clone(axes)
	for k, a := range out {
		if a >= i {
			out[k]++
		}
	}
	return out
}

func applied2(f func(x, y *graph.Node) *graph.Node) func([]*Array) []*Array {
	return one(func(x []*Array) *Array { return wrap(f(x[0].n, x[1].n)) })
}

func einsumRow() row {
	specs := []string{"ij,jk->ik", "bij,bkj->bik", "ii->i", "iij->j", "ij,kj->ki", "i,j->ij", "ij,ij->", "ijk,jk->i", "ij,jk,ki->", "ij->ji", "bi,bi->b"}
	return row{prim: graph.DotP, name: "einsum", order: 2, draw: func(g *gen) program {
		spec := pick(g.T, "spec", specs...)
		size := map[rune]int{}
		var in []operand
		for k := 0; k < len(spec) && spec[k] != '-'; {
			var s graph.Shape
			for ; k < len(spec) && spec[k] != ',' && spec[k] != '-'; k++ {
				c := rune(spec[k])
				if _, ok := size[c]; !ok {
					size[c] = g.int("size", 0, 3)
					if g.big {
						size[c] = g.int("size", 1, 30)
					}
				}
				s = append(s, size[c])
			}
			in = append(in, within(s, -1, 1))
			if spec[k] == ',' {
				k++
			}
		}
		return program{in, one(func(x []*Array) *Array { return Einsum(spec, x...) })}
	}}
}

func matMulRow() row {
	return row{prim: graph.DotP, name: "matmul", order: 2, draw: func(g *gen) program {
		n, m, k := g.dim(), g.dim(), g.dim()
		x := pick(g.T, "x", []graph.Shape{{k}, {n, k}, {2, n, k}, {1, 1, n, k}}...)
		y := pick(g.T, "y", []graph.Shape{{k}, {k, m}, {2, k, m}, {3, 1, k, m}}...)
		return program{[]operand{within(x, -1, 1), within(y, -1, 1)}, one(func(x []*Array) *Array { return x[0].MatMul(x[1]) })}
	}}
}
