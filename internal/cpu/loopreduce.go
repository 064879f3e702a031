package cpu

import (
	"sync"

	"github.com/fluxion-go/fluxion/internal/compile"
	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// reduction runs a loop whose result goes into a reduction tile by tile, in
// the order that reduce.go defines.
func (l *loop) reduction(s *compile.Step) step {
	r := canonical(s.Op.Ins[0].Shape, s.Op.Attrs.([]int))
	if s.Op.Ins[0].DType == graph.Float32 {
		return newLoopReducer(l, s, newReducer(l.e, &l.e.set.F32, workspace32, s.Op.Prim, r)).run
	}
	return newLoopReducer(l, s, newReducer(l.e, &l.e.set.F64, workspace64, s.Op.Prim, r)).run
}

// loopReducer is a reducer whose operand is computed by a loop.
type loopReducer[T float32 | float64] struct {
	*reducer[T]
	l    *loop
	out  int // the value of the result
	last int // the tile of the loop's result

	units, grain int
	runs         int
	width        int
	free         sync.Pool // of *loopReducing[T]
}

// loopReducing is one run of a loopReducer.
type loopReducing[T float32 | float64] struct {
	*loopReducer[T]
	f            *frame
	out, partial []T
	body         func(worker, lo, hi int)
}

func newLoopReducer[T float32 | float64](l *loop, s *compile.Step, c *reducer[T]) *loopReducer[T] {
	p := &loopReducer[T]{reducer: c, l: l, out: s.Outs[0], last: len(l.loads) + len(l.instrs) - 1, runs: 1}
	r, threads := c.r, l.e.pool.threads
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
		u := &loopReducing[T]{loopReducer: p}
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
	w := p.e.free.Get().(*workspace)
	u.f, u.out = f, graph.View[T](f.values[p.out])
	u.partial = u.out
	if p.runs > 1 {
		u.partial = p.ws(w).scratchOf(p.runs * len(u.out))
	}
	if p.l.n < 2*p.l.grain {
		u.body(0, 0, p.units)
	} else {
		p.e.pool.For(p.units, p.grain, u.body)
	}
	if p.runs > 1 {
		addRuns(p.k, p.combine, u.out, u.partial, p.runs, p.r.inner)
	}
	u.f, u.out, u.partial = nil, nil, nil
	p.e.free.Put(w)
	p.free.Put(u)
}

// severalRows takes as many rows as fill a tile.
func (u *loopReducing[T]) severalRows(_, lo, hi int) {
	n, rows := u.r.n, tile/u.r.n
	t := u.l.begin(u.f, tile)
	for i := lo * rows; i < min(hi*rows, u.r.outer); i += rows {
		m := min(rows, u.r.outer-i)
		u.l.tile(u.f, t, i*n, m*n)
		u.rows(u.out[i:i+m], graph.View[T](t.regs[u.last]), n)
	}
	u.l.free.Put(t)
}

// longRows takes runs of rows that are longer than a tile.
func (u *loopReducing[T]) longRows(_, lo, hi int) {
	t := u.l.begin(u.f, tile)
	var acc [kernel.Lanes]T
	for i := lo; i < hi; i++ {
		for j := range acc {
			acc[j] = u.identity
		}
		from := i / u.runs * u.r.n
		end := from + min((i%u.runs+1)*rowRun, u.r.n)
		for at := from + i%u.runs*rowRun; at < end; at += tile {
			u.l.tile(u.f, t, at, min(tile, end-at))
			u.feed(&acc, graph.View[T](t.regs[u.last]))
		}
		u.rows(u.partial[i:i+1], acc[:], len(acc))
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
		acc := u.partial[(matrix*u.runs+run)*inner+c:][:w]
		first, last := run*columnRun, min((run+1)*columnRun, n)
		for j := first; j < last; j += rows {
			m := min(rows, last-j)
			u.l.tile(u.f, t, (matrix*n+j)*inner+c, (m-1)*inner+w)
			x := graph.View[T](t.regs[u.last])
			if j == first {
				copy(acc, x)
				u.addRows(acc, x, m)
			} else {
				u.combineRows(acc, x, m)
			}
		}
	}
	u.l.free.Put(t)
}
