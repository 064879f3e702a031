package layerrotation

import (
	"fmt"
	"strings"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/landscape"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
)

// The names of the methods. One with Layca is its base's with a suffix.
const (
	nameSGD        = "SGD"
	nameDecay      = "SGD, L2"
	nameWarm       = "SGD, warm-up"
	nameMomentum   = "SGD, momentum"
	nameNormalised = "SGD, normalised"
	nameAdam       = "Adam"
	nameRMSProp    = "RMSprop"
	nameAdagrad    = "Adagrad"
	withLayca      = " + Layca"
	nameLayca      = nameSGD + withLayca
)

// arm is a method with its settings.
type arm struct {
	method string
	rate   rate
	alpha  float64 // Layca's: which layers turn less
	decay  float64 // L2
}

// rate is a learning rate as the paper writes it.
type rate struct {
	text  string
	value float64
}

// third is 3^-k, for negative k a power of 3.
func third(k int) rate {
	v := 1.0
	for range max(k, -k) {
		v *= 3
	}
	if k > 0 {
		v = 1 / v
	}
	return rate{fmt.Sprintf("3^%d", -k), v}
}

func plain(v float64) rate { return rate{fmt.Sprint(v), v} }

func (a arm) labels() []any {
	return []any{"method", a.method, "rate", a.rate.text, "alpha", a.alpha, "decay", a.decay}
}

func (a arm) String() string {
	s := fmt.Sprintf("%s, rate %s", a.method, a.rate.text)
	if a.alpha != 0 {
		s += fmt.Sprintf(", alpha %v", a.alpha)
	}
	if a.decay != 0 {
		s += fmt.Sprintf(", decay %v", a.decay)
	}
	return s
}

// program is the arm without its rate: all rates share what is compiled.
func (a arm) program() string {
	a.rate.text = "-"
	return a.String()
}

func (a arm) layca() bool { return strings.HasSuffix(a.method, withLayca) }

// lineup holds the methods that the experiment is about. A test puts broken ones
// in their place and sees that the claims notice.
type lineup struct {
	layca       func(base optim.Rule, rate optim.Schedule, multipliers []float64) optim.Rule
	multipliers func(alpha float64, layers int) []float64
}

// published are the methods as the library has them.
var published = lineup{
	layca: func(base optim.Rule, rate optim.Schedule, multipliers []float64) optim.Rule {
		r := optim.NewLayca(base, rate)
		r.Multipliers = multipliers
		return r
	},
	multipliers: optim.RotationMultipliers,
}

// rule is an arm's update rule for a network of so many layers.
func (l lineup) rule(a arm, lr optim.Schedule, layers int) optim.Rule {
	if a.layca() {
		base := baseRule(strings.TrimSuffix(a.method, withLayca), optim.Constant(1), a.decay)
		return l.layca(base, lr, l.multipliers(a.alpha, layers))
	}
	return baseRule(a.method, lr, a.decay)
}

func baseRule(name string, lr optim.Schedule, decay float64) optim.Rule {
	switch name {
	case nameDecay:
		return optim.Chain(optim.AddDecayedWeights(decay, optim.Matrices), optim.NewSGD(lr))
	case nameMomentum: // v = 0.9 v + 0.1 g
		return optim.Momentum{LearningRate: lr, Trace: optim.Trace{Mu: 0.9, Dampening: 0.9}}
	case nameNormalised:
		return optim.NewNormalizedMomentum(lr, 1)
	case nameAdam:
		return optim.NewAdam(lr)
	case nameRMSProp:
		return optim.NewRMSProp(lr)
	case nameAdagrad:
		return optim.NewAdagrad(lr)
	}
	return optim.NewSGD(lr)
}

// watched is an optimizer that reports the tangent by which each layer turned in a
// step.
type watched struct{ optim.Optimizer[nn.Sequential] }

// Step is the optimizer's.
func (w watched) Step(loss optim.Loss[nn.Sequential], p nn.Sequential, s optim.State) (nn.Sequential, optim.State, optim.Info) {
	next, state, info := w.Optimizer.Step(loss, p, s)
	tangents := landscape.StepTangents(p, next, nil)
	if info.Values == nil {
		info.Values = map[string]*fx.Array{}
	}
	for i := range tangents.Dim(0) {
		info.Values[tangentName(i)] = tangents.Index(i)
	}
	return next, state, info
}

func tangentName(layer int) string { return fmt.Sprintf("tangent_%d", layer) }

func tangentNames(layers int) []string {
	names := make([]string, layers)
	for i := range names {
		names[i] = tangentName(i)
	}
	return names
}

// course is how a learning rate goes: all of it until 80% of the steps, a fifth
// until 93%, then a twenty-fifth; with a warm-up it rises to that in the first
// epochs, from a part for the first step.
type course struct{ steps, warm int }

func (c course) schedule() optim.Schedule {
	falls := optim.Piecewise([]float64{1, 0.2, 0.04}, max(1, c.steps*80/100), max(2, c.steps*93/100))
	if c.warm == 0 {
		return falls
	}
	rise := optim.Linear(1/float64(c.warm), 1, c.warm)
	return func(step *fx.Array) *fx.Array { return falls(step).Mul(rise(step)) }
}

// at is the schedule without a warm-up, on the host.
func (c course) at(step int) float64 {
	switch {
	case step >= max(2, c.steps*93/100):
		return 0.04
	case step >= max(1, c.steps*80/100):
		return 0.2
	}
	return 1
}
