package inducedmetric

import (
	"context"
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// Part B: a perceptron on images.

// classes is how the perceptron is trained; without arms it is not.
type classes struct {
	train, test, side int
	batch, epochs     int
	arms              []arm
}

// arm is a method at a learning rate, with the xi of those methods that have one;
// for clipping that is the threshold.
type arm struct {
	method   string
	xi, rate float64
}

func (a arm) labels() []any { return []any{"method", a.method, "xi", a.xi, "rate", a.rate} }

func (c classes) sets(env *study.Env) (*classify.Sets, error) {
	return classify.Open(env, data.Options{Size: c.side, Train: c.train, Test: c.test}, c.batch)
}

// start is the network before training.
func (c classes) start(d *classify.Sets, key *fx.Array) nn.Sequential {
	net := nn.NewMLP(key, []int{d.Train.Features(), 64, 64, d.Classes}, nn.Gelu)
	return nn.Sequential{nn.Func(nn.Flatten), net}
}

func (a arm) hasFactor() bool {
	return a.method == namePlain || a.method == nameLog || a.method == nameRMS
}

// trainer compiles the training of a method; it serves all rates and seeds.
func (e experiment) trainer(env *study.Env, a arm) (*classify.Trainer[nn.Sequential], error) {
	return study.Once(env, fmt.Sprintf("%s, xi %v", a.method, a.xi), func() (*classify.Trainer[nn.Sequential], error) {
		s := classify.Settings[nn.Sequential]{Optimizer: func(c classify.Choice) optim.Optimizer[nn.Sequential] {
			return optim.FromRule[nn.Sequential](e.methods.trained(a.method, setting{rate: c.Schedule(), xi: a.xi}))
		}}
		if a.hasFactor() {
			s.Watch = []string{factorName}
		}
		return classify.NewTrainer(s), nil
	})
}

const factorName = "metric_factor"

// examiner is a trainer for judging alone.
func (e experiment) examiner() *classify.Trainer[nn.Sequential] {
	return classify.NewTrainer(classify.Settings[nn.Sequential]{Optimizer: func(c classify.Choice) optim.Optimizer[nn.Sequential] {
		return optim.FromRule[nn.Sequential](optim.NewSGD(c.Schedule()))
	}})
}

// classify makes a seed's trainings.
func (e experiment) classify(ctx context.Context, env *study.Env, c classes) error {
	sets, err := c.sets(env)
	if err != nil {
		return err
	}
	net := c.start(sets, random.FoldIn(random.New(env.Seed), partNetwork))
	leaves, _ := optim.Floats(net)
	size := 0
	for _, leaf := range leaves {
		size += leaf.Size()
	}
	env.Record.Scalar("parameters", float64(size))
	perEpoch := sets.Train.N() / c.batch
	for _, a := range c.arms {
		trainer, err := e.trainer(env, a)
		if err != nil {
			return err
		}
		var validation []float64
		end, trace, err := trainer.Train(env, fmt.Sprintf("%s, xi %v, rate %v", a.method, a.xi, a.rate), classify.Run[nn.Sequential]{
			Start: trainer.Start(net, a.rate), Sets: sets, Batch: c.batch, Epochs: c.epochs, Seed: env.Seed, Rate: a.rate,
			After: func(now classify.Training[nn.Sequential], _ classify.Trace) {
				_, accuracy := trainer.Score(now.Net, sets.Test)
				validation = append(validation, accuracy)
			}})
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r := env.Record.With(a.labels()...)
		loss, _ := trainer.Score(end.Net, sets.Train)
		r.Scalar("train_loss", loss)
		r.Scalar("test_accuracy", validation[len(validation)-1])
		r.Scalar("best_accuracy", study.Sample(validation).Max())
		block := max(1, perEpoch/4)
		record := func(name string, values []float64) {
			at, means := study.BlockMeans(values, block)
			for i := range at {
				at[i] /= float64(perEpoch)
			}
			r.Series(name, at, means)
		}
		record("loss", trace.Loss)
		if a.hasFactor() {
			record("factor", trace.Values[factorName])
		}
	}
	return nil
}
