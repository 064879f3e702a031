package nn

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// ResNet is the residual network for small images of He, Zhang, Ren and Sun,
// "Deep Residual Learning for Image Recognition" (2016), section 4.2: a
// convolution, three stages of basic blocks with 16, 32 and 64 channels, the
// second and third of which halve the images, the mean over all places, and a
// linear layer. With n blocks in each stage it has 6n+2 layers: n = 3 is
// ResNet-20.
type ResNet struct {
	Conv   Conv2D
	Norm   BatchNorm
	Blocks []ResidualBlock
	Dense  Linear
}

// ResidualBlock is relu(norm(conv(relu(norm(conv x)))) + x). Where it changes
// the size, x is taken at every second place, with channels of zeros added
// (the paper's option A), or, if Project has a kernel, normalised after that
// convolution (option B).
type ResidualBlock struct {
	Conv1, Conv2 Conv2D
	Norm1, Norm2 BatchNorm
	Project      Conv2D
	NormProject  BatchNorm
}

// ResNetOptions are a ResNet's sizes. Zero means the paper's.
type ResNetOptions struct {
	Depth    int      // 6n+2; 0 means 20
	Channels int      // of the first stage; 0 means 16
	DType    fx.DType // 0 means Float32
}

// NewResNet makes a network for images with so many channels, of any size, and
// a number of classes. Convolutions have no bias and HeNormal kernels with the
// fan out for the fan in, as in torchvision; the last layer is LeCunTruncated's.
func NewResNet(key *fx.Array, channels, classes int, opts ...ResNetOptions) ResNet {
	const op = "NewResNet"
	var o ResNetOptions
	if len(opts) > 1 {
		fail(op, "%d sets of options; it takes one", len(opts))
	}
	if len(opts) == 1 {
		o = opts[0]
	}
	checkKey(op, key)
	orDefault(&o.Depth, 20)
	orDefault(&o.Channels, 16)
	checkSizes(op, "channels, classes and channels of the first stage", channels, classes, o.Channels)
	if o.Depth < 8 || (o.Depth-2)%6 != 0 {
		fail(op, "depth %d; it must be 6n+2: 8, 14, 20, ...", o.Depth)
	}
	dense := layerOptions(op, []LayerOptions{{DType: o.DType}}, LeCunTruncated)
	n := (o.Depth - 2) / 6
	keys := random.Split(key, 2+3*n)
	net := ResNet{
		Conv: residualConv(keys[0], channels, o.Channels, 1, dense.DType), Norm: NewBatchNorm(dense.DType, o.Channels),
		Dense: NewLinear(keys[1], 4*o.Channels, classes, dense),
	}
	in := o.Channels
	for i, k := range keys[2:] {
		out, stride := o.Channels<<(i/n), 1
		if out != in {
			stride = 2
		}
		k := random.Split(k, 2)
		net.Blocks = append(net.Blocks, ResidualBlock{
			Conv1: residualConv(k[0], in, out, stride, dense.DType), Norm1: NewBatchNorm(dense.DType, out),
			Conv2: residualConv(k[1], out, out, 1, dense.DType), Norm2: NewBatchNorm(dense.DType, out),
		})
		in = out
	}
	return net
}

// residualConv is a convolution of 3 by 3 with one row and column of padding on
// each side, also where it moves by 2.
func residualConv(key *fx.Array, in, out, stride int, d fx.DType) Conv2D {
	conv := fx.ConvOptions{Strides: [2]int{stride, stride}, Padding: fx.Border{Top: 1, Bottom: 1, Left: 1, Right: 1}}
	return NewConv2D(key, [2]int{3, 3}, in, out, conv, LayerOptions{Kernel: heOut, NoBias: true, DType: d})
}

// heOut is HeNormal by the fan out.
func heOut(key *fx.Array, d fx.DType, fan Fan, shape ...int) *fx.Array {
	return HeNormal(key, d, Fan{In: fan.Out, Out: fan.In}, shape...)
}

// normed applies a normalisation as at inference or as in training.
type normed func(b *BatchNorm, x *fx.Array) *fx.Array

func inferring(b *BatchNorm, x *fx.Array) *fx.Array { return b.Apply(x) }

func training(b *BatchNorm, x *fx.Array) (y *fx.Array) {
	y, *b = b.Train(x)
	return y
}

// Apply maps images [N, H, W, C] (or [H, W, C]) to logits [N, classes] (or
// [classes]), as at inference.
func (r ResNet) Apply(x *fx.Array) *fx.Array {
	y, _ := r.run("ResNet.Apply", x, inferring)
	return y
}

// Train is Apply as in training: by the statistics of the batch, of images
// [N, H, W, C]. It gives the network with new running statistics.
func (r ResNet) Train(x *fx.Array) (logits *fx.Array, next ResNet) {
	return r.run("ResNet.Train", x, training)
}

func (r ResNet) run(op string, x *fx.Array, norm normed) (*fx.Array, ResNet) {
	if r.Conv.W == nil || len(r.Blocks) == 0 {
		fail(op, "the network has no layers; NewResNet makes one")
	}
	checkImages(op, x, r.Conv.W, r.Conv.W.Dim(2))
	x = norm(&r.Norm, r.Conv.Apply(x)).Relu()
	blocks := make([]ResidualBlock, len(r.Blocks))
	for i, b := range r.Blocks {
		x = b.run(x, norm)
		blocks[i] = b
	}
	r.Blocks = blocks
	return r.Dense.Apply(GlobalAvgPool(x)), r
}

// run changes the block's running statistics.
func (b *ResidualBlock) run(x *fx.Array, norm normed) *fx.Array {
	y := norm(&b.Norm1, b.Conv1.Apply(x)).Relu()
	y = norm(&b.Norm2, b.Conv2.Apply(y))
	if b.Project.W != nil {
		return y.Add(norm(&b.NormProject, b.Project.Apply(x))).Relu()
	}
	return y.Add(b.shortcut(x)).Relu()
}

func (b *ResidualBlock) shortcut(x *fx.Array) *fx.Array {
	if s := b.Conv1.Options.Strides[0]; s > 1 {
		r := make([]fx.Range, x.NDim()-1)
		for i := range r {
			r[i] = fx.Range{To: fx.End}
		}
		r[len(r)-2].Step, r[len(r)-1].Step = s, s
		x = x.Slice(r...)
	}
	if more := b.Conv1.W.Dim(-1) - x.Dim(-1); more > 0 {
		s := x.Shape()
		s[len(s)-1] = more
		x = fx.Concatenate(-1, x, fx.Zeros(x.DType(), s...))
	}
	return x
}

// TrainLayer is Train as a [Trainable]; it needs no key.
func (r ResNet) TrainLayer(x, _ *fx.Array) (*fx.Array, Layer) {
	y, next := r.Train(x)
	return y, next
}

var (
	_ Trainable = ResNet{}
	_ Trainable = VGG{}
)
