package ode

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
)

// OrnsteinUhlenbeckLaw is the exact law of an [OrnsteinUhlenbeck] process of
// vectors [n] whose A is given by its spectrum: at time t, from v0, it is normal with
//
//	mean        A^-1 b + e^{-A t} (v0 - A^-1 b)
//	covariance  kappa0 A^-1 (I - e^{-2 A t})
type OrnsteinUhlenbeckLaw struct {
	A      linalg.Spectral // positive definite
	B      *fx.Array
	Kappa0 float64
}

// Process is the process itself, for Euler's steps.
func (l OrnsteinUhlenbeckLaw) Process() OrnsteinUhlenbeck[*fx.Array] {
	a := func(v *fx.Array) *fx.Array { return l.A.Apply(func(mu *fx.Array) *fx.Array { return mu }, v) }
	return OrnsteinUhlenbeck[*fx.Array]{a, l.B, l.Kappa0}
}

// relaxed is (1 - e^{-mu t}) / mu.
func relaxed(t float64) func(mu *fx.Array) *fx.Array {
	return func(mu *fx.Array) *fx.Array { return mu.MulScalar(-t).Expm1().Neg().Div(mu) }
}

func (l OrnsteinUhlenbeckLaw) check(op string, t float64) {
	checkKappa0(op, l.Kappa0)
	if !(t >= 0) {
		fail(op, "the time is %v; it must not be negative", t)
	}
}

// Mean is the mean at time t, which may be +Inf; v0 itself at 0.
func (l OrnsteinUhlenbeckLaw) Mean(v0 *fx.Array, t float64) *fx.Array {
	l.check("OrnsteinUhlenbeckLaw.Mean", t)
	if t == 0 {
		return v0
	}
	settled := l.A.Apply(relaxed(t), l.B)
	if math.IsInf(t, 1) {
		return settled
	}
	return settled.Add(l.A.Apply(func(mu *fx.Array) *fx.Array { return mu.MulScalar(-t).Exp() }, v0))
}

// Covariance is the covariance [n, n] at time t, which may be +Inf.
func (l OrnsteinUhlenbeckLaw) Covariance(t float64) *fx.Array {
	l.check("OrnsteinUhlenbeckLaw.Covariance", t)
	return l.A.Function(relaxed(2 * t)).MulScalar(l.Kappa0)
}

// Sample draws from the law at time t, in one transition whatever t. Without noise
// the key may be nil.
func (l OrnsteinUhlenbeckLaw) Sample(v0 *fx.Array, t float64, key *fx.Array) *fx.Array {
	const op = "OrnsteinUhlenbeckLaw.Sample"
	l.check(op, t)
	checkNoiseKey(op, l.Kappa0, key)
	mean := l.Mean(v0, t)
	if l.Kappa0 == 0 || t == 0 {
		return mean
	}
	xi := random.Normal(key, v0.DType(), v0.Dim(0))
	root := func(mu *fx.Array) *fx.Array { return relaxed(2 * t)(mu).MulScalar(l.Kappa0).Sqrt() }
	return mean.Add(l.A.Apply(root, xi))
}
