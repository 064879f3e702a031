package swarm

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// ConsensusHopping moves one point to the consensus of N fresh samples around it
// (Riedl et al. 2023, section 2):
//
//	x <- ConsensusPoint(N samples of N(x, S² I), α)
//
// It is CBO with Dt λ = 1 and noise that does not depend on the position, and for
// large N and α an implicit gradient step of length α S² (see the package).
type ConsensusHopping struct {
	N     int            // samples of a step
	Alpha optim.Schedule // weight α in exp(-α E), for each step
	S     optim.Schedule // standard deviation of the samples, for each step
}

// NewConsensusHopping makes the method with N = 200 and α = 100, the paper's, and
// a constant deviation, for which it takes 0.4 to 0.7.
func NewConsensusHopping(s float64) ConsensusHopping {
	return ConsensusHopping{N: 200, Alpha: optim.Constant(100), S: optim.Constant(s)}
}

// Validate checks the settings.
func (c ConsensusHopping) Validate() error {
	err := errors.Join(schedule("alpha", c.Alpha, 0, true), schedule("the deviation of the samples", c.S, 0, true))
	if c.N < 2 {
		err = errors.Join(err, fmt.Errorf("%d samples; there must be at least two", c.N))
	}
	return err
}

// HoppingState is the state of ConsensusHopping.
type HoppingState struct {
	X               *fx.Array // the point, [d]
	Best, BestValue *fx.Array // see Course
	Key             *fx.Array
	Step            *fx.Array // int32 scalar
}

// Init starts at a point [d]. It panics with an *fx.Error if the settings are
// not valid.
func (c ConsensusHopping) Init(key, x *fx.Array) HoppingState {
	mustBeValid("ConsensusHopping", c)
	checkKey("ConsensusHopping", key)
	checkPoint("ConsensusHopping", x)
	return HoppingState{X: x, Best: fx.Full(x.DType(), math.NaN(), x.Dim(0)), BestValue: fx.Full(x.DType(), inf), Key: key, Step: fx.Scalar(int32(0))}
}

// Step makes one hop.
func (c ConsensusHopping) Step(e Objective, s HoppingState) (HoppingState, Course) {
	e = scalar("ConsensusHopping", e)
	checkPoint("ConsensusHopping", s.X)
	d := s.X.DType()
	keys := random.Split(s.Key, 2)
	samples := random.Normal(keys[1], d, c.N, s.X.Dim(0)).Mul(scalarAt(c.S, s.Step, d)).Add(s.X)
	v := values(e, samples)
	next := ConsensusPoint(samples, v, scalarAt(c.Alpha, s.Step, d))
	told := observe(samples, v, next, s.Best, s.BestValue)
	return HoppingState{X: next, Best: told.Best, BestValue: told.BestValue, Key: keys[0], Step: s.Step.AddScalar(1)}, told
}

// Run makes steps on one objective as a single fx.Scan. Its Course is that of
// the steps, each array with a leading axis.
func (c ConsensusHopping) Run(e Objective, s HoppingState, steps int) (HoppingState, Course) {
	return run("ConsensusHopping", func(s HoppingState) (HoppingState, Course) { return c.Step(e, s) }, s, steps)
}
