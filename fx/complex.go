package fx

import "github.com/fluxion-go/fluxion/internal/graph"

// Complex numbers. New, Scalar and Full make complex arrays as they make real
// ones, and whatever moves, adds, multiplies or sums elements takes them. What
// needs an order (Less, Max, Sort) does not, and real and complex arrays do not
// mix without AsType.

// Complex is the array of the complex numbers re + i im, of two float arrays
// that broadcast: complex64 of float32, complex128 of float64.
func Complex(re, im *Array) *Array {
	ns := match("Complex", re, im)
	needFloat("Complex", ns[0])
	return wrap(graph.Complex(ns[0], ns[1]))
}

// Polar is the array of the complex numbers of absolute value r and angle phi
// (in radians).
func Polar(r, phi *Array) *Array {
	ns := match("Polar", r, phi)
	needFloat("Polar", ns[0])
	r, phi = wrap(ns[0]), wrap(ns[1])
	return Complex(r.Mul(phi.Cos()), r.Mul(phi.Sin()))
}

// IsComplex reports whether the elements are complex numbers.
func (a *Array) IsComplex() bool { return a.node("IsComplex").DType.IsComplex() }

// Real is the real part; of a real array, the array itself.
func (a *Array) Real() *Array {
	n := a.node("Real")
	if !n.DType.IsComplex() {
		return a
	}
	return wrap(graph.Real(n))
}

// Imag is the imaginary part; of a real array, zeros.
func (a *Array) Imag() *Array {
	n := a.node("Imag")
	if !n.DType.IsComplex() {
		return ZerosLike(a)
	}
	return wrap(graph.Imag(n))
}

// Conj is the complex conjugate; of a real array, the array itself.
func (a *Array) Conj() *Array {
	if !a.node("Conj").DType.IsComplex() {
		return a
	}
	return Complex(a.Real(), a.Imag().Neg())
}

// Angle is the angle in (-pi, pi] of each number in the complex plane, in
// radians.
func (a *Array) Angle() *Array {
	needInexact("Angle", a.node("Angle"))
	return a.Imag().Atan2(a.Real())
}

// absSquare is the square of the absolute value.
func absSquare(a *Array) *Array {
	if !a.IsComplex() {
		return a.Square()
	}
	return a.Real().Square().Add(a.Imag().Square())
}

// complexSign is z/|z|, and 0 at 0.
func complexSign(z *Array) *Array {
	r := z.Abs()
	r = Where(r.Equal(Const(0)), OnesLike(r), r)
	return Complex(z.Real().Div(r), z.Imag().Div(r))
}
