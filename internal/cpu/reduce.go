package cpu

import (
	"math"
	"slices"
	"sync"

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

// turning is an operand's way to another order of axes.
type turning struct{ *mover }

// newTurning prepares a permutation of axes; nil is none.
func newTurning(shape graph.Shape, perm []int) turning {
	if perm == nil {
		return turning{}
	}
	in, from, turned := rowMajor(shape), layout{stride: make([]int, len(perm))}, make(graph.Shape, len(perm))
	for i, p := range perm {
		turned[i], from.stride[i] = shape[p], in.stride[p]
	}
	return turning{newMover(rowMajor(turned), from, turned)}
}

// of gives x in the new order: in the i-th of the workspace's buffers, unless
// it is in order already.
func (t *turning) of(e *Engine, w *workspace, i int, x *graph.Buffer) *graph.Buffer {
	if t.mover == nil {
		return x
	}
	bytes := x.Len * x.DType.Size()
	if w.memory[i] == nil || w.memory[i].Len < bytes {
		w.memory[i] = graph.NewBuffer(graph.Uint8, bytes)
		w.turned[i] = new(graph.Buffer)
	}
	y := w.turned[i]
	y.Bind(w.memory[i], 0, x.DType, x.Len)
	t.run(e, y, x)
	return y
}

func reduceImpls() map[*graph.Prim]impl {
	reduce := func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) { e.reduce(op)(ins, outs) }
	return map[*graph.Prim]impl{
		graph.ReduceSumP: reduce, graph.ReduceMaxP: reduce, graph.ReduceMinP: reduce,
		graph.ArgMaxP: argReduce, graph.ArgMinP: argReduce,
	}
}

// reduce prepares a reduction.
func (e *Engine) reduce(op *graph.Op) opStep {
	x := op.Ins[0]
	r := canonical(x.Shape, op.Attrs.([]int))
	switch x.DType {
	case graph.Float32:
		return reduceFloats(e, &e.set.F32, workspace32, op, r)
	case graph.Float64:
		return reduceFloats(e, &e.set.F64, workspace64, op, r)
	}
	turn := newTurning(x.Shape, r.perm)
	return func(ins, outs []*graph.Buffer) {
		w := e.free.Get().(*workspace)
		defer e.free.Put(w)
		in := turn.of(e, w, 0, ins[0])
		switch x.DType {
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
}

func reduceFloats[T float32 | float64](e *Engine, k *kernel.Floats[T], ws func(*workspace) *workOf[T], op *graph.Op, r reduction) opStep {
	s := newReducer(e, k, ws, op.Prim, r)
	turn := newTurning(op.Ins[0].Shape, r.perm)
	return func(ins, outs []*graph.Buffer) {
		w := e.free.Get().(*workspace)
		s.run(graph.View[T](turn.of(e, w, 0, ins[0])), graph.View[T](outs[0]))
		e.free.Put(w)
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

// rowsOf is the kernel that reduces rows.
func rowsOf[T float32 | float64](k *kernel.Floats[T], p *graph.Prim) func(out, x []T, n int) {
	switch p {
	case graph.ReduceMaxP:
		return k.MaxRows
	case graph.ReduceMinP:
		return k.MinRows
	}
	return k.SumRows
}

// scratchOf is a buffer of n elements of a worker's workspace.
func (w *workOf[T]) scratchOf(n int) []T {
	if cap(w.scratch) < n {
		w.scratch = make([]T, n)
	}
	return w.scratch[:n]
}

// reducer is a reduction of floats that is run again and again. Its loop bodies
// are made once, so that a run allocates nothing.
type reducer[T float32 | float64] struct {
	e *Engine
	k *kernel.Floats[T]
	r reduction

	feed     func(*[kernel.Lanes]T, []T)
	rows     func(out, x []T, n int)
	combine  kernel.Binary
	identity T
	sum      bool
	ws       func(*workspace) *workOf[T]
	free     sync.Pool // of *reducing[T]
}

// reducing is one run of a reducer.
type reducing[T float32 | float64] struct {
	*reducer[T]
	x, out  []T
	partial []T // sums of runs; out if there is one run only
	width   int // columns that are reduced at a time
	body    func(worker, lo, hi int)
}

func newReducer[T float32 | float64](e *Engine, k *kernel.Floats[T], ws func(*workspace) *workOf[T], p *graph.Prim, r reduction) *reducer[T] {
	s := &reducer[T]{e: e, k: k, r: r, rows: rowsOf(k, p), sum: p == graph.ReduceSumP, ws: ws}
	s.feed, s.combine, s.identity = lanesOf(k, p)
	s.free.New = func() any {
		u := &reducing[T]{reducer: s}
		switch {
		case r.inner == 1 && r.n <= rowRun:
			u.body = u.wholeRows
		case r.inner == 1:
			u.body = u.longRows
		default:
			u.body = u.columns
		}
		return u
	}
	return s
}

func (s *reducer[T]) run(x, out []T) {
	r, threads := s.r, s.e.pool.threads
	if r.n == 0 {
		s.k.Fill(out, s.identity)
		return
	}
	if len(out) == 0 {
		return
	}
	u := s.free.Get().(*reducing[T])
	w := s.e.free.Get().(*workspace)
	small := r.outer*r.n*r.inner < parallelFrom
	units, grain, runs := r.outer, max(1, rowRun/r.n), 1
	switch {
	case r.inner > 1:
		runs = (r.n + columnRun - 1) / columnRun
		u.width = r.inner
		// Few matrices of few runs are cut along their columns too.
		if !small && r.outer*runs < 2*threads && r.inner >= 128 {
			u.width = max(64, (r.inner/threads+15)/16*16)
		}
		units, grain = r.outer*runs*((r.inner+u.width-1)/u.width), 1
	case r.n > kernel.Lanes:
		runs = (r.n + rowRun - 1) / rowRun
		units = r.outer * runs
	}
	u.x, u.out, u.partial = x, out, out
	if runs > 1 {
		u.partial = s.ws(w).scratchOf(runs * len(out))
	}
	if small {
		u.body(0, 0, units)
	} else {
		s.e.pool.For(units, grain, u.body)
	}
	if runs > 1 {
		addRuns(s.k, s.combine, out, u.partial, runs, r.inner)
	}
	u.x, u.out, u.partial = nil, nil, nil
	s.e.free.Put(w)
	s.free.Put(u)
}

// wholeRows reduces rows [lo,hi), each of which is one run.
func (u *reducing[T]) wholeRows(_, lo, hi int) {
	n := u.r.n
	u.rows(u.out[lo:hi], u.x[lo*n:hi*n], n)
}

// longRows reduces runs [lo,hi) of all rows.
func (u *reducing[T]) longRows(_, lo, hi int) {
	n := u.r.n
	runs := (n + rowRun - 1) / rowRun
	for i := lo; i < hi; i++ {
		from := i % runs * rowRun
		run := u.x[i/runs*n : (i/runs+1)*n][from:min(from+rowRun, n)]
		u.rows(u.partial[i:i+1], run, len(run))
	}
}

// columns reduces units [lo,hi): a run of rows of one matrix, some columns wide.
func (u *reducing[T]) columns(_, lo, hi int) {
	n, inner := u.r.n, u.r.inner
	runs, blocks := (n+columnRun-1)/columnRun, (inner+u.width-1)/u.width
	for i := lo; i < hi; i++ {
		matrix, run, c := i/blocks/runs, i/blocks%runs, i%blocks*u.width
		first, last := run*columnRun, min((run+1)*columnRun, n)
		w := min(u.width, inner-c)
		acc := u.partial[(matrix*runs+run)*inner+c:][:w]
		x := u.x[(matrix*n+first)*inner+c:]
		copy(acc, x)
		u.addRows(acc, x, last-first)
	}
}

// addRows combines rows 1 to rows-1 of x, which lie inner elements apart, with
// acc.
func (s *reducer[T]) addRows(acc, x []T, rows int) {
	if rows > 1 {
		s.combineRows(acc, x[s.r.inner:], rows-1)
	}
}

// combineRows combines rows of x, one after the other, with acc.
func (s *reducer[T]) combineRows(acc, x []T, rows int) {
	if s.sum {
		s.k.AddRows(acc, x, s.r.inner, rows)
		return
	}
	for i := range rows {
		s.k.Binary[s.combine](acc, acc, x[i*s.r.inner:][:len(acc)])
	}
}

// addRuns combines the runs' partial results in order; they lie one after the
// other, inner elements each.
func addRuns[T float32 | float64](k *kernel.Floats[T], combine kernel.Binary, out, partial []T, runs, inner int) {
	for o := range len(out) / inner {
		sum := out[o*inner:][:inner]
		part := partial[o*runs*inner:][:runs*inner]
		copy(sum, part)
		for i := 1; i < runs; i++ {
			k.Binary[combine](sum, sum, part[i*inner:][:inner])
		}
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

func argReduce(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) {
	r := canonical(op.Ins[0].Shape, []int{op.Attrs.(int)})
	out, wantMax := graph.View[int32](outs[0]), op.Prim == graph.ArgMaxP
	switch op.Ins[0].DType {
	case graph.Float32:
		argExtreme(e, r, graph.View[float32](ins[0]), out, wantMax, e.set.F32.MaxRows, e.set.F32.MinRows)
	case graph.Float64:
		argExtreme(e, r, graph.View[float64](ins[0]), out, wantMax, e.set.F64.MaxRows, e.set.F64.MinRows)
	case graph.Bool, graph.Uint8:
		argExtreme(e, r, graph.View[uint8](ins[0]), out, wantMax, nil, nil)
	case graph.Uint32:
		argExtreme(e, r, graph.View[uint32](ins[0]), out, wantMax, nil, nil)
	case graph.Int32:
		argExtreme(e, r, graph.View[int32](ins[0]), out, wantMax, nil, nil)
	case graph.Int64:
		argExtreme(e, r, graph.View[int64](ins[0]), out, wantMax, nil, nil)
	}
}

// argExtreme finds the first extreme element of each row or column; the first
// NaN wins over everything. most and least reduce rows; they are nil if the type
// has no kernels.
func argExtreme[T number](e *Engine, r reduction, x []T, out []int32, wantMax bool, most, least func(out, x []T, n int)) {
	row := func(o int) { out[o] = int32(argRow(x[o*r.n:(o+1)*r.n], wantMax)) }
	if most != nil {
		peaks := most
		if !wantMax {
			peaks = least
		}
		row = func(o int) { out[o] = int32(argChunks(x[o*r.n:(o+1)*r.n], wantMax, peaks)) }
	}
	if r.inner > 1 {
		row = func(o int) {
			argColumns(x[o*r.n*r.inner:(o+1)*r.n*r.inner], out[o*r.inner:(o+1)*r.inner], wantMax)
		}
	}
	body := func(_, lo, hi int) {
		for o := lo; o < hi; o++ {
			row(o)
		}
	}
	if len(x) < parallelFrom || r.outer == 1 && r.inner == 1 {
		body(0, 0, r.outer)
		return
	}
	if r.outer >= e.pool.threads {
		e.pool.For(r.outer, max(1, parallelFrom/2/(r.n*r.inner)), body)
		return
	}
	for o := range r.outer { // few matrices: blocks of columns
		e.pool.For(r.inner, 64, func(_, lo, hi int) {
			argBlock(x[o*r.n*r.inner:], r.inner, lo, hi, r.n, out[o*r.inner:], wantMax)
		})
	}
}

// argRow finds the place in one row.
func argRow[T number](x []T, wantMax bool) int {
	best, at := x[0], 0
	for i := 1; i < len(x) && best == best; i++ {
		v := x[i]
		if v != v || (wantMax && v > best) || (!wantMax && v < best) {
			best, at = v, i
		}
	}
	return at
}

// argChunks is argRow by way of the extreme values of chunks, which vectors find:
// only the first chunk with the best one is looked through.
func argChunks[T number](x []T, wantMax bool, peaks func(out, x []T, n int)) int {
	const chunk, most = 4 * kernel.Lanes, 64
	if len(x) < chunk {
		return argRow(x, wantMax)
	}
	var best T
	at := -1
	better := func(v T) bool { return at < 0 || v != v || (wantMax && v > best) || (!wantMax && v < best) }
	var found [most]T
	for from := 0; from < len(x); {
		k := min(most, (len(x)-from)/chunk)
		if k == 0 { // less than a chunk is left
			if i := from + argRow(x[from:], wantMax); better(x[i]) {
				return i
			}
			break
		}
		peaks(found[:k], x[from:], chunk)
		for j, v := range found[:k] {
			if better(v) {
				best, at = v, from+j*chunk
			}
			if v != v {
				return at + argRow(x[at:at+chunk], wantMax)
			}
		}
		from += k * chunk
	}
	return at + argRow(x[at:at+chunk], wantMax)
}

// argColumns finds the places in all columns of a matrix.
func argColumns[T number](x []T, out []int32, wantMax bool) {
	argBlock(x, len(out), 0, len(out), len(x)/max(1, len(out)), out, wantMax)
}

// argBlock finds the places in columns [lo,hi) of n rows, a row at a time.
func argBlock[T number](x []T, inner, lo, hi, n int, out []int32, wantMax bool) {
	best := make([]T, hi-lo)
	copy(best, x[lo:hi])
	at := out[lo:hi]
	clear(at)
	for i := 1; i < n; i++ {
		row := x[i*inner+lo:][:len(best)]
		for j, v := range row {
			b := best[j]
			if b == b && (v != v || (wantMax && v > b) || (!wantMax && v < b)) {
				best[j], at[j] = v, int32(i)
			}
		}
	}
}
