package orthogonaltrustregion

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part E: gradients taken ahead of the parameters, on a quartic function.

type beyond struct {
	alphas             []float64
	steps, every       int
	repetitions        int
	quartic            float64
	length, noiseLevel float64
}

// extrapolated compares the momentum's error with and without extrapolation.
func (e experiment) extrapolated(env *study.Env, b beyond) error {
	keys := random.Split(random.FoldIn(random.New(env.Seed), partAhead), 3)
	p := draw(keys[0], ballSide, condition, random.Normal(keys[1], fx.Float64, ballSide, ballSide))
	p.Quartic = b.quartic
	rate := b.length / spectral.Rho([]int{ballSide, ballSide})
	n := b.repetitions
	in := bundle{p, walk{
		Start: fx.Zeros(fx.Float64, n, ballSide, ballSide),
		Rate:  fx.Full(fx.Float64, rate, n), Noise: fx.Full(fx.Float64, b.noiseLevel, n), Key: random.SplitArray(keys[2], n),
	}}
	for range env.Steps("extrapolation", 1) {
		for _, alpha := range b.alphas {
			for _, name := range []string{namePlain, nameAhead} {
				run, err := study.Once(env, fmt.Sprintf("%s, alpha %v", name, alpha), func() (func(bundle) sizes, error) {
					return fx.Jit(func(in bundle) sizes {
						return fx.Vmap(func(w walk) sizes {
							rule := watched{e.methods.average(alpha), e.methods.region(func(*fx.Array) *fx.Array { return w.Rate }, alpha, 0, optim.Uniform(spectral))}
							opt := optim.FromRule[*fx.Array](rule)
							if name == nameAhead {
								opt = e.methods.ahead(rule, alpha)
							}
							end := w.follow(in.P, opt, b.steps, b.every)
							return sizes{fx.Vmap(spectral.Dual)(end.Error), fx.Vmap(spectral.Dual)(end.Gradient)}
						})(in.Lanes)
					}), nil
				})
				if err != nil {
					return err
				}
				out := run(in)
				r := env.Record.With("gradients", name, "alpha", alpha)
				r.Scalar("ahead_error", out.Error.Mean().Item())
				r.Scalar("ahead_gradient", out.Gradient.Min(1).Mean().Item())
			}
		}
	}
	return nil
}

const (
	namePlain = "at the parameters"
	nameAhead = "extrapolated"
)
