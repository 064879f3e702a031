package fx

import "math"

// The gamma function's logarithm and its derivative, by Stirling's series
// after a shift of eight (Abramowitz and Stegun 6.1.15, 6.1.41, 6.3.5,
// 6.3.18), and by reflection below one half.

// reflected splits x into the side right of 1/2 and the mirrored left one.
func reflected(x *Array) (left, y *Array) {
	left = x.Less(Const(0.5))
	return left, Where(left, Const(1).Sub(x), x)
}

// shifted is y+8 where y is below 8, and which those are.
func shifted(y *Array) (small, z *Array) {
	small = y.Less(Const(8))
	return small, Where(small, y.AddScalar(8), y)
}

// horner is c[0] + c[1] x + c[2] x^2 + ...
func horner(x *Array, c ...float64) *Array {
	sum := x.MulScalar(0).AddScalar(c[len(c)-1])
	for i := len(c) - 2; i >= 0; i-- {
		sum = sum.Mul(x).AddScalar(c[i])
	}
	return sum
}

var lgamma = CustomJVP(lgammaValue, func(x, dx *Array) *Array { return x.Digamma().Mul(dx) })

// Lgamma is the logarithm of the absolute value of the gamma function. Its
// absolute error is a few units in the last place of max(1, |result|); at 0
// and the negative integers it is infinite.
func (a *Array) Lgamma() *Array {
	needFloat("Lgamma", a.node("Lgamma"))
	return lgamma(a)
}

func lgammaValue(x *Array) *Array {
	left, y := reflected(x)
	small, z := shifted(y)
	inv := z.Reciprocal()
	series := horner(inv.Square(), 1./12, -1./360, 1./1260, -1./1680, 1./1188, -691./360360)
	stirling := z.SubScalar(0.5).Mul(z.Log()).Sub(z).AddScalar(0.5 * math.Log(2*math.Pi)).Add(series.Mul(inv))
	product := y
	for k := 1; k < 8; k++ {
		product = product.Mul(y.AddScalar(float64(k)))
	}
	right := stirling.Sub(Where(small, product, OnesLike(product)).Log())
	right = Where(y.Equal(Const(math.Inf(1))), y, right)
	mirror := Const(math.Pi).Div(x.Sub(x.Floor()).MulScalar(math.Pi).Sin().Abs()).Log().Sub(right)
	whole := x.Equal(x.Floor()).And(x.LessEqual(Const(0)))
	return Where(left, Where(whole, FullLike(x, math.Inf(1)), mirror), right)
}

// Digamma is the derivative of Lgamma; NaN at 0 and the negative integers.
func (a *Array) Digamma() *Array {
	needFloat("Digamma", a.node("Digamma"))
	left, y := reflected(a)
	small, z := shifted(y)
	inv := z.Reciprocal()
	series := horner(inv.Square(), 1./12, -1./120, 1./252, -1./240, 1./132, -691./32760, 1./12)
	value := z.Log().Sub(inv.MulScalar(0.5)).Sub(series.Mul(inv.Square()))
	sum := y.Reciprocal()
	for k := 1; k < 8; k++ {
		sum = sum.Add(y.AddScalar(float64(k)).Reciprocal())
	}
	value = value.Sub(Where(small, sum, ZerosLike(sum)))
	whole := a.Equal(a.Floor()).And(a.LessEqual(Const(0)))
	// Tangent of the fractional part: the whole one would only lose digits.
	fraction := Where(left.And(whole.Not()), a.Sub(a.Floor()), FullLike(a, 0.25))
	mirror := value.Sub(Const(math.Pi).Div(fraction.MulScalar(math.Pi).Tan()))
	return Where(left, Where(whole, FullLike(a, math.NaN()), mirror), value)
}
