package fx_test

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// A descent on a complex parameter goes along the conjugate of the gradient.
func ExampleComplex() {
	loss := func(z *fx.Array) *fx.Array { // |z^2 - 2i|^2
		return z.Square().Sub(fx.Scalar(2i)).Abs().Square()
	}
	step := fx.Jit(func(z *fx.Array) *fx.Array { return z.Sub(fx.Grad(loss)(z).Conj().MulScalar(0.02)) })
	z := fx.Scalar(complex(1, 0))
	for range 200 {
		z = step(z)
	}
	fmt.Printf("%.4f\n", z.ItemComplex())
	// Output: (1.0000+1.0000i)
}

// The strongest frequency of a wave.
func ExampleRFFT() {
	const n, rate = 256, 128.0 // samples, samples a second
	wave := fx.Arange(fx.Float64, n).MulScalar(2 * math.Pi * 10 / rate).Sin()
	peak := fx.RFFT(wave, 0).Abs().ArgMax(0)
	fmt.Println(fx.RFFTFreq(fx.Float64, n, 1/rate).Take(peak, 0).Item(), "Hz")
	// Output: 10 Hz
}

func ExampleArray_AtAxis() {
	x := fx.Zeros(fx.Float32, 2, 4)
	fmt.Println(x.AtAxis(fx.New([]int32{1, 3, 1}), 1).Add(fx.New([]float32{1, 2, 3})))
	// Output: float32[2 4][[0 4 0 2] [0 4 0 2]]
}

func ExampleConv1D() {
	x := fx.New([]float32{1, 2, 4, 8}, 4, 1)
	difference := fx.New([]float32{-1, 1}, 2, 1, 1)
	fmt.Println(fx.Conv1D(x, difference).Flatten())
	// Output: float32[3][1 2 4]
}

func ExampleArray_Interp() {
	xs, ys := fx.New([]float64{0, 1, 3}), fx.New([]float64{0, 10, 30})
	fmt.Println(fx.New([]float64{0.5, 2, 9}).Interp(xs, ys))
	// Output: float64[3][5 20 30]
}

func ExampleArray_Histogram() {
	x := fx.New([]float64{0.1, 0.4, 0.5, 0.9, 1})
	fmt.Println(x.Histogram(fx.Linspace(fx.Float64, 0, 1, 3)))
	// Output: int32[2][2 3]
}
