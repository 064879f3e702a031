package saddlefreenewton

import (
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

const (
	classes   = 10
	side      = 10 // pixels
	batchSize = 100
)

// dataSet is the images, small and as they are: whole is [n, 784], in [0, 1].
type dataSet struct {
	small classify.Images // rows of pixels, float64, with mean 0 and variance 1
	whole *fx.Array
}

// sharedImages are the training images of all seeds: the middle 20 x 20 pixels of
// 28, in which digits stand, averaged over blocks of 2 x 2.
func sharedImages(env *study.Env, p plan) (*dataSet, error) {
	return study.Once(env, "images", func() (*dataSet, error) {
		train, _, err := data.Open(env.Data.Name, env.Data.Dir, data.Options{Train: p.images, Test: 1000})
		if err != nil {
			return nil, err
		}
		if train.N() < batchSize {
			return nil, fmt.Errorf("%s has %d training images; a batch alone has %d", env.Data.Name, train.N(), batchSize)
		}
		pixels, labels := train.Arrays()
		border := (train.Height - 2*side) / 2
		middle := pixels.SliceAxis(1, border, border+2*side).SliceAxis(2, border, border+2*side)
		x := fx.AvgPool2D(middle, [2]int{2, 2}).AsType(fx.Float64).Reshape(train.N(), side*side)
		x = x.Sub(x.Mean()).Div(x.Std())
		d := &dataSet{classify.Images{Pixels: x, Labels: labels}, pixels.Reshape(train.N(), -1)}
		fx.Eval(d.small, d.whole)
		return d, nil
	})
}

// lossOf is the mean cross-entropy of images, as a function of the network.
func lossOf(s classify.Images) func(nn.MLP) *fx.Array {
	return func(m nn.MLP) *fx.Array { return crossEntropy(s)(m.Apply(s.Pixels)) }
}

// crossEntropy is the same as a function of the logits.
func crossEntropy(s classify.Images) func(logits *fx.Array) *fx.Array {
	return func(logits *fx.Array) *fx.Array { return nn.SoftmaxCrossEntropy(logits, s.Labels).Mean() }
}

// smallStart is the standard deviation of a network's first values, biases
// included: near the saddle at 0, where all hidden units are the same.
const smallStart = 0.01

// network has one hidden layer of tanh units.
func network(key *fx.Array, hidden int) nn.MLP {
	normal := nn.Normal(smallStart)
	return nn.NewMLP(key, []int{side * side, hidden, classes}, nn.Tanh, nn.LayerOptions{DType: fx.Float64, Kernel: normal, Bias: normal})
}
