package inducedmetric

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// sweptMethods are those of the paper's sweeps.
var sweptMethods = []string{nameSGD, nameAdam, nameAdamW, namePlain, nameLog, nameRMS, nameMuon}

// interval holds the ends of a distribution.
type interval struct{ low, high float64 }

// ranges are where a task's settings are drawn from; logarithms are uniform. Those of
// the published code's sweeps.
type ranges struct{ rate, muonRate, xi interval }

// The ranges that all tasks share; uniform, but for that of weight decay, whose
// logarithm is.
var (
	momenta     = interval{0.8, 0.99} // and Adam's beta1
	sgdMomenta  = interval{0.1, 0.99}
	muonMomenta = interval{0.9, 0.99}
	betas       = interval{0.6, 0.9}
	seconds     = interval{0.9, 0.999}
	decays      = interval{1e-6, 1e-2}
)

// drawn is the setting of a run, with its rate as a number.
type drawn struct {
	rate float64
	setting
}

// draw draws the settings of so many runs. Those that a method does not have are 0.
func (r ranges) draw(key *fx.Array, method string, runs int) []drawn {
	u := random.Uniform(key, fx.Float64, 0, 1, 7, runs)
	uniform := func(i int, at interval) []float64 {
		return u.Index(i).MulScalar(at.high - at.low).AddScalar(at.low).Float64s()
	}
	logarithmic := func(i int, at interval) []float64 {
		low, high := fx.Scalar(at.low).Log(), fx.Scalar(at.high).Log()
		return u.Index(i).Mul(high.Sub(low)).Add(low).Exp().Float64s()
	}
	all := make([]drawn, runs)
	set := func(values []float64, field func(*drawn) *float64) {
		for k := range all {
			*field(&all[k]) = values[k]
		}
	}
	rate, momentum := r.rate, momenta
	switch method {
	case nameSGD:
		momentum = sgdMomenta
	case nameMuon:
		rate, momentum = r.muonRate, muonMomenta
		set(uniform(2, momenta), func(d *drawn) *float64 { return &d.beside })
	}
	set(logarithmic(0, rate), func(d *drawn) *float64 { return &d.rate })
	set(uniform(1, momentum), func(d *drawn) *float64 { return &d.momentum })
	if method == namePlain || method == nameLog || method == nameRMS {
		set(logarithmic(3, r.xi), func(d *drawn) *float64 { return &d.xi })
		set(uniform(4, betas), func(d *drawn) *float64 { return &d.beta })
	}
	if method == nameAdam || method == nameAdamW || method == nameRMS || method == nameMuon {
		set(uniform(5, seconds), func(d *drawn) *float64 { return &d.second })
	}
	if method != nameSGD && method != nameAdam {
		set(logarithmic(6, decays), func(d *drawn) *float64 { return &d.decay })
	}
	return all
}

// named is a setting by name.
type named struct {
	name  string
	value float64
}

// told are the settings of a run that its method has.
func (d drawn) told(method string) []named {
	list := []named{{"rate", d.rate}, {"momentum", d.momentum}}
	for _, n := range []named{{"xi", d.xi}, {"beta", d.beta}, {"beside", d.beside}, {"second", d.second}, {"decay", d.decay}} {
		if n.value > 0 {
			list = append(list, n)
		}
	}
	return list
}

// swept is the rule of a method in the sweeps, in which SGD has momentum that sums,
// as optax' has.
func (l lineup) swept(method string, s setting) optim.Rule {
	decay := optim.WeightDecay{Value: s.decay}
	switch method {
	case namePlain:
		return l.plain(s)
	case nameLog:
		return l.log(s)
	case nameRMS:
		return l.rms(s)
	case nameSGD:
		return classical(s)
	case nameAdam, nameAdamW:
		r := optim.NewAdam(s.rate)
		r.Beta1, r.Beta2, r.Decay = s.momentum, s.second, decay
		return r
	case nameMuon:
		muon := optim.Chain(optim.ConvexAverage{Alpha: 1 - s.momentum, Nesterov: true}, optim.SteepestStep(optim.MuonGeometry(5)),
			optim.AddDecayedWeights(s.decay, nil), optim.ScaleByLearningRate(s.rate))
		beside := optim.NewAdam(s.rate)
		beside.Beta1, beside.Beta2 = s.beside, s.second
		return optim.ByMask(func(_ string, leaf *fx.Array) bool { return leaf.NDim() == 2 }, muon, beside)
	}
	panic("no method is called " + method)
}
