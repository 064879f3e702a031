package forwardgradient

import (
	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// model is a network by name.
type model struct {
	name   string
	layers func(key *fx.Array, side, classes int) nn.Sequential
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

// sharedImages are the same for all seeds, which differ in the networks' first
// values, in the order of the images and in the directions. Pixels are between 0
// and 1.
func sharedImages(env *study.Env, p plan) (*classify.Sets, error) {
	return openImages(env, p.train, p.side)
}

func openImages(env *study.Env, train, side int) (*classify.Sets, error) {
	return classify.OpenPlain(env, data.Options{Size: side, Train: train, Test: 10}, batchSize)
}

// build is the model's first values for a data set.
func (m model) build(key *fx.Array, d *classify.Sets) nn.Sequential {
	return m.layers(key, d.Train.Pixels.Dim(1), d.Classes)
}

// crossEntropy is the mean loss of a network on a batch.
func crossEntropy(net nn.Sequential, b classify.Images) *fx.Array {
	return nn.SoftmaxCrossEntropy(net.Apply(b.Pixels), b.Labels).Mean()
}
