package xgrad

import (
	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// sharedImages are the same for all seeds, which differ in the networks' first
// values and in the order of the images.
func sharedImages(env *study.Env, p plan) (*classify.Sets, error) {
	return classify.Open(env, data.Options{Size: p.side, Train: p.train, Test: p.test}, p.batch)
}

// network is a ReLU perceptron, or a residual network of 20 layers.
type network struct {
	hidden []int
	resNet bool
}

// start draws a network's first values: a perceptron's from He's normal
// distribution, biases zero.
func (n network) start(d *classify.Sets, seed uint64) nn.Sequential {
	key := random.FoldIn(random.New(seed), partNetwork)
	shape := d.Train.Pixels.Shape()
	if n.resNet {
		return nn.Sequential{nn.NewResNet(key, shape[3], d.Classes)}
	}
	sizes := append(append([]int{shape[1] * shape[2] * shape[3]}, n.hidden...), d.Classes)
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
