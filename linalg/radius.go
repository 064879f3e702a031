package linalg

import "github.com/fluxion-go/fluxion/fx"

// radiusSquarings is how often SpectralRadius squares: the powers reach 2^40, at
// which the norm of a power is the radius to that power but for a factor of about
// 1e12 at the most, an error of 3e-11 in its root.
const radiusSquarings = 40

// SpectralRadius is the largest magnitude of the eigenvalues of square matrices
// [..., n, n], by Gelfand's formula: the limit of |A^k|^(1/k), for k = 1, 2, 4, ...
// It needs no eigenvectors and minds neither complex pairs nor equal magnitudes;
// the relative error is that of rounding times log2 k, about 1e-10 in float64 and
// 1e-5 in float32 (matrices that are nearly nilpotent have more). It has no
// useful derivative.
func SpectralRadius(a *fx.Array) *fx.Array {
	const op = "SpectralRadius"
	if a == nil || a.NDim() < 2 || a.Dim(-1) != a.Dim(-2) || a.Dim(-1) == 0 {
		fail(op, "the argument must be square matrices [..., n, n]")
	}
	if !a.DType().IsFloat() {
		fail(op, "the matrices are %v; they must be of a float type", a.DType())
	}
	type state struct{ Power, Log *fx.Array } // A^k / |A^k| and log(|A^k|) / k
	start, norm := normalised(a.StopGradient())
	weights := make([]float64, radiusSquarings) // 1/2, 1/4, ...
	for i := range weights {
		weights[i] = 1 / float64(uint64(2)<<i)
	}
	end, _ := fx.Scan(func(s state, w *fx.Array) (state, []*fx.Array) {
		power, norm := normalised(s.Power.MatMul(s.Power))
		return state{power, s.Log.Add(norm.Log().Mul(w))}, nil
	}, state{start, norm.Log()}, fx.New(weights).AsType(a.DType()))
	return end.Log.Exp()
}

// normalised divides matrices by their Frobenius norms, [...]. Zero stays zero.
func normalised(a *fx.Array) (unit, norm *fx.Array) {
	largest := a.Abs().MaxKeep(-2, -1)
	safe := fx.Where(largest.Greater(fx.Const(0)), largest, fx.OnesLike(largest))
	scaled := a.Div(safe)
	size := scaled.Square().SumKeep(-2, -1).Sqrt()
	one := fx.Where(size.Greater(fx.Const(0)), size, fx.OnesLike(size))
	return scaled.Div(one), largest.Mul(size).Squeeze(-2, -1)
}
