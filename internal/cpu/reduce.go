package cpu

import (
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// Reductions are defined by the shape alone. The operand is seen as
// [outer, n, inner], with the reduced axes in the middle (if they are not
// neighbours, it is transposed so that they come last):
//
//   - inner == 1: the n elements of a row are cut into runs of rowRun. A run
//     is summed in kernel.Lanes lanes, which are combined as a tree; the sums
//     of the runs are added in order.
//   - inner > 1: the n rows are cut into runs of columnRun. The rows of a run
//     are added in order, then the runs' sums in order.
const (
	rowRun    = 4096
	columnRun = 256
)

// reduction is a reduction's canonical form.
type reduction struct {
	outer, n, inner int
	perm            []int // nil if the operand need not be transposed
}

func canonical(shape graph.Shape, axes []int) reduction {
	r := reduction{outer: 1, n: 1, inner: 1}
	neighbours := len(axes) == 0 || axes[len(axes)-1]-axes[0] == len(axes)-1
	for i, d := range shape {
		switch {
		case slices.Contains(axes, i):
			r.n *= d
		case neighbours && i > axes[len(axes)-1]:
			r.inner *= d
		default:
			r.outer *= d
		}
	}
	if !neighbours {
		for i := range shape {
			if !slices.Contains(axes, i) {
				r.perm = append(r.perm, i)
			}
		}
		r.perm = append(r.perm, axes...)
	}
	return r
}

// transposed gives the operand in canonical order.
func (e *Engine) transposed(x *graph.Buffer, shape graph.Shape, perm []int) *graph.Buffer {
	if perm == nil {
		return x
	}
	from, in := layout{stride: make([]int, len(perm))}, rowMajor(shape)
	out := make(graph.Shape, len(perm))
	for i, p := range perm {
		out[i], from.stride[i] = shape[p], in.stride[p]
	}
	y := graph.NewBuffer(x.DType, x.Len)
	e.move(y, rowMajor(out), x, from, out)
	return y
}

func reduceImpls() map[*graph.Prim]impl {
	reduce := func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) {
		x := op.Ins[0]
		r := canonical(x.Shape, op.Attrs.([]int))
		in := e.transposed(ins[0], x.Shape, r.perm)
		switch x.DType {
		case graph.Float32:
			reduceFloat(e, &e.set.F32, op.Prim, r, graph.View[float32](in), graph.View[float32](outs[0]))
		case graph.Float64:
			reduceFloat(e, &e.set.F64, op.Prim, r, graph.View[float64](in), graph.View[float64](outs[0]))
		case graph.Bool, graph.Uint8:
			reduceInt(op.Prim, r, graph.View[uint8](in), graph.View[uint8](outs[0]), 0, top(x.DType))
		case graph.Uint32:
			reduceInt(op.Prim, r, graph.View[uint32](in), graph.View[uint32](outs[0]), 0, math.MaxUint32)
		case graph.Int32:
			reduceInt(op.Prim, r, graph.View[int32](in), graph.View[int32](outs[0]), math.MinInt32, math.MaxInt32)
		case graph.Int64:
			reduceInt(op.Prim, r, graph.View[int64](in), graph.View[int64](outs[0]), math.MinInt64, math.MaxInt64)
		}
	}
	return map[*graph.Prim]impl{
		graph.ReduceSumP: reduce, graph.ReduceMaxP: reduce, graph.ReduceMinP: reduce,
		graph.ArgMaxP: argReduce, graph.ArgMinP: argReduce,
	}
}

func top(d graph.DType) uint8 {
	if d == graph.Bool {
		return 1
	}
	return math.MaxUint8
}

// lanesOf is the kernel that feeds a reduction's lanes, the function that
// combines two elements, and the identity.
func lanesOf[T float32 | float64](k *kernel.Floats[T], p *graph.Prim) (feed func(*[kernel.Lanes]T, []T), combine kernel.Binary, identity T) {
	switch p {
	case graph.ReduceMaxP:
		return k.MaxLanes, kernel.Max, T(math.Inf(-1))
	case graph.ReduceMinP:
		return k.MinLanes, kernel.Min, T(math.Inf(1))
	}
	return k.SumLanes, kernel.Add, 0
}

// tree combines the lanes.
func tree[T float32 | float64](k *kernel.Floats[T], combine kernel.Binary, acc *[kernel.Lanes]T) T {
	for w := kernel.Lanes / 2; w > 0; w /= 2 {
		k.Binary[combine](acc[:w], acc[:w], acc[w:2*w])
	}
	return acc[0]
}

func reduceFloat[T float32 | float64](e *Engine, k *kernel.Floats[T], p *graph.Prim, r reduction, x, out []T) {
	feed, combine, identity := lanesOf(k, p)
	if r.n == 0 {
		k.Fill(out, identity)
		return
	}
	small := r.outer*r.n*r.inner < parallelFrom
	loop := func(n, grain int, body func(lo, hi int)) {
		if small {
			body(0, n)
			return
		}
		e.pool.For(n, grain, func(_, lo, hi int) { body(lo, hi) })
	}
	if r.inner == 1 {
		if r.n <= kernel.Lanes {
			short := shortRowOf[T](p)
			loop(r.outer, max(1, rowRun/r.n), func(lo, hi int) {
				for i := lo; i < hi; i++ {
					out[i] = short(x[i*r.n : (i+1)*r.n])
				}
			})
			return
		}
		runs := (r.n + rowRun - 1) / rowRun
		partial := make([]T, r.outer*runs)
		loop(len(partial), max(1, rowRun/r.n), func(lo, hi int) {
			for i := lo; i < hi; i++ {
				row := x[i/runs*r.n : (i/runs+1)*r.n]
				from := i % runs * rowRun
				var acc [kernel.Lanes]T
				k.Fill(acc[:], identity)
				feed(&acc, row[from:min(from+rowRun, r.n)])
				partial[i] = tree(k, combine, &acc)
			}
		})
		addRuns(k, combine, out, partial, runs)
		return
	}
	columns := func(o, lo, hi int) { // columns [lo, hi) of one outer index
		acc := out[o*r.inner+lo : o*r.inner+hi]
		run := make([]T, hi-lo)
		for r0 := 0; r0 < r.n; r0 += columnRun {
			into := acc
			if r0 > 0 {
				into = run
			}
			for i := r0; i < min(r0+columnRun, r.n); i++ {
				row := x[(o*r.n+i)*r.inner:][lo:hi]
				if i == r0 {
					copy(into, row)
				} else {
					k.Binary[combine](into, into, row)
				}
			}
			if r0 > 0 {
				k.Binary[combine](acc, acc, run)
			}
		}
	}
	if r.outer >= e.pool.threads {
		loop(r.outer, 1, func(lo, hi int) {
			for o := lo; o < hi; o++ {
				columns(o, 0, r.inner)
			}
		})
		return
	}
	for o := range r.outer {
		loop(r.inner, 64, func(lo, hi int) { columns(o, lo, hi) })
	}
}

func reduceInt[T integer](p *graph.Prim, r reduction, x, out []T, lowest, highest T) {
	for o := range r.outer {
		for j := range r.inner {
			var acc T
			switch p {
			case graph.ReduceMaxP:
				acc = lowest
			case graph.ReduceMinP:
				acc = highest
			}
			for i := range r.n {
				v := x[(o*r.n+i)*r.inner+j]
				switch p {
				case graph.ReduceMaxP:
					acc = max(acc, v)
				case graph.ReduceMinP:
					acc = min(acc, v)
				default:
					acc += v
				}
			}
			out[o*r.inner+j] = acc
		}
	}
}

func argReduce(_ *Engine, op *graph.Op, ins, outs []*graph.Buffer) {
	r := canonical(op.Ins[0].Shape, []int{op.Attrs.(int)})
	out, wantMax := graph.View[int32](outs[0]), op.Prim == graph.ArgMaxP
	switch op.Ins[0].DType {
	case graph.Float32:
		argRows(r, graph.View[float32](ins[0]), out, wantMax)
	case graph.Float64:
		argRows(r, graph.View[float64](ins[0]), out, wantMax)
	case graph.Bool, graph.Uint8:
		argRows(r, graph.View[uint8](ins[0]), out, wantMax)
	case graph.Uint32:
		argRows(r, graph.View[uint32](ins[0]), out, wantMax)
	case graph.Int32:
		argRows(r, graph.View[int32](ins[0]), out, wantMax)
	case graph.Int64:
		argRows(r, graph.View[int64](ins[0]), out, wantMax)
	}
}

// argRows finds the first extreme element; the first NaN wins over everything.
func argRows[T number](r reduction, x []T, out []int32, wantMax bool) {
	for o := range r.outer {
		for j := range r.inner {
			best, at := x[o*r.n*r.inner+j], 0
			for i := 1; i < r.n && best == best; i++ {
				v := x[(o*r.n+i)*r.inner+j]
				if v != v || (wantMax && v > best) || (!wantMax && v < best) {
					best, at = v, i
				}
			}
			out[o*r.inner+j] = int32(at)
		}
	}
}
