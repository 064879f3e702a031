package cpu

import (
	"unsafe"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// A Fourier transform is defined by its length alone: by Stockham's passes over
// the factors of the length (fours first, then primes in order), or Bluestein's
// convolution if a prime factor is large. One thread does one transform. Real
// signals of even length go through a transform of half the length.

func fftImpls() map[*graph.Prim]impl {
	run := func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) {
		if d := op.Ins[0].DType; d == graph.Complex64 || d == graph.Float32 {
			fourier[float32](e, op, ins[0], outs[0])
		} else {
			fourier[float64](e, op, ins[0], outs[0])
		}
	}
	return map[*graph.Prim]impl{graph.FFTP: run, graph.RFFTP: run, graph.IRFFTP: run}
}

// pairs views complex numbers.
func pairs[T float32 | float64](b *graph.Buffer) []pair[T] {
	if b.Len == 0 {
		return nil
	}
	return unsafe.Slice((*pair[T])(unsafe.Pointer(unsafe.SliceData(b.Bytes()))), b.Len)
}

// tableKey names a plan, or a table of roots alone.
type tableKey struct {
	n             int
	single, roots bool
}

// maxTables is how many lengths' tables an engine keeps.
const maxTables = 64

// table is the plan or the roots of a length, kept for later transforms.
func table[P any, T float32 | float64](e *Engine, n int, onlyRoots bool, build func() P) P {
	var z T
	key := tableKey{n, unsafe.Sizeof(z) == 4, onlyRoots}
	e.tablesMu.Lock()
	defer e.tablesMu.Unlock()
	if p, ok := e.tables[key]; ok {
		return p.(P)
	}
	if e.tables == nil || len(e.tables) >= maxTables {
		e.tables = map[tableKey]any{}
	}
	p := build()
	e.tables[key] = p
	return p
}

func planOf[T float32 | float64](e *Engine, n int) *fftPlan[T] {
	return table[*fftPlan[T], T](e, n, false, func() *fftPlan[T] { return newFFTPlan[T](e.set, n) })
}

func rootsOf[T float32 | float64](e *Engine, n int) []pair[T] {
	return table[[]pair[T], T](e, n, true, func() []pair[T] { return roots[T](e.set, n) })
}

// fourier transforms every line along the axis.
func fourier[T float32 | float64](e *Engine, op *graph.Op, in, out *graph.Buffer) {
	a := op.Attrs.(graph.FFTAttrs)
	if out.Len == 0 {
		return
	}
	shape := op.Ins[0].Shape
	inner := shape[a.Axis+1:].Size()
	lines := shape[:a.Axis].Size() * inner
	nIn, nOut := shape[a.Axis], op.Outs[0].Shape[a.Axis]
	f := transformOf[T](e, op, in, out)
	body := func(_, lo, hi int) {
		x, y, put := f.plan.buffers()
		defer put()
		for i := lo; i < hi; i++ {
			o, c := i/inner, i%inner
			f.do(x, y, o*nIn*inner+c, o*nOut*inner+c, inner)
		}
	}
	if lines*a.N < parallelFrom/4 || lines == 1 {
		body(0, 0, lines)
		return
	}
	e.pool.For(lines, max(1, parallelFrom/8/a.N), body)
}

// lineTransform transforms one line, from element from of the operand to element
// to of the result, both with the same step.
type lineTransform[T float32 | float64] struct {
	plan *fftPlan[T]
	do   func(x, y []pair[T], from, to, step int)
}

func transformOf[T float32 | float64](e *Engine, op *graph.Op, in, out *graph.Buffer) lineTransform[T] {
	a := op.Attrs.(graph.FFTAttrs)
	scale := T(a.Scale)
	even := a.N%2 == 0
	switch {
	case op.Prim == graph.FFTP:
		p, src, dst := planOf[T](e, a.N), pairs[T](in), pairs[T](out)
		return lineTransform[T]{p, func(x, y []pair[T], from, to, step int) {
			// The inverse transform is the transform with both parts exchanged.
			for j := range a.N {
				x[j] = src[from+j*step]
				if a.Inverse {
					x[j] = x[j].swapped()
				}
			}
			z := p.transform(x, y)
			for k := range a.N {
				v := z[k].scaled(scale)
				if a.Inverse {
					v = v.swapped()
				}
				dst[to+k*step] = v
			}
		}}
	case op.Prim == graph.RFFTP && even:
		return realHalves(planOf[T](e, a.N/2), rootsOf[T](e, a.N), a.N/2, graph.View[T](in), pairs[T](out), scale)
	case op.Prim == graph.RFFTP:
		p, src, dst := planOf[T](e, a.N), graph.View[T](in), pairs[T](out)
		return lineTransform[T]{p, func(x, y []pair[T], from, to, step int) {
			for j := range a.N {
				x[j] = pair[T]{src[from+j*step], 0}
			}
			z := p.transform(x, y)
			z[0].im = 0
			for k := range a.N/2 + 1 {
				dst[to+k*step] = z[k].scaled(scale)
			}
		}}
	case even:
		return realFromHalves(planOf[T](e, a.N/2), rootsOf[T](e, a.N), a.N/2, pairs[T](in), graph.View[T](out), scale)
	}
	p, src, dst := planOf[T](e, a.N), pairs[T](in), graph.View[T](out)
	return lineTransform[T]{p, func(x, y []pair[T], from, to, step int) {
		x[0] = pair[T]{0, src[from].re} // both parts exchanged, as above
		for k := 1; k <= a.N/2; k++ {
			v := src[from+k*step]
			x[k], x[a.N-k] = v.swapped(), v.conj().swapped()
		}
		z := p.transform(x, y)
		for j := range a.N {
			dst[to+j*step] = z[j].im * scale
		}
	}}
}

// realHalves takes even elements as real parts and odd ones as imaginary parts.
// With Z the transform of that, E = (Z[k] + conj Z[h-k]) / 2 is the transform
// of the even elements, O = (Z[k] - conj Z[h-k]) / 2i that of the odd ones, and
// E + w^k O that of all.
func realHalves[T float32 | float64](p *fftPlan[T], w []pair[T], h int, src []T, dst []pair[T], scale T) lineTransform[T] {
	return lineTransform[T]{p, func(x, y []pair[T], from, to, step int) {
		for j := range h {
			x[j] = pair[T]{src[from+2*j*step], src[from+(2*j+1)*step]}
		}
		z := p.transform(x, y)
		dst[to] = pair[T]{z[0].re + z[0].im, 0}.scaled(scale)
		for k := 1; k < h; k++ {
			a, b := z[k], z[h-k].conj()
			even, odd := a.plus(b).scaled(0.5), a.minus(b).scaled(0.5).timesMinusI()
			dst[to+k*step] = even.plus(odd.times(w[k])).scaled(scale)
		}
		dst[to+h*step] = pair[T]{z[0].re - z[0].im, 0}.scaled(scale)
	}}
}

// realFromHalves goes the other way: E = X[k] + conj X[h-k] makes the even
// elements, O = (X[k] - conj X[h-k]) / w^k the odd ones, and the inverse
// transform of E + iO has them as its parts.
func realFromHalves[T float32 | float64](p *fftPlan[T], w []pair[T], h int, src []pair[T], dst []T, scale T) lineTransform[T] {
	return lineTransform[T]{p, func(x, y []pair[T], from, to, step int) {
		first, last := src[from].re, src[from+h*step].re
		x[0] = pair[T]{first - last, first + last} // exchanged: inverse
		for k := 1; k < h; k++ {
			a, b := src[from+k*step], src[from+(h-k)*step].conj()
			even, odd := a.plus(b), a.minus(b).times(w[k].conj())
			x[k] = pair[T]{even.re - odd.im, even.im + odd.re}.swapped()
		}
		z := p.transform(x, y)
		for j := range h {
			dst[to+2*j*step], dst[to+(2*j+1)*step] = z[j].im*scale, z[j].re*scale
		}
	}}
}
