package forwardgradient

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/gradient"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// The limit of the learning rate on the quadratic |p|²/2. In the mean over the
// directions, |p|² changes in a step by 1 - 2η + η²(d+2), from wherever it is:
// it grows from η = 2/(d+2) on.

const stabilityDims = 100

// multiples are the learning rates, in units of 2/(d+2).
var multiples = []float64{0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5}

// stability measures the factor for each rate, as the mean over walkers and
// steps. Walkers go back to length 1 after every step, so that none is lost and
// all count alike.
func (e experiment) stability(env *study.Env, p plan) {
	half := func(at *fx.Array) *fx.Array { return at.Square().Sum().MulScalar(0.5) }
	forward := e.method.vector(gradient.Directions{})
	type walker struct{ At, Key *fx.Array }
	type in struct{ Rate, Key *fx.Array }
	factor := fx.Jit(func(x in) *fx.Array {
		keys := random.Split(x.Key, 2)
		unit := func(at *fx.Array) *fx.Array { return at.Div(at.Square().SumKeep(1).Sqrt()) }
		start := unit(random.Normal(keys[0], fx.Float64, p.walkers, stabilityDims))
		_, factors := fx.Scan(func(at, key *fx.Array) (*fx.Array, *fx.Array) {
			step := func(w walker) *fx.Array { return w.At.Sub(forward.Estimate(w.Key, half, w.At).Grad.Mul(x.Rate)) }
			next := fx.Vmap(step)(walker{at, random.SplitArray(key, p.walkers)})
			return unit(next), next.Square().Sum().DivScalar(float64(p.walkers))
		}, start, random.SplitArray(keys[1], p.walk))
		return factors.Mean()
	})
	key := random.FoldIn(random.New(env.Seed), partStability)
	var factors []float64
	for i, m := range multiples {
		rate := m * 2 / (stabilityDims + 2)
		factors = append(factors, factor(in{fx.Scalar(rate), random.FoldIn(key, i)}).Item())
	}
	env.Record.Series("factor", multiples, factors)
	env.Record.Scalar("threshold", crossing(multiples, factors))
}

// crossing is where the factor passes 1 for good, between two rates by a
// straight line; the last rate if it is below 1 there.
func crossing(x, y []float64) float64 {
	for i := len(x) - 1; i > 0; i-- {
		if !(y[i-1] >= 1) && y[i] >= 1 {
			return x[i-1] + float64((x[i]-x[i-1])*(1-y[i-1])/(y[i]-y[i-1]))
		}
	}
	if y[0] >= 1 {
		return x[0]
	}
	return x[len(x)-1]
}
