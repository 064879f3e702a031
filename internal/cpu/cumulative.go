package cpu

import "github.com/fluxion-go/fluxion/internal/graph"

func cumulativeImpls() map[*graph.Prim]impl {
	return map[*graph.Prim]impl{graph.CumSumP: func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) {
		a := op.Attrs.(graph.CumulativeAttrs)
		r := canonical(op.Ins[0].Shape, []int{a.Axis})
		switch op.Ins[0].DType {
		case graph.Uint8:
			cumSum(e, r, a.Reverse, graph.View[uint8](ins[0]), graph.View[uint8](outs[0]))
		case graph.Uint32:
			cumSum(e, r, a.Reverse, graph.View[uint32](ins[0]), graph.View[uint32](outs[0]))
		case graph.Int32:
			cumSum(e, r, a.Reverse, graph.View[int32](ins[0]), graph.View[int32](outs[0]))
		case graph.Int64:
			cumSum(e, r, a.Reverse, graph.View[int64](ins[0]), graph.View[int64](outs[0]))
		case graph.Float32:
			cumSum(e, r, a.Reverse, graph.View[float32](ins[0]), graph.View[float32](outs[0]))
		case graph.Float64:
			cumSum(e, r, a.Reverse, graph.View[float64](ins[0]), graph.View[float64](outs[0]))
		}
	}}
}

// cumSum adds row after row of each [n, inner] block; threads share the blocks
// and the columns.
func cumSum[T number](e *Engine, r reduction, reverse bool, x, out []T) {
	if len(out) == 0 {
		return
	}
	const strip = 64 // columns that one thread takes at a time
	strips := (r.inner + strip - 1) / strip
	body := func(_, lo, hi int) {
		for p := lo; p < hi; p++ {
			o, c0 := p/strips, p%strips*strip
			c1 := min(c0+strip, r.inner)
			at, step := o*r.n*r.inner, r.inner
			if reverse {
				at, step = at+(r.n-1)*r.inner, -r.inner
			}
			copy(out[at+c0:at+c1], x[at+c0:at+c1])
			for range r.n - 1 {
				before := out[at+c0 : at+c1]
				at += step
				row, sum := x[at+c0:at+c1], out[at+c0:at+c1]
				for j, v := range row {
					sum[j] = before[j] + v
				}
			}
		}
	}
	if len(out) < parallelFrom {
		body(0, 0, r.outer*strips)
		return
	}
	e.pool.For(r.outer*strips, max(1, parallelFrom/4/(r.n*min(strip, r.inner))), body)
}
