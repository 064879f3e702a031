package jacobiandescent

import (
	"fmt"
	"slices"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	mo "github.com/fluxion-go/fluxion/multiobjective"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/study"
)

// batch is labelled images: X [n, height, width, channels] with mean 0 and
// variance 1 over the training set, Y [n].
type batch struct{ X, Y *fx.Array }

// images are the training set, normalised.
type images struct{ *data.Images }

// sharedImages are the same for all seeds, which differ in the networks' first
// values and in the order of the images.
func sharedImages(env *study.Env, p plan) (images, error) {
	return study.Once(env, "images", func() (images, error) {
		train, test, err := data.Open(env.Data.Name, env.Data.Dir, data.Options{Size: p.side, Train: p.images, Test: 1})
		if err != nil {
			return images{}, err
		}
		if largest := slices.Max(append(p.batches[:len(p.batches):len(p.batches)], batchSize)); train.N() < largest {
			return images{}, fmt.Errorf("%d training images are less than a batch of %d", train.N(), largest)
		}
		if train, _, err = data.Normalise(train, test); err != nil {
			return images{}, err
		}
		return images{train}, nil
	})
}

// network is a classifier: one of the two.
type network struct {
	MLP  *nn.MLP
	Conv *nn.ConvNet
}

// newNetwork draws a network's first values. Both are small and use ELU, as the
// paper's do; there is no batch normalisation, which would make the loss of an
// example depend on the others.
func newNetwork(kind string, key *fx.Array, d images) (network, error) {
	switch kind {
	case "mlp":
		net := nn.NewMLP(key, []int{d.ImageLen(), 64, 32, len(d.Classes)}, nn.Elu, nn.LayerOptions{})
		return network{MLP: &net}, nil
	case "cnn":
		net := nn.NewConvNet(key, d.Height, d.Width, d.Channels, len(d.Classes),
			nn.ConvNetOptions{Filters: [2]int{8, 16}, Window: 3, Hidden: 32, Activation: nn.Elu})
		return network{Conv: &net}, nil
	}
	return network{}, fmt.Errorf("there is no network %q", kind)
}

// losses gives the loss of every example.
func losses(net network, b batch) *fx.Array {
	if net.Conv != nil {
		return nn.SoftmaxCrossEntropy(net.Conv.Apply(b.X), b.Y)
	}
	return nn.SoftmaxCrossEntropy(net.MLP.Apply(b.X.Reshape(b.X.Dim(0), -1)), b.Y)
}

// measure gives the losses and the Gramian of their gradients: layer by layer
// for the perceptron, from each example's gradient for the convolutional
// network.
func measure(net network, b batch) (values, gramian *fx.Array) {
	if net.Conv != nil {
		one := func(net network, b batch) *fx.Array {
			return losses(net, batch{b.X.ExpandDims(0), b.Y.ExpandDims(0)}).Sum()
		}
		return losses(net, b), mo.ExampleGramian(one, net, b)
	}
	widths := make([]int, len(net.MLP.Layers))
	for i, l := range net.MLP.Layers {
		widths[i] = l.W.Dim(1)
	}
	forward := func(taps []*fx.Array) (*fx.Array, []*fx.Array) {
		x, inputs := b.X.Reshape(b.X.Dim(0), -1), []*fx.Array(nil)
		for i, l := range net.MLP.Layers {
			if i > 0 {
				x = net.MLP.Activation(x)
			}
			inputs = append(inputs, x)
			x = l.Apply(x).Add(taps[i])
		}
		return nn.SoftmaxCrossEntropy(x, b.Y), inputs
	}
	return mo.LinearGramian(forward, b.X.DType(), b.X.Dim(0), widths)
}
