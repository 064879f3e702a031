package random

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// Normal draws from the standard normal distribution, in float32 or float64:
// sqrt(2) erfinv(u), for u uniform on the odd multiples of 2^-23 (float32) or
// 2^-52 (float64) in (-1, 1). It is symmetric, never 0, and at most 5.30
// (float32) or 8.21 (float64) in absolute value.
func Normal(key *fx.Array, d fx.DType, shape ...int) *fx.Array {
	checkKey("Normal", key)
	checkFloat("Normal", d)
	checkShape("Normal", shape)
	return fused(key, d, shape, func(key *fx.Array, shape []int) *fx.Array {
		return centred(key, d, shape).ErfInv().MulScalar(math.Sqrt2)
	}, "Normal")
}

// TruncatedNormal draws from the standard normal distribution on the condition
// that the result lies in [lo, hi], in float32 or float64, by inversion: with
// a = erf(lo/sqrt 2), b = erf(hi/sqrt 2) and u uniform in (0, 1), it is
// sqrt(2) erfinv(a + u(b-a)). An end may be infinite. An interval so far out
// that the dtype cannot resolve it (b-a below 2^-12 in float32, 2^-40 in
// float64) is an error.
func TruncatedNormal(key *fx.Array, d fx.DType, lo, hi float64, shape ...int) *fx.Array {
	checkKey("TruncatedNormal", key)
	checkFloat("TruncatedNormal", d)
	checkShape("TruncatedNormal", shape)
	checkInterval("TruncatedNormal", d, &lo, &hi)
	erf := fx.New([]float64{lo, hi}).DivScalar(math.Sqrt2).Erf().Float64s()
	least, grid := pow2(-12), pow2(-24)
	if d == fx.Float64 {
		least, grid = pow2(-40), pow2(-53)
	}
	a, width := erf[0], erf[1]-erf[0]
	if width < least {
		fail("TruncatedNormal", "the interval [%v, %v] has probability %.2g, too little for %v", lo, hi, width/2, d)
	}
	return fused(key, d, shape, func(key *fx.Array, shape []int) *fx.Array {
		u := open(key, d, shape).MulScalar(width).AddScalar(a)
		// Rounding may have led to +-1, where erfinv is infinite, or past an end.
		z := u.Clip(grid-1, 1-grid).ErfInv().MulScalar(math.Sqrt2)
		return z.Maximum(fx.Const(lo)).Minimum(fx.Const(hi))
	}, "TruncatedNormal", lo, hi)
}

// Exponential draws from the exponential distribution of mean 1, in float32 or
// float64: -log(1-u) for u in (0, 1) on a grid that is finer near 0. The
// results are positive and finite, at most 16.7 (float32) or 36.8 (float64).
func Exponential(key *fx.Array, d fx.DType, shape ...int) *fx.Array {
	checkKey("Exponential", key)
	checkFloat("Exponential", d)
	checkShape("Exponential", shape)
	return exponential(key, d, shape)
}

func exponential(key *fx.Array, d fx.DType, shape []int) *fx.Array {
	return fine(key, d, shape).Neg().Log1p().Neg()
}

// Gumbel draws from the standard Gumbel distribution (location 0, scale 1), in
// float32 or float64: minus the logarithm of Exponential.
func Gumbel(key *fx.Array, d fx.DType, shape ...int) *fx.Array {
	checkKey("Gumbel", key)
	checkFloat("Gumbel", d)
	checkShape("Gumbel", shape)
	return exponential(key, d, shape).Log().Neg()
}

// Laplace draws from the standard Laplace distribution (location 0, scale 1),
// in float32 or float64: -sign(u) log(1-|u|) for the u of Normal.
func Laplace(key *fx.Array, d fx.DType, shape ...int) *fx.Array {
	checkKey("Laplace", key)
	checkFloat("Laplace", d)
	checkShape("Laplace", shape)
	u := centred(key, d, shape)
	return u.Sign().Mul(u.Abs().Neg().Log1p()).Neg()
}

// Logistic draws from the standard logistic distribution (location 0, scale
// 1), in float32 or float64: 2 atanh(u), which is log((1+u)/(1-u)), for the u
// of Normal.
func Logistic(key *fx.Array, d fx.DType, shape ...int) *fx.Array {
	checkKey("Logistic", key)
	checkFloat("Logistic", d)
	checkShape("Logistic", shape)
	return centred(key, d, shape).Atanh().MulScalar(2)
}
