package random

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// proposals bounds the rounds of the rejection sampler. A proposal is accepted
// with a probability of at least 0.95, so that all are rejected with less than
// 1e-83.
const proposals = 64

// Gamma draws from the gamma distributions of the given concentrations (rate 1,
// so that mean and variance are the concentration), an array of floats. The
// result has its dtype, and the given shape, to which it is broadcast, or its
// own if none is given. A concentration that is not positive and finite gives
// NaN; one so small that the result underflows gives 0. A result has no
// derivative by the concentration: it counts as constant.
//
// The method is that of Marsaglia and Tsang, "A Simple Method for Generating
// Gamma Variables" (ACM TOMS 26, 2000), in float64. For a concentration below 1
// it draws with one more and multiplies by U^(1/concentration) (their section
// 6). Round i draws its normal numbers and its uniform ones from the two keys that
// Split makes of the folded key FoldIn(k, i), where k is the first of
// Split(key, 2), until every element has accepted.
func Gamma(key, concentration *fx.Array, shape ...int) *fx.Array {
	a := concentrations("Gamma", key, concentration, shape)
	return logGamma(key, a).Exp().AsType(concentration.DType())
}

// concentrations is a parameter of the result's shape in float64, with NaN for
// what is no concentration.
func concentrations(op string, key, a *fx.Array, shape []int) *fx.Array {
	checkKey(op, key)
	checkShape(op, shape)
	if a == nil {
		fail(op, "the concentration is nil")
	}
	checkFloat(op, a.DType())
	if len(shape) > 0 {
		a = broadcast(op, "concentration", a, shape)
	}
	a = a.AsType(fx.Float64)
	valid := a.Greater(fx.Const(0)).And(a.IsFinite())
	return fx.Where(valid, a, fx.FullLike(a, math.NaN()))
}

// logGamma draws logarithms of gamma variables in float64, which do not
// underflow however small the concentrations are.
func logGamma(key, a *fx.Array) *fx.Array {
	keys := Split(key, 2)
	small := a.Less(fx.Const(1))
	log := atLeastOne(keys[0], fx.Where(small, a.AddScalar(1), a)).Log()
	boost := exponential(keys[1], fx.Float64, a.Shape()).Neg().Div(a)
	return fx.Where(small, log.Add(boost), log).StopGradient()
}

// atLeastOne draws gamma variables with concentrations of at least 1, or NaN.
func atLeastOne(key, a *fx.Array) *fx.Array {
	type loop struct{ Round, Done, Value *fx.Array }
	d := a.SubScalar(1.0 / 3)
	c := d.MulScalar(9).Rsqrt()
	shape := a.Shape()
	out := fx.While(func(s loop) *fx.Array {
		return s.Round.Less(fx.Const(proposals)).And(s.Done.All().Not())
	}, func(s loop) loop {
		keys := Split(FoldIn(key, s.Round), 2)
		x := Normal(keys[0], fx.Float64, shape...)
		v := c.Mul(x).AddScalar(1)
		v = v.Mul(v).Mul(v)
		// log u < x^2/2 + d (1 - v + log v); for v < 0 the logarithm is NaN.
		bound := x.Square().MulScalar(0.5).Add(d.Mul(v.Log().Sub(v).AddScalar(1)))
		accepted := exponential(keys[1], fx.Float64, shape).Neg().Less(bound)
		fresh := accepted.And(s.Done.Not())
		return loop{s.Round.AddScalar(1), s.Done.Or(accepted), fx.Where(fresh, d.Mul(v), s.Value)}
	}, loop{fx.Scalar(int32(0)), a.IsNaN(), d})
	return out.Value
}

// Beta draws from the beta distributions of concentrations a and b, arrays of
// floats of one dtype, as Gamma does: X/(X+Y) for gamma variables X and Y. It
// is taken from their logarithms, so that small concentrations give values
// near 0 or 1 and not 0/0. In the dtype a result may be 0 or 1 by rounding.
func Beta(key, a, b *fx.Array, shape ...int) *fx.Array {
	if a == nil || b == nil {
		fail("Beta", "the concentration is nil")
	}
	if a.DType() != b.DType() {
		fail("Beta", "the concentrations are %v and %v; convert one with AsType", a.DType(), b.DType())
	}
	d := a.DType()
	if len(shape) == 0 { // broadcast them to each other
		a, b = a.Add(fx.ZerosLike(b)), b.Add(fx.ZerosLike(a))
	}
	x, y := concentrations("Beta", key, a, shape), concentrations("Beta", key, b, shape)
	keys := Split(key, 2)
	return logGamma(keys[0], x).Sub(logGamma(keys[1], y)).Sigmoid().AsType(d)
}

// Dirichlet draws probabilities that add up to 1 along the last axis, from the
// Dirichlet distributions of the concentrations [..., k], floats. With a shape,
// the result is [shape..., k], to which the concentrations are broadcast; else
// it has their own shape. It is the softmax of the logarithms of gamma
// variables, for which see Gamma.
func Dirichlet(key, concentration *fx.Array, shape ...int) *fx.Array {
	if concentration == nil {
		fail("Dirichlet", "the concentration is nil")
	}
	if concentration.NDim() == 0 || concentration.Dim(-1) == 0 {
		fail("Dirichlet", "concentrations of shape %v; the last axis must hold one for each category", concentration.Shape())
	}
	if len(shape) > 0 {
		shape = append(append([]int{}, shape...), concentration.Dim(-1))
	}
	a := concentrations("Dirichlet", key, concentration, shape)
	return logGamma(key, a).Softmax(-1).AsType(concentration.DType())
}
