package fx

import (
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// Discrete Fourier transforms, of any length: in time n log n for all of them.
// float32 and complex64 arrays give complex64 ones, float64 and complex128 ones
// complex128. Derivatives are transforms again.

// FFTNorm says where a transform and its inverse are scaled, so that one undoes
// the other. The names are numpy's.
type FFTNorm int

const (
	FFTBackward FFTNorm = iota // the inverse transform by 1/n
	FFTOrtho                   // both by 1/sqrt(n)
	FFTForward                 // the transform by 1/n
)

// scale is the factor of a transform of n elements.
func (m FFTNorm) scale(op string, n int, inverse bool) float64 {
	switch {
	case m < FFTBackward || m > FFTForward:
		graph.Fail(op, "there is no FFTNorm %d", m)
	case m == FFTOrtho:
		return 1 / math.Sqrt(float64(n))
	case inverse == (m == FFTBackward):
		return 1 / float64(n)
	}
	return 1
}

// FFTOptions are the options of a transform along one axis.
type FFTOptions struct {
	N    int // the signal's length: it is cropped or padded with zeros at its end; 0 means as it is
	Norm FFTNorm
}

// FFTNOptions are the options of a transform along several axes.
type FFTNOptions struct {
	Shape []int // the signal's length along each of the axes, as FFTOptions.N; nil means as it is
	Norm  FFTNorm
}

// FFT is the discrete Fourier transform along an axis,
//
//	y[k] = sum over j of x[j] exp(-2 pi i j k / n)
//
// of real or complex numbers.
func FFT(a *Array, axis int, opts ...FFTOptions) *Array {
	return fourier("FFT", a, axis, false, oneOption("FFT", opts))
}

// IFFT is FFT's inverse.
func IFFT(a *Array, axis int, opts ...FFTOptions) *Array {
	return fourier("IFFT", a, axis, true, oneOption("IFFT", opts))
}

// RFFT is the first n/2+1 elements of FFT of a real array, whose other elements
// are their conjugates, in half the time.
func RFFT(a *Array, axis int, opts ...FFTOptions) *Array {
	return realFourier("RFFT", a, axis, oneOption("RFFT", opts))
}

// IRFFT is RFFT's inverse: the real signal of n elements whose transform begins
// with the n/2+1 elements along the axis. Without N, n is even: twice one less
// than there are elements. What cannot be of a real signal's transform, the
// imaginary part of the first and, for even n, the last element, is not read.
func IRFFT(a *Array, axis int, opts ...FFTOptions) *Array {
	return inverseReal("IRFFT", a, axis, oneOption("IRFFT", opts))
}

// signal checks a transform's operand, its axis and its length.
func signal(op string, a *Array, axis int, o FFTOptions) (*graph.Node, int) {
	n := a.node(op)
	needInexact(op, n)
	if o.N < 0 {
		graph.Fail(op, "a length of %d", o.N)
	}
	return n, checkAxis(op, axis, n)
}

// lengthen crops or pads an axis at its end.
func lengthen(op string, n *graph.Node, axis, to int) *graph.Node {
	if to == 0 {
		graph.Fail(op, "axis %d of shape %v has no elements to transform", axis, n.Shape)
	}
	checkShape(op, n.Shape.With(axis, to))
	if to == n.Shape[axis] {
		return n
	}
	zero, high := make([]int, len(n.Shape)), make([]int, len(n.Shape))
	high[axis] = to - n.Shape[axis]
	return graph.Pad(n, graph.ScalarNode(n.DType, 0), zero, high, zero)
}

// asComplex makes a float array complex.
func asComplex(n *graph.Node) *graph.Node {
	switch n.DType {
	case Float32:
		return graph.Convert(n, Complex64)
	case Float64:
		return graph.Convert(n, Complex128)
	}
	return n
}

func fourier(op string, a *Array, axis int, inverse bool, o FFTOptions) *Array {
	n, axis := signal(op, a, axis, o)
	if o.N == 0 {
		o.N = n.Shape[axis]
	}
	n = asComplex(lengthen(op, n, axis, o.N))
	return wrap(graph.FFT(n, graph.FFTAttrs{Axis: axis, N: o.N, Inverse: inverse, Scale: o.Norm.scale(op, o.N, inverse)}))
}

func realFourier(op string, a *Array, axis int, o FFTOptions) *Array {
	n, axis := signal(op, a, axis, o)
	needFloat(op, n)
	if o.N == 0 {
		o.N = n.Shape[axis]
	}
	n = lengthen(op, n, axis, o.N)
	return wrap(graph.RFFT(n, graph.FFTAttrs{Axis: axis, N: o.N, Scale: o.Norm.scale(op, o.N, false)}))
}

func inverseReal(op string, a *Array, axis int, o FFTOptions) *Array {
	n, axis := signal(op, a, axis, o)
	if o.N == 0 {
		o.N = 2 * (n.Shape[axis] - 1)
		if o.N < 1 {
			graph.Fail(op, "axis %d of shape %v is half of a transform of length %d; give N", axis, n.Shape, max(0, o.N))
		}
	}
	n = asComplex(lengthen(op, n, axis, o.N/2+1))
	return wrap(graph.IRFFT(n, graph.FFTAttrs{Axis: axis, N: o.N, Inverse: true, Scale: o.Norm.scale(op, o.N, true)}))
}

// FFTN is FFT along each of the axes; nil means all.
func FFTN(a *Array, axes []int, opts ...FFTNOptions) *Array {
	return several("FFTN", a, axes, opts, false)
}

// IFFTN is FFTN's inverse.
func IFFTN(a *Array, axes []int, opts ...FFTNOptions) *Array {
	return several("IFFTN", a, axes, opts, true)
}

// FFT2 is FFT along the last two axes.
func FFT2(a *Array, opts ...FFTNOptions) *Array {
	return several("FFT2", a, []int{-2, -1}, opts, false)
}

// IFFT2 is FFT2's inverse.
func IFFT2(a *Array, opts ...FFTNOptions) *Array {
	return several("IFFT2", a, []int{-2, -1}, opts, true)
}

// RFFTN is RFFT along the last of the axes (nil means all), then FFT along the
// others.
func RFFTN(a *Array, axes []int, opts ...FFTNOptions) *Array {
	return severalReal("RFFTN", a, axes, opts)
}

// RFFT2 is RFFTN along the last two axes.
func RFFT2(a *Array, opts ...FFTNOptions) *Array { return severalReal("RFFT2", a, []int{-2, -1}, opts) }

// IRFFTN is RFFTN's inverse. The length along the last of the axes is treated
// as in IRFFT.
func IRFFTN(a *Array, axes []int, opts ...FFTNOptions) *Array {
	return severalInverseReal("IRFFTN", a, axes, opts)
}

// IRFFT2 is RFFT2's inverse.
func IRFFT2(a *Array, opts ...FFTNOptions) *Array {
	return severalInverseReal("IRFFT2", a, []int{-2, -1}, opts)
}

// fftAxes resolves the axes of a transform, in the given order, and the options
// of each.
func fftAxes(op string, a *Array, axes []int, opts []FFTNOptions) ([]int, []FFTOptions) {
	n, o := a.node(op), oneOption(op, opts)
	needInexact(op, n)
	var out []int
	for _, ax := range axes {
		ax = checkAxis(op, ax, n)
		if slices.Contains(out, ax) {
			graph.Fail(op, "axis %d is given twice in %v", ax, axes)
		}
		out = append(out, ax)
	}
	if axes == nil {
		out = checkAxes(op, nil, n)
	}
	if len(out) == 0 {
		graph.Fail(op, "no axes of an array of shape %v", n.Shape)
	}
	if o.Shape != nil && len(o.Shape) != len(out) {
		graph.Fail(op, "lengths %v for axes %v", o.Shape, out)
	}
	each := make([]FFTOptions, len(out))
	for i := range each {
		each[i].Norm = o.Norm
		if o.Shape != nil {
			if each[i].N = o.Shape[i]; each[i].N < 1 {
				graph.Fail(op, "lengths %v: they must be positive", o.Shape)
			}
		}
	}
	return out, each
}

func several(op string, a *Array, axes []int, opts []FFTNOptions, inverse bool) *Array {
	axes, each := fftAxes(op, a, axes, opts)
	for i := len(axes) - 1; i >= 0; i-- {
		a = fourier(op, a, axes[i], inverse, each[i])
	}
	return a
}

func severalReal(op string, a *Array, axes []int, opts []FFTNOptions) *Array {
	axes, each := fftAxes(op, a, axes, opts)
	last := len(axes) - 1
	a = realFourier(op, a, axes[last], each[last])
	for i := last - 1; i >= 0; i-- {
		a = fourier(op, a, axes[i], false, each[i])
	}
	return a
}

func severalInverseReal(op string, a *Array, axes []int, opts []FFTNOptions) *Array {
	axes, each := fftAxes(op, a, axes, opts)
	last := len(axes) - 1
	for i := range last {
		a = fourier(op, a, axes[i], true, each[i])
	}
	return inverseReal(op, a, axes[last], each[last])
}

// FFTShift moves frequency 0 from the front to the middle of each of the axes
// (of all if none are given).
func FFTShift(a *Array, axes ...int) *Array { return fftShift("FFTShift", a, axes, 0) }

// IFFTShift undoes FFTShift.
func IFFTShift(a *Array, axes ...int) *Array { return fftShift("IFFTShift", a, axes, 1) }

func fftShift(op string, a *Array, axes []int, up int) *Array {
	for _, ax := range checkAxes(op, axes, a.node(op)) {
		a = a.Roll((a.n.Shape[ax]+up)/2, ax)
	}
	return a
}

// FFTFreq is the frequencies of FFT's n elements, for samples that are spacing
// apart, in cycles per unit of spacing: 0, 1, ..., then the negative ones, times
// 1/(n spacing).
func FFTFreq(d DType, n int, spacing float64) *Array { return frequencies("FFTFreq", d, n, n, spacing) }

// RFFTFreq is the frequencies of RFFT's n/2+1 elements, all of which are counted
// as positive.
func RFFTFreq(d DType, n int, spacing float64) *Array {
	return frequencies("RFFTFreq", d, n, n/2+1, spacing)
}

func frequencies(op string, d DType, n, count int, spacing float64) *Array {
	if n < 1 || !d.IsFloat() || spacing == 0 {
		graph.Fail(op, "%d frequencies of type %v, of samples %v apart; there must be one, of a float type and a distance that is not 0", n, d, spacing)
	}
	v := make([]float64, count)
	for i := range v {
		k := i
		if count == n && i > (n-1)/2 {
			k = i - n
		}
		v[i] = float64(k) / (float64(n) * spacing)
	}
	return New(v).AsType(d)
}
