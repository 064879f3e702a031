package entropysgd

import (
	"context"
	"fmt"
	"iter"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// trainer trains a network with one method.
type trainer = classify.Trainer[nn.Sequential]

// point is a training after the last step that ended in an epoch.
type point struct {
	net       nn.Sequential
	gradients float64 // computed until then
	trainLoss float64 // of the training set with its labels as they are trained
	testLoss  float64
	accuracy  float64 // of the test set
}

// fresh is a network with running statistics of its own parameters.
func (p plan) fresh(net nn.Sequential, sets *classify.Sets) nn.Sequential {
	if !p.network.normalised() {
		return net
	}
	return nn.RefreshRunning(net, func(n nn.Sequential, x *fx.Array) nn.Sequential {
		_, next := n.Train(x, random.New(0))
		return next
	}, p.pixels(sets))
}

func (p plan) pixels(sets *classify.Sets) iter.Seq[*fx.Array] {
	return func(yield func(*fx.Array) bool) {
		for from := 0; from+p.batch <= sets.Train.N(); from += p.batch {
			if !yield(sets.Train.Slice(from, from+p.batch).Pixels) {
				return
			}
		}
	}
}

// follow makes one training and measures it after every epoch in which a step ended.
func (e experiment) follow(env *study.Env, p plan, a arm, noisy bool, seed uint64, name string) ([]point, error) {
	sets, err := p.images(env, noisy)
	if err != nil {
		return nil, err
	}
	t, err := study.Once(env, p.name+a.program(), func() (*trainer, error) {
		return classify.NewTrainer(e.methods.settings(a, p.minibatches(sets))), nil
	})
	if err != nil {
		return nil, err
	}
	if n := p.minibatches(sets); n < t.Batches() {
		return nil, fmt.Errorf("%s: %d epochs have %d minibatches, and a step takes %d: set more epochs", name, p.epochs, n, t.Batches())
	}
	var points []point
	steps := 0
	_, _, err = t.Train(env, name, classify.Run[nn.Sequential]{
		Start: t.Start(p.network.start(sets, seed), a.rate), Sets: sets, Batch: p.batch, Epochs: p.epochs, Seed: seed, Rate: a.rate,
		After: func(now classify.Training[nn.Sequential], trace classify.Trace) {
			if len(trace.Loss) == 0 {
				return
			}
			steps += len(trace.Loss)
			at := point{net: p.fresh(now.Net, sets), gradients: float64(steps * t.Batches())}
			at.trainLoss, _ = t.Score(at.net, sets.Train)
			at.testLoss, at.accuracy = t.Score(at.net, sets.Test)
			points = append(points, at)
		}})
	return points, err
}

// title is how progress calls a training.
func (p plan) title(training string) string {
	if p.name == "" {
		return training
	}
	return p.name + ", " + training
}

// tuningSeed is the seed of the trainings that choose settings. It is never judged
// unless a user asks for it.
const tuningSeed = 1_000_000

// tune chooses, for every method, the settings of its grid with the lowest test loss
// at the end.
func (e experiment) tune(ctx context.Context, env *study.Env, p plan) error {
	if !p.tuned {
		return nil
	}
	for _, noisy := range p.sets() {
		ends := map[arm]float64{}
		for _, method := range p.tunes() {
			r := env.Record.With(p.with(noisy, method)...)
			for _, a := range p.grid(method) {
				points, err := e.follow(env, p, a, noisy, tuningSeed, p.title(fmt.Sprintf("%s, %v", method, a)))
				if err != nil {
					return err
				}
				if ctx.Err() != nil {
					return ctx.Err()
				}
				end := points[len(points)-1]
				r.With("settings", a.String()).Scalar("tuning_loss", end.testLoss)
				r.With("settings", a.String()).Scalar("tuning_accuracy", end.accuracy)
				ends[a] = end.testLoss
			}
		}
		for _, method := range append(p.tunes(), nameHeavy) {
			best, lowest := 0, math.Inf(1)
			for i, a := range p.grid(method) {
				if ends[a] < lowest {
					best, lowest = i, ends[a]
				}
			}
			r := env.Record.With(p.with(noisy, method)...)
			r.Scalar("chosen", float64(best))
			r.Note("settings", p.grid(method)[best].String())
		}
	}
	return nil
}

// trainAll makes a seed's trainings.
func (e experiment) trainAll(ctx context.Context, env *study.Env, p plan) error {
	ends := map[string][]point{}
	for _, t := range p.runs(env) {
		points, err := e.follow(env, p, t.arm, t.noisy, env.Seed, p.title(fmt.Sprintf("%s, labels %s", t.name, labelsName(t.noisy))))
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		t.record(env.Record, points)
		if !t.noisy {
			ends[t.name] = points
		}
	}
	if p.flat {
		return e.flatness(env, p, ends[nameSGD], ends[nameEntropy])
	}
	return nil
}

func (t training) record(r *study.Recorder, points []point) {
	r = r.With(t.labels()...)
	end := points[len(points)-1]
	r.Scalar("train_loss", end.trainLoss)
	r.Scalar("test_loss", end.testLoss)
	r.Scalar("test_accuracy", end.accuracy)
	r.Scalar("gradients", end.gradients)
	for _, at := range points {
		r.Point("train", at.gradients, at.trainLoss)
		r.Point("test", at.gradients, at.testLoss)
		r.Point("accuracy", at.gradients, at.accuracy)
	}
}
