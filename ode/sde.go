package ode

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Noise gives the increments of a Wiener process over step i, an int32 scalar,
// of signed length h: a tree of independent normal numbers of variance |h|.
type Noise[S any] func(i, h *fx.Array) S

// Brownian draws increments like the given state: for each step, those of the
// key folded with the step's number, nothing being stored. Leaves that are not
// floats are kept.
func Brownian[S any](key *fx.Array, like S) Noise[S] {
	n := 0
	for _, a := range fx.Leaves(like) {
		if a.DType().IsFloat() {
			n++
		}
	}
	return func(i, h *fx.Array) S {
		keys, leaf := random.Split(random.FoldIn(key, i), n), -1
		return fx.Map(func(a *fx.Array) *fx.Array {
			if !a.DType().IsFloat() {
				return a
			}
			leaf++
			return random.Normal(keys[leaf], a.DType(), a.Shape()...).Mul(h.Abs().Sqrt().AsType(a.DType()))
		}, like)
	}
}

// Increments takes ready increments: along the leading axis of every array, one
// for each step. Sums of neighbours are the same path seen at coarser steps.
func Increments[S any](dw S) Noise[S] {
	return func(i, _ *fx.Array) S {
		return fx.Map(func(a *fx.Array) *fx.Array { return a.Take(i, 0) }, dw)
	}
}

// Diagonal is the diffusion of independent noise in every element: dw times g(t, y).
func Diagonal[S any](g func(t *fx.Array, y S) S) func(t *fx.Array, y, dw S) S {
	return func(t *fx.Array, y, dw S) S {
		return fx.Map2(func(g, w *fx.Array) *fx.Array {
			if !g.DType().IsFloat() {
				return g
			}
			return g.Mul(w)
		}, g(t, y), dw)
	}
}

// SDEMethod is a scheme for stochastic differential equations.
type SDEMethod int

const (
	// EulerMaruyama solves Itô's equation, with strong order 1/2 (1 if the noise
	// is additive) and weak order 1 (Maruyama 1955; Kloeden and Platen 1992,
	// section 10.2).
	EulerMaruyama SDEMethod = iota

	// StochasticHeun solves Stratonovich's equation by predictor and corrector,
	// with strong order 1 if the noise is diagonal or commutes (Rümelin 1982;
	// Kloeden and Platen 1992, section 15.5).
	StochasticHeun
)

// SolveSDE integrates dy = drift(t, y) dt + diffusion(t, y, dW) from y0 at
// times[0], one step from each time to the next, and gives the states at all
// times, as Solve does. diffusion is linear in dw, which the noise gives.
// Descending times integrate backward. It is differentiable in both modes, for
// given noise, with everything that the functions capture.
func SolveSDE[S any](drift func(t *fx.Array, y S) S, diffusion func(t *fx.Array, y, dw S) S, y0 S, times *fx.Array, noise Noise[S], m SDEMethod) S {
	step := sdeStep("SolveSDE", drift, diffusion, times, noise, m)
	_, path := fx.Scan(func(y S, s sdeInterval) (S, S) {
		y = step(y, s)
		return y, y
	}, y0, sdeIntervals(times))
	return prepend(y0, path)
}

// FinalSDE is SolveSDE for the state at the last time only.
func FinalSDE[S any](drift func(t *fx.Array, y S) S, diffusion func(t *fx.Array, y, dw S) S, y0 S, times *fx.Array, noise Noise[S], m SDEMethod) S {
	step := sdeStep("FinalSDE", drift, diffusion, times, noise, m)
	y, _ := fx.Scan(func(y S, s sdeInterval) (S, struct{}) { return step(y, s), struct{}{} }, y0, sdeIntervals(times))
	return y
}

type sdeInterval struct {
	interval
	i *fx.Array
}

func sdeIntervals(times *fx.Array) sdeInterval {
	return sdeInterval{intervals(times), fx.Arange(fx.Int32, times.Dim(0)-1)}
}

// sdeStep is one step of a method.
func sdeStep[S any](op string, drift func(t *fx.Array, y S) S, diffusion func(t *fx.Array, y, dw S) S, times *fx.Array, noise Noise[S], m SDEMethod) func(S, sdeInterval) S {
	checkTimes(op, times)
	if m != EulerMaruyama && m != StochasticHeun {
		fail(op, "there is no method %d; give ode.EulerMaruyama or ode.StochasticHeun", m)
	}
	if drift == nil || diffusion == nil || noise == nil {
		fail(op, "the drift, the diffusion or the noise is nil")
	}
	one := fx.Full(times.DType(), 1)
	return func(y S, s sdeInterval) S {
		h := s.t1.Sub(s.t0)
		dw := noise(s.i, h)
		f, g := drift(s.t0, y), diffusion(s.t0, y, dw)
		checkField(op, "the drift", f, y)
		checkField(op, "the diffusion", g, y)
		next := advance(advance(y, h, []float64{1}, []S{f}), one, []float64{1}, []S{g})
		if m == EulerMaruyama {
			return next
		}
		f2, g2 := drift(s.t1, next), diffusion(s.t1, next, dw)
		y = advance(y, h, []float64{0.5, 0.5}, []S{f, f2})
		return advance(y, one, []float64{0.5, 0.5}, []S{g, g2})
	}
}
