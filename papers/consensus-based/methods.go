package consensusbased

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/swarm"
)

// Names of the methods.
const (
	nameCBO      = "CBO"
	nameHopping  = "hopping"
	nameGD       = "GD"
	nameLangevin = "Langevin"
)

// The orders of CBO's two terms, as tables name them.
const (
	orderPaper = "simultaneous"
	orderCode  = "sequential"
)

var orders = map[string]swarm.Order{orderPaper: swarm.Simultaneous, orderCode: swarm.Sequential}

// lineup holds the methods that the experiment is about. A test puts broken ones
// in their place and sees that the claims notice.
type lineup struct {
	cbo     func(swarm.Order) swarm.CBO
	hopping func(n int, alpha, s float64) hopper
}

// hopper is swarm.ConsensusHopping, or what a test puts in its place.
type hopper interface {
	Init(key, x *fx.Array) swarm.HoppingState
	Step(swarm.Objective, swarm.HoppingState) (swarm.HoppingState, swarm.Course)
	Run(swarm.Objective, swarm.HoppingState, int) (swarm.HoppingState, swarm.Course)
}

var published = lineup{
	cbo: func(order swarm.Order) swarm.CBO {
		c := swarm.NewCBO()
		c.Order = order
		return c
	},
	hopping: func(n int, alpha, s float64) hopper {
		return swarm.ConsensusHopping{N: n, Alpha: optim.Constant(alpha), S: optim.Constant(s)}
	},
}

// descent is gradient descent with noise that is annealed (0: without noise):
//
//	X <- X - step ∇E(X) + σ/log(k+1) √step B,   k = 1, 2, ...
//
// step is the paper's product of learning rate and time step.
type descent struct {
	sigma, step float64
	steps       int
}

// The paper's settings. Its runs are looked at after earlySteps, too.
const (
	paperStep, paperSigma = 1e-3, 10
	paperDescent          = 10_000
	earlySteps            = 4000
)

var paperGD = descent{0, paperStep, paperDescent}

// descents are the baselines: the paper's, and others that could be better, by
// step and by noise.
func descents(steps int) []descent {
	var all []descent
	for _, step := range []float64{paperStep, 1e-2, 3e-2} {
		all = append(all, descent{0, step, steps})
	}
	for _, sigma := range []float64{1, 3, paperSigma, 20, 30, 50} {
		all = append(all, descent{sigma, paperStep, steps})
	}
	return all
}

func (d descent) name() string {
	if d.sigma == 0 {
		return nameGD
	}
	return nameLangevin
}

// labels are those of a run that is looked at after so many steps.
func (d descent) labels(steps int) []any {
	return []any{"method", d.name(), "sigma", d.sigma, "step", d.step, "steps", steps}
}

// run gives all points of a run that starts at x, [steps, d].
func (d descent) run(e swarm.Objective, key, x *fx.Array) *fx.Array {
	type state struct{ X, Key, K *fx.Array }
	slope := fx.Grad(e)
	_, path := fx.Scan(func(s state, _ struct{}) (state, *fx.Array) {
		next := s.X.Sub(slope(s.X).MulScalar(d.step))
		if d.sigma > 0 {
			keys := random.Split(s.Key, 2)
			strength := fx.Scalar(d.sigma * math.Sqrt(d.step)).Div(s.K.AddScalar(1).Log())
			next = next.Add(random.Normal(keys[1], fx.Float64, x.Dim(0)).Mul(strength))
			s.Key = keys[0]
		}
		return state{next, s.Key, s.K.AddScalar(1)}, next
	}, state{x, key, fx.Scalar(1.0)}, struct{}{}, fx.Length(d.steps))
	return path
}
