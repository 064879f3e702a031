package fx

import (
	"math"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// The elementary functions of complex numbers, made of the real ones, with
// their holomorphic derivatives. Branch cuts are those of C99 and numpy, and the
// sign of a zero says on which side of a cut a number is.

// complexFunctions are the functions that package fx has for complex arrays, by
// the primitive that computes them for real ones.
var complexFunctions map[*graph.Prim]func(*Array) *Array

// holomorphic is a function with its derivative.
func holomorphic(value, derivative func(z *Array) *Array) func(*Array) *Array {
	return CustomJVP(value, func(z, dz *Array) *Array { return derivative(z).Mul(dz) })
}

func init() {
	complexFunctions = map[*graph.Prim]func(*Array) *Array{
		graph.ExpP:   holomorphic(complexExp, (*Array).Exp),
		graph.Expm1P: holomorphic(complexExpm1, (*Array).Exp),
		graph.LogP:   holomorphic(complexLog, (*Array).Reciprocal),
		graph.Log1pP: holomorphic(complexLog1p, func(z *Array) *Array { return z.AddScalar(1).Reciprocal() }),
		graph.SqrtP:  holomorphic(complexSqrt, func(z *Array) *Array { return Const(0.5).Div(z.Sqrt()) }),
		graph.RsqrtP: func(z *Array) *Array { return z.Sqrt().Reciprocal() },
		graph.SinP:   holomorphic(complexSin, (*Array).Cos),
		graph.CosP:   holomorphic(complexCos, func(z *Array) *Array { return z.Sin().Neg() }),
		graph.SinhP:  holomorphic(func(z *Array) *Array { return turned(complexSin, z) }, (*Array).Cosh),
		graph.CoshP:  holomorphic(func(z *Array) *Array { return complexCos(timesI(z)) }, (*Array).Sinh),
		graph.TanhP:  holomorphic(complexTanh, func(z *Array) *Array { return Const(1).Sub(z.Tanh().Square()) }),
		graph.TanP:   holomorphic(func(z *Array) *Array { return turned(complexTanh, z) }, func(z *Array) *Array { return z.Tan().Square().AddScalar(1) }),
		graph.IsFiniteP: func(z *Array) *Array {
			return z.Real().IsFinite().And(z.Imag().IsFinite())
		},
	}
}

// timesI is i*z.
func timesI(z *Array) *Array { return Complex(z.Imag().Neg(), z.Real()) }

// turned is -i f(i z): the hyperbolic function of a circular one, and back.
func turned(f func(*Array) *Array, z *Array) *Array {
	y := f(timesI(z))
	return Complex(y.Imag(), y.Real().Neg())
}

func complexExp(z *Array) *Array {
	r, phi := z.Real().Exp(), z.Imag()
	im := Where(phi.Equal(Const(0)), phi, r.Mul(phi.Sin())) // real stays real, infinities too
	return Complex(r.Mul(phi.Cos()), im)
}

// complexExpm1 is exp(x)-1 + exp(x)(cos(y)-1), whose terms do not cancel for
// small z, and the imaginary part.
func complexExpm1(z *Array) *Array {
	x, y := z.Real(), z.Imag()
	half := y.MulScalar(0.5).Sin()
	re := x.Expm1().Mul(y.Cos()).Sub(half.Square().MulScalar(2))
	return Complex(re, x.Exp().Mul(y.Sin()))
}

// complexLog keeps the digits of a logarithm near 0, where |z| is near 1.
func complexLog(z *Array) *Array {
	a, b := z.Real().Abs(), z.Imag().Abs()
	large, small := a.Maximum(b), a.Minimum(b)
	h := hypotValue([2]*Array{a, b})
	near := h.Greater(Const(0.5)).And(h.Less(Const(2)))
	excess := large.SubScalar(1).Mul(large.AddScalar(1)).Add(small.Square()) // |z|^2 - 1
	return Complex(Where(near, excess.Log1p().MulScalar(0.5), h.Log()), z.Angle())
}

func complexLog1p(z *Array) *Array {
	x, y := z.Real(), z.Imag()
	excess := x.Mul(x.AddScalar(2)).Add(y.Square()) // |1+z|^2 - 1
	near := excess.Abs().Less(Const(0.75))
	whole := complexLog(z.AddScalar(1))
	return Complex(Where(near, excess.Log1p().MulScalar(0.5), whole.Real()), whole.Imag())
}

// complexSqrt is Kahan's (1987, "Branch cuts for complex elementary functions").
func complexSqrt(z *Array) *Array {
	x, y := z.Real(), z.Imag()
	half := x.Abs().MulScalar(0.5).Add(hypotValue([2]*Array{x, y}).MulScalar(0.5))
	t := half.Sqrt()
	zero := t.Equal(Const(0))
	u := y.Div(Where(zero, OnesLike(t), t).MulScalar(2)) // y / (2 t)
	left := x.Less(Const(0))
	infinite := y.Abs().Equal(Const(math.Inf(1)))
	re := Where(left, u.Abs(), t)
	im := Where(left, withSign(t, y), Where(zero, y, u))
	return Complex(Where(infinite, y.Abs(), re), Where(infinite, y, im))
}

// withSign is |t| with the sign of y, zeros included.
func withSign(t, y *Array) *Array {
	bits := Int64
	if y.DType() == Float32 {
		bits = Int32
	}
	return Where(y.Bitcast(bits).Less(Const(0)), t.Abs().Neg(), t.Abs())
}

func complexSin(z *Array) *Array {
	x, y := z.Real(), z.Imag()
	return Complex(x.Sin().Mul(y.Cosh()), x.Cos().Mul(y.Sinh()))
}

func complexCos(z *Array) *Array {
	x, y := z.Real(), z.Imag()
	return Complex(x.Cos().Mul(y.Cosh()), x.Sin().Mul(y.Sinh()).Neg())
}

// complexTanh is Kahan's (1987); beyond |x| = 20 the result is a sign and what
// is left of the imaginary part.
func complexTanh(z *Array) *Array {
	x, y := z.Real(), z.Imag()
	far := x.Abs().Greater(Const(20))
	safe := Where(far, ZerosLike(x), x)
	t, s := y.Tan(), safe.Sinh()
	beta := t.Square().AddScalar(1)
	below := beta.Mul(s.Square()).AddScalar(1)
	re := beta.Mul(s.Square().AddScalar(1).Sqrt()).Mul(s).Div(below)
	tail := y.Sin().Mul(y.Cos()).MulScalar(4).Mul(x.Abs().MulScalar(-2).Exp())
	return Complex(Where(far, x.Sign(), re), Where(far, tail, t.Div(below)))
}

// complexPow is exp(b log(a)); 0 to a power is 1, 0 or NaN as the power is 0,
// has a positive real part, or neither.
func complexPow(a, b *Array) *Array {
	zero := a.Equal(Const(0))
	p := b.Mul(Where(zero, OnesLike(a), a).Log()).Exp()
	none := Where(b.Real().Greater(Const(0)), ZerosLike(b), FullLike(b, math.NaN()))
	return Where(zero, Where(b.Equal(Const(0)), OnesLike(b), none), p)
}
