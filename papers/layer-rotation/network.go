package layerrotation

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study/classify"
)

// network is a plan of layers without biases, each but the last with a batch
// normalisation that has no scale and no shift: all that is trained turns.
type network struct {
	// convolutions are the channels of 3 x 3 convolutions, or nn.Pool; after them
	// comes the mean over all places.
	convolutions []int
	hidden       []int // units of linear layers
	// normLast puts normalisations after the ReLU, as the paper's convolutional
	// networks have them.
	normLast bool
	// dropout follows convolutions inside a stage (0.3 in the first, else 0.4), the last
	// pooling and hidden layers (0.5), as in the VGG of Liu and Deng 2015.
	dropout bool
	// augmented moves the images in training, and mirrors photographs.
	augmented bool
	// One of the paper's residual networks, in place of all this.
	resNet int // its layers
	wide   wide
}

// shift is by how many pixels images are moved.
const shift = 4

// start draws a network's first values from He's uniform distribution (those of a
// ResNet as nn has them).
func (n network) start(sets *classify.Sets, seed uint64) nn.Sequential {
	key := random.FoldIn(random.New(seed), partNetwork)
	channels := sets.Train.Pixels.Dim(3)
	var net nn.Sequential
	switch {
	case n.resNet > 0:
		net = startResNet(key, n.resNet, channels, sets.Classes)
	case n.wide.depth > 0:
		net = n.wide.start(key, channels, sets.Classes)
	default:
		net = n.startPlain(key, sets)
	}
	if n.augmented {
		net = append(nn.Sequential{augment{Shift: shift, Mirror: channels == 3}}, net...)
	}
	return net
}

// startPlain is a network without residual connections.
func (n network) startPlain(key *fx.Array, sets *classify.Sets) nn.Sequential {
	options := nn.LayerOptions{Kernel: nn.HeUniform, NoBias: true}
	shape := sets.Train.Pixels.Shape()
	var net nn.Sequential
	add := func(kernel nn.Layer, units int) {
		norm := bareNorm(units)
		if n.normLast {
			net = append(net, kernel, nn.Func(nn.Relu), norm)
		} else {
			net = append(net, kernel, norm, nn.Func(nn.Relu))
		}
	}
	next := func() *fx.Array { return random.FoldIn(key, len(net)) }
	drop := func(rate float64) {
		if n.dropout {
			net = append(net, nn.Dropout{Rate: rate})
		}
	}
	features := shape[1] * shape[2] * shape[3]
	if len(n.convolutions) > 0 {
		features = shape[3]
		inside := 0.3
		for i, channels := range n.convolutions {
			if channels == nn.Pool {
				net, inside = append(net, nn.MaxPool2D{Window: [2]int{2, 2}}), 0.4
				continue
			}
			same := fx.ConvOptions{Padding: fx.Border{Same: true}}
			add(nn.NewConv2D(next(), [2]int{3, 3}, features, channels, same, options), channels)
			features = channels
			if i+1 < len(n.convolutions) && n.convolutions[i+1] != nn.Pool {
				drop(inside)
			}
		}
		net = append(net, nn.Func(nn.GlobalAvgPool))
		drop(0.5)
	} else {
		net = append(net, nn.Func(nn.Flatten))
	}
	for _, units := range n.hidden {
		add(nn.NewLinear(next(), features, units, options), units)
		features = units
		drop(0.5)
	}
	return append(net, nn.NewLinear(next(), features, sets.Classes, options))
}

// layers is the number of kernels.
func (n network) layers() int {
	switch {
	case n.resNet > 0:
		return n.resNet
	case n.wide.depth > 0:
		return n.wide.kernels()
	}
	kernels := len(n.hidden) + 1
	for _, channels := range n.convolutions {
		if channels != nn.Pool {
			kernels++
		}
	}
	return kernels
}
