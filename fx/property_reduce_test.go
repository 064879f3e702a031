package fx

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
	"github.com/fluxion-go/fluxion/internal/threefry"
)

// reduceRow is a row of reductions over random axes.
func reduceRow(p *graph.Prim, order int, empty bool, domain func(graph.Shape) operand) row {
	return row{prim: p, order: order, draw: func(g *gen) program {
		s := g.shape(1, 3)
		if !empty {
			s = g.someShape(1, 3)
		}
		return program{[]operand{domain(s)}, applied(p, g.axes(s))}
	}}
}

// argRow is a row of primitives whose attribute is one axis.
func argRow(p *graph.Prim) row {
	return row{prim: p, draw: func(g *gen) program {
		s := g.someShape(1, 3)
		return program{[]operand{apart(s)}, applied(p, g.axis(s))}
	}}
}

// named is a row of an operation of this package on some axes.
func named(p *graph.Prim, name string, domain func(graph.Shape) operand, f func(x *Array, axes []int) *Array) row {
	return row{prim: p, name: name, order: 2, draw: func(g *gen) program {
		s := g.someShape(1, 3)
		axes := g.axes(s)
		return program{[]operand{domain(s)}, one(func(x []*Array) *Array { return f(x[0], axes) })}
	}}
}

func reductionRows() []row {
	rows := []row{
		reduceRow(graph.ReduceSumP, 2, true, from(-1, 1)),
		reduceRow(graph.ReduceMaxP, 2, false, apart), reduceRow(graph.ReduceMinP, 2, false, apart),
		argRow(graph.ArgMaxP), argRow(graph.ArgMinP),
		named(graph.MulP, "prod", from(-1, 1), func(x *Array, axes []int) *Array { return x.Prod(axes...) }),
		named(graph.ReduceSumP, "var", from(-1, 1), func(x *Array, axes []int) *Array { return x.VarKeep(axes...) }),
		named(graph.ReduceSumP, "logsumexp", from(-1, 1), func(x *Array, axes []int) *Array { return x.LogSumExp(axes...) }),
		named(graph.ReduceSumP, "softmax", from(-1, 1), func(x *Array, axes []int) *Array { return x.Softmax(axes[0]) }),
		named(graph.ReduceSumP, "log softmax", from(-1, 1), func(x *Array, axes []int) *Array { return x.LogSoftmax(axes[0]) }),
		named(graph.ReduceSumP, "norm", from(0.2, 1), func(x *Array, axes []int) *Array { return x.Norm(axes...) }),
		{prim: graph.CumSumP, order: 2, draw: func(g *gen) program {
			s := g.shape(1, 3)
			a := graph.CumulativeAttrs{Axis: g.axis(s), Reverse: g.bool("reverse")}
			return program{[]operand{within(s, -1, 1)}, applied(graph.CumSumP, a)}
		}},
	}
	for _, p := range []*graph.Prim{graph.ReduceSumP, graph.ReduceMaxP, graph.ReduceMinP} {
		rows = append(rows, row{prim: p, name: p.Name + " of integers", draw: func(g *gen) program {
			s := g.someShape(1, 3)
			types := integerTypes
			if p != graph.ReduceSumP {
				types = append(types, Bool)
			}
			return program{[]operand{g.anyOf(types...)(s)}, applied(p, g.axes(s))}
		}})
	}
	return rows
}

// indices makes an index operand, of any integer type, that mostly lies within
// [0, n) but sometimes does not.
func (g *gen) indices(s graph.Shape, n int) operand {
	d := pick(g.T, "index dtype", []DType{Int32, Int64, Uint8, Uint32}...)
	lo, hi := 0, n-1
	if g.bool("out of range") && (d == Int32 || d == Int64) {
		lo, hi = -1, n+1
	}
	return func(u *threefry.Stream) *Array { return integers(s, lo, max(lo, hi))(u).AsType(d) }
}

// places draws an operand's shape, gather attributes, the shape of the index
// tuples and of what is gathered.
func (g *gen) places() (x graph.Shape, a graph.GatherAttrs, index, result graph.Shape, n int) {
	a.Clip = g.bool("clip")
	n = g.int("size of the indexed axes", 1, 3)
	if g.big {
		n = 50
	}
	size := func(name string, large ...int) int {
		if g.big { // enough that updates are spread over threads
			return pick(g.T, name, large...)
		}
		return g.int(name, 0, 3)
	}
	for range g.int("batch axes", 0, 1) {
		d := size("batch", 2, 5)
		x, index = append(x, d), append(index, d)
		a.Batch = 1
	}
	for range g.int("index axes", 2*btoi(g.big), 2) {
		index = append(index, size("places", 30, 40))
	}
	result = slices.Clone(index)
	k := g.int("indexed axes", 0, 2)
	for range k {
		x = append(x, n)
	}
	for range g.int("row axes", btoi(g.big), 1) {
		d := size("row", 3, 17)
		x, result = append(x, d), append(result, d)
	}
	return x, a, append(index, k), result, n
}

// ladder makes operands of different multiples of 1/10, plus an offset and a
// little noise: two ladders of offsets that differ by 1/20 never meet.
func ladder(offset float64) func(graph.Shape) operand {
	return func(s graph.Shape) operand {
		return func(u *threefry.Stream) *Array {
			v := make([]float64, s.Size())
			for i, p := range u.Permutation(len(v)) {
				v[i] = 0.1*float64(p-len(v)/2) + offset + float64(0.005*u.Float64())
			}
			return array(v, s)
		}
	}
}

// atRow changes places along an axis, of slices or of lines.
func atRow() row {
	return row{prim: graph.ScatterMulP, name: "at", order: 2, draw: func(g *gen) program {
		s := g.someShape(1, 3)
		axis, lines := g.axis(s), g.bool("lines")
		index := g.shape(0, 2)
		updates := slices.Concat(s[:axis], index, s[axis+1:])
		if lines {
			index = s.With(axis, g.int("places", 0, 3))
			updates = index
		}
		f := pick(g.T, "change", Places.Set, Places.Add, Places.Mul)
		return program{[]operand{within(s, -1, 1), g.indices(index, s[axis]), within(updates, -1, 1)}, one(func(x []*Array) *Array {
			p := x[0].AtAxis(x[1], axis)
			if lines {
				p = x[0].AtLines(x[1], axis)
			}
			return f(p, x[2])
		})}
	}}
}

func indexRows() []row {
	scatter := func(p *graph.Prim, dx, du func(graph.Shape) operand) row {
		return row{prim: p, order: 2, draw: func(g *gen) program {
			x, a, index, updates, n := g.places()
			return program{[]operand{dx(x), g.indices(index, n), du(updates)}, func(x []*Array) []*Array {
				return wrapAll(graph.Apply(p, a, nodes("test", x)...))
			}}
		}}
	}
	return []row{
		{prim: graph.GatherP, order: 2, draw: func(g *gen) program {
			x, a, index, _, n := g.places()
			return program{[]operand{within(x, -1, 1), g.indices(index, n)}, applied2(func(x, i *graph.Node) *graph.Node { return graph.Gather(x, i, a) })}
		}},
		scatter(graph.ScatterAddP, from(-1, 1), from(-1, 1)), scatter(graph.ScatterSetP, from(-1, 1), from(-1, 1)),
		scatter(graph.ScatterMulP, from(-1, 1), from(0.5, 1.5)),
		scatter(graph.ScatterMinP, ladder(0), ladder(0.05)), scatter(graph.ScatterMaxP, ladder(0), ladder(0.05)),
		atRow(),
		{prim: graph.GatherP, name: "take", order: 2, draw: func(g *gen) program {
			s := g.someShape(1, 3)
			axis := g.axis(s)
			return program{[]operand{within(s, -1, 1), g.indices(g.shape(0, 2), s[axis])}, one(func(x []*Array) *Array { return x[0].Take(x[1], axis) })}
		}},
		{prim: graph.GatherP, name: "dynamic slice", order: 2, draw: func(g *gen) program {
			s := g.someShape(1, 3)
			part := slices.Clone(s)
			for i, n := range part {
				part[i] = g.int("part", 0, n)
			}
			return program{[]operand{within(s, -1, 1), integers(graph.Shape{len(s)}, -1, 3)}, one(func(x []*Array) *Array { return x[0].Sin().DynamicSlice(x[1], part...) })}
		}},
		{prim: graph.ScatterSetP, name: "dynamic update slice", order: 2, draw: func(g *gen) program {
			s := g.someShape(1, 3)
			part := slices.Clone(s)
			for i, n := range part {
				part[i] = g.int("part", 0, n)
			}
			return program{[]operand{within(s, -1, 1), within(part, -1, 1), integers(graph.Shape{len(s)}, -1, 3)}, one(func(x []*Array) *Array { return x[0].DynamicUpdateSlice(x[1], x[2]) })}
		}},
		{prim: graph.ArgSortP, draw: func(g *gen) program {
			s := g.shape(1, 3)
			a := graph.ArgSortAttrs{Axis: g.axis(s), Descending: g.bool("descending")}
			a.K = g.int("k", 0, s[a.Axis])
			return program{[]operand{pick(g.T, "domain", []func(graph.Shape) operand{apart, whole, special}...)(s)}, applied(graph.ArgSortP, a)}
		}},
		{prim: graph.ArgSortP, name: "sort", order: 2, draw: func(g *gen) program {
			s := g.shape(1, 3)
			axis := g.axis(s)
			k := g.int("k", 0, s[axis])
			return program{[]operand{apart(s)}, func(x []*Array) []*Array {
				v, i := x[0].TopK(k, axis)
				return []*Array{x[0].Sort(axis), v, i}
			}}
		}},
		{prim: graph.RandomBitsP, draw: func(g *gen) program {
			keys := append(g.shape(0, 1), 2)
			shape := g.shape(0, 2)
			key := func(u *threefry.Stream) *Array { return integers(keys, 0, 1e9)(u).AsType(Uint32) }
			return program{[]operand{key}, one(func(x []*Array) *Array { return RandomBits(x[0], shape...) })}
		}},
	}
}

// windowOf draws a window over s.
func (g *gen) windowOf(s graph.Shape) graph.WindowAttrs {
	var a graph.WindowAttrs
	for range s {
		size, stride, low, high := 1, 1, 0, 0
		if g.int("window", 0, 2) > 0 {
			size, stride = g.int("size", 1, 3), g.int("stride", 1, 3)
			low, high = g.int("low", -1, 2), g.int("high", -1, 2)
		}
		a.Size, a.Stride, a.Low, a.High = append(a.Size, size), append(a.Stride, stride), append(a.Low, low), append(a.High, high)
	}
	return a
}

func windowRows() []row {
	window := func(p *graph.Prim, order int, domain func(graph.Shape) operand) row {
		return row{prim: p, order: order, draw: func(g *gen) program {
			s := g.shape(1, 3)
			a := g.windowOf(s)
			return program{[]operand{domain(s)}, one(func(x []*Array) *Array {
				y := wrap(graph.Apply(p, a, x[0].n)[0])
				if p == graph.WindowMaxP {
					return y.Maximum(Const(-1e3)) // the largest of nothing is -Inf
				}
				return y
			})}
		}}
	}
	return []row{
		window(graph.WindowSumP, 2, from(-1, 1)), window(graph.WindowMaxP, 2, apart), window(graph.WindowArgMaxP, 0, apart),
		{prim: graph.ConvP, order: 2, draw: func(g *gen) program {
			a, x, w := drawConv(g.T)
			if g.big {
				n := len(a.Strides)
				sizes := [][]int{{143}, {13, 11}, {5, 4, 7}}[n-1]
				x, w = append(append(graph.Shape{x[0] * 2}, sizes...), x[n+1]*9), w.With(n, w[n]*9).With(n+1, w[n+1]*5)
			}
			return program{[]operand{within(x, -1, 1), within(w, -1, 1)}, applied2(func(x, w *graph.Node) *graph.Node { return graph.Conv(x, w, a) })}
		}},
		{prim: graph.ConvKernelP, order: 2, draw: func(g *gen) program {
			a, x, w := drawConv(g.T)
			n := len(a.Strides)
			if g.big {
				sizes := [][]int{{143}, {13, 11}, {5, 4, 7}}[n-1]
				x, w = append(append(graph.Shape{x[0] * 2}, sizes...), x[n+1]*9), w.With(n, w[n]*9).With(n+1, w[n+1]*5)
			}
			y, err := graph.ConvP.Infer(a, []*graph.Node{{Shape: x, DType: graph.Float64}, {Shape: w, DType: graph.Float64}})
			if err != nil {
				g.Fatal(err)
			}
			attrs := graph.ConvKernelAttrs{ConvAttrs: a, Taps: w[:n]}
			return program{[]operand{within(x, -1, 1), within(y[0].Shape, -1, 1)}, applied2(func(x, ct *graph.Node) *graph.Node { return graph.Apply(graph.ConvKernelP, attrs, x, ct)[0] })}
		}},
		{prim: graph.ConvP, name: "depthwise convolution", order: 2, draw: func(g *gen) program {
			s := graph.Shape{g.int("images", 1, 2), g.some(), g.some(), g.int("channels", 2, 3)}
			if g.big {
				s = graph.Shape{2, 20, 20, 40}
			}
			o := ConvOptions{Groups: s[3], Strides: [2]int{g.int("stride", 1, 2), 1}, Padding: Border{Same: true}}
			return program{[]operand{within(s, -1, 1), within(graph.Shape{2, 3, 1, s[3]}, -1, 1)}, one(func(x []*Array) *Array { return Conv2D(x[0], x[1], o) })}
		}},
		{prim: graph.WindowMaxP, name: "pooling", order: 2, draw: func(g *gen) program {
			s := graph.Shape{g.int("images", 1, 2), 2 + g.dim(), 2 + g.dim(), g.some()}
			if s.Size() > 40_000 {
				s[3] = 2
			}
			w := [2]int{g.int("window", 1, 2), g.int("window", 1, 2)}
			o := PoolOptions{Strides: [2]int{g.int("stride", 0, 2), 1}, Padding: Border{Same: g.bool("same")}, ExcludePadding: g.bool("exclude")}
			return program{[]operand{apart(s)}, func(x []*Array) []*Array {
				return []*Array{MaxPool2D(x[0], w, o), AvgPool2D(x[0], w, o)}
			}}
		}},
	}
}
