package forwardgradient

import (
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// model is a network by name.
type model struct {
	name  string
	build func(key *fx.Array, side, classes int) nn.Sequential
}

var (
	logistic           = model{"logistic regression", dense()}
	perceptron         = model{"MLP", dense(128, 64)}
	convolutional      = model{"CNN", conv([]int{16, 16}, 32)}
	largePerceptron    = model{"MLP 1024", dense(1024, 1024)}
	largeConvolutional = model{"CNN 64", conv([]int{64, 64, 0, 64, 64}, 1024)}
)

// dense is a fully connected ReLU network on flattened images.
func dense(hidden ...int) func(*fx.Array, int, int) nn.Sequential {
	return func(key *fx.Array, side, classes int) nn.Sequential {
		net := nn.Sequential{nn.Func(nn.Flatten)}
		return append(net, head(key, side*side, hidden, classes)...)
	}
}

// head is fully connected layers, of the default initial values.
func head(key *fx.Array, in int, hidden []int, classes int) []nn.Layer {
	var layers []nn.Layer
	for i, n := range hidden {
		layers = append(layers, nn.NewLinear(random.FoldIn(key, i), in, n), nn.Func(nn.Relu))
		in = n
	}
	return append(layers, nn.NewLinear(random.FoldIn(key, len(hidden)), in, classes))
}

// conv is convolutions of 3 x 3 with ReLU, a pooling in the place of each 0 and
// after the last, and a fully connected head.
func conv(channels []int, hidden int) func(*fx.Array, int, int) nn.Sequential {
	return func(key *fx.Array, side, classes int) nn.Sequential {
		var net nn.Sequential
		in := 1
		pool := func() {
			net = append(net, nn.MaxPool2D{Window: [2]int{2, 2}})
			side /= 2
		}
		for i, c := range channels {
			if c == 0 {
				pool()
				continue
			}
			net = append(net, nn.NewConv2D(random.FoldIn(key, 100+i), [2]int{3, 3}, in, c, fx.ConvOptions{Padding: fx.Border{Same: true}}), nn.Func(nn.Relu))
			in = c
		}
		pool()
		net = append(net, nn.Func(nn.Flatten))
		return append(net, head(key, in*side*side, []int{hidden}, classes)...)
	}
}

// stack is layers of one width, of which depth are hidden, on vectors of that
// width.
func stack(key *fx.Array, depth, width, classes int) nn.Sequential {
	hidden := make([]int, depth)
	for i := range hidden {
		hidden[i] = width
	}
	return nn.Sequential(head(key, width, hidden, classes))
}

// images is a labelled set: Pixels [n, side, side, 1] between 0 and 1, Labels [n].
type images struct{ Pixels, Labels *fx.Array }

type dataSet struct {
	images
	n, side, classes int
}

// sharedImages are the same for all seeds, which differ in the networks' first
// values, in the order of the images and in the directions.
func sharedImages(env *study.Env, p plan) (*dataSet, error) {
	return openImages(env, p.train, p.side)
}

func openImages(env *study.Env, train, side int) (*dataSet, error) {
	return study.Once(env, fmt.Sprintf("%d images of %d", train, side), func() (*dataSet, error) {
		set, _, err := data.Open(env.Data.Name, env.Data.Dir, data.Options{Size: side, Train: train, Test: 10})
		if err != nil {
			return nil, err
		}
		if set.N() < batchSize {
			return nil, fmt.Errorf("%s has %d training images; a batch alone has %d", env.Data.Name, set.N(), batchSize)
		}
		pixels, labels := set.Arrays()
		return &dataSet{images{pixels, labels}, set.N(), set.Shape()[1], len(set.Classes)}, nil
	})
}

// first are the first n images.
func (d *dataSet) first(n int) images {
	return images{d.Pixels.Slice(fx.Range{To: n}), d.Labels.Slice(fx.Range{To: n})}
}

// crossEntropy is the mean loss of a network on a batch.
func crossEntropy(net nn.Sequential, b images) *fx.Array {
	return nn.SoftmaxCrossEntropy(net.Apply(b.Pixels), b.Labels).Mean()
}
