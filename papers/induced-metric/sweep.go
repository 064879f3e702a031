package inducedmetric

import (
	"context"
	"math"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// Part D: random searches of the settings of every method, on the paper's larger
// tasks. Each seed draws settings of its own.

// sweep is how much of part D a run does.
type sweep struct {
	task          task
	runs          int // trainings with each method
	batch, epochs int
}

// task is what a sweep trains.
type task interface {
	name() string
	// open reads the data, so that what is missing or too short is found at once.
	open(env *study.Env, batch int) error
	// ranges are where settings are drawn from.
	ranges() ranges
	// search makes a seed's sweep.
	search(ctx context.Context, env *study.Env, e experiment, s sweep) error
}

// subject is a network with examples to learn from, and how it is judged.
type subject[N classify.Network] struct {
	start func(key *fx.Array) N
	// train are inputs and their targets, of any kind, by their first axis.
	train classify.Images
	loss  func(N, classify.Images) *fx.Array // nil: that of classify
	// score is by what is held out: an accuracy if higher is better, else a loss.
	score  func(N) float64
	higher bool
}

// better compares scores; one that is not finite is worse than any other.
func (o subject[N]) better(a, b float64) bool {
	switch {
	case math.IsNaN(a) || math.IsInf(a, 0):
		return false
	case math.IsNaN(b) || math.IsInf(b, 0):
		return true
	case o.higher:
		return a > b
	}
	return a < b
}

// search sweeps over every method. All trainings of a seed have the same first
// values and the same order of the examples. A training counts with its best epoch,
// as in the paper's code.
func search[N classify.Network](ctx context.Context, env *study.Env, e experiment, s sweep, o subject[N]) error {
	root := random.New(env.Seed)
	start := o.start(random.FoldIn(root, partNetwork))
	leaves, _ := optim.Floats(start)
	size := 0
	for _, leaf := range leaves {
		size += leaf.Size()
	}
	env.Record.Scalar("sweep_parameters", float64(size))
	for i, method := range sweptMethods {
		all := s.task.ranges().draw(random.FoldIn(random.FoldIn(root, partSweep), i), method, s.runs)
		task := env.Task(s.task.name()+", "+method, s.runs*s.epochs)
		best, lost := 0, 0
		curves, rates, results := make([][]float64, len(all)), make([]float64, len(all)), make([]float64, len(all))
		for k, d := range all {
			var err error
			if curves[k], err = descend(ctx, task, e, s, o, method, d, start, env.Seed); err != nil {
				return err
			}
			rates[k], results[k] = d.rate, math.NaN()
			for _, score := range curves[k] {
				if o.better(score, results[k]) {
					results[k] = score
				}
			}
			if len(curves[k]) < s.epochs {
				lost++
			}
			if o.better(results[k], results[best]) {
				best = k
			}
		}
		task.Finish()
		r := env.Record.With("task", s.task.name(), "method", method)
		r.Scalar("sweep_best", results[best])
		r.Scalar("sweep_lost", float64(lost)/float64(len(all)))
		for _, chosen := range all[best].told(method) {
			r.Scalar("sweep_"+chosen.name, chosen.value)
		}
		r.Series("sweep_runs", rates, results)
		for epoch, score := range curves[best] {
			r.Point("sweep_curve", float64(epoch+1), score)
		}
	}
	return nil
}

// descend trains with one method at one setting, and gives the score after every
// epoch: fewer than there are epochs if the loss has become NaN.
func descend[N classify.Network](ctx context.Context, task *study.Task, e experiment, s sweep, o subject[N], method string, d drawn, start N, seed uint64) ([]float64, error) {
	trainer := classify.NewTrainer(classify.Settings[N]{Loss: o.loss, Optimizer: func(c classify.Choice) optim.Optimizer[N] {
		at := d.setting
		at.rate = c.Schedule()
		return optim.FromRule[N](e.methods.swept(method, at))
	}})
	batches, err := data.NewBatches(o.train.Pixels.Dim(0), s.batch, seed, data.BatchOptions{DropLast: true})
	if err != nil {
		return nil, err
	}
	now, key := trainer.Start(start, d.rate), random.New(seed)
	var scores []float64
	for epoch := range s.epochs {
		var trace classify.Trace
		now, trace = trainer.Steps(now, o.train, batches.Order(batches.PerEpoch()), d.rate, random.FoldIn(key, epoch))
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if math.IsNaN(trace.Loss[len(trace.Loss)-1]) {
			task.Add(s.epochs - epoch)
			break
		}
		scores = append(scores, o.score(now.Net))
		task.Add(1)
	}
	return scores, nil
}
