package orthogonaltrustregion

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// The names of the methods.
const (
	nameMuon       = "Muon"
	nameOrthogonal = "Orthogonal-SGDM"
	nameSign       = "sign momentum"
	nameNormalised = "normalised SGD"
	nameAdam       = "Adam"
	nameSGD        = "SGD, momentum"
	nameExact      = "Muon, exact" // by singular values
)

// lineup holds the methods that the experiment is about. A test puts broken ones
// in their place and sees that the claims notice.
type lineup struct {
	// region is momentum and then the step of a norm; orthogonal is the step of
	// every gradient, averaged.
	region     func(lr optim.Schedule, alpha, decay float64, g optim.Geometry) optim.Rule
	orthogonal func(lr optim.Schedule, alpha float64, g optim.Geometry) optim.Rule
	// average is the momentum alone, whose error is measured.
	average func(alpha float64) optim.Rule
	// ahead takes gradients beyond the parameters.
	ahead func(r optim.Rule, alpha float64) optim.Optimizer[*fx.Array]
	// steps are the Newton-Schulz steps that stand for an orthogonal factor.
	steps int
}

// published are the methods as the library has them.
var published = lineup{
	region:     optim.NewTrustRegion,
	orthogonal: optim.NewOrthogonalMomentum,
	average:    func(alpha float64) optim.Rule { return optim.ConvexAverage{Alpha: alpha} },
	ahead: func(r optim.Rule, alpha float64) optim.Optimizer[*fx.Array] {
		return optim.WithExtrapolation[*fx.Array](r, alpha)
	},
	steps: 5,
}

// spectral is the spectral norm with exact steps.
var spectral = optim.SpectralNorm{}

// arm is a training of a network: a method at a learning rate, with the weight
// alpha of the new gradient and the weight decay of those methods that have them.
type arm struct {
	method             string
	rate, alpha, decay float64
}

func (a arm) labels() []any {
	return []any{"method", a.method, "rate", a.rate, "alpha", a.alpha, "decay", a.decay}
}

// program is the arm without its rate: all rates share what is compiled.
func (a arm) program() arm {
	a.rate = 0
	return a
}

// rule is the update rule of an arm.
func (l lineup) rule(a arm, lr optim.Schedule) optim.Rule {
	switch a.method {
	case nameMuon:
		return l.region(lr, a.alpha, a.decay, optim.MuonGeometry(l.steps))
	case nameExact:
		return l.region(lr, a.alpha, a.decay, optim.MuonGeometry(0))
	case nameOrthogonal:
		return l.orthogonal(lr, a.alpha, optim.MuonGeometry(l.steps))
	case nameSign:
		return l.region(lr, a.alpha, a.decay, optim.Uniform(optim.MaxNorm{}))
	case nameNormalised:
		return optim.NewNormalizedMomentum(lr, a.alpha)
	case nameAdam:
		return optim.NewAdam(lr)
	default:
		return optim.NewMomentum(lr, 0.9)
	}
}

// watched is a rule and, beside it, a momentum of the same gradients.
type watched struct{ average, rule optim.Rule }

type watchedState struct {
	Average, Rule optim.State
	Momentum      []*fx.Array // after the last step
}

// Validate checks the rules' settings.
func (w watched) Validate() error { return optim.Validate(w.rule) }

// Bind tells the rules the leaves' paths.
func (w watched) Bind(paths []string) optim.Rule {
	return watched{optim.Bind(w.average, paths), optim.Bind(w.rule, paths)}
}

// Init starts both.
func (w watched) Init(p []*fx.Array) optim.State {
	s := watchedState{Average: w.average.Init(p), Rule: w.rule.Init(p)}
	for _, a := range p {
		s.Momentum = append(s.Momentum, fx.ZerosLike(a))
	}
	return s
}

// Update gives the rule's updates.
func (w watched) Update(g []*fx.Array, s optim.State, p []*fx.Array) ([]*fx.Array, optim.State) {
	own := s.(watchedState)
	var next watchedState
	next.Momentum, next.Average = w.average.Update(g, own.Average, p)
	var updates []*fx.Array
	updates, next.Rule = w.rule.Update(g, own.Rule, p)
	return updates, next
}

// momentum is that of a watched rule, alone or with extrapolation.
func momentum(s optim.State) *fx.Array {
	if ahead, ok := s.(optim.ExtrapolationState[*fx.Array]); ok {
		s = ahead.Base
	}
	return s.(watchedState).Momentum[0]
}
