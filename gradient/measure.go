package gradient

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// Statistics say how good an estimator is at one point. Scalars are float64.
type Statistics[P any] struct {
	Gradient P // the true gradient, by reverse mode
	Mean     P // of the estimates
	// Bias is |Mean - Gradient| / |Gradient|. Of an estimator without bias it is
	// about the root of Variance over the number of draws.
	Bias *fx.Array
	// Variance is the mean of |g - Gradient|² / |Gradient|² over the estimates g:
	// of an estimator without bias, its relative variance.
	Variance *fx.Array
	// Cosines are those of the angles between each estimate and the gradient,
	// [draws].
	Cosines *fx.Array
}

// Measure draws estimates of the gradient of f at p, one after the other, and
// compares them with the true gradient. Where that is zero, what is relative to
// it is NaN or infinite. It panics with an *fx.Error if draws is not positive.
func Measure[P any](e Estimator[P], key *fx.Array, f func(P) *fx.Array, p P, draws int) Statistics[P] {
	if draws < 1 {
		fail("Measure", "%d draws; there must be at least one", draws)
	}
	exact := fx.Grad(scalar("Measure", f))(p)
	truth, _ := optim.Floats(exact)
	type sums struct {
		Grad    []*fx.Array // float64
		Squares *fx.Array
	}
	start := sums{Squares: fx.Scalar(0.0)}
	for _, a := range truth {
		start.Grad = append(start.Grad, fx.Zeros(fx.Float64, a.Shape()...))
	}
	norm := inner(truth, truth).Sqrt()
	end, cosines := fx.Scan(func(s sums, key *fx.Array) (sums, *fx.Array) {
		g, _ := optim.Floats(e.Estimate(key, f, p).Grad)
		next := sums{Squares: s.Squares.Add(apart(g, truth))}
		for i := range g {
			next.Grad = append(next.Grad, s.Grad[i].Add(g[i].AsType(fx.Float64)))
		}
		return next, inner(g, truth).Div(norm.Mul(inner(g, g).Sqrt()))
	}, start, random.SplitArray(key, draws))

	i := 0
	average := fx.Map(func(a *fx.Array) *fx.Array {
		if !a.DType().IsFloat() {
			return a
		}
		i++
		return end.Grad[i-1].DivScalar(float64(draws)).AsType(a.DType())
	}, exact)
	means, _ := optim.Floats(average)
	return Statistics[P]{
		Gradient: exact, Mean: average,
		Bias:     apart(means, truth).Sqrt().Div(norm),
		Variance: end.Squares.DivScalar(float64(draws)).Div(norm.Square()),
		Cosines:  cosines,
	}
}

// inner is the inner product of two lists of leaves, apart their squared
// distance. Both are summed in float64.
func inner(a, b []*fx.Array) *fx.Array {
	sum := fx.Scalar(0.0)
	for i := range a {
		sum = sum.Add(a[i].AsType(fx.Float64).Mul(b[i].AsType(fx.Float64)).Sum())
	}
	return sum
}

func apart(a, b []*fx.Array) *fx.Array {
	sum := fx.Scalar(0.0)
	for i := range a {
		sum = sum.Add(a[i].AsType(fx.Float64).Sub(b[i].AsType(fx.Float64)).Square().Sum())
	}
	return sum
}
