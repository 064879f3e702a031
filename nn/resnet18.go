package nn

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// ResNet18Options are the sizes of a ResNet-18. Zero means the usual ones.
type ResNet18Options struct {
	Channels int      // of the first stage; 0 means 64
	DType    fx.DType // 0 means Float32
}

// NewResNet18 makes the ResNet-18 of He, Zhang, Ren and Sun (2016), table 1, as it
// is used for images of 32 x 32: four stages of two blocks with 64, 128, 256 and 512
// channels, shortcuts by convolutions of 1 by 1 where the size changes (option B), and
// a first convolution of 3 by 3, without stride or pooling after it, in the place of
// ImageNet's. The images have so many channels, and any size. First values are those
// of [NewResNet]. With three channels and ten classes it has 11,173,962 trainable
// parameters.
func NewResNet18(key *fx.Array, channels, classes int, opts ...ResNet18Options) ResNet {
	const op, stages, blocks = "NewResNet18", 4, 2
	var o ResNet18Options
	if len(opts) > 1 {
		fail(op, "%d sets of options; it takes one", len(opts))
	}
	if len(opts) == 1 {
		o = opts[0]
	}
	checkKey(op, key)
	orDefault(&o.Channels, 64)
	checkSizes(op, "channels, classes and channels of the first stage", channels, classes, o.Channels)
	dense := layerOptions(op, []LayerOptions{{DType: o.DType}}, LeCunTruncated)
	keys := random.Split(key, 2+stages*blocks)
	net := ResNet{Conv: residualConv(keys[0], channels, o.Channels, 1, dense.DType), Norm: NewBatchNorm(dense.DType, o.Channels)}
	in := o.Channels
	for i, k := range keys[2:] {
		out, stride := o.Channels<<(i/blocks), 1
		k := random.Split(k, 3)
		b := ResidualBlock{Norm1: NewBatchNorm(dense.DType, out), Norm2: NewBatchNorm(dense.DType, out)}
		if out != in {
			stride = 2
			b.Project = NewConv2D(k[2], [2]int{1, 1}, in, out, fx.ConvOptions{Strides: [2]int{2, 2}}, LayerOptions{Kernel: heOut, NoBias: true, DType: dense.DType})
			b.NormProject = NewBatchNorm(dense.DType, out)
		}
		b.Conv1 = residualConv(k[0], in, out, stride, dense.DType)
		b.Conv2 = residualConv(k[1], out, out, 1, dense.DType)
		net.Blocks = append(net.Blocks, b)
		in = out
	}
	net.Dense = NewLinear(keys[1], in, classes, dense)
	return net
}
