package gravity

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// The names of the methods. The control is gradient descent with averaged
// momentum, v <- 0.9 v + 0.1 g, which is Gravity without squashing, with a
// constant decay rate and v from zero; the calm one is Gravity with v from zero.
const (
	nameGravity = "Gravity"
	nameCalm    = "Gravity, v from 0"
	nameAdam    = "Adam"
	nameRMSProp = "RMSProp"
	nameControl = "averaged momentum"
)

// setting is what the experiment varies of Gravity.
type setting struct {
	rate      optim.Schedule
	alpha     float64
	startStep int
	key       *fx.Array
}

// lineup holds the method that the experiment is about. A test puts broken ones
// in its place and sees that the claims notice.
type lineup struct {
	gravity func(setting) optim.Rule
	squash  optim.Rule // what gravity makes of a gradient before it averages
}

// published is the method as the library has it.
var published = lineup{gravity, optim.SquashGradient()}

func gravity(s setting) optim.Rule {
	r := optim.NewGravity(s.rate, s.key)
	r.Alpha, r.StartStep = s.alpha, s.startStep
	return r
}

const (
	alpha = 0.01 // the paper's
	mu    = 0.9  // of the control, Gravity's beta
)

// options are what a user can change of Gravity.
type options struct {
	startStep int
	timeDecay float64
}

// rule is the update rule of an arm; the key draws Gravity's first v.
func (l lineup) rule(a arm, o options, key *fx.Array) optim.Rule {
	constant := optim.Constant(a.rate)
	s := setting{rate: constant, alpha: alpha, startStep: o.startStep, key: key}
	if o.timeDecay > 0 {
		s.rate = optim.InverseTime(a.rate, o.timeDecay)
	}
	switch a.method {
	case nameGravity:
		return l.gravity(s)
	case nameCalm:
		s.alpha = 0
		return l.gravity(s)
	case nameAdam:
		return optim.NewAdam(constant)
	case nameRMSProp:
		// Keras's decay, which the paper's runs had; epsilon 1e-7 likewise.
		r := optim.NewRMSProp(constant)
		r.Decay, r.Epsilon = 0.9, 1e-7
		return r
	default:
		r := optim.NewMomentum(constant, mu)
		r.Dampening, r.StartWithGradient = mu, false
		return r
	}
}
