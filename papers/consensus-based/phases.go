package consensusbased

import (
	"context"
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/swarm"
)

// Part D: for which σ and α a swarm of 100 finds the minimum of Rastrigin's
// function, from around (2, ..., 2), in 20 units of time.

const (
	phaseSwarm  = 100
	phaseDt     = 0.02
	phaseCentre = 2
	phaseSpread = 2
)

var (
	phaseSigmas = []float64{0.4, 0.7, 1, 1.4, 2, 3, 4}
	phaseAlphas = []float64{0.1, 1, 10, 100, 1000}
)

// cell is one run: its noise, its weight and its key.
type cell struct{ Sigma, Alpha, Key *fx.Array }

func (e experiment) phases(ctx context.Context, env *study.Env, p plan) error {
	for _, d := range p.dims {
		for _, name := range []string{nameIsotropic, nameAniso} {
			if err := e.phase(env, p, d, name); err != nil {
				return err
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	return nil
}

// phase makes all runs of one diagram as one batch: σ and α are traced.
func (e experiment) phase(env *study.Env, p plan, d int, noise string) error {
	method := e.methods.cbo(swarm.Simultaneous)
	method.Noise, method.Dt = noises[noise], phaseDt
	program, err := study.Once(env, fmt.Sprintf("phases, %d dimensions, %s", d, noise), func() (func(cell) *fx.Array, error) {
		return fx.Jit(fx.Vmap(func(c cell) *fx.Array {
			m := method
			m.Sigma = func(*fx.Array) *fx.Array { return c.Sigma }
			m.Alpha = func(*fx.Array) *fx.Array { return c.Alpha }
			keys := random.Split(c.Key, 2)
			start := swarm.Cloud(keys[0], fx.Full(fx.Float64, phaseCentre, d), phaseSpread, phaseSwarm)
			s, _ := m.Run(data.Rastrigin, m.Init(keys[1], start), p.phaseSteps)
			return m.Consensus(data.Rastrigin, s)
		})), nil
	})
	if err != nil {
		return err
	}
	var sigmas, alphas []float64
	for _, sigma := range phaseSigmas {
		for _, alpha := range phaseAlphas {
			for range p.phaseRuns {
				sigmas, alphas = append(sigmas, sigma), append(alphas, alpha)
			}
		}
	}
	key := random.FoldIn(random.New(env.Seed), partPhases)
	ends := program(cell{fx.New(sigmas), fx.New(alphas), random.SplitArray(key, len(sigmas))})
	// In the basin of the minimum if no coordinate is off by more than 0.25.
	found := ends.Abs().Max(-1).LessEqual(fx.Const(basin)).AsType(fx.Float64).Reshape(-1, p.phaseRuns).Mean(1).Float64s()
	i := 0
	for _, sigma := range phaseSigmas {
		for _, alpha := range phaseAlphas {
			env.Record.With("dim", d, "noise", noise, "sigma", sigma, "alpha", alpha).Scalar("solved", found[i])
			i++
		}
	}
	return nil
}
