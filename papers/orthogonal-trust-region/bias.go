package orthogonaltrustregion

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part B: averages of orthogonal factors against orthogonal factors of averages.

// meanings are the singular values of the true gradient of part B.
var meanings = []float64{1, 0.5, 0.1, 0.05}

const (
	biasNoise = 0.3  // deviation of every element of the noise
	biasMost  = 4096 // gradients that are averaged at most
)

// orders are distances from the orthogonal factor of the true gradient.
type orders struct{ Before, After *fx.Array }

// bias draws noisy gradients around a fixed one and takes the step of the mean of
// the first 1, 4, 16, ... (average before), and the mean of their steps (after).
func (e experiment) bias(env *study.Env) {
	n := len(meanings)
	g := fx.New(meanings).Diag(0)
	count := []float64{}
	for k := 1; k <= biasMost; k *= 4 {
		count = append(count, float64(k))
	}
	run, _ := study.Once(env, "bias", func() (func(*fx.Array) orders, error) {
		return fx.Jit(func(key *fx.Array) orders {
			noisy := random.Normal(key, fx.Float64, biasMost, n, n).MulScalar(biasNoise).Add(g)
			steps := fx.Vmap(spectral.Steepest)(noisy)
			// |X - I|_F/sqrt(n): the factor of a positive diagonal is I.
			distance := func(x *fx.Array) *fx.Array {
				return x.Sub(fx.Eye(fx.Float64, n)).Square().Mean().MulScalar(float64(n)).Sqrt()
			}
			var out orders
			var before, after []*fx.Array
			for _, k := range count {
				before = append(before, distance(spectral.Steepest(noisy.SliceAxis(0, 0, int(k)).Mean(0))))
				after = append(after, distance(steps.SliceAxis(0, 0, int(k)).Mean(0)))
			}
			out.Before, out.After = fx.Stack(0, before...), fx.Stack(0, after...)
			return out
		}), nil
	})
	for range env.Steps("bias", 1) {
		out := run(random.FoldIn(random.New(env.Seed), partBias))
		env.Record.With("order", nameMuon).Series("bias", count, out.Before.Float64s())
		env.Record.With("order", nameOrthogonal).Series("bias", count, out.After.Float64s())
	}
}
