package swarm

import (
	"errors"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// MinimisingMovement is the minimising movement scheme (De Giorgi 1993): each
// step is the proximal one,
//
//	x <- argmin over y of E(y) + |y - x|²/(2τ),
//
// which is x - τ ∇E at the new point: an implicit gradient step. It is what
// [ConsensusHopping] does for τ = α S² with infinitely many samples. The inner
// problem is solved by an optimizer that starts at x; where it is not convex
// that finds a local solution.
type MinimisingMovement struct {
	Tau   float64                    // length τ of a step
	Inner optim.Optimizer[*fx.Array] // solves the inner problem
	Steps int                        // of the inner optimizer
}

// NewMinimisingMovement makes the scheme with 30 steps of L-BFGS inside.
func NewMinimisingMovement(tau float64) MinimisingMovement {
	return MinimisingMovement{Tau: tau, Inner: optim.NewLBFGS[*fx.Array](), Steps: 30}
}

// Validate checks the settings.
func (m MinimisingMovement) Validate() error {
	err := positive("tau", m.Tau)
	if m.Inner == nil {
		err = errors.Join(err, errNoInner)
	} else {
		err = errors.Join(err, optim.Validate(m.Inner))
	}
	if m.Steps < 1 {
		err = errors.Join(err, fmt.Errorf("%d inner steps; there must be at least one", m.Steps))
	}
	return err
}

// Movement tells how well a step's inner problem was solved.
type Movement struct {
	// Residual is |∇E(y) + (y - x)/τ| at the new point y, 0 at a solution; float
	// scalar.
	Residual *fx.Array
	// Value is E(y).
	Value *fx.Array
}

// Step makes one step from a point [d]. It panics with an *fx.Error if the
// settings are not valid.
func (m MinimisingMovement) Step(e Objective, x *fx.Array) (*fx.Array, Movement) {
	mustBeValid("MinimisingMovement", m)
	e = scalar("MinimisingMovement", e)
	checkPoint("MinimisingMovement", x)
	loss := func(y *fx.Array) *fx.Array {
		return e(y).Add(y.Sub(x).Square().Sum().DivScalar(2 * m.Tau))
	}
	y, _, _ := optim.Descend(m.Inner, loss, x, m.Inner.Init(x), m.Steps)
	value, gradient := fx.ValueAndGrad(e)(y)
	return y, Movement{Residual: gradient.Add(y.Sub(x).DivScalar(m.Tau)).Norm(), Value: value}
}

// Run makes steps from a point [d] as a single fx.Scan, and returns the points
// reached, [steps, d], and how each was.
func (m MinimisingMovement) Run(e Objective, x *fx.Array, steps int) (*fx.Array, Movement) {
	if steps < 1 {
		fail("MinimisingMovement", "%d steps; there must be at least one", steps)
	}
	type step struct {
		X    *fx.Array
		Told Movement
	}
	_, all := fx.Scan(func(x *fx.Array, _ struct{}) (*fx.Array, step) {
		y, told := m.Step(e, x)
		return y, step{y, told}
	}, x, struct{}{}, fx.Length(steps))
	return all.X, all.Told
}
