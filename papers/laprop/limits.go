package laprop

import (
	"context"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part C: what the formulas promise. Here no loss is minimised: the rules get
// sequences of gradients, each element of an array its own, and their updates
// at learning rate 1 are looked at.

const (
	spikeSteps    = 100 // Adam's step grows a million times in 60
	sequenceSteps = 150
	sequences     = 40 // of each kind
	limitSearches = 3  // momentum of signs, LaProp with two epsilons
)

// The decay rates of the spike test. The factor mu/sqrt(nu) from one step of
// Adam's to the next is 0.90, 0.95 and 1.27.
const spikeMu = 0.9

var spikeNus = []float64{0.999, 0.9, 0.5}

// boundDecays are the (mu, nu) at which the bound of the update is tried.
var boundDecays = [][2]float64{{0.9, 0.999}, {0.9, 0.9}, {0.9, 0.5}, {0.9, 0.1}, {0.99, 0.5}, {0.5, 0.99}, {0, 0.9}, {0.999, 0}}

// pure is the setting in which the paper states the properties: epsilon 0, no
// bias correction of the second moment, learning rate 1.
func pure(mu, nu float64) setting { return setting{rate: 1, mu: mu, nu: nu, raw: true} }

// updates feeds a rule with gradients [steps, n] and gives its updates.
func updates(rule optim.Rule, gradients *fx.Array) *fx.Array {
	run := fx.Jit(func(gradients *fx.Array) *fx.Array {
		p := []*fx.Array{fx.Zeros(gradients.DType(), gradients.Dim(1))}
		_, all := fx.Scan(func(s optim.State, g *fx.Array) (optim.State, *fx.Array) {
			u, next := rule.Update([]*fx.Array{g}, s, p)
			return next, u[0]
		}, rule.Init(p), gradients)
		return all
	})
	return run(gradients)
}

// spike records what a single gradient of 1 does to the steps that follow it,
// all other gradients being zero. Nothing about it is random.
func (e experiment) spike(env *study.Env) {
	gradients := make([]float64, spikeSteps)
	gradients[0] = 1
	steps := make([]float64, spikeSteps)
	for t := range steps {
		steps[t] = float64(t)
	}
	for _, m := range []method{{nameAdam, e.methods.adam, 0}, {nameLaProp, e.methods.laprop, 0}} {
		for _, nu := range spikeNus {
			trace := updates(m.rule(pure(spikeMu, nu)), fx.New(gradients, spikeSteps, 1)).Abs()
			r := env.Record.With("method", m.name, "mu", spikeMu, "nu", nu)
			r.Series("spike", steps, trace.Float64s())
			r.Scalar("spike_largest", trace.Max().Item())
		}
	}
}

// bound records the largest step that LaProp makes in answer to many sequences
// of gradients, as a share of the bound 1/sqrt(1-nu).
func (e experiment) bound(env *study.Env) {
	gradients := gradientZoo(random.FoldIn(random.New(env.Seed), partBound))
	for _, d := range boundDecays {
		mu, nu := d[0], d[1]
		largest := updates(e.methods.laprop(pure(mu, nu)), gradients).Abs().Max().Item()
		allowed, _ := optim.UpdateBound(mu, nu)
		env.Record.With("mu", mu, "nu", nu).Scalar("bound_share", largest/allowed)
	}
}

// gradientZoo draws sequences of gradients of five kinds, [steps, n]: normal;
// of sizes over many powers of ten; rare spikes among zeros; one spike in noise
// a million times smaller; and growing tenfold with every step, which comes
// closest to the bound, because then the newest gradient dwarfs all that the
// second moment remembers.
func gradientZoo(key *fx.Array) *fx.Array {
	keys := random.Split(key, 7)
	normal := func(i int) *fx.Array { return random.Normal(keys[i], fx.Float64, sequenceSteps, sequences) }
	step := fx.Arange(fx.Float64, sequenceSteps).Reshape(sequenceSteps, 1)
	ten := func(power *fx.Array) *fx.Array { return power.MulScalar(math.Ln10).Exp() }

	wild := normal(0).Mul(ten(normal(1).MulScalar(3)))
	rare := normal(2).Mul(random.Bernoulli(keys[3], fx.Scalar(0.05), sequenceSteps, sequences).AsType(fx.Float64))
	spiked := normal(4).Mul(fx.Where(step.Equal(fx.Const(sequenceSteps/2)), fx.Scalar(1.0), fx.Scalar(1e-6)))
	growing := random.Normal(keys[5], fx.Float64, sequences).Mul(ten(step))
	return fx.Concatenate(1, normal(6), wild, rare, spiked, growing)
}

// limit records how far LaProp with nu = 0 comes from momentum of signs in the
// noisy search of part A: with epsilon 0, and with the epsilon of the paper.
func (e experiment) limit(ctx context.Context, env *study.Env) error {
	signs, err := ways(ctx, env, "momentum of signs", signMomentum{searchRate, searchMu})
	if err != nil {
		return err
	}
	for _, epsilon := range []float64{0, tiny} {
		rule := e.methods.laprop(setting{rate: searchRate, mu: searchMu, epsilon: epsilon})
		own, err := ways(ctx, env, fmt.Sprintf("LaProp, nu 0, eps %v", epsilon), rule)
		if err != nil {
			return err
		}
		env.Record.With("epsilon", epsilon).Scalar("sign_distance", study.Sample(own).Minus(signs).Abs().Max())
	}
	return nil
}

// ways are the coordinates of 40 searches, half of them without noise, after
// every stretch of 2000 steps.
func ways(ctx context.Context, env *study.Env, name string, rule optim.Rule) (study.Sample, error) {
	s, err := sharedSearcher(env, name, rule, []float64{0, 0.1}, 20)
	if err != nil {
		return nil, err
	}
	var all study.Sample
	err = s.follow(ctx, env, name, 2000, func(d descent) bool {
		all = append(append(all, d.At.X.Float64s()...), d.At.Y.Float64s()...)
		return true
	})
	return all, err
}
