package ode

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
)

// OrnsteinUhlenbeck is the process
//
//	dv = -(A v - b) dt + sqrt(2 kappa0) dW
//
// of a network of overdamped oscillators coupled by A, under a force b and thermal
// noise (Aifer et al., "Thermodynamic Linear Algebra", 2023). With A symmetric
// positive definite it relaxes to the normal law of mean A^-1 b and covariance
// kappa0 A^-1: it solves a linear system. Time is in units of 1/A.
type OrnsteinUhlenbeck[S any] struct {
	A      func(S) S
	B      S
	Kappa0 float64 // the noise's strength, not negative; 0 is a flow without noise
}

// Relaxation is how long a process runs, and how it is read out.
type Relaxation struct {
	// Tau is the time, not negative.
	Tau float64
	// Dt is the longest step of Euler and Maruyama, positive. Steps are stable below
	// 2 over A's largest eigenvalue mu; the covariance along an eigenvector is too
	// large by the factor 1/(1 - Dt mu/2).
	Dt float64
	// Window reads out the average over the last part of the time, at most Tau; 0
	// reads out where the process is at Tau. The variance of an average falls as 2
	// kappa0 A^-2 / Window.
	Window float64
}

// Validate checks the settings.
func (r Relaxation) Validate() error {
	switch {
	case !(r.Tau >= 0) || math.IsInf(r.Tau, 1):
		return fmt.Errorf("Tau is %v; it must be a number that is not negative", r.Tau)
	case !(r.Dt > 0) || math.IsInf(r.Dt, 1):
		return fmt.Errorf("Dt is %v; it must be positive", r.Dt)
	case !(r.Window >= 0 && r.Window <= r.Tau):
		return fmt.Errorf("Window is %v; it must be from 0 to Tau, %v", r.Window, r.Tau)
	}
	return nil
}

// Steps is the number of steps, each of which takes a product with A.
func (r Relaxation) Steps() int { return r.steps(r.Tau-r.Window) + r.steps(r.Window) }

func (r Relaxation) steps(time float64) int {
	// A time that is a multiple of Dt but for rounding needs no step more.
	return int(math.Ceil(time/r.Dt - 1e-9))
}

func (o OrnsteinUhlenbeck[S]) check(op string, key *fx.Array) {
	if o.A == nil {
		fail(op, "there is no operator A")
	}
	checkKappa0(op, o.Kappa0)
	checkNoiseKey(op, o.Kappa0, key)
}

func checkKappa0(op string, kappa0 float64) {
	if !(kappa0 >= 0) || math.IsInf(kappa0, 1) {
		fail(op, "Kappa0 is %v; it must be a number that is not negative", kappa0)
	}
}

func checkNoiseKey(op string, kappa0 float64, key *fx.Array) {
	if kappa0 > 0 && key == nil {
		fail(op, "there is no key for the noise")
	}
}

// Run lets the process run from v0 and reads it out. Without noise the key may be
// nil. It runs inside fx.Jit, and under fx.Vmap over keys for many readouts. Steps
// that are not stable make the result huge or not finite: see Check.
func (o OrnsteinUhlenbeck[S]) Run(v0 S, r Relaxation, key *fx.Array) S {
	const op = "OrnsteinUhlenbeck.Run"
	o.check(op, key)
	if err := r.Validate(); err != nil {
		fail(op, "%v", err)
	}
	keys := []*fx.Array{nil, nil}
	if o.Kappa0 > 0 {
		keys = random.Split(key, 2)
	}
	v := v0
	if n := r.steps(r.Tau - r.Window); n > 0 {
		times := fx.Linspace(fx.Float64, 0, r.Tau-r.Window, n+1)
		v = noisy(o.drift, v, times, o.noise(v, keys[0]))
	}
	n := r.steps(r.Window)
	if n == 0 {
		return v
	}
	// The average is an integral, which takes part in the equation without noise.
	both := averaged[S]{v, linalg.ZerosLike(v)}
	noise := o.noise(v, keys[1])
	var wide Noise[averaged[S]]
	if noise != nil {
		wide = func(i, h *fx.Array) averaged[S] { return averaged[S]{noise(i, h), both.Sum} }
	}
	end := noisy(func(t *fx.Array, y averaged[S]) averaged[S] { return averaged[S]{o.drift(t, y.V), y.V} }, both,
		fx.Linspace(fx.Float64, 0, r.Window, n+1), wide)
	return linalg.Scale(fx.Const(1/r.Window), end.Sum)
}

type averaged[S any] struct{ V, Sum S }

func (o OrnsteinUhlenbeck[S]) drift(_ *fx.Array, v S) S { return linalg.Sub(o.B, o.A(v)) }

// noise is sqrt(2 kappa0) dW; nil without noise.
func (o OrnsteinUhlenbeck[S]) noise(like S, key *fx.Array) Noise[S] {
	if o.Kappa0 == 0 {
		return nil
	}
	dw := Brownian(key, like)
	return func(i, h *fx.Array) S { return linalg.Scale(fx.Const(math.Sqrt(2*o.Kappa0)), dw(i, h)) }
}

// noisy integrates with additive noise, or with none.
func noisy[S any](drift func(t *fx.Array, y S) S, y0 S, times *fx.Array, noise Noise[S]) S {
	if noise == nil {
		y, _ := Final(drift, y0, times, Fixed{Method: Euler})
		return y
	}
	return FinalSDE(drift, func(_ *fx.Array, _, dw S) S { return dw }, y0, times, noise, EulerMaruyama)
}

// Check is an error if A is not positive definite, or if steps of length dt are
// not stable, by power iteration. It evaluates some hundred
// products with A, and is not for compiled functions.
func (o OrnsteinUhlenbeck[S]) Check(dt float64, key *fx.Array) error {
	const op = "OrnsteinUhlenbeck.Check"
	o.check(op, key)
	power := linalg.Power{Tol: 1e-4, MaxIter: 500}
	type pair struct{ Largest, Smallest *fx.Array }
	found := fx.Jit(func(key *fx.Array) pair {
		keys := random.Split(key, 2)
		top, _, _ := linalg.PowerIteration(o.A, o.B, keys[0], power)
		// The largest eigenvalue in size may be a negative one.
		size := top.Abs()
		rest, _, _ := linalg.PowerIteration(func(v S) S { return linalg.Sub(linalg.Scale(size, v), o.A(v)) }, o.B, keys[1], power)
		return pair{top, size.Sub(rest)}
	})(key)
	largest, smallest := found.Largest.Item(), found.Smallest.Item()
	switch {
	case math.IsNaN(largest) || math.IsInf(largest, 0) || math.IsNaN(smallest):
		return fmt.Errorf("a product with the matrix is not finite")
	case largest <= 0 || smallest <= 1e-6*largest:
		return fmt.Errorf("the matrix is not positive definite: it has an eigenvalue near %.3g, the largest being %.3g in size; more damping makes it so", min(largest, smallest), math.Abs(largest))
	case !(dt < 2/largest):
		return fmt.Errorf("steps of %v are not stable: the largest eigenvalue is near %.4g, so that they must be shorter than %.4g", dt, largest, 2/largest)
	}
	return nil
}
