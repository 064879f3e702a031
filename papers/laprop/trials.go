package laprop

import (
	"context"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// trial is one training of part B.
type trial struct {
	network network
	method  method
	mu, nu  float64
}

// trials are all trainings of the plan, in the order of tables.
func (e experiment) trials(p plan) []trial {
	var all []trial
	for _, n := range p.networks {
		for _, m := range e.methods.trainers() {
			for _, mu := range n.mus {
				for _, nu := range n.nus {
					all = append(all, trial{n, m, mu, nu})
				}
			}
		}
	}
	return all
}

func (t trial) String() string {
	return fmt.Sprintf("%s, %s, mu %v, nu %v", t.network.name, t.method.name, t.mu, t.nu)
}

func (t trial) labels() []any {
	return []any{"network", t.network.name, "method", t.method.name, "mu", t.mu, "nu", t.nu}
}

// rate is the learning rate that tuning chose, or the network's own.
func (t trial) rate(env *study.Env) float64 {
	if env.Common.Has("rate", t.labels()...) {
		return env.Common.Scalar("rate", t.labels()...)
	}
	return t.network.rate
}

// run trains for one seed. All seeds share the compiled program.
func (t trial) run(env *study.Env, d *classify.Sets, seed uint64, rate float64, epochs int) (outcome, error) {
	name := t.String()
	program, err := study.Once(env, fmt.Sprintf("%s, rate %v", name, rate), func() (*trainer, error) {
		return newTrainer(t.method.at(rate, t.mu, t.nu)), nil
	})
	if err != nil {
		return outcome{}, err
	}
	return train(env, program, t.network, d, name, seed, rate, epochs)
}

// record takes down what a training came to.
func (t trial) record(r *study.Recorder, o outcome) {
	r = r.With(t.labels()...)
	r.Scalar("train_loss", o.trainLoss)
	r.Scalar("test_accuracy", o.testAccuracy)
	r.Scalar("largest_step", o.largestStep)
	r.Series("loss", o.steps, o.curve)
}

// trainAll runs part B for one seed.
func (e experiment) trainAll(ctx context.Context, env *study.Env, p plan) error {
	d, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	for _, t := range e.trials(p) {
		result, err := t.run(env, d, env.Seed, t.rate(env), p.epochs)
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		t.record(env.Record, result)
	}
	return nil
}

// tuningSeed is the seed of the trainings that choose the learning rates. It is
// never judged unless a user asks for it.
const tuningSeed = 1_000_000

// tune chooses, for every method at every pair of decay rates, the learning
// rate of the plan's grid with the lowest final training loss. All methods are
// tuned over the same grid with the same effort.
func (e experiment) tune(ctx context.Context, env *study.Env, p plan, d *classify.Sets) error {
	trials := e.trials(p)
	env.Plan(len(trials) * len(p.rates) * p.epochs)
	for _, t := range trials {
		best, lowest := p.rates[0], math.Inf(1)
		r := env.Record.With(t.labels()...)
		for _, rate := range p.rates {
			result, err := t.run(env, d, tuningSeed, rate, p.epochs)
			if err != nil {
				return err
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			r.With("at", rate).Scalar("tuning_loss", result.trainLoss)
			if result.trainLoss < lowest {
				best, lowest = rate, result.trainLoss
			}
		}
		r.Scalar("rate", best)
	}
	return nil
}
