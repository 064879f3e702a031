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
}

// start draws a network's first values from He's uniform distribution.
func (n network) start(sets *classify.Sets, seed uint64) nn.Sequential {
	key := random.FoldIn(random.New(seed), partNetwork)
	options := nn.LayerOptions{Kernel: nn.HeUniform, NoBias: true}
	shape := sets.Train.Pixels.Shape()
	var net nn.Sequential
	add := func(kernel nn.Layer, units int) {
		norm := nn.NewBatchNorm(fx.Float32, units)
		norm.Scale, norm.Bias = nil, nil
		if n.normLast {
			net = append(net, kernel, nn.Func(nn.Relu), norm)
		} else {
			net = append(net, kernel, norm, nn.Func(nn.Relu))
		}
	}
	next := func() *fx.Array { return random.FoldIn(key, len(net)) }
	features := shape[1] * shape[2] * shape[3]
	if len(n.convolutions) > 0 {
		features = shape[3]
		for _, channels := range n.convolutions {
			if channels == nn.Pool {
				net = append(net, nn.MaxPool2D{Window: [2]int{2, 2}})
				continue
			}
			same := fx.ConvOptions{Padding: fx.Border{Same: true}}
			add(nn.NewConv2D(next(), [2]int{3, 3}, features, channels, same, options), channels)
			features = channels
		}
		net = append(net, nn.Func(nn.GlobalAvgPool))
	} else {
		net = append(net, nn.Func(nn.Flatten))
	}
	for _, units := range n.hidden {
		add(nn.NewLinear(next(), features, units, options), units)
		features = units
	}
	return append(net, nn.NewLinear(next(), features, sets.Classes, options))
}

// layers is the number of kernels.
func (n network) layers() int {
	kernels := len(n.hidden) + 1
	for _, channels := range n.convolutions {
		if channels != nn.Pool {
			kernels++
		}
	}
	return kernels
}
