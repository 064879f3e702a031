package consensusbased

import (
	"context"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/swarm"
)

// Part C: the two kinds of noise on |x|² in 20 dimensions, with λ = σ = 1 over
// 20 units of time.

const (
	manyDims      = 20
	stableSteps   = 2000
	stableSwarm   = 200
	nameIsotropic = "isotropic"
	nameAniso     = "anisotropic"
)

var noises = map[string]swarm.Noise{nameIsotropic: swarm.Isotropic, nameAniso: swarm.Anisotropic}

func (e experiment) stability(_ context.Context, env *study.Env, p plan) error {
	if !p.stability {
		return nil
	}
	key := random.FoldIn(random.New(env.Seed), partStability)
	for _, name := range []string{nameIsotropic, nameAniso} {
		method := e.methods.cbo(swarm.Simultaneous)
		method.Noise = noises[name]
		method.Sigma = optim.Constant(1)
		program, err := study.Once(env, "stability, "+name, func() (func(*fx.Array) *fx.Array, error) {
			return fx.Jit(func(key *fx.Array) *fx.Array {
				keys := random.Split(key, 2)
				start := swarm.Cloud(keys[0], fx.Zeros(fx.Float64, manyDims), 1, stableSwarm)
				_, course := method.Run(func(x *fx.Array) *fx.Array { return x.Square().Sum() }, method.Init(keys[1], start), stableSteps+1)
				return course.Variance
			}), nil
		})
		if err != nil {
			return err
		}
		variance := program(key).Float64s()
		r := env.Record.With("noise", name)
		r.Scalar("contraction", variance[stableSteps]/variance[0])
		r.Scalar("growth", method.Growth(manyDims, 1))
		for k := 0; k <= stableSteps; k += 20 {
			r.Point("variance", float64(k)*method.Dt, variance[k]/variance[0])
		}
	}
	return nil
}
