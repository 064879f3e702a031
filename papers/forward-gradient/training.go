package forwardgradient

import (
	"context"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/gradient"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Parts B and C: classifiers of images, trained by plain stochastic gradient
// descent with gradients and with estimates, at the same learning rates, from
// the same first values and on the same batches.

// trial is one training.
type trial struct {
	model  model
	method string
	rate   float64
}

func (t trial) String() string { return fmt.Sprintf("%s, %s, rate %v", t.model.name, t.method, t.rate) }

func (t trial) labels() []any {
	return []any{"model", t.model.name, "method", t.method, "rate", t.rate}
}

const (
	leg        = 100 // steps in one call of the compiled program
	lossBlock  = 20  // minibatches of one point of a learning curve
	finalSteps = 100 // minibatches of the final loss
)

func (p plan) trainingSteps() int { return len(p.trials) * (p.steps / leg) }

// training is what changes while a network is trained.
type training struct {
	Net   nn.Sequential
	State optim.State
}

// batches is what the compiled program takes: the training, the images, and the
// order in which they come, [steps, batchSize].
type batches struct {
	Training training
	Images   images
	Order    *fx.Array
	Rate     *fx.Array // float64 scalar
}

type trained struct {
	Training training
	Losses   *fx.Array // of every minibatch
}

// optimizer is gradient descent with a decaying rate, by the method's gradients.
func (e experiment) optimizer(method string, rate *fx.Array, decay float64, key *fx.Array) optim.Optimizer[nn.Sequential] {
	sgd := optim.FromRule[nn.Sequential](optim.NewSGD(func(step *fx.Array) *fx.Array {
		return step.AsType(fx.Float64).MulScalar(-decay).Exp().Mul(rate)
	}))
	switch method {
	case nameForward:
		return gradient.Estimated(sgd, e.method.network(gradient.Directions{}), key)
	case nameDifference:
		return gradient.Estimated(sgd, gradient.Difference[nn.Sequential]{}, key)
	}
	return sgd
}

// trainer is the compiled program, the same for all learning rates.
func (e experiment) trainer(method string, decay float64) func(batches) trained {
	return fx.Jit(func(in batches) trained {
		opt := e.optimizer(method, in.Rate, decay, nil)
		end, losses := fx.Scan(func(now training, batch *fx.Array) (training, *fx.Array) {
			b := images{in.Images.Pixels.Take(batch, 0), in.Images.Labels.Take(batch, 0)}
			loss := func(net nn.Sequential) *fx.Array { return crossEntropy(net, b) }
			net, state, info := opt.Step(loss, now.Net, now.State)
			return training{net, state}, info.Loss
		}, in.Training, in.Order)
		return trained{end, losses}
	}, fx.Donate("Training"))
}

// start is a network and its optimizer's state before the first step.
func (e experiment) start(t trial, p plan, d *dataSet, seed uint64) training {
	net := t.model.build(random.FoldIn(random.New(seed), partNetworks), d.side, d.classes)
	key := random.FoldIn(random.New(seed), partDirections)
	return training{net, e.optimizer(t.method, fx.Scalar(t.rate), p.decay, key).Init(net)}
}

// trainAll runs parts B and C for one seed.
func (e experiment) trainAll(ctx context.Context, env *study.Env, p plan) error {
	d, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	for _, t := range p.trials {
		if err := e.train(env, p, d, t); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// train runs one training and records how it went. One whose loss has become
// NaN is ended.
func (e experiment) train(env *study.Env, p plan, d *dataSet, t trial) error {
	program, err := study.Once(env, "training, "+t.model.name+", "+t.method, func() (func(batches) trained, error) {
		return e.trainer(t.method, p.decay), nil
	})
	if err != nil {
		return err
	}
	order, err := data.NewBatches(d.n, batchSize, env.Seed, data.BatchOptions{DropLast: true})
	if err != nil {
		return err
	}
	now := e.start(t, p, d, env.Seed)
	initial := crossEntropy(now.Net, d.first(min(d.n, 2000))).Item()
	var losses []float64
	task := env.Steps(t.String(), p.steps/leg)
	for range task {
		if n := len(losses); n > 0 && math.IsNaN(losses[n-1]) {
			continue
		}
		end := program(batches{now, d.images, nextOrder(order, leg), fx.Scalar(t.rate)})
		now = end.Training
		losses = append(losses, end.Losses.Float64s()...)
	}
	for len(losses) < p.steps/leg*leg {
		losses = append(losses, math.NaN())
	}
	r := env.Record.With(t.labels()...)
	final := study.Sample(losses[len(losses)-min(finalSteps, len(losses)):]).Mean()
	r.Scalar("initial_loss", initial)
	r.Scalar("final_loss", final)
	steps, curve := blockMeans(losses, lossBlock)
	r.Series("loss", steps, curve)
	return nil
}

// nextOrder lists the next n batches, [n, batchSize].
func nextOrder(b *data.Batches, n int) *fx.Array {
	var order []int32
	for range n {
		for _, i := range b.Next() {
			order = append(order, int32(i))
		}
	}
	return fx.New(order, n, batchSize)
}

// blockMeans is the mean of each block of n values, at the block's end.
func blockMeans(values []float64, n int) (at, means []float64) {
	for i := 0; i+n <= len(values); i += n {
		at, means = append(at, float64(i+n)), append(means, study.Sample(values[i:i+n]).Mean())
	}
	return at, means
}
