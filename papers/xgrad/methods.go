package xgrad

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
)

// The names of the base optimizers.
const (
	nameSGDM      = "SGDM"
	nameAdam      = "Adam"
	nameAdamW     = "AdamW"
	nameAdaBelief = "AdaBelief"
	nameNesterov  = "Nesterov"
)

const (
	mu    = 0.9  // momentum of SGDM and Nesterov
	decay = 5e-4 // their weight decay, added to the gradient
)

// rule is a base optimizer. The mask chooses what SGDM's weight decay reaches.
func (c setting) rule(mask optim.Mask) optim.Rule {
	rate := optim.Constant(c.rate)
	switch c.base {
	case nameAdam:
		return optim.NewAdam(rate)
	case nameAdamW:
		return optim.NewAdamW(rate)
	case nameAdaBelief:
		return optim.NewAdaBelief(rate)
	case nameNesterov:
		return optim.Chain(optim.AddDecayedWeights(decay, mask), optim.NewNesterov(rate, mu))
	default:
		return optim.Chain(optim.AddDecayedWeights(decay, mask), optim.NewMomentum(rate, mu))
	}
}

// lineup holds the method that the experiment is about, for each kind of
// parameters. A test puts broken ones in its place and sees that the claims
// notice.
type lineup struct {
	net    func(base optim.Rule, s int) optim.Optimizer[nn.Sequential]
	point  func(base optim.Rule, s int) optim.Optimizer[*fx.Array]
	reader func(base optim.Rule, s int) optim.Optimizer[reader]
}

// published is the method as the library has it.
var published = lineup{predicting[nn.Sequential], predicting[*fx.Array], predicting[reader]}

func predicting[P any](base optim.Rule, s int) optim.Optimizer[P] {
	return optim.WithPrediction[P](base, s)
}

// plain is a base optimizer by itself.
func plain[P any](base optim.Rule) optim.Optimizer[P] { return optim.FromRule[P](base) }
