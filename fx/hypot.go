package fx

import "math"

// Hypot is sqrt(a^2 + b^2) of float arrays, without overflow on the way. Its
// derivative at (0, 0) is 0.
func Hypot(a, b *Array) *Array {
	ns := match("Hypot", a, b)
	needFloat("Hypot", ns[0])
	return hypot([2]*Array{wrap(ns[0]), wrap(ns[1])})
}

var hypot func([2]*Array) *Array

func init() {
	hypot = CustomJVP(hypotValue, func(x, dx [2]*Array) *Array {
		h := hypot(x)
		h = Where(h.Equal(Const(0)), OnesLike(h), h) // the numerators are 0 as well
		return x[0].Div(h).Mul(dx[0]).Add(x[1].Div(h).Mul(dx[1]))
	})
}

// hypotValue scales by the larger of both.
func hypotValue(x [2]*Array) *Array {
	a, b := x[0].Abs(), x[1].Abs()
	large, small := a.Maximum(b), a.Minimum(b)
	ratio := small.Div(Where(large.Equal(Const(0)), OnesLike(large), large))
	inf := Const(math.Inf(1))
	h := large.Mul(ratio.Square().AddScalar(1).Sqrt())
	return Where(a.Equal(inf).Or(b.Equal(inf)), FullLike(h, math.Inf(1)), h)
}
