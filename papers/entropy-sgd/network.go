package entropysgd

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study/classify"
)

// network is a ReLU perceptron with so many hidden units, or one of the paper's
// networks.
type network struct {
	hidden []int
	leNet  bool
	allCNN [2]int // channels of its first and second stage; 0: it is another
	lstm   int    // units of each of two layers; 0: it is another
}

// inputDropout and dropout are the paper's rates for all its networks.
const inputDropout, dropout = 0.2, 0.5

// normalised tells that a network has running statistics.
func (n network) normalised() bool { return n.leNet || n.allCNN[0] > 0 }

// start draws a network's first values: of He's normal distribution, those of the
// LSTM as its layers do by default.
func (n network) start(sets *classify.Sets, seed uint64) nn.Sequential {
	key := random.FoldIn(random.New(seed), partNetwork)
	shape := sets.Train.Pixels.Shape()
	switch {
	case n.leNet:
		return startLeNet(key, shape, sets.Classes)
	case n.allCNN[0] > 0:
		return startAllCNN(key, shape[3], n.allCNN, sets.Classes)
	case n.lstm > 0:
		return startLSTM(key, n.lstm, sets.Classes)
	}
	sizes := append(append([]int{shape[1] * shape[2] * shape[3]}, n.hidden...), sets.Classes)
	return nn.Sequential{nn.Func(nn.Flatten), nn.NewMLP(key, sizes, nn.Relu, nn.LayerOptions{Kernel: nn.HeNormal})}
}

// startLeNet is LeNet with batch normalisation and dropout, for images [n, height,
// width, channels].
func startLeNet(key *fx.Array, shape []int, classes int) nn.Sequential {
	options := nn.LayerOptions{Kernel: nn.HeNormal}
	net := nn.Sequential{}
	next := func() *fx.Array { return random.FoldIn(key, len(net)) }
	conv := func(in, out int) {
		net = append(net, nn.NewConv2D(next(), [2]int{5, 5}, in, out, fx.ConvOptions{}, options), nn.NewBatchNorm(fx.Float32, out),
			nn.Func(nn.Relu), nn.MaxPool2D{Window: [2]int{2, 2}})
	}
	net = append(net, nn.Dropout{Rate: inputDropout})
	conv(shape[3], 20)
	conv(20, 50)
	side := func(d int) int { return ((d-4)/2 - 4) / 2 }
	net = append(net, nn.Func(nn.Flatten), nn.NewLinear(next(), side(shape[1])*side(shape[2])*50, 500, options), nn.NewBatchNorm(fx.Float32, 500),
		nn.Func(nn.Relu), nn.Dropout{Rate: dropout})
	return append(net, nn.NewLinear(next(), 500, classes, options))
}

// startAllCNN is All-CNN-C (Springenberg et al. 2015) with batch normalisation: where
// others pool, convolutions move by 2, and dropout follows them; at the end stands a
// convolution with a channel for each class and the mean over all places. Unlike
// there, nothing comes between these two, so that logits can be negative.
func startAllCNN(key *fx.Array, in int, channels [2]int, classes int) nn.Sequential {
	net := nn.Sequential{nn.Dropout{Rate: inputDropout}}
	next := func() *fx.Array { return random.FoldIn(key, len(net)) }
	conv := func(window, out, stride int, same bool) {
		o := fx.ConvOptions{Strides: [2]int{stride, stride}, Padding: fx.Border{Same: same}}
		net = append(net, nn.NewConv2D(next(), [2]int{window, window}, in, out, o, nn.LayerOptions{Kernel: nn.HeNormal, NoBias: true}),
			nn.NewBatchNorm(fx.Float32, out), nn.Func(nn.Relu))
		in = out
	}
	for _, n := range channels {
		conv(3, n, 1, true)
		conv(3, n, 1, true)
		conv(3, n, 2, true)
		net = append(net, nn.Dropout{Rate: dropout})
	}
	conv(3, in, 1, false)
	conv(1, in, 1, false)
	return append(net, nn.NewConv2D(next(), [2]int{1, 1}, in, classes, fx.ConvOptions{}, nn.LayerOptions{Kernel: nn.HeNormal}), nn.Func(nn.GlobalAvgPool))
}

// startLSTM is a language model of two LSTM layers for characters [n, length], with
// dropout between them.
func startLSTM(key *fx.Array, units, characters int) nn.Sequential {
	net := nn.Sequential{}
	next := func() *fx.Array { return random.FoldIn(key, len(net)) }
	net = append(net, nn.NewEmbedding(next(), characters, units), nn.Dropout{Rate: inputDropout})
	for range 2 {
		net = append(net, nn.NewLSTM(next(), units, units), nn.Dropout{Rate: dropout})
	}
	return append(net, nn.NewLinear(next(), units, characters))
}
