package xgrad

import (
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
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
// values and in the order of the images.
func sharedImages(env *study.Env, p plan) (*dataSets, error) {
	return study.Once(env, "images", func() (*dataSets, error) { return loadImages(env, p) })
}

func loadImages(env *study.Env, p plan) (*dataSets, error) {
	train, test, err := data.Open(env.Data.Name, env.Data.Dir, data.Options{Size: p.side, Train: p.train, Test: p.test})
	if err != nil {
		return nil, err
	}
	if train.N() < p.batch {
		return nil, fmt.Errorf("%s has %d training images; a batch alone has %d", env.Data.Name, train.N(), p.batch)
	}
	classes := len(train.Classes)
	if train, test, err = data.Normalise(train, test); err != nil {
		return nil, err
	}
	take := func(s *data.Images) images {
		pixels, labels := s.Arrays()
		return images{pixels, labels}
	}
	return &dataSets{take(train), take(test), classes}, nil
}

// network is a ReLU perceptron, or a residual network of 20 layers.
type network struct {
	hidden []int
	resNet bool
}

// start draws a network's first values: a perceptron's from He's normal
// distribution, biases zero.
func (n network) start(d *dataSets, seed uint64) nn.Sequential {
	key := random.FoldIn(random.New(seed), partNetwork)
	shape := d.train.Pixels.Shape()
	if n.resNet {
		return nn.Sequential{nn.NewResNet(key, shape[3], d.classes)}
	}
	sizes := append(append([]int{shape[1] * shape[2] * shape[3]}, n.hidden...), d.classes)
	return nn.Sequential{nn.Func(nn.Flatten), nn.NewMLP(key, sizes, nn.Relu, nn.LayerOptions{Kernel: nn.HeNormal})}
}

// mask is what SGDM's weight decay reaches: all parameters, as in the authors'
// code, but with batch normalisation only the kernels, because the running
// statistics are leaves beside the parameters.
func (n network) mask() optim.Mask {
	if n.resNet {
		return optim.Matrices
	}
	return nil
}
