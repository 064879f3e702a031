package xgrad

import (
	"context"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

const (
	timedBatch = 64
	timedSteps = 20 // of one measurement
)

// timedNetwork has more than 10^5 weights.
var timedNetwork = network{hidden: []int{384, 128}}

// time records the seconds of a step of each base with and without prediction,
// measured in turns, and the median of the ratios of neighbours.
func (e experiment) time(ctx context.Context, env *study.Env, p plan, d *classify.Sets) error {
	batches, err := data.NewBatches(d.Train.N(), timedBatch, 0, data.BatchOptions{DropLast: true})
	if err != nil {
		return err
	}
	order := batches.Order(min(timedSteps, batches.PerEpoch()))
	net := timedNetwork.start(d, 0)
	for _, c := range []setting{{nameSGDM, 0.01}, {nameAdam, 1e-3}} {
		race := func(o optim.Optimizer[nn.Sequential]) func() {
			t := newTrainer(o)
			start := t.Start(net, 0)
			return func() { t.Steps(start, d.Train, order, 0, random.New(0)) }
		}
		seconds := env.Race("time of "+c.base, p.rounds, race(plain[nn.Sequential](c.rule(nil))), race(e.methods.net(c.rule(nil), 1)))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r := env.Record.With("base", c.base)
		r.Timing("step_seconds", seconds[0].Median()/float64(order.Dim(0)))
		r.Timing("step_ratio", seconds[1].Over(seconds[0]).Median())
	}
	env.Record.Scalar("timed_weights", float64(nn.ParameterCount(net)))
	return nil
}
