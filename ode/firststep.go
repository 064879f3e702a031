package ode

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

var nan = math.NaN()

// check fills in the defaults.
func (o Adaptive) check(op string, y0 any, times *fx.Array) Adaptive {
	for _, v := range []float64{o.RTol, o.ATol, o.FirstStep} {
		if !(v >= 0) || math.IsInf(v, 0) {
			fail(op, "RTol is %v, ATol %v and FirstStep %v; they must be finite and not negative", o.RTol, o.ATol, o.FirstStep)
		}
	}
	if o.MaxSteps < 0 || o.MaxSteps > 1<<30 {
		fail(op, "MaxSteps is %d; it must lie between 0 and 2^30", o.MaxSteps)
	}
	if o.RTol == 0 {
		o.RTol = 1e-7
		for _, a := range append(fx.Leaves(y0), times) {
			if a.DType() == fx.Float32 {
				o.RTol = 1e-4
			}
		}
	}
	if o.ATol == 0 {
		o.ATol = o.RTol / 100
	}
	if o.MaxSteps == 0 {
		o.MaxSteps = 10000
	}
	return o
}

// firstStep is the signed length of the first step (Hairer, Nørsett and Wanner
// 1993, section II.4, "Starting step size"), and how often it evaluates f.
func firstStep[S any](o Adaptive, d fx.DType, f func(t *fx.Array, y S) S, t, end, direction *fx.Array, y, k S) (*fx.Array, int) {
	if o.FirstStep > 0 {
		return direction.MulScalar(o.FirstStep), 0
	}
	d0, d1 := scaledNorm(o, d, y, y, y), scaledNorm(o, d, k, y, y)
	small := d0.Minimum(d1).Less(fx.Full(d, 1e-5))
	h0 := fx.Where(small, fx.Full(d, 1e-6), d0.Div(d1).MulScalar(0.01)).Minimum(end.Sub(t).Abs())
	trial := f(t.Add(h0.Mul(direction)), advance(y, h0.Mul(direction), []float64{1}, []S{k}))
	change := advance(trial, fx.Full(d, -1), []float64{1}, []S{k})
	d2 := scaledNorm(o, d, change, y, y).Div(h0)
	steep := d1.Maximum(d2)
	h1 := fx.Where(steep.LessEqual(fx.Full(d, 1e-15)),
		h0.MulScalar(1e-3).Maximum(fx.Full(d, 1e-6)),
		steep.MulScalar(100).Reciprocal().PowScalar(1./5))
	return h0.MulScalar(100).Minimum(h1).Mul(direction), 1
}

// zeros is a state of zeros.
func zeros[S any](y S) S { return scaleState(y, 0) }

func scaleState[S any](y S, c float64) S {
	return fx.Map(func(a *fx.Array) *fx.Array {
		switch {
		case !a.DType().IsFloat():
			return a
		case c == 0:
			return fx.ZerosLike(a)
		}
		return a.MulScalar(c)
	}, y)
}
