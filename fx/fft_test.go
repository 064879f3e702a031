package fx

import (
	"fmt"
	"math"
	"math/big"
	"math/cmplx"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/internal/graph"
	"github.com/fluxion-go/fluxion/internal/threefry"
)

// noise makes complex numbers with parts in (-1, 1).
func noise(seed uint64, n int) []complex128 {
	u := threefry.New(seed)
	out := make([]complex128, n)
	for i := range out {
		out[i] = complex(2*u.Float64()-1, 2*u.Float64()-1)
	}
	return out
}

// directDFT adds up the definition with 200-bit numbers.
func directDFT(x []complex128, inverse bool) []complex128 {
	n := len(x)
	type wide struct{ re, im *big.Float }
	f := func(v float64) *big.Float { return new(big.Float).SetPrec(200).SetFloat64(v) }
	mul := func(a, b *big.Float) *big.Float { return new(big.Float).SetPrec(200).Mul(a, b) }
	// A root of unity by its Taylor series, the others by multiplication.
	pi, _, _ := big.ParseFloat("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899", 10, 200, big.ToNearestEven)
	theta := new(big.Float).SetPrec(200).Quo(mul(f(2), pi), f(float64(n)))
	root := wide{f(0), f(0)}
	term := f(1)
	for k := range 120 {
		part := root.re
		if k%2 == 1 {
			part = root.im
		}
		if k%4 < 2 {
			part.Add(part, term)
		} else {
			part.Sub(part, term)
		}
		term = new(big.Float).SetPrec(200).Quo(mul(term, theta), f(float64(k+1)))
	}
	if !inverse {
		root.im.Neg(root.im)
	}
	times := func(a, b wide) wide {
		re := new(big.Float).SetPrec(200).Sub(mul(a.re, b.re), mul(a.im, b.im))
		im := new(big.Float).SetPrec(200).Add(mul(a.re, b.im), mul(a.im, b.re))
		return wide{re, im}
	}
	powers := []wide{{f(1), f(0)}}
	for k := 1; k < n; k++ {
		powers = append(powers, times(powers[k-1], root))
	}
	out := make([]complex128, n)
	for k := range out {
		sum := wide{f(0), f(0)}
		for j, v := range x {
			p := times(wide{f(real(v)), f(imag(v))}, powers[j*k%n])
			sum.re.Add(sum.re, p.re)
			sum.im.Add(sum.im, p.im)
		}
		re, _ := sum.re.Float64()
		im, _ := sum.im.Float64()
		out[k] = complex(re, im)
	}
	return out
}

// distance is the largest difference, relative to the root mean square.
func distance(got, want []complex128) float64 {
	var worst, square float64
	for i := range want {
		worst = max(worst, cmplx.Abs(got[i]-want[i]))
		square += real(want[i])*real(want[i]) + imag(want[i])*imag(want[i])
	}
	return worst / math.Sqrt(square/float64(len(want)))
}

// Every kind of length: powers of two, mixed factors, primes that are factors,
// primes that go through Bluestein's convolution, and twice those.
var fftLengths = []int{1, 2, 3, 4, 5, 6, 7, 8, 12, 15, 16, 30, 31, 37, 60, 64, 74, 77, 81, 101, 128}

func TestFFTAgainstDefinition(t *testing.T) {
	for _, n := range fftLengths {
		x := noise(uint64(n), n)
		for _, inverse := range []bool{false, true} {
			f, name := FFT, "FFT"
			if inverse {
				f, name = IFFT, "IFFT"
			}
			want := directDFT(x, inverse)
			if inverse {
				for i := range want {
					want[i] /= complex(float64(n), 0)
				}
			}
			got := f(New(x), 0)
			if d := distance(got.Complex128s(), want); !(d < 2e-15) {
				t.Errorf("%s of length %d is off by %.2g", name, n, d)
			}
			if d := distance(f(New(x).AsType(Complex64), 0).Complex128s(), want); !(d < 1.5e-6) {
				t.Errorf("%s of length %d is off by %.2g in complex64", name, n, d)
			}
		}
		re := New(x).Real()
		whole, half := FFT(re, 0).Complex128s(), RFFT(re, 0).Complex128s()
		if d := distance(half, whole[:n/2+1]); !(d < 2e-15) {
			t.Errorf("RFFT of length %d is off by %.2g", n, d)
		}
		back := IRFFT(RFFT(re, 0), 0, FFTOptions{N: n})
		if d := distance(back.Complex128s(), re.Complex128s()); !(d < 2e-15) || back.DType() != Float64 {
			t.Errorf("IRFFT of length %d is off by %.2g", n, d)
		}
	}
}

// Small cases by hand, with numpy's conventions for frequencies and shifts.
func TestFFTByHand(t *testing.T) {
	x := New([]float64{0, 1, 4, 2, 2, 4})
	a, b := complex(-2.5, math.Sqrt(3)/2), complex(-3.5, 2.5*math.Sqrt(3))
	want := []complex128{13, a, b, -1, cmplx.Conj(b), cmplx.Conj(a)}
	if d := distance(FFT(x, 0).Complex128s(), want); d > 1e-15 {
		t.Errorf("FFT = %v", FFT(x, 0))
	}
	if got := FFTFreq(Float64, 5, 0.5).Float64s(); !slices.Equal(got, []float64{0, 0.4, 0.8, -0.8, -0.4}) {
		t.Errorf("FFTFreq %v", got)
	}
	if got := FFTFreq(Float32, 4, 1).Float64s(); !slices.Equal(got, []float64{0, 0.25, -0.5, -0.25}) {
		t.Errorf("FFTFreq %v", got)
	}
	if got := RFFTFreq(Float64, 4, 1).Float64s(); !slices.Equal(got, []float64{0, 0.25, 0.5}) {
		t.Errorf("RFFTFreq %v", got)
	}
	if got := FFTShift(Arange(Int32, 5)).Float64s(); !slices.Equal(got, []float64{3, 4, 0, 1, 2}) {
		t.Errorf("FFTShift %v", got)
	}
	m := Arange(Int32, 15).Reshape(3, 5)
	if got := IFFTShift(FFTShift(m)); !slices.Equal(got.Int32s(), m.Int32s()) {
		t.Errorf("IFFTShift of FFTShift %v", got)
	}
}

func TestFFTProperties(t *testing.T) {
	for _, n := range []int{12, 37, 50} {
		x := New(noise(3, n))
		power := func(a *Array) float64 { return absSquare(a).Sum().Item() }
		if a, b := power(x), power(FFT(x, 0))/float64(n); math.Abs(a-b) > 1e-13*a {
			t.Errorf("length %d: Parseval: %v and %v", n, a, b)
		}
		// A shift multiplies by a wave.
		wave := Polar(Ones(Float64, n), Arange(Float64, n).MulScalar(-2*math.Pi*3/float64(n)))
		if d := distance(FFT(x.Roll(3, 0), 0).Complex128s(), FFT(x, 0).Mul(wave).Complex128s()); d > 1e-14 {
			t.Errorf("length %d: shift theorem is off by %v", n, d)
		}
		for _, norm := range []FFTNorm{FFTBackward, FFTOrtho, FFTForward} {
			o := FFTOptions{Norm: norm}
			if d := distance(IFFT(FFT(x, 0, o), 0, o).Complex128s(), x.Complex128s()); d > 1e-14 {
				t.Errorf("length %d, norm %d: round trip is off by %v", n, norm, d)
			}
		}
		if a, b := power(x), power(FFT(x, 0, FFTOptions{Norm: FFTOrtho})); math.Abs(a-b) > 1e-13*a {
			t.Errorf("length %d: ortho does not keep the power: %v and %v", n, a, b)
		}
	}
	// Cropping and padding.
	x := New(noise(4, 6))
	if d := distance(FFT(x, 0, FFTOptions{N: 4}).Complex128s(), FFT(x.SliceAxis(0, 0, 4), 0).Complex128s()); d > 0 {
		t.Error("N crops otherwise than SliceAxis")
	}
	if d := distance(FFT(x, 0, FFTOptions{N: 9}).Complex128s(), FFT(x.Pad(0, Padding{After: 3}), 0).Complex128s()); d > 0 {
		t.Error("N pads otherwise than Pad")
	}
}

func TestFFTOfSeveralAxes(t *testing.T) {
	x := New(noise(5, 2*3*4)).Reshape(2, 3, 4)
	want := FFT(FFT(x, 1), 2)
	if d := distance(FFT2(x).Complex128s(), want.Complex128s()); d > 1e-14 {
		t.Errorf("FFT2 is off by %v", d)
	}
	if d := distance(IFFTN(FFTN(x, nil), nil).Complex128s(), x.Complex128s()); d > 1e-14 {
		t.Errorf("IFFTN of FFTN is off by %v", d)
	}
	re := x.Real()
	half := RFFTN(re, []int{0, 2})
	if d := distance(half.Complex128s(), FFTN(re, []int{0, 2}).SliceAxis(2, 0, 3).Complex128s()); d > 1e-14 {
		t.Errorf("RFFTN is off by %v", d)
	}
	for _, n := range []int{4, 5} {
		o := FFTNOptions{Shape: []int{3, n}, Norm: FFTOrtho}
		y := re.Pad(0, Padding{}, Padding{}, Padding{After: n - 4})
		if d := distance(IRFFT2(RFFT2(re, o), o).Complex128s(), y.Complex128s()); d > 1e-14 {
			t.Errorf("IRFFT2 of RFFT2 to %d columns is off by %v", n, d)
		}
	}
}

func TestFFTConvolution(t *testing.T) {
	x, y := New([]float32{1, 2, 3, 4}), New([]float32{1, -1, 2})
	o := FFTOptions{N: 6}
	got := IRFFT(RFFT(x, 0, o).Mul(RFFT(y, 0, o)), 0, o).Float64s()
	for i, want := range []float64{1, 1, 3, 5, 2, 8} {
		if math.Abs(got[i]-want) > 2e-6 {
			t.Fatalf("convolution %v", got)
		}
	}
}

func fftRows() []row {
	lengths := []int{1, 2, 3, 4, 6, 7, 9, 37}
	draw := func(g *gen) (s graph.Shape, axis, n int) {
		n = pick(g.T, "length", lengths...)
		s = g.shape(0, 2)
		if g.big {
			n = pick(g.T, "length", 120, 74, 256)
			s = graph.Shape{g.int("lines", 1, 40)}
		}
		axis = g.int("axis", 0, len(s))
		return slices.Insert(slices.Clone(s), axis, n), axis, n
	}
	return []row{
		{prim: graph.FFTP, order: 2, draw: func(g *gen) program {
			s, axis, _ := draw(g)
			inverse, norm := g.bool("inverse"), FFTNorm(g.int("norm", 0, 2))
			return program{[]operand{complexWithin(s, -1, 1)}, one(func(x []*Array) *Array {
				if inverse {
					return IFFT(x[0], axis, FFTOptions{Norm: norm})
				}
				return FFT(x[0], axis, FFTOptions{Norm: norm})
			})}
		}},
		{prim: graph.RFFTP, order: 2, draw: func(g *gen) program {
			s, axis, _ := draw(g)
			return program{[]operand{within(s, -1, 1)}, one(func(x []*Array) *Array { return RFFT(x[0], axis) })}
		}},
		{prim: graph.IRFFTP, order: 2, draw: func(g *gen) program {
			s, axis, n := draw(g)
			return program{[]operand{complexWithin(s.With(axis, n/2+1), -1, 1)}, one(func(x []*Array) *Array {
				return IRFFT(x[0], axis, FFTOptions{N: n})
			})}
		}},
		{prim: graph.FFTP, name: "power spectrum", order: 2, draw: func(g *gen) program {
			s, axis, n := draw(g)
			return program{[]operand{within(s, -1, 1)}, one(func(x []*Array) *Array {
				return absSquare(FFT(x[0], axis, FFTOptions{N: n + 1}))
			})}
		}},
	}
}

func BenchmarkFFT(b *testing.B) {
	for _, n := range []int{1 << 10, 1 << 16, 1000, 1009} {
		for _, d := range []DType{Complex64, Complex128} {
			b.Run(fmt.Sprintf("%v/%d", d, n), func(b *testing.B) {
				x := New(noise(1, n)).AsType(d)
				Eval(x)
				for b.Loop() {
					Eval(FFT(x, 0))
				}
				b.ReportMetric(5*float64(n)*math.Log2(float64(n))*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOPS")
			})
		}
	}
}
