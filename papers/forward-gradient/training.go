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
	"github.com/fluxion-go/fluxion/study/classify"
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

// trainer trains by the method, at any learning rate.
type trainer = classify.Trainer[nn.Sequential]

func (e experiment) trainer(method string, decay float64) *trainer {
	return classify.NewTrainer(classify.Settings[nn.Sequential]{
		Optimizer: func(c classify.Choice) optim.Optimizer[nn.Sequential] { return e.optimizer(method, c.Rate, decay, nil) },
		Loss:      crossEntropy,
	})
}

// start is a network and its optimizer's state before the first step.
func (e experiment) start(t trial, p plan, d *classify.Sets, seed uint64) classify.Training[nn.Sequential] {
	net := t.model.build(random.FoldIn(random.New(seed), partNetworks), d)
	key := random.FoldIn(random.New(seed), partDirections)
	return classify.Training[nn.Sequential]{Net: net, State: e.optimizer(t.method, fx.Scalar(t.rate), p.decay, key).Init(net)}
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
func (e experiment) train(env *study.Env, p plan, d *classify.Sets, t trial) error {
	program, err := study.Once(env, "training, "+t.model.name+", "+t.method, func() (*trainer, error) {
		return e.trainer(t.method, p.decay), nil
	})
	if err != nil {
		return err
	}
	batches, err := data.NewBatches(d.Train.N(), batchSize, env.Seed, data.BatchOptions{DropLast: true})
	if err != nil {
		return err
	}
	now := e.start(t, p, d, env.Seed)
	initial := crossEntropy(now.Net, d.Train.Slice(0, min(d.Train.N(), 2000))).Item()
	var losses []float64
	task := env.Steps(t.String(), p.steps/leg)
	for range task {
		if n := len(losses); n > 0 && math.IsNaN(losses[n-1]) {
			continue
		}
		end, trace := program.Steps(now, d.Train, batches.Order(leg), t.rate, random.New(env.Seed))
		now, losses = end, append(losses, trace.Loss...)
	}
	for len(losses) < p.steps/leg*leg {
		losses = append(losses, math.NaN())
	}
	r := env.Record.With(t.labels()...)
	final := study.Sample(losses[len(losses)-min(finalSteps, len(losses)):]).Mean()
	r.Scalar("initial_loss", initial)
	r.Scalar("final_loss", final)
	steps, curve := study.BlockMeans(losses, lossBlock)
	r.Series("loss", steps, curve)
	return nil
}
