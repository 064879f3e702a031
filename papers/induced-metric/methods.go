package inducedmetric

import (
	"github.com/fluxion-go/fluxion/optim"
)

// The names of the methods.
const (
	namePlain = "plain"
	nameLog   = "log"
	nameRMS   = "rms"
	nameSGD   = "SGD"
	nameClip  = "clipped SGD"
	nameAdam  = "Adam"
	nameAdamW = "AdamW"
	nameMuon  = "Muon"
)

// setting is what the experiment varies of the methods.
type setting struct {
	rate     optim.Schedule
	momentum float64 // Adam's beta1
	xi       float64 // of the metric; the threshold of clipping
	beta     float64 // of the average of the metric's height
	second   float64 // decay rate of the second moment
	decay    float64 // of the weights, decoupled
	beside   float64 // beta1 of the Adam that serves what Muon does not
}

// lineup holds the methods that the experiment is about. A test puts broken ones
// in their place and sees that the claims notice.
type lineup struct{ plain, log, rms func(setting) optim.Rule }

// published are the methods as the library has them.
var published = lineup{plain, logarithmic, rms}

func induced(r optim.InducedMetric, s setting) optim.InducedMetric {
	r.Momentum, r.Xi, r.Beta, r.Decay.Value = s.momentum, s.xi, s.beta, s.decay
	return r
}

func plain(s setting) optim.Rule       { return induced(optim.NewInducedMetric(s.rate), s) }
func logarithmic(s setting) optim.Rule { return induced(optim.NewLogInducedMetric(s.rate), s) }

func rms(s setting) optim.Rule {
	r := induced(optim.NewRMSInducedMetric(s.rate), s)
	r.Second.Beta = s.second
	return r
}

// averaged is gradient descent with the momentum of the methods: an average,
// corrected for its start.
func averaged(s setting) optim.Rule {
	return optim.Chain(optim.Average{Beta: s.momentum, Corrected: true}, optim.ScaleByLearningRate(s.rate))
}

func adam(s setting) optim.Rule {
	r := optim.NewAdam(s.rate)
	r.Beta1, r.Beta2 = s.momentum, s.second
	return r
}

// classical is gradient descent with momentum that sums, as the baseline of the
// paper's study of functions has it.
func classical(s setting) optim.Rule { return optim.NewMomentum(s.rate, s.momentum) }

// trained is the rule of a method in the trainings of networks, at the defaults of
// the published code where the experiment does not vary it.
func (l lineup) trained(method string, s setting) optim.Rule {
	s.momentum, s.beta, s.second = 0.9, 0.8, 0.99
	switch method {
	case namePlain:
		return l.plain(s)
	case nameLog:
		return l.log(s)
	case nameRMS:
		return l.rms(s)
	case nameSGD:
		return averaged(s)
	case nameClip:
		return optim.Chain(optim.ClipByGlobalNorm(s.xi), averaged(s))
	case nameAdam:
		return optim.NewAdam(s.rate)
	case nameAdamW:
		return optim.NewAdamW(s.rate)
	case nameMuon:
		return optim.NewMuon(s.rate)
	}
	panic("no method is called " + method)
}
