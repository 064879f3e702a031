package laprop

import "github.com/fluxion-go/fluxion/optim"

// setting is what the experiment varies of an update rule.
type setting struct {
	rate    float64 // learning rate
	mu, nu  float64 // decay rates of the momentum and of the second moment
	epsilon float64 // beside the root of the second moment
	raw     bool    // no bias correction of the second moment
}

// tiny is the paper's epsilon. Adam gets the same: with its usual 1e-8 the
// divisor cannot become as small as the effect under study makes it, and small
// gradients hide what happens.
const tiny = 1e-15

// lineup holds the update rules that are compared. A test puts broken ones in
// their place and sees that the claims notice.
type lineup struct {
	laprop, adam, amsgrad func(setting) optim.Rule
}

// published are the rules as the library has them.
var published = lineup{laprop: laprop, adam: adam, amsgrad: amsgrad}

func laprop(s setting) optim.Rule {
	r := optim.NewLaProp(optim.Constant(s.rate))
	r.Beta1, r.Beta2, r.Epsilon, r.CorrectSecond = s.mu, s.nu, s.epsilon, !s.raw
	return r
}

func adam(s setting) optim.Rule {
	r := optim.NewAdam(optim.Constant(s.rate))
	r.Beta1, r.Beta2, r.Epsilon, r.CorrectSecond = s.mu, s.nu, s.epsilon, !s.raw
	return r
}

func amsgrad(s setting) optim.Rule {
	r := optim.NewAMSGrad(optim.Constant(s.rate))
	r.Beta1, r.Beta2, r.Epsilon, r.CorrectSecond = s.mu, s.nu, s.epsilon, !s.raw
	return r
}

// method is an update rule as tables and figures name it.
type method struct {
	name    string
	rule    func(setting) optim.Rule
	epsilon float64
}

// The names of the methods.
const (
	nameLaProp    = "LaProp"
	nameAdam      = "Adam"
	nameAMSGrad   = "AMSGrad"
	nameUsualAdam = "Adam (1e-8)"
)

// at is the rule at the given learning rate and decay rates.
func (m method) at(rate, mu, nu float64) optim.Rule {
	return m.rule(setting{rate: rate, mu: mu, nu: nu, epsilon: m.epsilon})
}

// searchers are the methods of part A.
func (l lineup) searchers() []method {
	return []method{{nameAdam, l.adam, tiny}, {nameAMSGrad, l.amsgrad, tiny}, {nameLaProp, l.laprop, tiny}}
}

// trainers are the methods of part B: LaProp, Adam on equal terms, and Adam
// with the epsilon that it is usually run with.
func (l lineup) trainers() []method {
	return []method{{nameAdam, l.adam, tiny}, {nameUsualAdam, l.adam, 1e-8}, {nameLaProp, l.laprop, tiny}}
}
