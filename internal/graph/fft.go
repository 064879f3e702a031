package graph

import "fmt"

// FFTAttrs describes discrete Fourier transforms along an axis:
//
//	y[k] = Scale * sum over j of x[j] exp(-2 pi i j k / N)
//
// or with exp(+2 pi i j k / N) if Inverse is set (which RFFTP and IRFFTP have
// fixed). N is the length of the signal.
type FFTAttrs struct {
	Axis, N int
	Inverse bool
	Scale   float64
}

// FFTP transforms complex signals. RFFTP gives the first N/2+1 elements of the
// transform of real signals, which determine the others. IRFFTP gives the real
// signal, by the inverse transform, whose transform begins with N/2+1 given
// elements; what cannot be of a real signal's, the imaginary part of the first
// and, for even N, the last element, is not read.
var FFTP, RFFTP, IRFFTP *Prim

func FFT(x *Node, a FFTAttrs) *Node   { return Apply(FFTP, a, x)[0] }
func RFFT(x *Node, a FFTAttrs) *Node  { return Apply(RFFTP, a, x)[0] }
func IRFFT(x *Node, a FFTAttrs) *Node { return Apply(IRFFTP, a, x)[0] }

func inferFFT(isComplex bool, length func(n int) int, result func(x *Node, a FFTAttrs) Aval) func(any, []*Node) ([]Aval, error) {
	return func(attrs any, ins []*Node) ([]Aval, error) {
		a, x := attrs.(FFTAttrs), ins[0]
		if x.DType.IsComplex() != isComplex || !x.DType.Differentiable() || a.Axis < 0 || a.Axis >= len(x.Shape) || a.N < 1 || x.Shape[a.Axis] != length(a.N) {
			return nil, fmt.Errorf("a transform of length %d along axis %d of %v", a.N, a.Axis, x.Aval())
		}
		return []Aval{result(x, a)}, nil
	}
}

func batchFFT(op *Op, _ int, ins []*Node, _ []bool) ([]*Node, []bool) {
	a := op.Attrs.(FFTAttrs)
	a.Axis++
	return Apply(op.Prim, a, ins[0]), []bool{true}
}

func whole(n int) int { return n }
func half(n int) int  { return n/2 + 1 }

// complexOf is the complex type whose parts are of type d.
func complexOf(d DType) DType {
	if d == Float32 {
		return Complex64
	}
	return Complex128
}

func init() {
	// The matrix of the transform is symmetric: it is its own transpose.
	FFTP = linear("fft", inferFFT(true, whole, func(x *Node, _ FFTAttrs) Aval { return x.Aval() }),
		func(op *Op, ct []*Node, _ []bool) []*Node { return []*Node{FFT(ct[0], op.Attrs.(FFTAttrs))} }, batchFFT)
	// RFFTP is the transform of the signal with imaginary part 0, cropped.
	RFFTP = linear("rfft", inferFFT(false, whole, func(x *Node, a FFTAttrs) Aval {
		return Aval{x.Shape.With(a.Axis, half(a.N)), complexOf(x.DType)}
	}),
		func(op *Op, ct []*Node, _ []bool) []*Node {
			a := op.Attrs.(FFTAttrs)
			zero, high := make([]int, len(ct[0].Shape)), make([]int, len(ct[0].Shape))
			high[a.Axis] = a.N - half(a.N)
			return []*Node{Real(FFT(Pad(ct[0], ScalarNode(ct[0].DType, 0), zero, high, zero), a))}
		}, batchFFT)
	// In IRFFTP every element but the first and, for even N, the last stands
	// for two, itself and its conjugate.
	IRFFTP = linear("irfft", inferFFT(true, half, func(x *Node, a FFTAttrs) Aval {
		return Aval{x.Shape.With(a.Axis, a.N), x.DType.Part()}
	}),
		func(op *Op, ct []*Node, _ []bool) []*Node {
			a := op.Attrs.(FFTAttrs)
			y := RFFT(ct[0], a)
			re, im := Real(y), Imag(y)
			k := Iota(Int64, y.Shape, a.Axis)
			once := bin(EqP, k, like(k, 0))
			if a.N%2 == 0 {
				once = bin(OrP, once, bin(EqP, k, like(k, float64(a.N/2))))
			}
			weight := Select(once, like(re, 1), like(re, 2))
			return []*Node{Complex(Mul(re, weight), Neg(Mul(im, weight)))}
		}, batchFFT)
}
