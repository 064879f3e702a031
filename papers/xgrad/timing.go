package xgrad

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/study"
)

const (
	timedBatch = 64
	timedSteps = 20 // of one measurement
)

// timedNetwork has more than 10^5 weights.
var timedNetwork = network{hidden: []int{384, 128}}

// time records the seconds of a step of each base with and without prediction,
// measured in turns, and the median of the ratios of neighbours.
func (e experiment) time(ctx context.Context, env *study.Env, p plan, d *dataSets) error {
	order, err := data.NewBatches(d.train.n(), timedBatch, 0, data.BatchOptions{DropLast: true})
	if err != nil {
		return err
	}
	batches := nextOrder(order, timedBatch)
	batches = batches.SliceAxis(0, 0, min(timedSteps, batches.Dim(0)))
	net := timedNetwork.start(d, 0)
	for _, c := range []setting{{nameSGDM, 0.01}, {nameAdam, 1e-3}} {
		var trainers [2]*trainer
		var starts [2]training
		for s := range trainers {
			trainers[s] = newTrainer(plain[nn.Sequential](c.rule(nil)))
			if s > 0 {
				trainers[s] = newTrainer(e.methods.net(c.rule(nil), s))
			}
			starts[s] = training{net, trainers[s].optimizer.Init(net)}
			fx.Eval(trainers[s].pass(epoch{starts[s], d.train, batches})) // compiles
		}
		var seconds [2]study.Sample
		for range p.rounds {
			for s := range trainers {
				begin := time.Now()
				fx.Eval(trainers[s].pass(epoch{starts[s], d.train, batches}))
				seconds[s] = append(seconds[s], time.Since(begin).Seconds()/float64(batches.Dim(0)))
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		r := env.Record.With("base", c.base)
		r.Timing("step_seconds", seconds[0].Median())
		r.Timing("step_ratio", seconds[1].Over(seconds[0]).Median())
	}
	env.Record.Scalar("timed_weights", float64(nn.ParameterCount(net)))
	return nil
}
