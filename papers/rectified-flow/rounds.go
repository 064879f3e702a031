package rectifiedflow

import (
	"context"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/flow"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// The ways to connect a pair that are compared, as tables name them.
const (
	nameLinear     = "rectified flow"
	nameVP         = "VP ODE"
	nameSpeed      = "constant speed"
	nameRegression = "regression"
	nameDistilled  = "distilled"
)

// way is an interpolant under the name it has here.
type way struct {
	name string
	flow.Interpolant
}

// ways are the method and, where the plan has them, the nonlinear baselines.
func (e experiment) ways(p plan) []way {
	list := []way{{nameLinear, e.linear}}
	if p.baselines {
		list = append(list, way{nameVP, flow.VP()}, way{nameSpeed, flow.ConstantSpeed()})
	}
	return list
}

// reflowing makes the pairs of a further round from a flow and new starts.
type reflowing func(v flow.Field, starts *fx.Array, s flow.Solver) (flow.Pairs, error)

// reflowed pairs the starts with the ends of their own paths: algorithm 1.
func reflowed(v flow.Field, starts *fx.Array, s flow.Solver) (flow.Pairs, error) {
	pairs, _, err := flow.Reflow(v, starts, s)
	return pairs, err
}

// fitting is one kind of training: its compiled program serves all seeds.
type fitting struct {
	what  string // "rectified flow", "VP ODE", ..., "distillation"
	d     int    // of the points
	way   flow.Interpolant
	times []float64 // where training looks; nil: everywhere
	steps int
	rate  float64
}

// fit trains a field, which starts as given, on pairs.
func (f fitting) fit(ctx context.Context, env *study.Env, p plan, key *fx.Array, start flow.Field, pairs flow.Pairs) (flow.Field, []float64, error) {
	name := fmt.Sprintf("%s in %d dimensions, rate %v, %d steps", f.what, f.d, f.rate, f.steps)
	trainer, err := study.Once(env, name, func() (*flow.Trainer[flow.Field], error) {
		return flow.NewTrainer[flow.Field](flow.Config{Interpolant: f.way, Steps: f.steps, Batch: p.batch, Times: f.times,
			Rule: optim.NewAdam(optim.Cosine(f.rate, 0, f.steps))})
	})
	if err != nil {
		return start, nil, err
	}
	return trainer.Fit(ctx, key, start, pairs, watch(env, f.what, f.steps))
}

// watch shows the progress of a training.
func watch(env *study.Env, what string, steps int) func(int) {
	task, seen := env.Task(what, steps), 0
	return func(made int) {
		task.Add(made - seen)
		if seen = made; made == steps {
			task.Finish()
		}
	}
}

// newField draws a network's first values.
func newField(key *fx.Array, d int, p plan) flow.Field {
	return flow.NewField(key, d, p.hidden, (*fx.Array).Tanh, nn.LayerOptions{})
}

// rate is the learning rate that tuning chose, or the only one.
func rate(env *study.Env, p plan, method string) float64 {
	if env.Common.Has("rate", "method", method) {
		return env.Common.Scalar("rate", "method", method)
	}
	return p.rates[0]
}

// tuningSeed is the seed of the trainings that choose the learning rates. It is
// never judged unless a user asks for it.
const tuningSeed = 1_000_000

// tune chooses the learning rate of the method and of each baseline: the one
// with the lowest loss over the last tenth of the first round, on a seed apart.
// Everybody gets the same grid.
func (e experiment) tune(ctx context.Context, env *study.Env, p plan) error {
	if len(p.rates) < 2 {
		return nil
	}
	from, to := triangles()
	keys := random.Split(random.FoldIn(random.New(tuningSeed), partPoints), 4)
	pairs := flow.Pairs{X0: from.Sample(keys[0], fx.Float32, p.stored), X1: to.Sample(keys[1], fx.Float32, p.stored)}
	fittings := []fitting{{what: nameRegression, d: 2, way: flow.Linear(), times: []float64{0}, steps: p.steps}}
	for _, w := range e.ways(p) {
		fittings = append(fittings, fitting{what: w.name, d: 2, way: w.Interpolant, steps: p.steps})
	}
	for _, f := range fittings {
		best, lowest := p.rates[0], math.Inf(1)
		for _, f.rate = range p.rates {
			_, history, err := f.fit(ctx, env, p, keys[2], newField(keys[3], 2, p), pairs)
			if err != nil {
				return err
			}
			loss := study.Sample(history[len(history)*9/10:]).Mean()
			env.Record.With("method", f.what, "at", f.rate).Scalar("tuning_loss", loss)
			if loss < lowest {
				best, lowest = f.rate, loss
			}
		}
		env.Record.With("method", f.what).Scalar("rate", best)
	}
	return nil
}
