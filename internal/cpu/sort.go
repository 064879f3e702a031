package cpu

import (
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// keyed is an element as an unsigned number in the wanted order, and its
// index, which makes all elements different and hence any sort stable.
type keyed struct {
	key   uint64
	index int32
}

func compareKeyed(a, b keyed) int {
	switch {
	case a.key != b.key:
		if a.key < b.key {
			return -1
		}
		return 1
	case a.index < b.index:
		return -1
	}
	return 1
}

// signed turns the order of signed numbers into that of unsigned ones.
func signed(v int64) uint64 { return uint64(v) ^ 1<<63 }

// floatKey orders floats as numbers; -0 and 0 are equal. NaNs are above all.
func floatKey(v float64) uint64 {
	bits := math.Float64bits(v + 0) // -0 + 0 is 0
	if v != v {
		return math.MaxUint64
	}
	if bits>>63 == 1 {
		return ^bits
	}
	return bits | 1<<63
}

// keys is the function that gives the key of an element of a buffer.
func keys(b *graph.Buffer) func(i int) uint64 {
	switch b.DType {
	case graph.Float32:
		v := graph.View[float32](b)
		return func(i int) uint64 { return floatKey(float64(v[i])) }
	case graph.Float64:
		v := graph.View[float64](b)
		return func(i int) uint64 { return floatKey(v[i]) }
	case graph.Int64:
		v := graph.View[int64](b)
		return func(i int) uint64 { return signed(v[i]) }
	case graph.Int32:
		v := graph.View[int32](b)
		return func(i int) uint64 { return signed(int64(v[i])) }
	case graph.Uint32:
		v := graph.View[uint32](b)
		return func(i int) uint64 { return uint64(v[i]) }
	}
	v := graph.View[uint8](b)
	return func(i int) uint64 { return uint64(v[i]) }
}

func sortImpls() map[*graph.Prim]impl {
	return map[*graph.Prim]impl{graph.ArgSortP: func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) {
		a := op.Attrs.(graph.ArgSortAttrs)
		r := canonical(op.Ins[0].Shape, []int{a.Axis})
		key, out := keys(ins[0]), graph.View[int32](outs[0])
		isFloat := ins[0].DType.IsFloat()
		columns := func(_, lo, hi int) {
			row := make([]keyed, r.n)
			for c := lo; c < hi; c++ {
				o, j := c/r.inner, c%r.inner
				for i := range row {
					k := key((o*r.n+i)*r.inner + j)
					if a.Descending && (!isFloat || k != math.MaxUint64) {
						k = ^k
					}
					row[i] = keyed{k, int32(i)}
				}
				first(row, a.K)
				for i := range a.K {
					out[(o*a.K+i)*r.inner+j] = row[i].index
				}
			}
		}
		if len(out) == 0 {
			return
		}
		if r.outer*r.n*r.inner < parallelFrom/8 {
			columns(0, 0, r.outer*r.inner)
			return
		}
		e.pool.For(r.outer*r.inner, max(1, parallelFrom/8/r.n), columns)
	}}
}

// first puts the k smallest elements in front, in order. A few are found with
// a heap of the best so far, whose top is the worst of them.
func first(row []keyed, k int) {
	if k > len(row)/8 {
		slices.SortFunc(row, compareKeyed)
		return
	}
	heap := row[:k]
	for i := k/2 - 1; i >= 0; i-- {
		sink(heap, i)
	}
	for i := k; i < len(row) && k > 0; i++ {
		if compareKeyed(row[i], heap[0]) < 0 {
			heap[0], row[i] = row[i], heap[0]
			sink(heap, 0)
		}
	}
	slices.SortFunc(heap, compareKeyed)
}

// sink restores the heap below i.
func sink(heap []keyed, i int) {
	for {
		child := 2*i + 1
		if child >= len(heap) {
			return
		}
		if child+1 < len(heap) && compareKeyed(heap[child+1], heap[child]) > 0 {
			child++
		}
		if compareKeyed(heap[child], heap[i]) < 0 {
			return
		}
		heap[i], heap[child] = heap[child], heap[i]
		i = child
	}
}
