package laprop

import (
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// Part B: networks that classify images, trained at every pair of decay rates.

const (
	batchSize = 64
	lossBlock = 15 // minibatches of one point of a learning curve
)

// network is a fully connected ReLU network and the decay rates at which it is
// trained.
type network struct {
	name     string
	hidden   []int   // widths of the hidden layers
	rate     float64 // learning rate of all methods, unless they are tuned
	mus, nus []float64
}

// stack is a network of equal hidden layers.
func stack(depth int, mus, nus []float64) network {
	hidden := make([]int, depth)
	for i := range hidden {
		hidden[i] = stackWidth
	}
	return network{stackName(depth), hidden, stackRate, mus, nus}
}

func stackName(depth int) string { return fmt.Sprintf("%d x %d", depth, stackWidth) }

// sharedImages are the same for all seeds, which differ in the networks' first
// values and in the order of the images.
func sharedImages(env *study.Env, p plan) (*classify.Sets, error) {
	sets, err := classify.Open(env, data.Options{Size: p.side, Train: p.train, Test: p.test}, batchSize)
	if err != nil {
		return nil, err
	}
	return sets.Flat(), nil
}

// newNet draws a network's first values: He's normal distribution for the
// kernels, zero for the biases.
func (n network) newNet(d *classify.Sets, seed uint64) nn.MLP {
	sizes := append(append([]int{d.Train.Features()}, n.hidden...), d.Classes)
	key := random.FoldIn(random.New(seed), partImages)
	return nn.NewMLP(key, sizes, nn.Relu, nn.LayerOptions{Kernel: nn.HeNormal})
}

// trainer trains a network with one update rule, which is watched.
type trainer = classify.Trainer[nn.MLP]

func newTrainer(rule optim.Rule) *trainer {
	return classify.NewTrainer(classify.Settings[nn.MLP]{
		Optimizer: func(classify.Choice) optim.Optimizer[nn.MLP] { return optim.FromRule[nn.MLP](watched{rule}) },
	})
}

// outcome is what one training came to.
type outcome struct {
	trainLoss    float64 // over the whole training set, in nats
	testAccuracy float64
	largestStep  float64   // of any parameter at any step, in learning rates
	steps, curve []float64 // minibatch losses, a point for each block
}

// train trains a network from the seed's first values, with the seed's order of
// the images, and measures it. The rate is the rule's.
func train(env *study.Env, t *trainer, n network, d *classify.Sets, name string, seed uint64, rate float64, epochs int) (outcome, error) {
	end, trace, err := t.Train(env, name, classify.Run[nn.MLP]{
		Start: t.Start(n.newNet(d, seed), rate), Sets: d, Batch: batchSize, Epochs: epochs, Seed: seed, Rate: rate,
	})
	if err != nil {
		return outcome{}, err
	}
	o := outcome{largestStep: end.State.(watchedState).Largest.Item() / rate}
	o.trainLoss, _ = t.Score(end.Net, d.Train)
	_, o.testAccuracy = t.Score(end.Net, d.Test)
	o.steps, o.curve = study.BlockMeans(trace.Loss, lossBlock)
	return o, nil
}
