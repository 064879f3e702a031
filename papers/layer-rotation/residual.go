package layerrotation

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

// The residual networks of the paper, without biases and without scales and shifts.

// startResNet is a ResNet for small images (He et al. 2016) of so many layers.
func startResNet(key *fx.Array, depth, channels, classes int) nn.Sequential {
	net := nn.NewResNet(key, channels, classes, nn.ResNetOptions{Depth: depth})
	net.Dense.B = nil
	bare(&net.Norm)
	for i := range net.Blocks {
		bare(&net.Blocks[i].Norm1)
		bare(&net.Blocks[i].Norm2)
	}
	return nn.Sequential{net}
}

// bare takes scale and shift from a normalisation.
func bare(norm *nn.BatchNorm) { norm.Scale, norm.Bias = nil, nil }

func bareNorm(channels int) nn.BatchNorm {
	norm := nn.NewBatchNorm(fx.Float32, channels)
	bare(&norm)
	return norm
}

// wide is a wide residual network (Zagoruyko and Komodakis 2016): of 6 n + 4 layers,
// with n blocks in each of three stages, which have 16, 32 and 64 channels, all of
// them so many times as wide. The second and third halve the images.
type wide struct{ depth, width int }

// wideDropout is the rate between the convolutions of a block.
const wideDropout = 0.3

// wideBlock is x + conv(dropout(relu(norm(conv(relu(norm x)))))). Where the size or
// the number of channels changes, a convolution of 1 by 1 of relu(norm x) stands for x.
type wideBlock struct {
	Norm1, Norm2 nn.BatchNorm
	Conv1, Conv2 nn.Conv2D
	Shortcut     nn.Conv2D // without a kernel where x is taken as it is
}

func (w wide) start(key *fx.Array, channels, classes int) nn.Sequential {
	options := nn.LayerOptions{Kernel: nn.HeUniform, NoBias: true}
	conv := func(key *fx.Array, window, in, out, stride int) nn.Conv2D {
		return nn.NewConv2D(key, [2]int{window, window}, in, out, fx.ConvOptions{Strides: [2]int{stride, stride}, Padding: fx.Border{Same: true}}, options)
	}
	in := 16
	net := nn.Sequential{conv(random.FoldIn(key, 0), 3, channels, in, 1)}
	for stage := range 3 {
		for i := range w.blocks() {
			out, stride := 16*w.width<<stage, 1
			if i == 0 && stage > 0 {
				stride = 2
			}
			keys := random.Split(random.FoldIn(key, len(net)), 3)
			b := wideBlock{Norm1: bareNorm(in), Norm2: bareNorm(out), Conv1: conv(keys[0], 3, in, out, stride), Conv2: conv(keys[1], 3, out, out, 1)}
			if in != out || stride > 1 {
				b.Shortcut = conv(keys[2], 1, in, out, stride)
			}
			net = append(net, b)
			in = out
		}
	}
	return append(net, bareNorm(in), nn.Func(nn.Relu), nn.Func(nn.GlobalAvgPool), nn.NewLinear(random.FoldIn(key, len(net)), in, classes, options))
}

// blocks is how many a stage has.
func (w wide) blocks() int { return (w.depth - 4) / 6 }

// kernels counts the first and the last layer, and a shortcut for each stage besides
// (but for the first one if the network is not wide).
func (w wide) kernels() int {
	shortcuts := 3
	if w.width == 1 {
		shortcuts = 2
	}
	return 2 + 6*w.blocks() + shortcuts
}

// Apply is the block as at inference.
func (b wideBlock) Apply(x *fx.Array) *fx.Array {
	h := b.Norm1.Apply(x).Relu()
	return b.shortcut(x, h).Add(b.Conv2.Apply(b.Norm2.Apply(b.Conv1.Apply(h)).Relu()))
}

// TrainLayer is the block as in training.
func (b wideBlock) TrainLayer(x, key *fx.Array) (*fx.Array, nn.Layer) {
	h, norm1 := b.Norm1.Train(x)
	h = h.Relu()
	y, norm2 := b.Norm2.Train(b.Conv1.Apply(h))
	next := b
	next.Norm1, next.Norm2 = norm1, norm2
	return b.shortcut(x, h).Add(b.Conv2.Apply(nn.Dropout{Rate: wideDropout}.Train(y.Relu(), key))), next
}

func (b wideBlock) shortcut(x, h *fx.Array) *fx.Array {
	if b.Shortcut.W == nil {
		return x
	}
	return b.Shortcut.Apply(h)
}

var _ nn.Trainable = wideBlock{}
