package gravity

import (
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// images is a labelled set: Pixels [n, height, width, channels] with mean 0 and
// variance 1 over the training set, Labels [n].
type images struct{ Pixels, Labels *fx.Array }

func (s images) n() int { return s.Labels.Size() }

type dataSets struct {
	train, test images
	classes     int
}

// sharedImages are the same for all seeds, which differ in the networks' first
// values, in Gravity's first v and in the order of the images.
func sharedImages(env *study.Env, p plan, t task) (*dataSets, error) {
	plainSet, err := study.Once(env, "images", func() (*dataSets, error) { return loadImages(env, p) })
	if err != nil || !t.signed {
		return plainSet, err
	}
	return study.Once(env, "signed images", func() (*dataSets, error) {
		keys := random.Split(random.FoldIn(random.New(0), partSigns), 2)
		return &dataSets{signed(plainSet.train, keys[0], plainSet.classes), signed(plainSet.test, keys[1], plainSet.classes),
			2 * plainSet.classes}, nil
	})
}

func loadImages(env *study.Env, p plan) (*dataSets, error) {
	train, test, err := data.Open(env.Data.Name, env.Data.Dir, data.Options{Size: p.side, Train: p.train, Test: p.test})
	if err != nil {
		return nil, err
	}
	if train.N() < batchSize {
		return nil, fmt.Errorf("%s has %d training images; a batch alone has %d", env.Data.Name, train.N(), batchSize)
	}
	classes := len(train.Classes)
	if train, test, err = data.Normalise(train, test); err != nil {
		return nil, err
	}
	take := func(s *data.Images) images {
		pixels, labels := s.Arrays()
		if p.padded && s.Height < paddedSide {
			border := (paddedSide - s.Height) / 2
			pad := fx.Padding{Before: border, After: paddedSide - s.Height - border}
			pixels = pixels.Pad(0, fx.Padding{}, pad, pad)
		}
		return images{pixels, labels}
	}
	return &dataSets{take(train), take(test), classes}, nil
}

// paddedSide is the side of the images that VGG-16 and VGG-19 get.
const paddedSide = 32

// signed turns half of the images, drawn by the key, to their negative, which
// makes them a class of their own.
func signed(s images, key *fx.Array, classes int) images {
	turned := random.Bernoulli(key, fx.Scalar(0.5), s.n())
	shape := s.Pixels.Shape()
	sign := fx.Where(turned, fx.Scalar(float32(-1)), fx.Scalar(float32(1))).Reshape(s.n(), 1, 1, 1).BroadcastTo(shape...)
	return images{s.Pixels.Mul(sign), s.Labels.Add(turned.AsType(s.Labels.DType()).MulScalar(float64(classes)))}
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
func (n network) start(d *dataSets, seed uint64) nn.Sequential {
	key := random.FoldIn(random.New(seed), partNetwork)
	layer := 0
	next := func() *fx.Array {
		layer++
		return random.FoldIn(key, layer)
	}
	he := nn.LayerOptions{Kernel: nn.HeNormal}
	height, width, channels := d.train.Pixels.Dim(1), d.train.Pixels.Dim(2), d.train.Pixels.Dim(3)
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
	return append(net, nn.NewLinear(next(), features, d.classes, he))
}
