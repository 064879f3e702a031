package nn

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
)

// SparseNormal draws kernels [in, out] whose outputs have so many connections to
// inputs that are drawn for each, all if there are no more, with values from the
// normal distribution of mean 0 and deviation std; the rest is 0 (Martens, "Deep
// Learning via Hessian-free Optimization", 2010: 15 connections).
func SparseNormal(std float64, connections int) Initializer {
	checkScale("SparseNormal", std)
	checkSizes("SparseNormal", "connections", connections)
	return func(key *fx.Array, d fx.DType, _ Fan, shape ...int) *fx.Array {
		if len(shape) != 2 {
			fail("SparseNormal", "shape %v; it draws kernels [in, out]", shape)
		}
		keys := random.Split(key, 2)
		// The place of each input in a random order of its own for each output.
		rank := random.Uniform(keys[1], fx.Float64, 0, 1, shape...).ArgSort(0).ArgSort(0)
		values := normal(keys[0], d, std, shape)
		return fx.Where(rank.Less(fx.Const(float64(connections))), values, fx.ZerosLike(values))
	}
}

// WithSpectralRadius scales the square kernels that an initialiser draws so that
// their eigenvalue of largest magnitude has the given magnitude (Jaeger 2001; as a
// start for training: Sutskever et al. 2013), in float64. A kernel without an
// eigenvalue other than 0 becomes infinite or NaN.
func WithSpectralRadius(init Initializer, radius float64) Initializer {
	checkScale("WithSpectralRadius", radius)
	if init == nil {
		fail("WithSpectralRadius", "the initialiser is nil")
	}
	return func(key *fx.Array, d fx.DType, fan Fan, shape ...int) *fx.Array {
		if len(shape) != 2 || shape[0] != shape[1] {
			fail("WithSpectralRadius", "shape %v; it draws square kernels", shape)
		}
		w := init(key, d, fan, shape...)
		by := fx.Scalar(radius).Div(linalg.SpectralRadius(w.AsType(fx.Float64)))
		return w.Mul(by.AsType(w.DType()))
	}
}
