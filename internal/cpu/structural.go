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

// move copies the elements of an array between two layouts.
func (e *Engine) move(dst *graph.Buffer, to layout, src *graph.Buffer, from layout, shape graph.Shape) {
	switch dst.DType.Size() {
	case 1:
		moveElems(e, raw[uint8](dst), to, raw[uint8](src), from, shape)
	case 4:
		moveElems(e, raw[uint32](dst), to, raw[uint32](src), from, shape)
	case 16:
		moveElems(e, raw[[2]uint64](dst), to, raw[[2]uint64](src), from, shape)
	default:
		moveElems(e, raw[uint64](dst), to, raw[uint64](src), from, shape)
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

func moveElems[T word](e *Engine, dst []T, to layout, src []T, from layout, shape graph.Shape) {
	total := shape.Size()
	if total == 0 {
		return
	}
	shape, to, from = simplify(shape, to, from)
	if len(shape) == 0 {
		dst[to.offset] = src[from.offset]
		return
	}
	if len(shape) >= 2 && total >= parallelFrom && shape[0] > 1 {
		e.pool.For(shape[0], max(1, parallelFrom/4*shape[0]/total), func(_, lo, hi int) {
			moveRange(e, dst, to, src, from, shape, lo, hi)
		})
		return
	}
	moveRange(e, dst, to, src, from, shape, 0, shape[0])
}

// moveRange moves indices [lo, hi) of the first axis.
func moveRange[T word](e *Engine, dst []T, to layout, src []T, from layout, shape graph.Shape, lo, hi int) {
	shape = shape.With(0, hi-lo)
	to.offset += lo * to.stride[0]
	from.offset += lo * from.stride[0]
	rank := len(shape)
	if rank >= 2 && from.stride[rank-1] != 1 && to.stride[rank-1] == 1 {
		if k := slices.Index(from.stride[:rank-1], 1); k >= 0 && shape[k] >= 8 && shape[rank-1] >= 8 {
			moveBlocks(e, dst, to, src, from, shape, k)
			return
		}
	}
	n, ds, ss := shape[rank-1], to.stride[rank-1], from.stride[rank-1]
	walk(shape[:rank-1], to, from, func(d, s int) {
		switch {
		case ds == 1 && ss == 1:
			copy(dst[d:d+n], src[s:s+n])
		case ds == 1 && ss == 0:
			v := src[s]
			row := dst[d : d+n]
			for i := range row {
				row[i] = v
			}
		default:
			for range n {
				dst[d] = src[s]
				d, s = d+ds, s+ss
			}
		}
	})
}

// walk calls f with both offsets of every index of shape, in row-major order.
func walk(shape graph.Shape, a, b layout, f func(i, j int)) {
	index := make([]int, len(shape))
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
	walk(shape[:last].With(k, 1), to, from, func(d, s int) {
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
	look := func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) {
		from, _ := sourceLayout(op)
		e.move(outs[0], rowMajor(op.Outs[0].Shape), ins[0], from, op.Outs[0].Shape)
	}
	return map[*graph.Prim]impl{
		graph.BroadcastP: look, graph.SliceP: look, graph.TransposeP: look, graph.ReverseP: look,
		graph.ReshapeP: func(_ *Engine, _ *graph.Op, ins, outs []*graph.Buffer) {
			copy(outs[0].Bytes(), ins[0].Bytes())
		},
		graph.PadP:         (*Engine).pad,
		graph.ConcatenateP: (*Engine).concatenate,
		graph.IotaP:        (*Engine).iota,
	}
}

// pad fills with the value, then moves in the elements that stay.
func (e *Engine) pad(op *graph.Op, ins, outs []*graph.Buffer) {
	a, x := op.Attrs.(graph.PadAttrs), op.Ins[0]
	rank := len(x.Shape)
	e.move(outs[0], layout{stride: []int{1}}, ins[1], layout{stride: []int{0}}, graph.Shape{outs[0].Len})
	to, from := rowMajor(op.Outs[0].Shape), rowMajor(x.Shape)
	shape := slices.Clone(x.Shape)
	for i := range rank {
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
	e.move(outs[0], to, ins[0], from, shape)
}

func (e *Engine) concatenate(op *graph.Op, ins, outs []*graph.Buffer) {
	axis := op.Attrs.(int)
	to := rowMajor(op.Outs[0].Shape)
	for i, x := range op.Ins {
		e.move(outs[0], to, ins[i], rowMajor(x.Shape), x.Shape)
		to.offset += x.Shape[axis] * to.stride[axis]
	}
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
