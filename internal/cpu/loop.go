package cpu

import (
	"sync"
	"unsafe"

	"github.com/fluxion-go/fluxion/internal/compile"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// loop runs a fused element-wise loop tile by tile: every op works on a tile
// that lies in the first-level cache, and memory is touched only by loads and
// stores.
type loop struct {
	e      *Engine
	n      int
	size   int // of a tile
	loads  []load
	instrs []instr
	store  []int // for each instr, the value it is stored to, or -1
	sinks  []int // the instrs whose results go into reductions
	grain  int
	free   sync.Pool // of *tiles
	runs   sync.Pool // of *loopRun
}

// load reads one operand. Kinds: a plain run of memory; one element for all;
// one row that comes again and again; or any other layout, walked row by row.
type load struct {
	value int
	kind  loadKind
	dtype graph.DType
	at    layout // simplified, with shape
	shape graph.Shape
}

type loadKind int

const (
	plain loadKind = iota
	single
	repeated
	strided
)

type instr struct {
	f     tileFunc
	src   []int
	dtype graph.DType
	wide  bool // it reads or makes complex128
}

// tiles is one worker's memory: a buffer for each load and instr, some of them
// views of operands and results.
type tiles struct {
	regs []*graph.Buffer
	own  []*graph.Buffer // the memory of loads that are not plain
	full []bool          // of repeated loads: the tile holds whole rows from the first element on
	src  [][]view        // of each instr
}

func (e *Engine) newLoop(c *compile.Loop) *loop {
	l := &loop{e: e, n: c.N, size: min(tile, c.N)}
	for _, ld := range c.Loads {
		l.loads = append(l.loads, newLoad(ld))
	}
	cost := len(c.Loads)
	for _, in := range c.Instrs {
		l.instrs = append(l.instrs, instr{f: e.elementwise(in.Op), src: in.Src, dtype: in.Op.Outs[0].DType, wide: wide(in.Op)})
		l.store = append(l.store, -1)
		cost++
		if _, ok := unaryKernels[in.Op.Prim]; ok {
			cost += 4
		}
	}
	for _, st := range c.Stores {
		l.store[st.Instr] = st.Value
	}
	for _, k := range c.Sinks {
		l.sinks = append(l.sinks, k.Instr)
	}
	// A thread is worth waking for about 30 microseconds of work.
	l.grain = max(1, 16/cost) * tile
	l.free.New = func() any { return l.newTiles() }
	l.runs.New = func() any { return l.newRun() }
	return l
}

func newLoad(ld compile.Load) load {
	if ld.View == nil {
		return load{value: ld.Value, kind: plain}
	}
	out := ld.View.Outs[0]
	at, _ := sourceLayout(ld.View)
	shape, at, _ := simplify(out.Shape, at, rowMajor(out.Shape))
	l := load{value: ld.Value, kind: strided, dtype: out.DType, at: at, shape: shape}
	zero := true
	for _, s := range at.stride {
		zero = zero && s == 0
	}
	switch {
	case zero:
		l.kind = single
	case len(shape) == 1 && at.stride[0] == 1:
		l.kind = plain
	case repeats(at):
		l.kind = repeated
	}
	return l
}

// repeats reports whether a layout is one contiguous row again and again.
func repeats(at layout) bool {
	last := len(at.stride) - 1
	for i, s := range at.stride {
		if i < last && s != 0 || i == last && s != 1 {
			return false
		}
	}
	return true
}

// newTiles allocates a tile for every instr and every load that needs one.
// Tiles whose last reader has run are used again.
func (l *loop) newTiles() *tiles {
	n := len(l.loads)
	widest := graph.Float64
	for _, in := range l.instrs {
		if in.wide {
			widest = graph.Complex128
		}
	}
	t := &tiles{regs: make([]*graph.Buffer, n+len(l.instrs)), own: make([]*graph.Buffer, n), full: make([]bool, n)}
	last := make([]int, n+len(l.instrs))
	for i, in := range l.instrs {
		for _, s := range in.src {
			last[s] = i
		}
	}
	for _, i := range l.sinks { // read when all instrs have run
		last[n+i] = len(l.instrs)
	}
	var free []*graph.Buffer
	for i := range l.loads {
		t.regs[i] = new(graph.Buffer)
		if l.loads[i].kind != plain {
			t.own[i] = graph.NewBuffer(widest, l.size)
			t.regs[i].Bind(t.own[i], 0, widest, l.size)
		}
	}
	memory := make([]*graph.Buffer, len(l.instrs))
	for i, in := range l.instrs {
		t.regs[n+i] = new(graph.Buffer)
		if l.store[i] < 0 {
			if k := len(free); k > 0 {
				memory[i], free = free[k-1], free[:k-1]
			} else {
				memory[i] = graph.NewBuffer(widest, l.size)
			}
			t.regs[n+i].Bind(memory[i], 0, in.dtype, l.size)
		}
		for j := range i + 1 { // whoever is read for the last time here frees its tile
			if last[n+j] == i && memory[j] != nil && j < i {
				free = append(free, memory[j])
				memory[j] = nil
			}
		}
	}
	for _, in := range l.instrs {
		src := make([]view, len(in.src))
		for j, s := range in.src {
			src[j] = t.regs[s]
		}
		t.src = append(t.src, src)
	}
	return t
}

// loopRun is one run of a loop, with its body, so that a run allocates nothing.
type loopRun struct {
	f    *frame
	body func(worker, lo, hi int)
}

func (l *loop) newRun() *loopRun {
	r := &loopRun{}
	r.body = func(_, lo, hi int) {
		t := l.begin(r.f, hi-lo)
		for i := lo; i < hi; i += tile {
			l.tile(r.f, t, i, min(tile, hi-i))
		}
		l.free.Put(t)
	}
	return r
}

// run computes the whole loop.
func (l *loop) run(f *frame) {
	r := l.runs.Get().(*loopRun)
	r.f = f
	if l.n < 2*l.grain {
		r.body(0, 0, l.n)
	} else {
		l.e.pool.For(l.n, l.grain, r.body)
	}
	r.f = nil
	l.runs.Put(r)
}

// begin takes a worker's tiles and fills those of operands that are one element
// for all: as much of them as n elements need.
func (l *loop) begin(f *frame, n int) *tiles {
	t := l.free.Get().(*tiles)
	for i := range l.loads {
		ld := &l.loads[i]
		if ld.kind == single {
			t.regs[i].Rebind(ld.dtype, min(n, l.size))
			fillTile(t.regs[i], f.values[ld.value], ld.at.offset)
		}
		t.full[i] = false // it may be another array now
	}
	return t
}

// tile computes elements [at, at+n). The result of an instr without a store
// lies in its tile afterwards.
func (l *loop) tile(f *frame, t *tiles, at, n int) {
	for i := range l.loads {
		ld, r := &l.loads[i], t.regs[i]
		src := f.values[ld.value]
		switch ld.kind {
		case plain:
			r.Bind(src, (ld.at.offset+at)*src.DType.Size(), src.DType, n)
		case single:
			r.Len = n
		case repeated:
			l.repeat(t, i, src, at, n)
		case strided:
			r.Rebind(ld.dtype, n)
			gather(l.e, r, src, ld, at)
		}
	}
	for i := range l.instrs {
		r := t.regs[len(l.loads)+i]
		if v := l.store[i]; v >= 0 {
			out := f.values[v]
			r.Bind(out, at*out.DType.Size(), out.DType, n)
		} else {
			r.Len = n
		}
		l.instrs[i].f(r, t.src[i])
	}
}

// repeat makes elements [at, at+n) of a repeated load: in place if they lie
// within the row, else in the tile, which serves for many runs if whole rows
// fill it.
func (l *loop) repeat(t *tiles, i int, src *graph.Buffer, at, n int) {
	ld, r := &l.loads[i], t.regs[i]
	width := ld.shape[len(ld.shape)-1]
	column := at % width
	if column+n <= width && width > tile/2 {
		r.Bind(src, (ld.at.offset+column)*src.DType.Size(), ld.dtype, n)
		return
	}
	r.Bind(t.own[i], 0, ld.dtype, n)
	if column == 0 && t.full[i] {
		return
	}
	t.full[i] = column == 0 && l.size%width == 0
	if t.full[i] {
		r.Bind(t.own[i], 0, ld.dtype, l.size)
	}
	gather(l.e, r, src, ld, at)
	r.Len = n
}

// fillTile repeats element at of src.
func fillTile(r, src *graph.Buffer, at int) {
	switch r.DType.Size() {
	case 1:
		fill(raw[uint8](r), raw[uint8](src)[at])
	case 4:
		fill(raw[uint32](r), raw[uint32](src)[at])
	case 16:
		fill(raw[[2]uint64](r), raw[[2]uint64](src)[at])
	default:
		fill(raw[uint64](r), raw[uint64](src)[at])
	}
}

func fill[T any](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

// gather fills a tile with elements [at, at+len) of a layout.
func gather(e *Engine, r, src *graph.Buffer, ld *load, at int) {
	switch r.DType.Size() {
	case 1:
		gatherRows(raw[uint8](r), raw[uint8](src), ld, at, fill)
	case 4:
		gatherRows(raw[uint32](r), raw[uint32](src), ld, at, e.fill32)
	case 16:
		gatherRows(raw[[2]uint64](r), raw[[2]uint64](src), ld, at, fill)
	default:
		gatherRows(raw[uint64](r), raw[uint64](src), ld, at, e.fill64)
	}
}

// fill32 and fill64 are fill by vectors, whatever the elements are.
func (e *Engine) fill32(dst []uint32, v uint32) {
	if len(dst) < 16 {
		fill(dst, v)
		return
	}
	e.set.F32.Fill(unsafe.Slice((*float32)(unsafe.Pointer(&dst[0])), len(dst)), *(*float32)(unsafe.Pointer(&v)))
}

func (e *Engine) fill64(dst []uint64, v uint64) {
	if len(dst) < 8 {
		fill(dst, v)
		return
	}
	e.set.F64.Fill(unsafe.Slice((*float64)(unsafe.Pointer(&dst[0])), len(dst)), *(*float64)(unsafe.Pointer(&v)))
}

func gatherRows[T word](dst, src []T, ld *load, at int, fill func(dst []T, v T)) {
	last := len(ld.shape) - 1
	width, step := ld.shape[last], ld.at.stride[last]
	for len(dst) > 0 {
		column, rest := at%width, at/width
		from := ld.at.offset
		for k := last - 1; k >= 0; k-- {
			from += rest % ld.shape[k] * ld.at.stride[k]
			rest /= ld.shape[k]
		}
		n := min(width-column, len(dst))
		switch step {
		case 0:
			fill(dst[:n], src[from])
		case 1:
			copy(dst[:n], src[from+column:from+column+n])
		default:
			i := from + column*step
			for j := range n {
				dst[j] = src[i]
				i += step
			}
		}
		dst = dst[n:]
		at += n
	}
}
