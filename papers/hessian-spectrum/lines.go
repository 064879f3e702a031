package hessianspectrum

import (
	"context"
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/landscape"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// The large- and small-batch trainings: plain gradient descent, so that a
// learning rate means the same to both.
const (
	lineHidden = 30
	smallBatch = 8
	linePoints = 25
)

// Names of what lines lead to, from the network trained with the large batch.
const (
	toSmall       = "small batch, continued"
	toControl     = "large batch, continued"
	toIndependent = "large batch, other start"
	toSmallStart  = "small batch, same start"
)

// lineNet draws a ReLU network for the lines, in float32.
func lineNet(key *fx.Array, pixels int) nn.MLP {
	return nn.NewMLP(key, []int{pixels, lineHidden, lineHidden, classes}, nn.Relu, nn.LayerOptions{Kernel: nn.HeNormal})
}

// lines trains with the large batch (LB), goes on from there with small batches
// and, as a control, with the large one, and records the loss on the straight
// lines to these and to networks from elsewhere.
func (e experiment) lines(ctx context.Context, env *study.Env, p plan) error {
	sets, err := sharedPictures(env, p, p.linePool)
	if err != nil {
		return err
	}
	largeTrainer, err := gradientDescent(env, p.largeRate)
	if err != nil {
		return err
	}
	smallTrainer, err := gradientDescent(env, p.smallRate)
	if err != nil {
		return err
	}
	keys := random.Split(random.FoldIn(random.New(env.Seed), partLines), 2)
	start := lineNet(keys[0], sets.train.pixels())
	other := lineNet(keys[1], sets.train.pixels())
	large := func(net nn.MLP) nn.MLP {
		net, _ = largeTrainer.steps(net, largeTrainer.start(net), sets.train.X, sets.train.Labels, 0, p.largeSteps)
		fx.Eval(net)
		return net
	}
	order, err := smallBatches(p, env.Seed)
	if err != nil {
		return err
	}
	small := func(net nn.MLP) nn.MLP {
		end := smallTrainer.run(training{Net: net, State: smallTrainer.start(net), X: sets.train.X, Labels: sets.train.Labels, Order: order, Decay: fx.Scalar(float32(0))})
		fx.Eval(end.Net)
		return end.Net
	}

	var lb nn.MLP
	ways := []struct {
		name  string
		train func() nn.MLP
	}{
		{"large batch", func() nn.MLP { lb = large(start); return lb }},
		{toSmall, func() nn.MLP { return small(e.from(lb, other)) }},
		{toControl, func() nn.MLP { return large(lb) }},
		{toIndependent, func() nn.MLP { return large(other) }},
		{toSmallStart, func() nn.MLP { return small(start) }},
	}
	for i := range env.Steps("large and small batches", len(ways)) {
		net := ways[i].train()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r := env.Record.With("to", ways[i].name)
		r.Scalar("distance", linalg.Norm(linalg.Sub(net, lb)).Item())
		for _, set := range []struct {
			name string
			data pictures
		}{{"train", sets.train}, {"test", sets.test}} {
			r := r.With("set", set.name)
			loss := lossOf(set.data.X, set.data.Labels)
			r.Scalar("end_loss", loss(net).Item())
			r.Scalar("end_accuracy", nn.Accuracy(net.Apply(set.data.X), set.data.Labels).Item())
			if i > 0 {
				line := landscape.LineScan(loss, lb, net, linePoints)
				r.Series("line", line.S, line.Loss)
				r.Scalar("barrier", line.Barrier())
			}
		}
	}
	return nil
}

func gradientDescent(env *study.Env, rate float64) (*trainer, error) {
	return study.Once(env, fmt.Sprintf("gradient descent at %v", rate), func() (*trainer, error) {
		return newTrainer(optim.NewSGD(optim.Constant(rate))), nil
	})
}

// smallBatches lists the examples of every small step, [steps, smallBatch].
func smallBatches(p plan, seed uint64) (*fx.Array, error) {
	b, err := data.NewBatches(p.images, smallBatch, seed, data.BatchOptions{DropLast: true})
	if err != nil {
		return nil, fmt.Errorf("small batches: %w", err)
	}
	return b.Order(p.smallSteps), nil
}
