package cpu

import (
	"math"

	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// windows goes over the places of a window. The trailing axes along which the
// window is one element are taken together as inner: runs of elements that go
// through alike, side by side.
type windows struct {
	graph.WindowAttrs
	in, out graph.Shape // without the inner axes
	step    []int       // the operand's strides
	inner   int
	example int // elements that share their leading indices
}

func newWindows(op *graph.Op) *windows {
	w := &windows{WindowAttrs: op.Attrs.(graph.WindowAttrs), inner: 1}
	shape := op.Ins[0].Shape
	lead, rank := w.Lead(), len(shape)
	w.example = shape[lead:].Size()
	for rank > lead && w.Size[rank-1] == 1 && w.Stride[rank-1] == 1 && w.Low[rank-1] == 0 && w.High[rank-1] == 0 {
		rank--
		w.inner *= shape[rank]
	}
	w.step = rowMajor(shape).stride
	w.in, w.out = shape[:rank], op.Outs[0].Shape[:rank]
	return w
}

// each calls f for places [lo, hi) with the offsets of the window's elements
// that are not padding, in row-major order.
func (w *windows) each(lo, hi int, f func(place int, taps []int)) {
	rank := len(w.in)
	from, to, at := make([]int, rank), make([]int, rank), make([]int, rank)
	var taps []int
	for p := lo; p < hi; p++ {
		taps = taps[:0]
		rest, offset, empty := p, 0, false
		for i := rank - 1; i >= 0; i-- {
			first := rest%w.out[i]*w.Stride[i] - w.Low[i]
			rest /= w.out[i]
			from[i], to[i] = max(0, first), min(w.in[i], first+w.Size[i])
			empty = empty || from[i] >= to[i]
			at[i] = from[i]
			offset += from[i] * w.step[i]
		}
		for !empty {
			taps = append(taps, offset)
			i := rank - 1
			for ; i >= 0; i-- {
				at[i]++
				offset += w.step[i]
				if at[i] < to[i] {
					break
				}
				offset -= (at[i] - from[i]) * w.step[i]
				at[i] = from[i]
			}
			empty = i < 0
		}
		f(p, taps)
	}
}

// loop spreads the places over threads.
func (w *windows) loop(e *Engine, f func(place int, taps []int)) {
	places := w.out.Size()
	volume := w.inner
	for _, s := range w.Size {
		volume *= s
	}
	if places == 0 || volume == 0 {
		return
	}
	if places*volume < parallelFrom {
		w.each(0, places, f)
		return
	}
	e.pool.For(places, max(1, parallelFrom/4/volume), func(_, lo, hi int) { w.each(lo, hi, f) })
}

func windowImpls() map[*graph.Prim]impl {
	window := func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) {
		w := newWindows(op)
		if op.Ins[0].DType == graph.Float32 {
			runWindows(e, &e.set.F32, w, op.Prim, graph.View[float32](ins[0]), outs[0])
		} else {
			runWindows(e, &e.set.F64, w, op.Prim, graph.View[float64](ins[0]), outs[0])
		}
	}
	return map[*graph.Prim]impl{graph.WindowSumP: window, graph.WindowMaxP: window, graph.WindowArgMaxP: window}
}

func runWindows[T kernel.Float](e *Engine, k *kernel.Floats[T], w *windows, p *graph.Prim, x []T, out *graph.Buffer) {
	if p == graph.WindowArgMaxP {
		argMaxWindows(e, w, x, graph.View[int32](out))
		return
	}
	y := viewOf[T](out)
	initial, combine := T(0), k.Binary[kernel.Add]
	if p == graph.WindowMaxP {
		initial, combine = T(math.Inf(-1)), k.Binary[kernel.Max]
	}
	w.loop(e, func(place int, taps []int) {
		acc := y[place*w.inner : (place+1)*w.inner]
		k.Fill(acc, initial)
		for _, t := range taps {
			combine(acc, acc, x[t:t+w.inner])
		}
	})
}

// viewOf views a float buffer by its Go type.
func viewOf[T kernel.Float](b *graph.Buffer) []T {
	var v any
	if b.DType == graph.Float32 {
		v = graph.View[float32](b)
	} else {
		v = graph.View[float64](b)
	}
	return v.([]T)
}

// argMaxWindows finds the first largest element; the first NaN wins.
func argMaxWindows[T kernel.Float](e *Engine, w *windows, x []T, out []int32) {
	w.loop(e, func(place int, taps []int) {
		at := out[place*w.inner : (place+1)*w.inner]
		for j := range at {
			best, index := T(0), -1
			for _, t := range taps {
				if v := x[t+j]; index < 0 || v > best || v != v && best == best {
					best, index = v, t%w.example+j
				}
			}
			at[j] = int32(index)
		}
	})
}
