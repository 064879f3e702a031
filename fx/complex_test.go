package fx

import (
	"fmt"
	"math"
	"math/cmplx"
	"testing"
)

var inf, nan = math.Inf(1), math.NaN()

func nearComplex(t *testing.T, what string, got, want complex128, tolerance float64) {
	t.Helper()
	same := func(a, b float64) bool {
		return a == b || a != a && b != b || math.Abs(a-b) <= tolerance*max(1, cmplx.Abs(want))
	}
	if !same(real(got), real(want)) || !same(imag(got), imag(want)) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func TestComplexValues(t *testing.T) {
	z := New([]complex64{1 + 2i, -3, 4i}, 3)
	if z.DType() != Complex64 || !z.IsComplex() || z.Complex64s()[1] != -3 {
		t.Errorf("read back %v", z)
	}
	if got, want := z.String(), "complex64[3][(1+2i) (-3+0i) (0+4i)]"; got != want {
		t.Errorf("String %q, want %q", got, want)
	}
	if got, want := Scalar(1.5-2i).String(), "complex128[](1.5-2i)"; got != want {
		t.Errorf("String %q, want %q", got, want)
	}
	if got := Scalar(complex64(2i)).Square().ItemComplex(); got != -4 {
		t.Errorf("(2i)^2 = %v", got)
	}
	if got := z.AsType(Complex128).AddScalar(1).Complex128s()[0]; got != 2+2i {
		t.Errorf("1+2i plus 1 = %v", got)
	}
	if got := New([]int32{3}).AsType(Complex64).ItemComplex(); got != 3 {
		t.Errorf("3 as complex = %v", got)
	}
	if z.Conj().Complex64s()[0] != 1-2i || z.Abs().DType() != Float32 || Arange(Complex64, 3).Complex64s()[2] != 2 {
		t.Error("Conj, Abs or Arange")
	}
	if got := z.Equal(New([]complex64{1 + 2i, 3, 4}, 3)).Bools(); !got[0] || got[1] || got[2] {
		t.Errorf("Equal %v", got)
	}
	if got := Scalar(complex(nan, 0)); !got.IsNaN().Bools()[0] || got.IsFinite().Bools()[0] {
		t.Error("NaN is not recognised")
	}
	for _, c := range [][3]complex128{{1 + 2i, 3 - 4i, (1 + 2i) / (3 - 4i)}, {1e300, 1e300 + 1e300i, 0.5 - 0.5i}, {1, 0, complex(inf, nan)}, {0, 2i, 0}} {
		nearComplex(t, fmt.Sprintf("%v / %v", c[0], c[1]), Scalar(c[0]).Div(Scalar(c[1])).ItemComplex(), c[2], 1e-15)
	}
}

// The functions agree with package math/cmplx all over the plane.
func TestComplexFunctions(t *testing.T) {
	grid := []float64{-30, -2, -1, -0.5, -1e-9, math.Copysign(0, -1), 0, 1e-9, 0.5, 1, 2, 30}
	for name, f := range map[string]struct {
		fx func(*Array) *Array
		c  func(complex128) complex128
	}{
		"exp": {(*Array).Exp, cmplx.Exp}, "log": {(*Array).Log, cmplx.Log}, "sqrt": {(*Array).Sqrt, cmplx.Sqrt},
		"sin": {(*Array).Sin, cmplx.Sin}, "cos": {(*Array).Cos, cmplx.Cos}, "tan": {(*Array).Tan, cmplx.Tan},
		"sinh": {(*Array).Sinh, cmplx.Sinh}, "cosh": {(*Array).Cosh, cmplx.Cosh}, "tanh": {(*Array).Tanh, cmplx.Tanh},
		"rsqrt":      {(*Array).Rsqrt, func(z complex128) complex128 { return 1 / cmplx.Sqrt(z) }},
		"reciprocal": {(*Array).Reciprocal, func(z complex128) complex128 { return 1 / z }},
		"cube root":  {func(z *Array) *Array { return z.PowScalar(1. / 3) }, func(z complex128) complex128 { return cmplx.Pow(z, 1./3) }},
		"sign":       {(*Array).Sign, func(z complex128) complex128 { return z / complex(cmplx.Abs(z), 0) }},
	} {
		for _, x := range grid {
			for _, y := range grid {
				if z := complex(x, y); z != 0 && !(x == 0 && y == 0) {
					nearComplex(t, fmt.Sprintf("%s(%v)", name, z), f.fx(Scalar(z)).ItemComplex(), f.c(z), 1e-14)
				}
			}
		}
	}
	tiny := 1e-12 + 1e-12i
	nearComplex(t, "log1p", Scalar(tiny).Log1p().ItemComplex()*1e12, (tiny-tiny*tiny/2)*1e12, 1e-15)
	nearComplex(t, "expm1", Scalar(tiny).Expm1().ItemComplex()*1e12, (tiny+tiny*tiny/2)*1e12, 1e-15)
	nearComplex(t, "log near 1", Scalar(complex(1, 1e-10)).Log().ItemComplex(), complex(5e-21, 1e-10), 1e-30)
	nearComplex(t, "0^0", Scalar(0i).Pow(Scalar(0i)).ItemComplex(), 1, 0)
	nearComplex(t, "0^2.5", Scalar(0i).PowScalar(2.5).ItemComplex(), 0, 0)
	if got := Scalar(0i).Pow(Scalar(-1 + 0i)); !got.IsNaN().Bools()[0] {
		t.Errorf("0^-1 = %v", got)
	}
	nearComplex(t, "exp(-inf)", Scalar(complex(-inf, 1)).Exp().ItemComplex(), 0, 0)
	nearComplex(t, "exp(inf)", Scalar(complex(inf, 0)).Exp().ItemComplex(), complex(inf, 0), 0)
	if h := Hypot(Scalar(3e300), Scalar(4e300)).Item(); math.Abs(h/5e300-1) > 1e-15 {
		t.Errorf("Hypot overflows: %v", h)
	}
	if h := Hypot(Scalar(inf), Scalar(nan)).Item(); h != inf {
		t.Errorf("Hypot(inf, NaN) = %v", h)
	}
}

// The gradient of a real loss is dL/dx - i dL/dy, and its conjugate descends.
func TestComplexGradientConvention(t *testing.T) {
	loss := func(z *Array) *Array { // x^2 + 3 y
		return z.Real().Square().Add(z.Imag().MulScalar(3)).Sum()
	}
	z := New([]complex128{2 + 5i, -1})
	g := Grad(loss)(z).Complex128s()
	if g[0] != 4-3i || g[1] != -2-3i {
		t.Errorf("gradient %v, want [4-3i -2-3i]", g)
	}
	holomorphic := func(z *Array) *Array { return z.Square() }
	_, pull := VJP(holomorphic, z)
	if got := pull(New([]complex128{1i, 1})).Complex128s()[0]; got != (2+5i)*2*1i {
		t.Errorf("pullback %v is not the derivative times the cotangent", got)
	}
	if g := Grad(func(z *Array) *Array { return z.Abs().Sum() })(Scalar(0i)).ItemComplex(); g != 0 {
		t.Errorf("gradient of |z| at 0 is %v", g)
	}
	// Least squares with complex parameters.
	a, b := New([]complex128{1 + 1i, 2, 3i, 1 - 2i, 1i, 4}, 3, 2), New([]complex128{1, 2i, 3 - 1i}, 3, 1)
	f := func(w *Array) *Array { return absSquare(a.MatMul(w).Sub(b)).Sum() }
	step := Jit(func(w *Array) *Array { return w.Sub(Grad(f)(w).Conj().MulScalar(0.02)) })
	w := Zeros(Complex128, 2, 1)
	for range 500 {
		w = step(w)
	}
	if g := Grad(f)(w).Norm().Item(); !(g < 1e-8) {
		t.Errorf("after descent the gradient's norm is %v", g)
	}
}

// Complex carries and trees go through control flow, batching and compilation.
func TestComplexControlFlow(t *testing.T) {
	rotate := func(z0 *Array) *Array {
		turn := Scalar(complex(0.6, 0.8))
		last, all := Scan(func(z, x *Array) (*Array, *Array) {
			z = z.Mul(turn).Add(Complex(x, x.MulScalar(2)))
			return z, z.Square()
		}, z0, Linspace(Float64, 0, 1, 5))
		return all.Sum().Add(last).Abs()
	}
	z := New([]complex128{1, 2i, -1 - 1i})
	each := Vmap(Grad(rotate))
	got := sameAsPlain(t, each, z)
	for i, v := range z.Complex128s() {
		const h = 1e-6
		at := func(d complex128) float64 { return rotate(Scalar(v + d)).Item() }
		want := complex((at(h)-at(-h))/(2*h), -(at(h*1i)-at(-h*1i))/(2*h))
		nearComplex(t, "gradient through Scan", got.Complex128s()[i], want, 1e-8)
	}
	yes := func(z *Array) *Array { return z.Conj() }
	if got := Cond(Scalar(true), yes, func(z *Array) *Array { return z }, z).Complex128s()[1]; got != -2i {
		t.Errorf("Cond gives %v", got)
	}
}

// Compilation must not drop the zeros of 1+0i, which meet infinities.
func TestComplexTimesOne(t *testing.T) {
	z := New([]complex128{complex(inf, 1), complex(math.Copysign(0, -1), 1), 2})
	sameAsPlain(t, func(z *Array) []*Array {
		return []*Array{z.MulScalar(1), z.DivScalar(1), z.SubScalar(0), z.Neg().Neg()}
	}, z)
}
