package linalg

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// checkProbes rejects what is no number of random vectors.
func checkProbes(op string, probes int) {
	if probes < 1 {
		fail(op, "%d probes; there must be at least one", probes)
	}
}

// rademacher draws a vector of signs.
func rademacher(key *fx.Array, d fx.DType, n int) *fx.Array { return random.Rademacher(key, d, n) }

// Estimate is a mean over random probes, with its standard error (0 for a
// single probe, where it is unknown).
type Estimate struct{ Mean, StdErr *fx.Array }

// mean and standard error over the leading axis.
func estimate(samples *fx.Array) Estimate {
	m := samples.Dim(0)
	if m == 1 {
		return Estimate{samples.Index(0), fx.ZerosLike(samples.Index(0))}
	}
	return Estimate{samples.Mean(0), samples.Var(0).DivScalar(float64(m - 1)).Sqrt()}
}

// Trace estimates the trace of an operator on trees like `like` as the mean of
// z'Az over random signs z (Hutchinson 1989), one product for each probe. For a
// symmetric A the variance of a probe is 2 (|A|_F^2 - sum of A_ii^2).
func Trace[T any](A func(T) T, like T, key *fx.Array, probes int) Estimate {
	checkProbes("Trace", probes)
	x, unravel := ravel("Trace", like)
	a := flat("Trace", A, like, unravel)
	_, samples := fx.Scan(func(c struct{}, key *fx.Array) (struct{}, *fx.Array) {
		z := rademacher(key, x.DType(), x.Size())
		return c, z.Dot(a(z))
	}, struct{}{}, random.SplitArray(key, probes))
	return estimate(samples)
}

// Diagonal estimates the diagonal of an operator as the mean of z * Az over
// random signs z (Bekas, Kokiopoulou and Saad 2007): a tree like `like`, and
// the standard error of each element. For a diagonal A one probe is exact.
func Diagonal[T any](A func(T) T, like T, key *fx.Array, probes int) (mean, stderr T) {
	checkProbes("Diagonal", probes)
	x, unravel := ravel("Diagonal", like)
	a := flat("Diagonal", A, like, unravel)
	type sums struct{ mean, m2, k *fx.Array }
	zero := fx.ZerosLike(x)
	// Welford's running mean and sum of squares: no probe is kept.
	s, _ := fx.Scan(func(s sums, key *fx.Array) (sums, struct{}) {
		z := rademacher(key, x.DType(), x.Size())
		v := z.Mul(a(z))
		k := s.k.AddScalar(1)
		d := v.Sub(s.mean)
		mean := s.mean.Add(d.Div(k))
		return sums{mean, s.m2.Add(d.Mul(v.Sub(mean))), k}, struct{}{}
	}, sums{zero, zero, fx.Full(x.DType(), 0)}, random.SplitArray(key, probes))
	m := float64(probes)
	return unravel(s.mean), unravel(s.m2.DivScalar(m * max(1, m-1)).Sqrt())
}
