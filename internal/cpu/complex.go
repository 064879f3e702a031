package cpu

import (
	"unsafe"

	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// Loops over complex numbers. A product is
//
//	(a+bi)(c+di) = (a*c - b*d) + (a*d + b*c)i
//
// with every product, sum and difference rounded; a quotient is Smith's (1962),
// rounded likewise. The explicit conversions keep Go from fusing them.

// parts views complex numbers as twice as many floats.
func parts[T kernel.Float](b *graph.Buffer) []T {
	if b.Len == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b.Bytes()))), 2*b.Len)
}

// wide reports whether an op has elements of 16 bytes.
func wide(op *graph.Op) bool {
	for _, in := range op.Ins {
		if in.DType == graph.Complex128 {
			return true
		}
	}
	return op.Outs[0].DType == graph.Complex128
}

func complexLoop[T float32 | float64](p *graph.Prim, k *kernel.Floats[T]) tileFunc {
	switch p {
	case graph.NegP:
		return func(dst view, src []view) { k.Unary[kernel.Neg](parts[T](dst), parts[T](src[0])) }
	case graph.AddP, graph.SubP:
		f := k.Binary[binaryKernels[p]]
		return func(dst view, src []view) { f(parts[T](dst), parts[T](src[0]), parts[T](src[1])) }
	case graph.MulP:
		return mulComplex[T]
	case graph.DivP:
		return divComplex[T]
	case graph.EqP:
		return equalComplex[T](1)
	case graph.NeP:
		return equalComplex[T](0)
	case graph.SelectP:
		return func(dst view, src []view) {
			d, c, x, y := parts[T](dst), graph.View[uint8](src[0]), parts[T](src[1]), parts[T](src[2])
			for i, v := range c {
				s := y
				if v != 0 {
					s = x
				}
				d[2*i], d[2*i+1] = s[2*i], s[2*i+1]
			}
		}
	}
	panic("cpu: no complex loop for " + p.Name)
}

func mulComplex[T float32 | float64](dst view, src []view) {
	d, x, y := parts[T](dst), parts[T](src[0]), parts[T](src[1])
	x, y = x[:len(d)], y[:len(d)]
	for i := 0; i+1 < len(d); i += 2 {
		a, b, c, e := x[i], x[i+1], y[i], y[i+1]
		d[i], d[i+1] = T(a*c)-T(b*e), T(a*e)+T(b*c)
	}
}

func divComplex[T float32 | float64](dst view, src []view) {
	d, x, y := parts[T](dst), parts[T](src[0]), parts[T](src[1])
	for i := 0; i+1 < len(d); i += 2 {
		d[i], d[i+1] = smith(x[i], x[i+1], y[i], y[i+1])
	}
}

// smith is (a+bi)/(c+di), scaled by the larger part of the divisor.
func smith[T float32 | float64](a, b, c, d T) (re, im T) {
	ac, ad := c, d
	if ac < 0 {
		ac = -ac
	}
	if ad < 0 {
		ad = -ad
	}
	switch {
	case c == 0 && d == 0: // infinities by the signs of the parts
		return a / ac, b / ac
	case ac >= ad:
		r := d / c
		s := c + T(d*r)
		return (a + T(b*r)) / s, (b - T(a*r)) / s
	}
	r := c / d
	s := d + T(c*r)
	return (T(a*r) + b) / s, (T(b*r) - a) / s
}

// equalComplex gives same where both parts are equal, else 1-same.
func equalComplex[T float32 | float64](same uint8) tileFunc {
	return func(dst view, src []view) {
		d, x, y := graph.View[uint8](dst), parts[T](src[0]), parts[T](src[1])
		for i := range d {
			d[i] = 1 - same
			if x[2*i] == y[2*i] && x[2*i+1] == y[2*i+1] {
				d[i] = same
			}
		}
	}
}

// partLoop takes complex numbers apart or puts them together; d is the
// operand's type.
func partLoop(p *graph.Prim, d graph.DType) tileFunc {
	single := d == graph.Float32 || d == graph.Complex64
	switch {
	case p == graph.ComplexP && single:
		return join[float32]
	case p == graph.ComplexP:
		return join[float64]
	case single:
		return takePart[float32](p)
	}
	return takePart[float64](p)
}

func join[T float32 | float64](dst view, src []view) {
	d, re, im := parts[T](dst), graph.View[T](src[0]), graph.View[T](src[1])
	for i, v := range re {
		d[2*i], d[2*i+1] = v, im[i]
	}
}

func takePart[T float32 | float64](p *graph.Prim) tileFunc {
	at := 0
	if p == graph.ImagP {
		at = 1
	}
	return func(dst view, src []view) {
		d, x := graph.View[T](dst), parts[T](src[0])
		for i := range d {
			d[i] = x[2*i+at]
		}
	}
}

// convertComplex converts both parts.
func convertComplex[S float32 | float64](to graph.DType) tileFunc {
	if to == graph.Complex64 {
		return convertParts[S, float32]
	}
	return convertParts[S, float64]
}

func convertParts[S, D float32 | float64](dst view, src []view) {
	d, x := parts[D](dst), parts[S](src[0])
	for i, v := range x {
		d[i] = D(v)
	}
}

// withoutImag makes complex numbers of real ones.
func withoutImag[S number, D float32 | float64](dst view, src []view) {
	d, x := parts[D](dst), graph.View[S](src[0])
	for i, v := range x {
		d[2*i], d[2*i+1] = D(v), 0
	}
}
