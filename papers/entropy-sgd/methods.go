package entropysgd

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/landscape"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study/classify"
)

// The names of the trainings.
const (
	nameSGD     = "SGD"
	nameHeavy   = "SGD, momentum 0.9"
	nameAdam    = "Adam"
	nameEntropy = "Entropy-SGD"
	nameShort   = "L = 5"
	nameLong    = "L = 50"
	nameAverage = "average alone" // no noise, no coupling
)

// arm is a method with its settings. For SGD the rate is its learning rate and the
// momentum its own; for Entropy-SGD they are the walk's.
type arm struct {
	walk           int // L; 0: SGD, or Adam
	adam           bool
	rate, momentum float64
	gamma          float64
	outer          float64 // rate of the step
	outerMomentum  float64
	quiet          bool    // no noise
	decay          float64 // L2, of all parameters
}

func (a arm) String() string {
	s := ""
	switch {
	case a.adam:
		s = fmt.Sprintf("rate %v", a.rate)
	case a.walk == 0:
		s = fmt.Sprintf("rate %v, momentum %v", a.rate, a.momentum)
	default:
		s = fmt.Sprintf("L %d, inner rate %v, inner momentum %v, gamma %v, outer rate %v, outer momentum %v", a.walk, a.rate, a.momentum, a.gamma, a.outer, a.outerMomentum)
	}
	if a.quiet {
		s += ", no noise"
	}
	if a.decay > 0 {
		s += fmt.Sprintf(", decay %v", a.decay)
	}
	return s
}

// lineup holds the method that the experiment is about. A test puts broken ones in
// its place and sees that the claims notice.
type lineup struct {
	net   func(lr optim.Schedule, key *fx.Array) optim.EntropySGD[nn.Sequential]
	plane func(lr optim.Schedule, key *fx.Array) optim.EntropySGD[*fx.Array]
	// coupled integrates the local entropy, sampled estimates its gradient.
	coupled func(f func(*fx.Array) *fx.Array, x []float64, gamma float64, over landscape.Interval) landscape.LocalEntropy
	sampled func(f func(*fx.Array) *fx.Array, p *fx.Array, gamma float64, s landscape.Sampler) *fx.Array
}

// published is the method as the library has it.
var published = lineup{net: optim.NewEntropySGD[nn.Sequential], plane: optim.NewEntropySGD[*fx.Array],
	coupled: landscape.LocalEntropy1D, sampled: landscape.LocalEntropyGrad[*fx.Array]}

const (
	growth = 1e-3 // gamma1
	noise  = 1e-4 // eps
)

// entropy is Entropy-SGD with an arm's settings. The rate of the walk is constant, as
// in the published code; that of the step falls.
func (l lineup) entropy(a arm, walkRate, outer optim.Schedule) optim.EntropySGD[nn.Sequential] {
	o := l.net(outer, random.New(partNoise))
	o.L, o.Gamma0, o.Gamma1, o.InnerRate, o.Noise, o.InnerMomentum, o.OuterMomentum = a.walk, a.gamma, growth, walkRate, noise, a.momentum, a.outerMomentum
	if a.decay > 0 {
		o.WeightDecay = a.decay
	}
	if a.quiet {
		o.Noise = 0
	}
	return o
}

// falling is a rate that falls to a fifth at 60% and to a twenty-fifth at 85% of the
// steps.
func falling(steps int) optim.Schedule {
	return optim.Piecewise([]float64{1, 0.2, 0.04}, max(1, steps*60/100), max(2, steps*85/100))
}

// settings are those of an arm's trainer for so many minibatches in all. All rates
// share the program.
func (l lineup) settings(a arm, minibatches int) classify.Settings[nn.Sequential] {
	if a.walk == 0 {
		course := falling(minibatches)
		return classify.Settings[nn.Sequential]{Optimizer: func(c classify.Choice) optim.Optimizer[nn.Sequential] {
			lr := func(step *fx.Array) *fx.Array { return course(step).Mul(c.Rate) }
			return optim.FromRule[nn.Sequential](a.rule(lr))
		}}
	}
	course := falling(minibatches / a.walk)
	outer := func(step *fx.Array) *fx.Array { return course(step).MulScalar(a.outer) }
	return classify.Settings[nn.Sequential]{Stream: func(c classify.Choice) optim.StreamOptimizer[nn.Sequential] {
		return l.entropy(a, c.Schedule(), outer)
	}}
}

// rule is that of a baseline.
func (a arm) rule(lr optim.Schedule) optim.Rule {
	switch {
	case a.adam:
		return optim.NewAdam(lr)
	case a.decay > 0:
		return optim.Chain(optim.AddDecayedWeights(a.decay, nil), optim.NewNesterov(lr, a.momentum))
	}
	return optim.NewNesterov(lr, a.momentum)
}

// program is the arm without its rate.
func (a arm) program() string {
	a.rate = 0
	return a.String()
}
