package ode

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
)

// Sampling is how the stationary law of an [OrnsteinUhlenbeck] process is read out.
type Sampling struct {
	// Burn is the time before the first sample, some multiples of 1 over the smallest
	// eigenvalue; not negative.
	Burn float64
	// Gap is the time between samples, positive. Those closer than 1 over the smallest
	// eigenvalue are far from independent.
	Gap float64
	// Dt is the longest step, as in Relaxation.
	Dt float64
	// Samples is their number, at least 1.
	Samples int
}

// Validate checks the settings.
func (s Sampling) Validate() error {
	switch {
	case !(s.Burn >= 0) || math.IsInf(s.Burn, 1):
		return fmt.Errorf("Burn is %v; it must be a number that is not negative", s.Burn)
	case !(s.Gap > 0) || math.IsInf(s.Gap, 1):
		return fmt.Errorf("Gap is %v; it must be positive", s.Gap)
	case s.Samples < 1:
		return fmt.Errorf("there are %d samples; there must be at least 1", s.Samples)
	}
	return Relaxation{Dt: s.Dt}.Validate()
}

// ThermodynamicSolve solves A x = b by the mean of samples of the process, which
// starts at 0 (Aifer et al. 2023). Its error is of the size of the noise,
// sqrt(kappa0 A^-1 / samples) for independent ones, and that of what is left of the
// start; without noise it is that of Euler's flow alone.
func ThermodynamicSolve[S any](o OrnsteinUhlenbeck[S], s Sampling, key *fx.Array) S {
	const op = "ThermodynamicSolve"
	sum := sampled(op, o, s, key, linalg.ZerosLike(o.B), func(sum, v S) S { return linalg.Add(v, sum) })
	return linalg.Scale(fx.Const(1/float64(s.Samples)), sum)
}

// ThermodynamicInverse is A^-1 as a matrix [n, n] in the order of linalg.Ravel, by
// the second moments of samples of the process without a force, whose covariance it
// is for kappa0 = 1 (Aifer et al. 2023). An element's standard error is about
// sqrt((c_ij^2 + c_ii c_jj) / samples) for independent samples, c being A^-1.
func ThermodynamicInverse[S any](a func(S) S, like S, s Sampling, key *fx.Array) *fx.Array {
	const op = "ThermodynamicInverse"
	x, _ := linalg.Ravel(like)
	process := OrnsteinUhlenbeck[S]{a, linalg.ZerosLike(like), 1}
	sum := sampled(op, process, s, key, fx.Zeros(x.DType(), x.Dim(0), x.Dim(0)), func(sum *fx.Array, v S) *fx.Array {
		x, _ := linalg.Ravel(v)
		return sum.Add(x.Outer(x))
	})
	return sum.DivScalar(float64(s.Samples))
}

// sampled folds samples of a process from 0.
func sampled[S, T any](op string, o OrnsteinUhlenbeck[S], s Sampling, key *fx.Array, zero T, add func(T, S) T) T {
	o.check(op, key)
	if err := s.Validate(); err != nil {
		fail(op, "%v", err)
	}
	if key == nil { // without noise nothing is drawn
		key = random.New(0)
	}
	type state struct {
		V   S
		Sum T
	}
	start := state{o.Run(linalg.ZerosLike(o.B), Relaxation{Tau: s.Burn, Dt: s.Dt}, random.FoldIn(key, s.Samples)), zero}
	end, _ := fx.Scan(func(at state, i *fx.Array) (state, struct{}) {
		v := o.Run(at.V, Relaxation{Tau: s.Gap, Dt: s.Dt}, random.FoldIn(key, i))
		return state{v, add(at.Sum, v)}, struct{}{}
	}, start, fx.Arange(fx.Int32, s.Samples))
	return end.Sum
}
