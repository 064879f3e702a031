package laprop

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
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

// images is a labelled set: Pixels [n, features] with mean 0 and variance 1 over
// the training set, Labels [n].
type images struct{ Pixels, Labels *fx.Array }

type dataSets struct {
	train, test       images
	features, classes int
}

// sharedImages are the same for all seeds, which differ in the networks' first
// values and in the order of the images.
func sharedImages(env *study.Env, p plan) (*dataSets, error) {
	return study.Once(env, "images", func() (*dataSets, error) { return loadImages(env, p) })
}

func loadImages(env *study.Env, p plan) (*dataSets, error) {
	train, test, err := data.Open(env.Data.Name, env.Data.Dir, data.Options{Size: p.side, Train: p.train, Test: p.test})
	if err != nil {
		return nil, err
	}
	if train.N() < batchSize {
		return nil, fmt.Errorf("%s has %d training images; a batch alone has %d", env.Data.Name, train.N(), batchSize)
	}
	if train, test, err = data.Normalise(train, test); err != nil {
		return nil, err
	}
	flat := func(s *data.Images) images {
		pixels, labels := s.Arrays()
		return images{pixels.Reshape(s.N(), s.ImageLen()), labels}
	}
	return &dataSets{flat(train), flat(test), train.ImageLen(), len(train.Classes)}, nil
}

// newNet draws a network's first values: He's normal distribution for the
// kernels, zero for the biases.
func (n network) newNet(d *dataSets, seed uint64) nn.MLP {
	sizes := append(append([]int{d.features}, n.hidden...), d.classes)
	key := random.FoldIn(random.New(seed), partImages)
	return nn.NewMLP(key, sizes, nn.Relu, nn.LayerOptions{Kernel: nn.HeNormal})
}

// training is what changes while a network is trained.
type training struct {
	Net   nn.MLP
	State optim.State
}

// epoch is what the compiled program takes: the training, and the images with
// the order in which they come, [batches, batchSize].
type epoch struct {
	Training training
	Images   images
	Order    *fx.Array
}

// trained is what it gives back, with the loss of every minibatch.
type trained struct {
	Training training
	Losses   *fx.Array
}

// trainer trains a network with one update rule, an epoch at a time.
type trainer struct {
	network   network
	rate      float64 // the rule's learning rate
	optimizer optim.Optimizer[nn.MLP]
	pass      func(epoch) trained // the compiled program
}

func newTrainer(n network, rule optim.Rule, rate float64) *trainer {
	t := &trainer{network: n, rate: rate, optimizer: optim.FromRule[nn.MLP](watched{rule})}
	t.pass = fx.Jit(t.epoch, fx.Donate("Training"))
	return t
}

func (t *trainer) epoch(e epoch) trained {
	end, losses := fx.Scan(func(now training, batch *fx.Array) (training, *fx.Array) {
		pixels, labels := e.Images.Pixels.Take(batch, 0), e.Images.Labels.Take(batch, 0)
		loss := func(net nn.MLP) *fx.Array {
			return nn.SoftmaxCrossEntropy(net.Apply(pixels), labels).Mean()
		}
		net, state, info := t.optimizer.Step(loss, now.Net, now.State)
		return training{net, state}, info.Loss
	}, e.Training, e.Order)
	return trained{end, losses}
}

// outcome is what one training came to.
type outcome struct {
	trainLoss    float64 // over the whole training set, in nats
	testAccuracy float64
	largestStep  float64 // of any parameter at any step, in learning rates
	curve        []float64
}

// train trains the network from the seed's first values, with the seed's order
// of the images, and measures it. The last images of an epoch that do not fill a
// batch are left out. A training whose loss has become NaN is ended: no update
// rule brings its parameters back.
func (t *trainer) train(env *study.Env, d *dataSets, name string, seed uint64, epochs int) (outcome, error) {
	batches, err := data.NewBatches(d.train.Labels.Size(), batchSize, seed, data.BatchOptions{DropLast: true})
	if err != nil {
		return outcome{}, err
	}
	net := t.network.newNet(d, seed)
	now := training{net, t.optimizer.Init(net)}
	var losses []float64
	for range env.Steps(name, epochs) {
		end := t.pass(epoch{now, d.train, nextOrder(batches)})
		now = end.Training
		losses = append(losses, end.Losses.Float64s()...)
		if math.IsNaN(losses[len(losses)-1]) {
			break
		}
	}
	score, err := study.Once(env, "evaluate", func() (func(exam) marks, error) { return fx.Jit(evaluate), nil })
	if err != nil {
		return outcome{}, err
	}
	onTrain, onTest := score(exam{now.Net, d.train}), score(exam{now.Net, d.test})
	return outcome{
		trainLoss:    onTrain.Loss.Item(),
		testAccuracy: onTest.Accuracy.Item(),
		largestStep:  now.State.(watchedState).Largest.Item() / t.rate,
		curve:        blockMeans(losses, lossBlock),
	}, nil
}

// nextOrder lists the next epoch's batches, [batches, batchSize].
func nextOrder(b *data.Batches) *fx.Array {
	var order []int32
	for batch := range b.Rest() {
		for _, i := range batch {
			order = append(order, int32(i))
		}
	}
	return fx.New(order, len(order)/batchSize, batchSize)
}

// exam is a network and the images that it is tried on; marks are the results.
type exam struct {
	Net    nn.MLP
	Images images
}

type marks struct{ Loss, Accuracy *fx.Array }

func evaluate(e exam) marks {
	logits := e.Net.Apply(e.Images.Pixels)
	return marks{nn.SoftmaxCrossEntropy(logits, e.Images.Labels).Mean(), nn.Accuracy(logits, e.Images.Labels)}
}

// blockMeans is the mean of each block of n values; a shorter last block is
// left out.
func blockMeans(values []float64, n int) []float64 {
	var means []float64
	for ; len(values) >= n; values = values[n:] {
		means = append(means, study.Sample(values[:n]).Mean())
	}
	return means
}
