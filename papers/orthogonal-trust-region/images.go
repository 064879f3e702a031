package orthogonaltrustregion

import (
	"context"
	"fmt"
	"slices"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// Part C: trainings of perceptrons on images.

const batchSize = 64

// classes is a perceptron on images, and the arms that train it.
type classes struct {
	name              string
	hidden            []int
	train, test, side int
	epochs            int
	arms              []arm
}

// The two perceptrons. The small one is where singular values can be afforded.
const (
	nameLarge = "128-128"
	nameSmall = "32-32"
)

func (c classes) sets(env *study.Env) (*classify.Sets, error) {
	sets, err := classify.Open(env, data.Options{Size: c.side, Train: c.train, Test: c.test}, batchSize)
	if err != nil {
		return nil, err
	}
	return study.Once(env, fmt.Sprintf("flat images, side %d", c.side), func() (*classify.Sets, error) { return sets.Flat(), nil })
}

// falling is a learning rate that falls linearly to zero at the end of the run.
func falling(rate *fx.Array, steps int) optim.Schedule {
	left := optim.Linear(1, 0, steps)
	return func(step *fx.Array) *fx.Array { return left(step).Mul(rate) }
}

// trainer compiles the training of an arm; it serves all rates and seeds.
func (e experiment) trainer(env *study.Env, c classes, a arm, steps int) (*classify.Trainer[nn.MLP], error) {
	return study.Once(env, fmt.Sprintf("%s, %v, %d steps", c.name, a.program(), steps), func() (*classify.Trainer[nn.MLP], error) {
		return classify.NewTrainer(classify.Settings[nn.MLP]{
			Optimizer: func(choice classify.Choice) optim.Optimizer[nn.MLP] {
				return optim.FromRule[nn.MLP](e.methods.rule(a, falling(choice.Rate, steps)))
			},
		}), nil
	})
}

// classify makes a seed's trainings of a perceptron.
func (e experiment) classify(ctx context.Context, env *study.Env, c classes) error {
	sets, err := c.sets(env)
	if err != nil {
		return err
	}
	perEpoch := sets.Train.N() / batchSize
	net := nn.NewMLP(random.FoldIn(random.New(env.Seed), partNetwork),
		slices.Concat([]int{sets.Train.Features()}, c.hidden, []int{sets.Classes}), nn.Relu, nn.LayerOptions{Kernel: nn.HeNormal})
	unequal := &comparison{}
	for _, a := range c.arms {
		trainer, err := e.trainer(env, c, a, perEpoch*c.epochs)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("%s, %s, rate %v, alpha %v", c.name, a.method, a.rate, a.alpha)
		end, trace, err := trainer.Train(env, name, classify.Run[nn.MLP]{
			Start: trainer.Start(net, a.rate), Sets: sets, Batch: batchSize, Epochs: c.epochs, Seed: env.Seed, Rate: a.rate})
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r := env.Record.With("network", c.name).With(a.labels()...)
		loss, accuracy := trainer.Score(end.Net, sets.Train)
		r.Scalar("train_loss", loss)
		r.Scalar("train_accuracy", accuracy)
		_, accuracy = trainer.Score(end.Net, sets.Test)
		r.Scalar("test_accuracy", accuracy)
		at, means := study.BlockMeans(trace.Loss, perEpoch/4)
		for i := range at {
			at[i] /= float64(perEpoch)
		}
		r.Series("loss", at, means)
		if a.alpha == 1 {
			unequal.add(a, trace.Loss)
		}
	}
	if n, ok := unequal.count(); ok {
		env.Record.With("network", c.name).Scalar("unequal", float64(n))
	}
	return nil
}

// comparison counts the steps at which Muon and Orthogonal-SGDM without an average
// have different losses.
type comparison struct{ muon, orthogonal []float64 }

func (c *comparison) add(a arm, loss []float64) {
	switch a.method {
	case nameMuon:
		c.muon = loss
	case nameOrthogonal:
		c.orthogonal = loss
	}
}

func (c *comparison) count() (unequal int, ok bool) {
	if c.muon == nil || c.orthogonal == nil {
		return 0, false
	}
	for i := range c.muon {
		if c.muon[i] != c.orthogonal[i] {
			unequal++
		}
	}
	return unequal, true
}
