package thermodynamicngd

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/ode"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study/classify"
)

// The names of the methods.
const (
	nameSGD      = "SGD"
	nameMomentum = "SGD with momentum"
	nameAdam     = "Adam"
	nameExact    = "NGD, exact"
	nameTNGD     = "TNGD"
	nameTNGDAdam = "TNGD-Adam"
)

// process is the device on a network's parameters as a vector.
type process = ode.OrnsteinUhlenbeck[*fx.Array]

// lineup holds what the experiment is about: the optimizer, and the device by
// itself. A test puts broken ones in its place and sees that the claims notice.
type lineup struct {
	tngd  func(optim.TNGD[net]) optim.Optimizer[net]
	relax func(device process, v0 *fx.Array, r ode.Relaxation, key *fx.Array) *fx.Array
}

// published is the method as the library has it.
var published = lineup{
	tngd:  func(o optim.TNGD[net]) optim.Optimizer[net] { return o },
	relax: process.Run,
}

// build makes an arm's optimizer; inside a compiled step, because the curvature is
// the minibatch's.
func (l lineup) build(a arm, c classify.Choice, key *fx.Array) optim.Optimizer[net] {
	rate := c.Schedule()
	switch a.method {
	case nameSGD, nameMomentum, nameAdam:
		return optim.FromRule[net](plainRule(a.method, rate))
	case nameTNGD, nameTNGDAdam:
		o := loaded(a, rate, fisher(c.Batch), key)
		if a.delay > 0 {
			o.Curvature, o.Factors, o.Delay = nil, fisherFactors(c.Batch), a.delay
		}
		return l.tngd(o)
	}
	o := optim.NewNGD(rate, fisher(c.Batch))
	o.Damping = damping
	// One product more is for the residual that the solver begins with.
	o.System = optim.CGSystem[net]{Tol: 1e-7, MaxIter: a.products - 1}
	if a.method == nameExact {
		o.System = optim.CGSystem[net]{Tol: exactTol, MaxIter: exactProducts}
	}
	return o
}

// plainRule is a method without a device.
func plainRule(method string, rate optim.Schedule) optim.Rule {
	switch method {
	case nameMomentum:
		return optim.NewMomentum(rate, 0.9)
	case nameAdam:
		return optim.NewAdam(rate)
	}
	return optim.NewSGD(rate)
}

// loaded is TNGD, or TNGD-Adam, with a curvature and the settings of an arm.
func loaded[P any](a arm, rate optim.Schedule, curvature optim.Curvature[P], key *fx.Array) optim.TNGD[P] {
	o := optim.NewTNGD(rate, curvature)
	o.Damping, o.Tau, o.Dt, o.Start, o.Kappa0, o.Lag, o.Key = damping, a.tau, dt, a.start, a.kappa0, a.lag, key
	if a.method == nameTNGDAdam {
		o.Rule = optim.NewAdam(rate)
	}
	return o
}

// The exact natural gradient is that of conjugate gradients which have converged in
// float32. Woodbury's formula gives the same (part A measures by how much they
// differ), but decomposes a matrix of 640 rows in every step, a hundred times as long.
const (
	exactTol      = 1e-6
	exactProducts = 300
)

// noiseKey draws the device's noise of a seed.
func noiseKey(seed uint64) *fx.Array { return random.FoldIn(random.New(seed), partDevice) }
