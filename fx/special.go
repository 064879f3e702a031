package fx

import "math"

// Further functions, made of those that have kernels.

// Exp2 is 2 to the power a.
func (a *Array) Exp2() *Array {
	needFloat("Exp2", a.node("Exp2"))
	return Const(2).Pow(a)
}

// Log2 is the logarithm to base 2, exact where the result is whole.
func (a *Array) Log2() *Array { return logTo("Log2", a, 2, math.Log2E) }

// Log10 is the logarithm to base 10, exact where the result is whole.
func (a *Array) Log10() *Array { return logTo("Log10", a, 10, math.Log10E) }

// logTo is the natural logarithm times factor, which is 1/log(base).
func logTo(op string, a *Array, base, factor float64) *Array {
	needFloat(op, a.node(op))
	return CustomJVP(func(x *Array) *Array {
		y := x.Log().MulScalar(factor)
		whole := y.Round()
		power := Const(base).Pow(whole)
		// A large power is rounded itself: a few units in its last place do not
		// show in the logarithm.
		few := 0x1p-50
		if x.DType() == Float32 {
			few = 0x1p-21
		}
		near := power.Div(x).SubScalar(1).Abs().Less(Const(few)).And(whole.Abs().GreaterEqual(Const(16)))
		return Where(power.Equal(x).Or(near), whole, y)
	}, func(x, dx *Array) *Array { return dx.Div(x).MulScalar(factor) })(a)
}

// Cbrt is the cube root, of numbers of either sign.
func (a *Array) Cbrt() *Array {
	needFloat("Cbrt", a.node("Cbrt"))
	return cbrt(a)
}

var cbrt func(*Array) *Array

func init() {
	cbrt = CustomJVP(func(x *Array) *Array {
		r := x.Abs().PowScalar(1. / 3)
		plain := r.Equal(Const(0)).Or(r.IsFinite().Not())
		r2 := Where(plain, OnesLike(r), r.Square())
		step := r.Sub(x.Abs().Div(r2)).MulScalar(1. / 3) // Newton's, for the rounding of 1/3
		return Where(plain, r, r.Sub(step)).Mul(x.Sign())
	}, func(x, dx *Array) *Array { return dx.Div(x.Cbrt().Square().MulScalar(3)) })
}

// Sinc is sin(pi a)/(pi a), and 1 at 0: the normalised one, as numpy's.
func (a *Array) Sinc() *Array {
	needFloat("Sinc", a.node("Sinc"))
	x := a.MulScalar(math.Pi)
	// Near 0 the series has the derivatives that the quotient has not.
	near := x.Abs().Less(Const(0.02))
	far := Where(near, OnesLike(x), x)
	s := Where(near, x, ZerosLike(x)).Square()
	return Where(near, horner(s, 1, -1./6, 1./120, -1./5040), far.Sin().Div(far))
}

// Logit is log(a/(1-a)), the inverse of Sigmoid.
func (a *Array) Logit() *Array {
	needFloat("Logit", a.node("Logit"))
	return a.Log().Sub(a.Neg().Log1p())
}

// XLogY is a log(b), and 0 where a is 0, whatever b. Its derivative by a is
// log(b) there too.
func XLogY(a, b *Array) *Array {
	return xlog("XLogY", a, b, (*Array).Log, func(b *Array) *Array { return b })
}

// XLog1pY is a log(1+b), and 0 where a is 0, likewise.
func XLog1pY(a, b *Array) *Array {
	return xlog("XLog1pY", a, b, (*Array).Log1p, func(b *Array) *Array { return b.AddScalar(1) })
}

// xlog is a times a logarithm, whose derivative by b is a/divisor(b).
func xlog(op string, a, b *Array, log, divisor func(*Array) *Array) *Array {
	ns := match(op, a, b)
	needFloat(op, ns[0])
	none := func(x *Array) *Array { return x.Equal(Const(0)) }
	return CustomJVP(func(x [2]*Array) *Array {
		return Where(none(x[0]), ZerosLike(x[0]), x[0].Mul(log(Where(none(x[0]), OnesLike(x[1]), x[1]))))
	}, func(x, dx [2]*Array) *Array {
		ratio := x[0].Div(Where(none(x[0]), OnesLike(x[1]), divisor(x[1])))
		return log(x[1]).Mul(dx[0]).Add(ratio.Mul(dx[1]))
	})([2]*Array{wrap(ns[0]), wrap(ns[1])})
}

// NormalCDF is the distribution function of the standard normal distribution.
func (a *Array) NormalCDF() *Array {
	needFloat("NormalCDF", a.node("NormalCDF"))
	return a.MulScalar(-1 / math.Sqrt2).Erfc().MulScalar(0.5)
}

// NormalQuantile is the inverse of NormalCDF, on (0, 1).
func (a *Array) NormalQuantile() *Array {
	needFloat("NormalQuantile", a.node("NormalQuantile"))
	return a.MulScalar(2).SubScalar(1).ErfInv().MulScalar(math.Sqrt2)
}

// LogBeta is the logarithm of the beta function of positive numbers.
func LogBeta(a, b *Array) *Array {
	ns := match("LogBeta", a, b)
	needFloat("LogBeta", ns[0])
	x, y := wrap(ns[0]), wrap(ns[1])
	return x.Lgamma().Add(y.Lgamma()).Sub(x.Add(y).Lgamma())
}
