package swarm

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// Noise is how the noise of CBO scales with the distance from the consensus.
type Noise int

const (
	// Isotropic noise is the distance's norm times a normal vector. Its strength
	// grows with the dimension.
	Isotropic Noise = iota
	// Anisotropic noise is each coordinate's distance times a normal number
	// (Carrillo, Jin, Li and Zhu 2021): the one for many dimensions.
	Anisotropic
)

// Order is which distance the noise of CBO takes.
type Order int

const (
	// Simultaneous evaluates drift and noise at the same particle, as the paper's
	// formula does.
	Simultaneous Order = iota
	// Sequential lets the drift act first, and takes the distance that is left, as
	// the authors' code does.
	Sequential
)

// CBO is consensus-based optimisation (Pinnau, Totzeck, Tse and Martin 2017;
// Carrillo et al. 2021 with anisotropic noise). With the consensus point m of
// all particles (see [ConsensusPoint]) each makes the step
//
//	X <- X - Dt λ (X - m) + σ √Dt |X - m| B,   B ~ N(0, I)
//
// The number N of particles is that of the cloud that Init gets.
type CBO struct {
	// Alpha is the weight α in exp(-α E), for each step. [Doubling] is the usual
	// schedule for learning.
	Alpha optim.Schedule
	// Lambda is the strength of the drift, per unit of time. Above Dt λ = 1 a
	// particle overshoots the consensus; from 2 on nothing can converge.
	Lambda float64
	// Sigma is the strength σ of the noise, per root of time, for each step.
	// [LogCooling] is the usual schedule for learning.
	Sigma optim.Schedule
	// Dt is the length of a step, in time.
	Dt float64

	Noise Noise
	Order Order

	// Batch divides the particles at random into groups of that many at every
	// step, each of which has a consensus of its own (Jin, Li and Liu 2020). It
	// divides N; 0 is one group of all.
	Batch int
	// GradDrift adds a drift along the gradient, -Dt GradDrift ∇E(X), which then
	// must exist. 0 is without: the method needs values alone.
	GradDrift float64
}

// NewCBO makes the method with the settings of "Gradient is All You Need?": α
// 100, λ 1, σ 1.6 isotropic, Dt 0.01, drift and noise simultaneous. (There N is
// 200 and the dimension 2; σ must fall with the dimension, see [CBO.Growth].)
func NewCBO() CBO {
	return CBO{Alpha: optim.Constant(100), Lambda: 1, Sigma: optim.Constant(1.6), Dt: 0.01}
}

// Validate checks the settings.
func (c CBO) Validate() error {
	err := errors.Join(schedule("alpha", c.Alpha, 0, true), positive("lambda", c.Lambda),
		schedule("sigma", c.Sigma, 0, false), positive("the time step", c.Dt))
	if c.Lambda > 0 && c.Dt > 0 && !(c.Dt*c.Lambda < 2) {
		err = errors.Join(err, fmt.Errorf("time step times lambda is %v; from 2 on the particles move away from the consensus", c.Dt*c.Lambda))
	}
	if c.Noise < Isotropic || c.Noise > Anisotropic {
		err = errors.Join(err, fmt.Errorf("no noise has the number %d", int(c.Noise)))
	}
	if c.Order < Simultaneous || c.Order > Sequential {
		err = errors.Join(err, fmt.Errorf("no order has the number %d", int(c.Order)))
	}
	if c.Batch < 0 || c.Batch == 1 {
		err = errors.Join(err, fmt.Errorf("batches of %d particles; they must have at least two, or be 0", c.Batch))
	}
	if math.IsNaN(c.GradDrift) || math.IsInf(c.GradDrift, 0) {
		err = errors.Join(err, fmt.Errorf("the gradient's drift is %v; it must be finite", c.GradDrift))
	}
	return err
}

// Growth is the factor by which the mean squared distance from a consensus that
// stays where it is grows in one step in d dimensions, for a constant σ: below 1
// the cloud contracts. For small Dt that is 2λ > dσ² with isotropic and 2λ > σ²
// with anisotropic noise.
func (c CBO) Growth(d int, sigma float64) float64 {
	if d < 1 {
		fail("CBO.Growth", "%d dimensions; there must be at least one", d)
	}
	noise := sigma * sigma * c.Dt
	if c.Noise == Isotropic {
		noise *= float64(d)
	}
	left := 1 - float64(c.Dt*c.Lambda)
	drift := float64(left * left)
	if c.Order == Sequential {
		return drift + float64(drift*noise)
	}
	return drift + noise
}

// CBOState is the state of CBO.
type CBOState struct {
	X               *fx.Array // particles, [N, d]
	Best, BestValue *fx.Array // see Course
	Key             *fx.Array
	Step            *fx.Array // int32 scalar
}

// Init makes the state to begin with, of particles [N, d] (see [Cloud]). It
// panics with an *fx.Error if the settings are not valid, if there are fewer
// than two particles, or if Batch does not divide their number.
func (c CBO) Init(key, x *fx.Array) CBOState {
	mustBeValid("CBO", c)
	checkKey("CBO", key)
	checkParticles("CBO", x)
	c.checkBatch(x)
	return CBOState{X: x, Best: fx.Full(x.DType(), math.NaN(), x.Dim(1)), BestValue: fx.Full(x.DType(), inf), Key: key, Step: fx.Scalar(int32(0))}
}

func (c CBO) checkBatch(x *fx.Array) {
	if c.Batch > 0 && x.Dim(0)%c.Batch != 0 {
		fail("CBO", "batches of %d particles do not divide %d", c.Batch, x.Dim(0))
	}
}

// Step makes one step.
func (c CBO) Step(e Objective, s CBOState) (CBOState, Course) {
	e = scalar("CBO", e)
	checkParticles("CBO", s.X)
	x, n, d := s.X, s.X.Dim(0), s.X.DType()
	keys := random.Split(s.Key, 3)
	v := values(e, x)
	alpha := scalarAt(c.Alpha, s.Step, d)
	all := ConsensusPoint(x, v, alpha)
	told := observe(x, v, all, s.Best, s.BestValue)

	m := all
	if c.Batch > 0 && c.Batch < n {
		c.checkBatch(x)
		m = c.grouped(keys[1], x, v, alpha)
	}
	drifted := x.Sub(x.Sub(m).MulScalar(c.Dt * c.Lambda))
	if c.GradDrift != 0 {
		drifted = drifted.Sub(fx.Vmap(fx.Grad(e))(x).MulScalar(c.Dt * c.GradDrift))
	}
	off := x.Sub(m)
	if c.Order == Sequential {
		off = drifted.Sub(m)
	}
	if c.Noise == Isotropic {
		off = off.Norm(1).ExpandDims(1)
	}
	strength := scalarAt(c.Sigma, s.Step, d).MulScalar(math.Sqrt(c.Dt))
	noise := random.Normal(keys[2], d, x.Shape()...).Mul(off).Mul(strength)
	return CBOState{X: drifted.Add(noise), Best: told.Best, BestValue: told.BestValue, Key: keys[0], Step: s.Step.AddScalar(1)}, told
}

// grouped is the consensus of each particle's group, [N, d].
func (c CBO) grouped(key, x, v, alpha *fx.Array) *fx.Array {
	n, groups := x.Dim(0), x.Dim(0)/c.Batch
	order := random.Permutation(key, n)
	type group struct{ X, V *fx.Array }
	points := fx.Vmap(func(g group) *fx.Array { return ConsensusPoint(g.X, g.V, alpha) })(
		group{x.Take(order, 0).Reshape(groups, c.Batch, x.Dim(1)), v.Take(order, 0).Reshape(groups, c.Batch)})
	place := order.ArgSort(0) // where a particle stands in the order
	return points.Repeat(c.Batch, 0).Take(place, 0)
}

// Run makes steps on one objective as a single fx.Scan. Its Course is that of
// the steps, each array with a leading axis.
func (c CBO) Run(e Objective, s CBOState, steps int) (CBOState, Course) {
	return run("CBO", func(s CBOState) (CBOState, Course) { return c.Step(e, s) }, s, steps)
}

// Consensus is the consensus point [d] of the particles as they are now.
func (c CBO) Consensus(e Objective, s CBOState) *fx.Array {
	e = scalar("CBO", e)
	return ConsensusPoint(s.X, values(e, s.X), scalarAt(c.Alpha, s.Step, s.X.DType()))
}

// run makes steps as one scan.
func run[S any](op string, step func(S) (S, Course), s S, steps int) (S, Course) {
	if steps < 1 {
		fail(op, "%d steps; there must be at least one", steps)
	}
	return fx.Scan(func(s S, _ struct{}) (S, Course) { return step(s) }, s, struct{}{}, fx.Length(steps))
}
