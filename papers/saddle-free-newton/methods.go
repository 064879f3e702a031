package saddlefreenewton

import (
	"github.com/fluxion-go/fluxion/curvature"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study/classify"
)

// The names of the methods.
const (
	nameFree   = "saddle-free Newton"
	nameNewton = "damped Newton"
	nameGauss  = "damped Gauss-Newton"
	nameSGD    = "SGD"
)

// newtonMethods are those with a curvature, in the order of tables. All have the
// same dampings and the same search.
var newtonMethods = []string{nameFree, nameNewton, nameGauss}

// rates are the learning rates of gradient descent with momentum.
var rates = []float64{0.01, 0.03, 0.1}

const momentum = 0.9

// lineup holds the method that the experiment is about, for networks and for the
// toys. A test puts broken ones in its place and sees that the claims notice.
type lineup struct {
	network func(optim.DampingSearch[nn.MLP]) optim.Optimizer[nn.MLP]
	toy     func(optim.DampingSearch[*fx.Array]) optim.Optimizer[*fx.Array]
}

// published is the method as the library has it.
var published = lineup{saddleFree[nn.MLP], saddleFree[*fx.Array]}

func saddleFree[P any](s optim.DampingSearch[P]) optim.Optimizer[P] {
	return optim.SaddleFreeNewton[P]{DampingSearch: s}
}

// build makes a method for images; inside a compiled step, because the Gauss-Newton
// matrix is that of the images.
func (l lineup) build(name string, space optim.Space, s classify.Images) optim.Optimizer[nn.MLP] {
	search := optim.NewSaddleFreeNewton[nn.MLP]().DampingSearch
	search.Space = space
	switch name {
	case nameFree:
		return l.network(search)
	case nameNewton:
		return optim.DampedNewton[nn.MLP]{DampingSearch: search}
	default:
		o := optim.NewDampedGaussNewton(func(m nn.MLP) func(nn.MLP) nn.MLP {
			return curvature.GaussNewton(func(m nn.MLP) *fx.Array { return m.Apply(s.Pixels) }, crossEntropy(s), m)
		})
		o.Space = space
		return o
	}
}
