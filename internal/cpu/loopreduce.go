package cpu

import (
	"sync"

	"github.com/fluxion-go/fluxion/internal/compile"
	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// reduction runs a loop some of whose results go into reductions tile by tile, in
// the order that reduce.go defines.
func (l *loop) reduction(s *compile.Step) step {
	if s.Loop.Sinks[0].Op.Ins[0].DType == graph.Float32 {
		return newLoopReducer(l, s, &l.e.set.F32, workspace32).run
	}
	return newLoopReducer(l, s, &l.e.set.F64, workspace64).run
}

// loopReducer is reductions of one form whose operands are computed by a loop.
type loopReducer[T float32 | float64] struct {
	l     *loop
	r     reduction
	k     *kernel.Floats[T]
	ws    func(*workspace) *workOf[T]
	sinks []loopSink[T]

	units, grain int
	runs         int
	width        int
	free         sync.Pool // of *loopReducing[T]
}

// loopSink is one of the reductions.
type loopSink[T float32 | float64] struct {
	*reducer[T]
	tile int // of the operand
	out  int // the value of the result
}

// loopReducing is one run of a loopReducer.
type loopReducing[T float32 | float64] struct {
	*loopReducer[T]
	f            *frame
	out, partial [][]T // of each sink
	body         func(worker, lo, hi int)
}

func newLoopReducer[T float32 | float64](l *loop, s *compile.Step, k *kernel.Floats[T], ws func(*workspace) *workOf[T]) *loopReducer[T] {
	first := s.Loop.Sinks[0].Op
	p := &loopReducer[T]{l: l, r: canonical(first.Ins[0].Shape, first.Attrs.([]int)), k: k, ws: ws, runs: 1}
	for _, q := range s.Loop.Sinks {
		p.sinks = append(p.sinks, loopSink[T]{newReducer(l.e, k, ws, q.Op.Prim, p.r), len(l.loads) + q.Instr, q.Value})
	}
	r, threads := p.r, l.e.pool.threads
	switch {
	case r.inner == 1 && r.n <= tile/2:
		rows := tile / r.n
		p.units, p.grain = (r.outer+rows-1)/rows, max(1, l.grain/(rows*r.n))
	case r.inner == 1:
		p.runs = (r.n + rowRun - 1) / rowRun
		p.units, p.grain = r.outer*p.runs, max(1, l.grain/min(r.n, rowRun))
	default:
		// Columns are taken in blocks that fill a tile.
		p.runs = (r.n + columnRun - 1) / columnRun
		p.width = min(r.inner, tile)
		if l.n >= 2*l.grain && r.outer*p.runs < threads && r.inner >= 128 {
			p.width = min(p.width, max(64, (r.inner/threads+15)/16*16))
		}
		p.units, p.grain = r.outer*p.runs*((r.inner+p.width-1)/p.width), 1
	}
	p.free.New = func() any {
		u := &loopReducing[T]{loopReducer: p, out: make([][]T, len(p.sinks)), partial: make([][]T, len(p.sinks))}
		switch {
		case r.inner == 1 && r.n <= tile/2:
			u.body = u.severalRows
		case r.inner == 1:
			u.body = u.longRows
		default:
			u.body = u.columns
		}
		return u
	}
	return p
}

func (p *loopReducer[T]) run(f *frame) {
	u := p.free.Get().(*loopReducing[T])
	w := p.l.e.free.Get().(*workspace)
	u.f = f
	var scratch []T
	results := p.r.outer * p.r.inner
	if p.runs > 1 {
		scratch = p.ws(w).scratchOf(len(p.sinks) * p.runs * results)
	}
	for i := range p.sinks {
		u.out[i] = graph.View[T](f.values[p.sinks[i].out])
		u.partial[i] = u.out[i]
		if p.runs > 1 {
			u.partial[i] = scratch[i*p.runs*results:][:p.runs*results]
		}
	}
	if p.l.n < 2*p.l.grain {
		u.body(0, 0, p.units)
	} else {
		p.l.e.pool.For(p.units, p.grain, u.body)
	}
	if p.runs > 1 {
		for i := range p.sinks {
			addRuns(p.k, p.sinks[i].combine, u.out[i], u.partial[i], p.runs, p.r.inner)
		}
	}
	u.f = nil
	clear(u.out)
	clear(u.partial)
	p.l.e.free.Put(w)
	p.free.Put(u)
}

// severalRows takes as many rows as fill a tile.
func (u *loopReducing[T]) severalRows(_, lo, hi int) {
	n, rows := u.r.n, tile/u.r.n
	t := u.l.begin(u.f, tile)
	for i := lo * rows; i < min(hi*rows, u.r.outer); i += rows {
		m := min(rows, u.r.outer-i)
		u.l.tile(u.f, t, i*n, m*n)
		for j := range u.sinks {
			s := &u.sinks[j]
			s.rows(u.out[j][i:i+m], graph.Elems[T](t.regs[s.tile]), n)
		}
	}
	u.l.free.Put(t)
}

// longRows takes runs of rows that are longer than a tile.
func (u *loopReducing[T]) longRows(_, lo, hi int) {
	t := u.l.begin(u.f, tile)
	acc := make([][kernel.Lanes]T, len(u.sinks))
	for i := lo; i < hi; i++ {
		for j := range acc {
			for lane := range acc[j] {
				acc[j][lane] = u.sinks[j].identity
			}
		}
		from := i / u.runs * u.r.n
		end := from + min((i%u.runs+1)*rowRun, u.r.n)
		for at := from + i%u.runs*rowRun; at < end; at += tile {
			u.l.tile(u.f, t, at, min(tile, end-at))
			for j := range acc {
				s := &u.sinks[j]
				s.feed(&acc[j], graph.Elems[T](t.regs[s.tile]))
			}
		}
		for j := range acc {
			u.sinks[j].rows(u.partial[j][i:i+1], acc[j][:], kernel.Lanes)
		}
	}
	u.l.free.Put(t)
}

// columns takes runs of rows of a block of columns; rows that are shorter than
// a tile are computed several at a time.
func (u *loopReducing[T]) columns(_, lo, hi int) {
	n, inner := u.r.n, u.r.inner
	blocks := (inner + u.width - 1) / u.width
	t := u.l.begin(u.f, tile)
	for i := lo; i < hi; i++ {
		matrix, run, c := i/blocks/u.runs, i/blocks%u.runs, i%blocks*u.width
		w := min(u.width, inner-c)
		rows := 1
		if w == inner {
			rows = max(1, tile/inner)
		}
		first, last := run*columnRun, min((run+1)*columnRun, n)
		for at := first; at < last; at += rows {
			m := min(rows, last-at)
			u.l.tile(u.f, t, (matrix*n+at)*inner+c, (m-1)*inner+w)
			for j := range u.sinks {
				s := &u.sinks[j]
				acc := u.partial[j][(matrix*u.runs+run)*inner+c:][:w]
				x := graph.Elems[T](t.regs[s.tile])
				if at == first {
					copy(acc, x)
					s.addRows(acc, x, m)
				} else {
					s.combineRows(acc, x, m)
				}
			}
		}
	}
	u.l.free.Put(t)
}
