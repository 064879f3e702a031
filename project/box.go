package project

import "github.com/fluxion-go/fluxion/fx"

// NonNegative is the nearest point without negative elements.
func NonNegative(x *fx.Array) *fx.Array {
	vectors("NonNegative", x)
	return x.Relu()
}

// Box is the nearest point with lo <= x <= hi, element by element; lo and hi
// broadcast to x.
func Box(x, lo, hi *fx.Array) *fx.Array {
	vectors("Box", x)
	given("Box", x, &lo, &hi)
	return x.Maximum(lo).Minimum(hi)
}

// LInfBall is the nearest point whose largest element, in magnitude, is at most
// the radius.
func LInfBall(x, radius *fx.Array) *fx.Array {
	vectors("LInfBall", x)
	r := column("LInfBall", "the radius", radius, x)
	return Box(x, r.Neg(), r)
}

// sectionBisections halve the bracket of BoxSection's multiplier, so often that
// in float64 only neighbouring floats are left of one that began a thousand
// times as wide as its result.
const sectionBisections = 64

// BoxSection is the nearest point of the section of a box by a hyperplane,
//
//	lo <= y <= hi,  w.y = c,
//
// with lo, hi and w broadcast to x, no element of w zero, and c a scalar or one
// value for each vector. It is y = clip(x - t w, lo, hi) for the multiplier t at
// which w.y = c; t is bracketed by bisection, and then computed exactly from the
// elements that lie between their bounds. If the section is empty, or the box has
// no finite bounds, the result is NaN.
func BoxSection(x, lo, hi, w, c *fx.Array) *fx.Array {
	const op = "BoxSection"
	vectors(op, x)
	given(op, x, &lo, &hi, &w)
	c = column(op, "c", c, x)
	shape := x.Shape()
	lo, hi, w = lo.AsType(x.DType()).BroadcastTo(shape...), hi.AsType(x.DType()).BroadcastTo(shape...), w.AsType(x.DType()).BroadcastTo(shape...)
	free, at := activeSection(fx.StopGradient([5]*fx.Array{x, lo, hi, w, c.AsType(x.DType())}))
	zero := fx.ZerosLike(x)
	// On the free elements y = x - t w; the others are at the bound in at.
	fixed := fx.Where(at.Greater(zero), hi, lo)
	onFree := fx.Where(free, w, zero)
	weight := onFree.Square().SumKeep(-1)
	rest := c.Sub(fx.Where(free, zero, w.Mul(fixed)).SumKeep(-1))
	none := weight.Equal(fx.ZerosLike(weight))
	t := onFree.Mul(x).SumKeep(-1).Sub(rest).Div(fx.Where(none, fx.OnesLike(weight), weight))
	y := fx.Where(free, x.Sub(t.Mul(w)), fixed)
	// The mean of the extreme values is finite only if both are.
	low, high := w.Mul(lo).Minimum(w.Mul(hi)).SumKeep(-1), w.Mul(lo).Maximum(w.Mul(hi)).SumKeep(-1)
	possible := low.LessEqual(c).And(c.LessEqual(high)).And(low.IsFinite()).And(high.IsFinite())
	return fx.Where(possible, y, fx.FullLike(y, nan))
}

// activeSection finds which elements lie between their bounds, and, as the sign
// of at, at which bound the others are.
func activeSection(p [5]*fx.Array) (free, at *fx.Array) {
	x, lo, hi, w, c := p[0], p[1], p[2], p[3], p[4]
	first, second := x.Sub(lo).Div(w), x.Sub(hi).Div(w)
	type bracket struct{ Low, High *fx.Array }
	b := bracket{first.Minimum(second).MinKeep(-1), first.Maximum(second).MaxKeep(-1)}
	b, _ = fx.Scan(func(b bracket, _ struct{}) (bracket, struct{}) {
		t := b.Low.Add(b.High).MulScalar(0.5)
		// w.y falls as t grows.
		above := dot(w, x.Sub(t.Mul(w)).Maximum(lo).Minimum(hi)).Greater(c)
		return bracket{fx.Where(above, t, b.Low), fx.Where(above, b.High, t)}, struct{}{}
	}, b, struct{}{}, fx.Length(sectionBisections))
	y := x.Sub(b.Low.Add(b.High).MulScalar(0.5).Mul(w))
	free = y.Greater(lo).And(y.Less(hi))
	return free, fx.Where(y.GreaterEqual(hi), fx.OnesLike(x), fx.OnesLike(x).Neg())
}
