package cpu

import (
	"github.com/fluxion-go/fluxion/internal/compile"
	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// reduction runs a loop whose result goes into a reduction tile by tile, in
// the order that reduce.go defines.
func (l *loop) reduction(s *compile.Step) step {
	r := canonical(s.Op.Ins[0].Shape, s.Op.Attrs.([]int))
	if s.Op.Ins[0].DType == graph.Float32 {
		return reductionOf(l, s, r, &l.e.set.F32)
	}
	return reductionOf(l, s, r, &l.e.set.F64)
}

func reductionOf[T float32 | float64](l *loop, s *compile.Step, r reduction, k *kernel.Floats[T]) step {
	feed, combine, identity := lanesOf(k, s.Op.Prim)
	last := len(l.loads) + len(l.instrs) - 1
	parts := func(n, grain int, body func(worker, lo, hi int)) {
		if l.n < 2*l.grain {
			body(0, 0, n)
			return
		}
		l.e.pool.For(n, grain, body)
	}
	if r.inner == 1 && r.n <= tile/2 {
		// A tile holds several rows.
		short := shortRowOf[T](s.Op.Prim)
		rows := tile / r.n
		return func(f *frame) {
			out := graph.View[T](f.values[s.Outs[0]])
			parts((r.outer+rows-1)/rows, max(1, l.grain/(rows*r.n)), func(_, lo, hi int) {
				t := l.free.Get().(*tiles)
				l.begin(f, t)
				for i := lo * rows; i < min(hi*rows, r.outer); i += rows {
					m := min(rows, r.outer-i)
					l.tile(f, t, i*r.n, m*r.n)
					x := graph.View[T](t.regs[last])
					for q := range m {
						row := x[q*r.n:][:r.n]
						if r.n <= kernel.Lanes {
							out[i+q] = short(row)
							continue
						}
						var acc [kernel.Lanes]T
						k.Fill(acc[:], identity)
						feed(&acc, row)
						out[i+q] = tree(k, combine, &acc)
					}
				}
				l.free.Put(t)
			})
		}
	}
	if r.inner == 1 {
		runs := (r.n + rowRun - 1) / rowRun
		return func(f *frame) {
			out := graph.View[T](f.values[s.Outs[0]])
			partial := out
			if runs > 1 {
				partial = make([]T, r.outer*runs)
			}
			parts(len(partial), max(1, l.grain/min(r.n, rowRun)), func(_, lo, hi int) {
				t := l.free.Get().(*tiles)
				l.begin(f, t)
				var acc [kernel.Lanes]T
				for i := lo; i < hi; i++ {
					k.Fill(acc[:], identity)
					from := i / runs * r.n
					end := from + min((i%runs+1)*rowRun, r.n)
					for at := from + i%runs*rowRun; at < end; at += tile {
						l.tile(f, t, at, min(tile, end-at))
						feed(&acc, graph.View[T](t.regs[last]))
					}
					partial[i] = tree(k, combine, &acc)
				}
				l.free.Put(t)
			})
			if runs > 1 {
				addRuns(k, combine, out, partial, runs)
			}
		}
	}
	// Columns are taken in blocks that fill a tile; rows that are shorter than
	// a tile are computed several at a time.
	return func(f *frame) {
		out := graph.View[T](f.values[s.Outs[0]])
		width := min(r.inner, tile)
		if l.n >= 2*l.grain && r.outer < l.e.pool.threads && r.inner >= 128 {
			width = min(width, max(64, (r.inner/l.e.pool.threads+15)/16*16))
		}
		blocks := (r.inner + width - 1) / width
		parts(r.outer*blocks, 1, func(_, lo, hi int) {
			t := l.free.Get().(*tiles)
			l.begin(f, t)
			run := make([]T, width)
			for i := lo; i < hi; i++ {
				o, c := i/blocks, i%blocks*width
				w := min(width, r.inner-c)
				rows := 1
				if w == r.inner {
					rows = max(1, tile/r.inner)
				}
				acc := out[o*r.inner+c:][:w]
				for r0 := 0; r0 < r.n; r0 += columnRun {
					into := acc
					if r0 > 0 {
						into = run[:w]
					}
					for j := r0; j < min(r0+columnRun, r.n); j += rows {
						m := min(rows, min(r0+columnRun, r.n)-j)
						l.tile(f, t, (o*r.n+j)*r.inner+c, (m-1)*r.inner+w)
						x := graph.View[T](t.regs[last])
						for q := range m {
							row := x[q*r.inner:][:w]
							if j+q == r0 {
								copy(into, row)
							} else {
								k.Binary[combine](into, into, row)
							}
						}
					}
					if r0 > 0 {
						k.Binary[combine](acc, acc, run[:w])
					}
				}
			}
			l.free.Put(t)
		})
	}
}

// addRuns combines each row's partial results in order.
func addRuns[T float32 | float64](k *kernel.Floats[T], combine kernel.Binary, out, partial []T, runs int) {
	for o := range out {
		sum := partial[o*runs : o*runs+1]
		for i := 1; i < runs; i++ {
			k.Binary[combine](sum, sum, partial[o*runs+i:o*runs+i+1])
		}
		out[o] = sum[0]
	}
}
