package psgd

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/optim/liegroup"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// Part D: a perceptron on images, or at scale full a ResNet-18.

const (
	imageHidden   = 128
	imageMomentum = 0.9
	imageMaxSize  = 256 // of Kronecker's triangles
	imageEvery    = 0.1 // how often the sparing arm makes a pair
	lossBlock     = 5   // steps of one point of a learning curve
)

const (
	nameMomentum = "SGD, momentum"
	nameSparing  = "Kronecker, 1 pair in 10"
)

// entrant is a method of part D with the rates that are tried.
type entrant[N classify.Network] struct {
	name  string
	rates []float64
	cost  float64 // of a step, in gradients
	make  func(lr optim.Schedule, key *fx.Array) optim.Optimizer[N]
}

// entrants are the methods. The momentum of PSGD is a moving average, so that the
// rates of SGD, which has the classical form, are to be multiplied by ten to compare.
func entrants[N classify.Network](families []named, rates map[string][]float64) []entrant[N] {
	var list []entrant[N]
	for _, f := range families {
		probability, cost := 1.0, 3.0
		if f.name == nameSparing {
			probability, cost = imageEvery, 1+2*imageEvery
		}
		list = append(list, entrant[N]{f.name, rates[f.name], cost, func(lr optim.Schedule, key *fx.Array) optim.Optimizer[N] {
			o := optim.NewPSGD[[]*fx.Array](f.family, lr, key)
			o.Momentum, o.UpdateProb = imageMomentum, probability
			return optim.Masked[N](nn.Learned, o)
		}})
	}
	return append(list,
		entrant[N]{nameMomentum, rates[nameMomentum], 1, func(lr optim.Schedule, _ *fx.Array) optim.Optimizer[N] {
			return optim.FromRule[N](optim.NewMomentum(lr, imageMomentum))
		}},
		entrant[N]{nameAdam, rates[nameAdam], 1, func(lr optim.Schedule, _ *fx.Array) optim.Optimizer[N] {
			return optim.FromRule[N](optim.NewAdam(lr))
		}})
}

// The grids of the perceptron, three rates each, around the best of a pilot with seeds
// 1000 and 1001.
var imageRates = map[string][]float64{
	nameLRA: {0.1, 0.3, 1}, nameXMat: {0.1, 0.3, 1}, nameKron: {0.1, 0.3, 1}, nameSparing: {0.1, 0.3, 1},
	nameMomentum: {0.03, 0.1, 0.3}, nameAdam: {0.01, 0.03, 0.1},
}

// The rates of the ResNet-18: the authors' for PSGD, 0.02 for X-shaped and low rank
// and 0.2 for Kronecker. SGD's grid is around the authors' 1.0 of a moving average,
// which is 0.1 here, and Adam's around its usual 0.001.
var deepRates = map[string][]float64{nameLRA: {0.02}, nameXMat: {0.02}, nameKron: {0.2},
	nameMomentum: {0.03, 0.1, 0.3}, nameAdam: {0.0003, 0.001, 0.003}}

// sets opens the images of a plan.
func (p plan) sets(env *study.Env) (*classify.Sets, error) {
	sets, err := classify.Open(env, data.Options{Size: p.side, Train: p.trainImages, Test: p.testImages}, p.batch)
	if err != nil || p.channels > 0 {
		return sets, err
	}
	return sets.Flat(), nil
}

// images is part D for one seed.
func (e experiment) images(ctx context.Context, env *study.Env, p plan) error {
	if p.epochs == 0 {
		return nil
	}
	sets, err := p.sets(env)
	if err != nil {
		return err
	}
	key := random.FoldIn(random.New(env.Seed), partImages)
	if p.channels > 0 {
		net := nn.Sequential{nn.NewResNet18(key, sets.Train.Pixels.Dim(3), sets.Classes, nn.ResNet18Options{Channels: p.channels})}
		return train(ctx, env, p, sets, net, entrants[nn.Sequential](e.deepFamilies(), deepRates))
	}
	return train(ctx, env, p, sets, newPerceptron(key, sets.Train.Features(), imageHidden, sets.Classes), entrants[perceptron](e.imageFamilies(), imageRates))
}

// imageFamilies are those that the perceptron is trained with.
func (e experiment) imageFamilies() []named {
	small := liegroup.Kronecker{MaxSize: imageMaxSize}
	return []named{{nameLRA, e.methods.lowRank(trainRank)}, {nameXMat, e.methods.xmat}, {nameKron, small}, {nameSparing, small}}
}

// deepFamilies are those of the networks of scale full, whose leaves are not all
// matrices.
func (e experiment) deepFamilies() []named {
	return []named{{nameLRA, e.methods.lowRank(trainRank)}, {nameXMat, e.methods.xmat}, {nameKron, liegroup.Unfolded{Of: e.methods.kron}}}
}

// train trains one network with all methods.
func train[N classify.Network](ctx context.Context, env *study.Env, p plan, sets *classify.Sets, net N, list []entrant[N]) error {
	steps := p.epochs * (sets.Train.N() / p.batch)
	probes := random.FoldIn(random.FoldIn(random.New(env.Seed), partImages), 1)
	for _, a := range list {
		trainer, err := study.Once(env, "images, "+a.name, func() (*classify.Trainer[N], error) {
			return classify.NewTrainer(classify.Settings[N]{Optimizer: func(c classify.Choice) optim.Optimizer[N] {
				return a.make(p.schedule(c, steps), random.New(0))
			}}), nil
		})
		if err != nil {
			return err
		}
		for _, rate := range a.rates {
			start := classify.Training[N]{Net: net, State: a.make(optim.Constant(rate), probes).Init(net)}
			began := time.Now()
			end, trace, err := trainer.Train(env, fmt.Sprintf("images, %s, rate %v", a.name, rate), classify.Run[N]{
				Start: start, Sets: sets, Batch: p.batch, Epochs: p.epochs, Seed: env.Seed, Rate: rate})
			if err != nil {
				return err
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			r := env.Record.With("method", a.name, "rate", rate)
			r.Timing("training_seconds", time.Since(began).Seconds())
			loss, _ := trainer.Score(end.Net, sets.Train)
			test, accuracy := trainer.Score(end.Net, sets.Test)
			r.Scalar("train_loss", finiteOr(loss))
			r.Scalar("test_loss", finiteOr(test))
			r.Scalar("test_accuracy", accuracy)
			r.Scalar("step_cost", a.cost)
			at, means := study.BlockMeans(trace.Loss, min(steps, max(lossBlock, steps/200)))
			r.Series("loss", at, means)
		}
	}
	return nil
}

// schedule is the rate, which falls like a cosine if the plan has it so.
func (p plan) schedule(c classify.Choice, steps int) optim.Schedule {
	if !p.cosine {
		return c.Schedule()
	}
	return falling(c.Rate, steps)
}

// falling is a rate that falls like a cosine to 0.
func falling(rate *fx.Array, steps int) optim.Schedule {
	shape := optim.Cosine(1, 0, steps)
	return func(step *fx.Array) *fx.Array { return rate.Mul(shape(step)) }
}

// race times a step of each method on the perceptron, for the axis of seconds.
func (e experiment) race(env *study.Env, p plan) error {
	sets, err := p.sets(env)
	if err != nil {
		return err
	}
	list := entrants[perceptron](e.imageFamilies(), imageRates)
	net := newPerceptron(random.New(0), sets.Train.Features(), imageHidden, sets.Classes)
	batches, err := data.NewBatches(sets.Train.N(), p.batch, 0, data.BatchOptions{DropLast: true})
	if err != nil {
		return err
	}
	order := batches.Order(raceSteps)
	var programs []func()
	for _, a := range list {
		trainer := classify.NewTrainer(classify.Settings[perceptron]{Optimizer: func(c classify.Choice) optim.Optimizer[perceptron] {
			return a.make(c.Schedule(), random.New(0))
		}})
		start := trainer.Start(net, a.rates[0])
		programs = append(programs, func() {
			end, _ := trainer.Steps(start, sets.Train, order, a.rates[0], random.New(0))
			fx.Eval(end)
		})
	}
	for i, seconds := range env.Race("steps on images", raceRounds, programs...) {
		env.Record.With("method", list[i].name).Timing("step_seconds", seconds.Median()/raceSteps)
	}
	return nil
}

const (
	raceSteps  = 10
	raceRounds = 5
)

// best is the rate of a method with the least median of a loss, and that loss.
func best(r *study.Results, name, method string) (rate string, loss float64) {
	loss = math.Inf(1)
	for _, v := range r.Values(name, "rate", "method", method) {
		if m := r.Sample(name, "method", method, "rate", v).Median(); m < loss || rate == "" {
			rate, loss = v, m
		}
	}
	return rate, loss
}
