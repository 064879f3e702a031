package gravity

import (
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// sharedImages are the same for all seeds, which differ in the networks' first
// values, in Gravity's first v and in the order of the images.
func sharedImages(env *study.Env, p plan, t task) (*classify.Sets, error) {
	sets, err := classify.Open(env, data.Options{Size: p.side, Train: p.train, Test: p.test}, batchSize)
	if err != nil {
		return nil, err
	}
	return study.Once(env, fmt.Sprintf("images, padded %v, signed %v", p.padded, t.signed), func() (*classify.Sets, error) {
		s := *sets
		if p.padded {
			s.Train, s.Test = padded(s.Train), padded(s.Test)
		}
		if t.signed {
			keys := random.Split(random.FoldIn(random.New(0), partSigns), 2)
			s.Train, s.Test = signed(s.Train, keys[0], s.Classes), signed(s.Test, keys[1], s.Classes)
			s.Classes *= 2
		}
		return &s, nil
	})
}

// padded gives images that are smaller than paddedSide a border of zeros.
func padded(s classify.Images) classify.Images {
	side := s.Pixels.Dim(1)
	if side >= paddedSide {
		return s
	}
	border := (paddedSide - side) / 2
	pad := fx.Padding{Before: border, After: paddedSide - side - border}
	return classify.Images{Pixels: s.Pixels.Pad(0, fx.Padding{}, pad, pad), Labels: s.Labels}
}

// paddedSide is the side of the images that VGG-16 and VGG-19 get.
const paddedSide = 32

// signed turns half of the images, drawn by the key, to their negative, which
// makes them a class of their own.
func signed(s classify.Images, key *fx.Array, classes int) classify.Images {
	turned := random.Bernoulli(key, fx.Scalar(0.5), s.N())
	shape := s.Pixels.Shape()
	sign := fx.Where(turned, fx.Scalar(float32(-1)), fx.Scalar(float32(1))).Reshape(s.N(), 1, 1, 1).BroadcastTo(shape...)
	return classify.Images{Pixels: s.Pixels.Mul(sign), Labels: s.Labels.Add(turned.AsType(s.Labels.DType()).MulScalar(float64(classes)))}
}

// network is a stack of convolutions of 3 by 3 in stages, each of which ends
// with a pooling that halves the images, and of hidden dense layers; without
// stages, a perceptron.
type network struct {
	stages [][]int // channels
	hidden []int   // units
}

// start draws a network's first values: He's normal distribution for the
// kernels, zero for the biases. There is no batch normalisation and no dropout.
func (n network) start(d *classify.Sets, seed uint64) nn.Sequential {
	key := random.FoldIn(random.New(seed), partNetwork)
	layer := 0
	next := func() *fx.Array {
		layer++
		return random.FoldIn(key, layer)
	}
	he := nn.LayerOptions{Kernel: nn.HeNormal}
	height, width, channels := d.Train.Pixels.Dim(1), d.Train.Pixels.Dim(2), d.Train.Pixels.Dim(3)
	var net nn.Sequential
	for _, stage := range n.stages {
		for _, out := range stage {
			same := fx.ConvOptions{Padding: fx.Border{Same: true}}
			net = append(net, nn.NewConv2D(next(), [2]int{3, 3}, channels, out, same, he), nn.Func(nn.Relu))
			channels = out
		}
		net = append(net, nn.MaxPool2D{Window: [2]int{2, 2}})
		height, width = height/2, width/2
	}
	net = append(net, nn.Func(nn.Flatten))
	features := height * width * channels
	for _, out := range n.hidden {
		net = append(net, nn.NewLinear(next(), features, out, he), nn.Func(nn.Relu))
		features = out
	}
	return append(net, nn.NewLinear(next(), features, d.Classes, he))
}
