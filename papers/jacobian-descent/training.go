package jacobiandescent

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	mo "github.com/fluxion-go/fluxion/multiobjective"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part C: instance-wise risk minimisation. Each training example's loss is an
// objective of its own; a step aggregates the gradients of a batch. With Mean
// that is ordinary training.

// trial is one training.
type trial struct {
	method string
	batch  int
}

func (t trial) String() string { return fmt.Sprintf("%s, batches of %d", t.method, t.batch) }

func (t trial) labels() []any { return []any{"method", t.method, "batch", t.batch} }

// trials are those of one seed, in the order of tables.
func (p plan) trials() []trial {
	var list []trial
	for _, m := range p.methods {
		list = append(list, trial{m, batchSize})
	}
	for _, b := range p.batches {
		list = append(list, trial{nameMean, b}, trial{nameUPGrad, b})
	}
	return list
}

// tuningSeed is the seed of the trainings that choose the learning rates. It is
// never judged unless a user asks for it.
const tuningSeed = 1_000_000

// tune chooses the learning rate of every aggregator at every batch size from
// its grid, by the area under the training loss.
func (e experiment) tune(ctx context.Context, env *study.Env, p plan) error {
	for _, t := range p.trials() {
		best, lowest := p.grid(t.method)[0], math.Inf(1)
		r := env.Record.With(t.labels()...)
		for _, rate := range p.grid(t.method) {
			result, err := e.train(env, p, t, tuningSeed, rate)
			if err != nil {
				return err
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			r.With("at", rate).Scalar("tuning_area", result.area)
			if result.area < lowest {
				best, lowest = rate, result.area
			}
		}
		r.Scalar("rate", best)
	}
	return nil
}

// trainAll runs part C for one seed, with the rates that were chosen.
func (e experiment) trainAll(ctx context.Context, env *study.Env, p plan) error {
	for _, t := range p.trials() {
		result, err := e.train(env, p, t, env.Seed, env.Common.Scalar("rate", t.labels()...))
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		result.record(env.Record.With(t.labels()...))
	}
	return nil
}

// outcome is what one training came to.
type outcome struct {
	area    float64   // mean over all steps of the batch's mean loss, in nats
	losses  []float64 // the same mean for each epoch
	cosines []float64 // mean for each epoch of that between update and mean gradient
	seconds float64
}

func (o outcome) record(r *study.Recorder) {
	epochs := make([]float64, len(o.losses))
	for i := range epochs {
		epochs[i] = float64(i + 1)
	}
	r.Scalar("area", o.area)
	r.Scalar("final_loss", o.losses[len(o.losses)-1])
	r.Series("loss", epochs, o.losses)
	r.Series("cosine", epochs, o.cosines)
	r.Timing("epoch_seconds", o.seconds/float64(len(o.losses)))
}

// weighting is the aggregator of part C. Gramians are in float32 here, so the
// projections have the ridge of the authors' library.
func (e experiment) weighting(name string) (mo.Weighting, error) {
	for _, a := range e.weightings(mo.TorchJD) {
		if a.String() == name {
			return a, nil
		}
	}
	return nil, fmt.Errorf("there is no weighting %q", name)
}

func (e experiment) descent(env *study.Env, p plan, t trial, rate float64) (*mo.Descent[network, batch], error) {
	return study.Once(env, fmt.Sprintf("%v, rate %v", t, rate), func() (*mo.Descent[network, batch], error) {
		w, err := e.weighting(t.method)
		if err != nil {
			return nil, err
		}
		var rule optim.Rule = optim.NewSGD(optim.Constant(rate))
		if p.adam {
			rule = optim.NewAdam(optim.Constant(rate))
		}
		return mo.Descent[network, batch]{Losses: losses, Measure: measure, Weighting: w,
			Optimizer: optim.FromRule[network](rule)}.Compile(), nil
	})
}

// train trains one network. A training whose loss or gradient stops being
// finite has an infinite area.
func (e experiment) train(env *study.Env, p plan, t trial, seed uint64, rate float64) (outcome, error) {
	d, err := sharedImages(env, p)
	if err != nil {
		return outcome{}, err
	}
	descent, err := e.descent(env, p, t, rate)
	if err != nil {
		return outcome{}, err
	}
	batches, err := data.NewBatches(d.N(), t.batch, seed, data.BatchOptions{DropLast: true})
	if err != nil {
		return outcome{}, err
	}
	net, err := newNetwork(p.network, random.FoldIn(random.New(seed), partNetwork), d)
	if err != nil {
		return outcome{}, err
	}
	state, key := descent.Init(net), random.FoldIn(random.New(seed), partSteps)
	var out outcome
	step, begin := 0, time.Now()
	for range env.Steps(fmt.Sprintf("%v, rate %v", t, rate), p.epochs) {
		var loss, cosine study.Sample
		for indices := range batches.Rest() {
			var seen mo.Step
			net, state, seen, err = descent.Step(net, state, d.pick(indices), random.FoldIn(key, step))
			if errors.Is(err, mo.ErrNotFinite) {
				out.area = math.Inf(1)
				out.losses, out.cosines = append(out.losses, math.Inf(1)), append(out.cosines, math.NaN())
				return out, nil
			}
			if err != nil {
				return outcome{}, err
			}
			step++
			loss = append(loss, study.Sample(seen.Losses.Float64s()).Mean())
			if c := seen.Cosine(); !math.IsNaN(c) {
				cosine = append(cosine, c)
			}
		}
		out.losses, out.cosines = append(out.losses, loss.Mean()), append(out.cosines, cosine.Mean())
	}
	out.area, out.seconds = study.Sample(out.losses).Mean(), time.Since(begin).Seconds()
	return out, nil
}

// pick is the batch of the images with these numbers.
func (d images) pick(indices []int) batch {
	pixels, labels := d.Gather(indices)
	return batch{fx.New(pixels, len(indices), d.Height, d.Width, d.Channels), fx.New(labels)}
}
