package cpu

import (
	"fmt"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// rowsAt says where the rows of a gather or scatter lie.
type rowsAt struct {
	batch, m   int // batches, and rows taken in each
	row        int // elements of a row
	dims, step []int
	clip       bool
	indices    func(at int) int
}

func newRowsAt(op *graph.Op, indices *graph.Buffer) rowsAt {
	a, x, i := op.Attrs.(graph.GatherAttrs), op.Ins[0].Shape, op.Ins[1].Shape
	last := len(i) - 1
	r := rowsAt{clip: a.Clip, dims: x[a.Batch : a.Batch+i[last]]}
	r.batch, r.m = x[:a.Batch].Size(), i[a.Batch:last].Size()
	r.row = x[a.Batch+i[last]:].Size()
	r.step = rowMajor(r.dims).stride
	switch indices.DType {
	case graph.Uint8:
		r.indices = indexer(graph.View[uint8](indices))
	case graph.Uint32:
		r.indices = indexer(graph.View[uint32](indices))
	case graph.Int32:
		r.indices = indexer(graph.View[int32](indices))
	case graph.Int64:
		r.indices = indexer(graph.View[int64](indices))
	default:
		panic(fmt.Sprintf("cpu: indices of type %v", indices.DType))
	}
	return r
}

func indexer[T integer](v []T) func(int) int {
	return func(i int) int { return int(v[i]) }
}

// rows is the number of rows in one batch of the operand.
func (r *rowsAt) rows() int { return graph.Shape(r.dims).Size() }

// at is the row of its batch to which index tuple i points, or -1.
func (r *rowsAt) at(i int) int {
	row := 0
	k := len(r.dims)
	for j, d := range r.dims {
		v := r.indices(i*k + j)
		if uint(v) >= uint(d) {
			if !r.clip || d == 0 {
				return -1
			}
			v = min(max(v, 0), d-1)
		}
		row += v * r.step[j]
	}
	return row
}

func gatherImpls() map[*graph.Prim]impl {
	gather := func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) {
		r := newRowsAt(op, ins[1])
		switch ins[0].DType.Size() {
		case 1:
			takeRows(e, &r, raw[uint8](ins[0]), raw[uint8](outs[0]))
		case 4:
			takeRows(e, &r, raw[uint32](ins[0]), raw[uint32](outs[0]))
		case 16:
			takeRows(e, &r, raw[[2]uint64](ins[0]), raw[[2]uint64](outs[0]))
		default:
			takeRows(e, &r, raw[uint64](ins[0]), raw[uint64](outs[0]))
		}
	}
	set := func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) {
		r := newRowsAt(op, ins[1])
		copy(outs[0].Bytes(), ins[0].Bytes())
		switch ins[0].DType.Size() {
		case 1:
			scatterRows(e, &r, raw[uint8](ins[2]), raw[uint8](outs[0]), setRow)
		case 4:
			scatterRows(e, &r, raw[uint32](ins[2]), raw[uint32](outs[0]), setRow)
		case 16:
			scatterRows(e, &r, raw[[2]uint64](ins[2]), raw[[2]uint64](outs[0]), setRow)
		default:
			scatterRows(e, &r, raw[uint64](ins[2]), raw[uint64](outs[0]), setRow)
		}
	}
	return map[*graph.Prim]impl{graph.GatherP: gather, graph.ScatterSetP: set, graph.ScatterAddP: (*Engine).scatter,
		graph.ScatterMulP: (*Engine).scatter, graph.ScatterMinP: (*Engine).scatter, graph.ScatterMaxP: (*Engine).scatter}
}

// scatter combines updates with rows by arithmetic.
func (e *Engine) scatter(op *graph.Op, ins, outs []*graph.Buffer) {
	r := newRowsAt(op, ins[1])
	copy(outs[0].Bytes(), ins[0].Bytes())
	switch ins[0].DType {
	case graph.Bool:
		combine := combineRow[uint8](op.Prim)
		if op.Prim == graph.ScatterAddP {
			combine = orRow
		}
		scatterRows(e, &r, graph.View[uint8](ins[2]), graph.View[uint8](outs[0]), combine)
	case graph.Uint8:
		scatterNumbers[uint8](e, op.Prim, &r, ins, outs)
	case graph.Uint32:
		scatterNumbers[uint32](e, op.Prim, &r, ins, outs)
	case graph.Int32:
		scatterNumbers[int32](e, op.Prim, &r, ins, outs)
	case graph.Int64:
		scatterNumbers[int64](e, op.Prim, &r, ins, outs)
	case graph.Float32:
		scatterNumbers[float32](e, op.Prim, &r, ins, outs)
	case graph.Float64:
		scatterNumbers[float64](e, op.Prim, &r, ins, outs)
	case graph.Complex64:
		scatterComplex[float32](e, op.Prim, &r, ins, outs)
	case graph.Complex128:
		scatterComplex[float64](e, op.Prim, &r, ins, outs)
	}
}

func scatterNumbers[T number](e *Engine, p *graph.Prim, r *rowsAt, ins, outs []*graph.Buffer) {
	scatterRows(e, r, graph.View[T](ins[2]), graph.View[T](outs[0]), combineRow[T](p))
}

func scatterComplex[T float32 | float64](e *Engine, p *graph.Prim, r *rowsAt, ins, outs []*graph.Buffer) {
	combine := pair[T].plus
	if p == graph.ScatterMulP {
		combine = pair[T].times
	}
	scatterRows(e, r, pairs[T](ins[2]), pairs[T](outs[0]), func(dst, src []pair[T]) {
		for i, v := range src {
			dst[i] = combine(dst[i], v)
		}
	})
}

// combineRow is what a scatter does with a row and an update.
func combineRow[T number](p *graph.Prim) func(dst, src []T) {
	switch p {
	case graph.ScatterMulP:
		return func(dst, src []T) {
			for i, v := range src {
				dst[i] *= v
			}
		}
	case graph.ScatterMinP:
		return func(dst, src []T) {
			for i, v := range src {
				dst[i] = min(dst[i], v)
			}
		}
	case graph.ScatterMaxP:
		return func(dst, src []T) {
			for i, v := range src {
				dst[i] = max(dst[i], v)
			}
		}
	}
	return addRow[T]
}

func setRow[T any](dst, src []T) { copy(dst, src) }

func addRow[T number](dst, src []T) {
	for i, v := range src {
		dst[i] += v
	}
}

// orRow is addition of bools.
func orRow(dst, src []uint8) {
	for i, v := range src {
		dst[i] |= v
	}
}

func takeRows[T any](e *Engine, r *rowsAt, x, out []T) {
	if len(out) == 0 {
		return
	}
	body := func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			dst := out[i*r.row : (i+1)*r.row]
			at := r.at(i)
			if at < 0 {
				clear(dst)
				continue
			}
			at = (i/r.m*r.rows() + at) * r.row
			if r.row == 1 {
				dst[0] = x[at]
				continue
			}
			copy(dst, x[at:at+r.row])
		}
	}
	if len(out) < parallelFrom {
		body(0, 0, r.batch*r.m)
		return
	}
	e.pool.For(r.batch*r.m, max(1, parallelFrom/4/r.row), body)
}

// scatterRows combines updates with rows of out in the order of the indices.
// Threads share the batches if there are enough; else each goes through all
// indices and handles those that point into its own range of rows.
func scatterRows[T any](e *Engine, r *rowsAt, updates, out []T, combine func(dst, src []T)) {
	if len(updates) == 0 || len(out) == 0 {
		return
	}
	rows := r.rows()
	part := func(b, lo, hi int) { // rows [lo, hi) of batch b
		for i := b * r.m; i < (b+1)*r.m; i++ {
			if at := r.at(i); at >= lo && at < hi {
				at = (b*rows + at) * r.row
				combine(out[at:at+r.row], updates[i*r.row:(i+1)*r.row])
			}
		}
	}
	threads := e.pool.threads
	if len(updates) < parallelFrom || threads == 1 || (r.batch < threads && r.row < 8) {
		for b := range r.batch {
			part(b, 0, rows)
		}
		return
	}
	if r.batch >= threads {
		e.pool.For(r.batch, 1, func(_, lo, hi int) {
			for b := lo; b < hi; b++ {
				part(b, 0, rows)
			}
		})
		return
	}
	for b := range r.batch {
		e.pool.For(threads, 1, func(_, lo, hi int) { part(b, lo*rows/threads, hi*rows/threads) })
	}
}
