package nn

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// VGG is the network of Simonyan and Zisserman, "Very Deep Convolutional
// Networks for Large-Scale Image Recognition" (2015), in the form for small
// images: convolutions of 3 by 3, each with a batch normalisation and a ReLU,
// and max-poolings that halve the images, then the mean over all places and a
// linear layer in place of the three of the paper.
type VGG struct {
	Conv  []Conv2D
	Norm  []BatchNorm
	Dense Linear
	plan  []int
}

// Pool stands for a max-pooling in a VGG's plan; other entries are the channels
// of a convolution.
const Pool = 0

// VGGPlan is the plan of a network of 11, 13, 16 or 19 layers (the paper's
// configurations A, B, D and E) with so many channels in the first stage, 64 in
// the paper.
func VGGPlan(depth, channels int) []int {
	convs, ok := map[int][5]int{11: {1, 1, 2, 2, 2}, 13: {2, 2, 2, 2, 2}, 16: {2, 2, 3, 3, 3}, 19: {2, 2, 4, 4, 4}}[depth]
	if !ok {
		fail("VGGPlan", "depth %d; it must be 11, 13, 16 or 19", depth)
	}
	checkSizes("VGGPlan", "channels", channels)
	var plan []int
	for stage, n := range convs {
		for range n {
			plan = append(plan, channels<<min(stage, 3))
		}
		plan = append(plan, Pool)
	}
	return plan
}

// NewVGG makes a network for images with so many channels and a number of
// classes by a plan. Images must be large enough to be halved by each pooling.
// Convolutions start as HeNormal, without bias.
func NewVGG(key *fx.Array, channels, classes int, plan []int, d fx.DType) VGG {
	const op = "NewVGG"
	checkKey(op, key)
	checkSizes(op, "channels and classes", channels, classes)
	checkDType(op, d)
	keys := random.Split(key, 1+len(plan))
	net := VGG{plan: append([]int{}, plan...)}
	same := fx.ConvOptions{Padding: fx.Border{Same: true}}
	for i, n := range plan {
		if n < 0 {
			fail(op, "plan %v: channels must be positive, and Pool is 0", plan)
		}
		if n == Pool {
			continue
		}
		net.Conv = append(net.Conv, NewConv2D(keys[1+i], [2]int{3, 3}, channels, n, same, LayerOptions{Kernel: HeNormal, NoBias: true, DType: d}))
		net.Norm = append(net.Norm, NewBatchNorm(d, n))
		channels = n
	}
	if len(net.Conv) == 0 {
		fail(op, "plan %v has no convolution", plan)
	}
	net.Dense = NewLinear(keys[0], channels, classes, LayerOptions{DType: d})
	return net
}

// Apply maps images [N, H, W, C] (or [H, W, C]) to logits [N, classes] (or
// [classes]), as at inference.
func (v VGG) Apply(x *fx.Array) *fx.Array {
	y, _ := v.run("VGG.Apply", x, inferring)
	return y
}

// Train is Apply as in training, for images [N, H, W, C]. It gives the network
// with new running statistics.
func (v VGG) Train(x *fx.Array) (logits *fx.Array, next VGG) { return v.run("VGG.Train", x, training) }

func (v VGG) run(op string, x *fx.Array, norm normed) (*fx.Array, VGG) {
	if len(v.Conv) == 0 || len(v.Norm) != len(v.Conv) {
		fail(op, "the network has no layers; NewVGG makes one")
	}
	checkImages(op, x, v.Conv[0].W, v.Conv[0].W.Dim(2))
	shape := x.Shape()
	norms := append([]BatchNorm{}, v.Norm...)
	i := 0
	for _, n := range v.plan {
		if n != Pool {
			x = norm(&norms[i], v.Conv[i].Apply(x)).Relu()
			i++
			continue
		}
		if x.Dim(-3) < 2 || x.Dim(-2) < 2 {
			fail(op, "images of shape %v are too small for the plan %v: each pooling halves them", shape, v.plan)
		}
		x = fx.MaxPool2D(x, [2]int{2, 2})
	}
	v.Norm = norms
	return v.Dense.Apply(GlobalAvgPool(x)), v
}

// TrainLayer is Train as a [Trainable]; it needs no key.
func (v VGG) TrainLayer(x, _ *fx.Array) (*fx.Array, Layer) {
	y, next := v.Train(x)
	return y, next
}
