package cpu

import (
	"slices"
	"unsafe"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// layout is how the elements of an array lie in a buffer: element (i, j, ...)
// is at offset + i*stride[0] + j*stride[1] + ...
type layout struct {
	offset int
	stride []int
}

// rowMajor is the layout of a whole buffer.
func rowMajor(shape graph.Shape) layout {
	l := layout{stride: make([]int, len(shape))}
	n := 1
	for i := len(shape) - 1; i >= 0; i-- {
		l.stride[i] = n
		n *= shape[i]
	}
	return l
}

// sourceLayout says where the elements of an op's result lie in its operand,
// for ops that only look at the operand in another order.
func sourceLayout(op *graph.Op) (layout, bool) {
	if len(op.Ins) == 0 {
		return layout{}, false
	}
	in := rowMajor(op.Ins[0].Shape)
	rank := len(op.Outs[0].Shape)
	out := layout{stride: make([]int, rank)}
	switch a := op.Attrs.(type) {
	case graph.BroadcastAttrs:
		for i, ax := range a.Axes {
			if op.Ins[0].Shape[i] != 1 || a.Shape[ax] == 1 {
				out.stride[ax] = in.stride[i]
			}
		}
		return out, true
	case graph.SliceAttrs:
		for i := range rank {
			out.offset += a.Start[i] * in.stride[i]
			out.stride[i] = a.Step[i] * in.stride[i]
		}
		return out, true
	case []int:
		switch op.Prim {
		case graph.TransposeP:
			for i, p := range a {
				out.stride[i] = in.stride[p]
			}
			return out, true
		case graph.ReverseP:
			copy(out.stride, in.stride)
			for _, ax := range a {
				out.offset += (op.Ins[0].Shape[ax] - 1) * in.stride[ax]
				out.stride[ax] = -in.stride[ax]
			}
			return out, true
		}
	}
	return layout{}, false
}

// mover copies the elements of an array between two layouts, again and again.
type mover struct {
	to, from layout
	shape    graph.Shape // simplified
	total    int
}

func newMover(to, from layout, shape graph.Shape) *mover {
	m := &mover{total: shape.Size()}
	m.shape, m.to, m.from = simplify(shape, to, from)
	return m
}

// move copies once.
func (e *Engine) move(dst *graph.Buffer, to layout, src *graph.Buffer, from layout, shape graph.Shape) {
	newMover(to, from, shape).run(e, dst, src)
}

func (m *mover) run(e *Engine, dst, src *graph.Buffer) {
	switch dst.DType.Size() {
	case 1:
		moveElems(e, m, raw[uint8](dst), raw[uint8](src))
	case 4:
		moveElems(e, m, raw[uint32](dst), raw[uint32](src))
	case 16:
		moveElems(e, m, raw[[2]uint64](dst), raw[[2]uint64](src))
	default:
		moveElems(e, m, raw[uint64](dst), raw[uint64](src))
	}
}

// word stands for an element of which only the size matters.
type word interface {
	uint8 | uint32 | uint64 | [2]uint64
}

// raw views a buffer as words of its elements' size.
func raw[T word](b *graph.Buffer) []T {
	if b.Len == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b.Bytes()))), b.Len)
}

// simplify merges neighbouring axes that both layouts step through evenly, and
// drops axes of size 1.
func simplify(shape graph.Shape, a, b layout) (graph.Shape, layout, layout) {
	var s graph.Shape
	a2, b2 := layout{offset: a.offset}, layout{offset: b.offset}
	for i, n := range shape {
		if n == 1 {
			continue
		}
		if k := len(s) - 1; k >= 0 && a2.stride[k] == a.stride[i]*n && b2.stride[k] == b.stride[i]*n {
			s[k] *= n
			a2.stride[k], b2.stride[k] = a.stride[i], b.stride[i]
			continue
		}
		s = append(s, n)
		a2.stride, b2.stride = append(a2.stride, a.stride[i]), append(b2.stride, b.stride[i])
	}
	return s, a2, b2
}

func moveElems[T word](e *Engine, m *mover, dst, src []T) {
	switch {
	case m.total == 0:
	case len(m.shape) == 0:
		dst[m.to.offset] = src[m.from.offset]
	case m.total >= parallelFrom:
		axis, multiple := m.split()
		grain := max(1, parallelFrom/4*m.shape[axis]/m.total)
		e.pool.For(m.shape[axis], (grain+multiple-1)/multiple*multiple, func(_, lo, hi int) {
			moveRange(e, m, dst, src, axis, lo, hi)
		})
	default:
		moveRange(e, m, dst, src, 0, 0, m.shape[0])
	}
}

// turned is the axis along which the source is contiguous, if that is another
// than the one along which the destination is and both are long enough to move
// in blocks; else -1.
func (m *mover) turned() int {
	last := len(m.shape) - 1
	if last < 1 || m.from.stride[last] == 1 || m.to.stride[last] != 1 || m.shape[last] < 8 {
		return -1
	}
	if k := slices.Index(m.from.stride[:last], 1); k >= 0 && m.shape[k] >= 8 {
		return k
	}
	return -1
}

// split is the axis that is spread over threads: an outer one, so that no two
// threads share a line of the cache on either side. Where there is none, pieces
// are multiples of a line.
func (m *mover) split() (axis, multiple int) {
	if len(m.shape) == 1 {
		return 0, 16
	}
	if m.turned() != 0 {
		return 0, 1
	}
	if len(m.shape) > 2 {
		return 1, 1
	}
	if m.shape[0] >= m.shape[1] {
		return 0, 16
	}
	return 1, 16
}

// maxRank is more axes than arrays have; shapes of more are handled by slower
// ways.
const maxRank = 8

// moveRange moves indices [lo, hi) of an axis.
func moveRange[T word](e *Engine, m *mover, dst, src []T, axis, lo, hi int) {
	var buf [maxRank]int
	shape := graph.Shape(append(buf[:0], m.shape...))
	shape[axis] = hi - lo
	to, from := m.to, m.from
	to.offset += lo * to.stride[axis]
	from.offset += lo * from.stride[axis]
	rank := len(shape)
	if k := m.turned(); k >= 0 {
		moveBlocks(e, dst, to, src, from, shape, k)
		return
	}
	n, ds, ss := shape[rank-1], to.stride[rank-1], from.stride[rank-1]
	walk(shape[:rank-1], to, from, func(d, s int) {
		switch {
		case ds == 1 && ss == 1:
			copy(dst[d:d+n], src[s:s+n])
		case ds == 1 && ss == 0:
			spread(e, dst[d:d+n], src[s])
		default:
			for range n {
				dst[d] = src[s]
				d, s = d+ds, s+ss
			}
		}
	})
}

// spread fills dst with v.
func spread[T word](e *Engine, dst []T, v T) {
	switch d := any(dst).(type) {
	case []uint32:
		e.fill32(d, any(v).(uint32))
	case []uint64:
		e.fill64(d, any(v).(uint64))
	default:
		fill(dst, v)
	}
}

// walk calls f with both offsets of every index of shape, in row-major order.
func walk(shape graph.Shape, a, b layout, f func(i, j int)) {
	var buf [maxRank]int
	index := append(buf[:0], shape...)
	clear(index)
	i, j := a.offset, b.offset
	for {
		f(i, j)
		k := len(shape) - 1
		for ; k >= 0; k-- {
			index[k]++
			i, j = i+a.stride[k], j+b.stride[k]
			if index[k] < shape[k] {
				break
			}
			i, j = i-shape[k]*a.stride[k], j-shape[k]*b.stride[k]
			index[k] = 0
		}
		if k < 0 {
			return
		}
	}
}

// moveBlocks moves a transposition of axis k and the last axis in blocks, so
// that neither side leaves the cache between touches.
func moveBlocks[T word](e *Engine, dst []T, to layout, src []T, from layout, shape graph.Shape, k int) {
	const block = 64
	last := len(shape) - 1
	rows, cols := shape[k], shape[last]
	drow, scol := to.stride[k], from.stride[last]
	turn, square := transposer[T](e)
	whole := 0
	if square > 0 && drow > 0 && scol > 0 {
		whole = cols / square * square
	}
	shape[k] = 1
	walk(shape[:last], to, from, func(d, s int) {
		for r0 := 0; r0 < rows; r0 += block {
			r1 := min(r0+block, rows)
			for c := 0; c < whole; c += square {
				_, _ = dst[d+(r1-1)*drow+c+square-1], src[s+r1-1+(c+square-1)*scol]
				turn(unsafe.Pointer(&dst[d+r0*drow+c]), drow, unsafe.Pointer(&src[s+r0+c*scol]), scol, r1-r0)
			}
			for r := r0; r < r1; r++ {
				for c := whole; c < cols; c++ {
					dst[d+r*drow+c] = src[s+r+c*scol]
				}
			}
		}
	})
}

// transposer is the kernel that transposes elements of T's size, whatever they
// are, and the number of its rows; 0 if there is none.
func transposer[T word](e *Engine) (turn func(dst unsafe.Pointer, dstStep int, src unsafe.Pointer, srcStep, depth int), square int) {
	switch unsafe.Sizeof(*new(T)) {
	case 4:
		if k := &e.set.F32; k.Transpose != nil {
			return func(dst unsafe.Pointer, dstStep int, src unsafe.Pointer, srcStep, depth int) {
				k.Transpose((*float32)(dst), dstStep, (*float32)(src), srcStep, depth)
			}, k.Square
		}
	case 8:
		if k := &e.set.F64; k.Transpose != nil {
			return func(dst unsafe.Pointer, dstStep int, src unsafe.Pointer, srcStep, depth int) {
				k.Transpose((*float64)(dst), dstStep, (*float64)(src), srcStep, depth)
			}, k.Square
		}
	}
	return nil, 0
}

func structuralImpls() map[*graph.Prim]impl {
	moving := func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) { moves(op)(e, ins, outs[0]) }
	return map[*graph.Prim]impl{
		graph.BroadcastP: moving, graph.SliceP: moving, graph.TransposeP: moving, graph.ReverseP: moving,
		graph.PadP: moving, graph.ConcatenateP: moving,
		graph.ReshapeP: func(_ *Engine, _ *graph.Op, ins, outs []*graph.Buffer) {
			copy(outs[0].Bytes(), ins[0].Bytes())
		},
		graph.IotaP: (*Engine).iota,
	}
}

// movesElements reports whether moves can prepare an op.
func movesElements(p *graph.Prim) bool {
	switch p {
	case graph.BroadcastP, graph.SliceP, graph.TransposeP, graph.ReverseP, graph.PadP, graph.ConcatenateP:
		return true
	}
	return false
}

// moves prepares an op that moves elements and computes none.
func moves(op *graph.Op) func(e *Engine, ins []*graph.Buffer, out *graph.Buffer) {
	shape := op.Outs[0].Shape
	switch op.Prim {
	case graph.PadP:
		// Fill with the value, then move in the elements that stay.
		value := newMover(layout{stride: []int{1}}, layout{stride: []int{0}}, graph.Shape{shape.Size()})
		inner := padMover(op)
		return func(e *Engine, ins []*graph.Buffer, out *graph.Buffer) {
			value.run(e, out, ins[1])
			inner.run(e, out, ins[0])
		}
	case graph.ConcatenateP:
		axis := op.Attrs.(int)
		to := rowMajor(shape)
		var parts []*mover
		for _, x := range op.Ins {
			parts = append(parts, newMover(to, rowMajor(x.Shape), x.Shape))
			to.offset += x.Shape[axis] * to.stride[axis]
		}
		return func(e *Engine, ins []*graph.Buffer, out *graph.Buffer) {
			for i, m := range parts {
				m.run(e, out, ins[i])
			}
		}
	}
	from, _ := sourceLayout(op)
	m := newMover(rowMajor(shape), from, shape)
	return func(e *Engine, ins []*graph.Buffer, out *graph.Buffer) { m.run(e, out, ins[0]) }
}

// padMover moves in the elements that stay between padding.
func padMover(op *graph.Op) *mover {
	a, x := op.Attrs.(graph.PadAttrs), op.Ins[0]
	to, from := rowMajor(op.Outs[0].Shape), rowMajor(x.Shape)
	shape := slices.Clone(x.Shape)
	for i := range shape {
		// Negative padding drops the elements that would land outside.
		step := a.Interior[i] + 1
		first := 0
		if a.Low[i] < 0 {
			first = (-a.Low[i] + step - 1) / step
		}
		end := x.Shape[i]
		if room := op.Outs[0].Shape[i] - 1 - a.Low[i]; room < 0 {
			end = 0
		} else {
			end = min(end, room/step+1)
		}
		shape[i] = max(0, end-first)
		from.offset += first * from.stride[i]
		to.offset += (a.Low[i] + first*step) * to.stride[i]
		to.stride[i] *= step
	}
	return newMover(to, from, shape)
}

func (e *Engine) iota(op *graph.Op, _, outs []*graph.Buffer) {
	a := op.Attrs.(graph.IotaAttrs)
	n := a.Shape[a.Axis]
	index := graph.NewBuffer(graph.Int64, n)
	for i := range n {
		graph.View[int64](index)[i] = int64(i)
	}
	row := graph.NewBuffer(a.DType, n)
	convertLoop(graph.Int64, a.DType)(row, []view{index})
	from := layout{stride: make([]int, len(a.Shape))}
	from.stride[a.Axis] = 1
	e.move(outs[0], rowMajor(a.Shape), row, from, a.Shape)
}
