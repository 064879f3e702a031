package optim

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// AEGD is adaptive gradient descent with an energy for each element (Liu and
// Tian, "AEGD: Adaptive Gradient Descent with Energy", 2020): with l = sqrt(L +
// C) and g = ∇L/(2l) + decay p, element by element
//
//	r <- r / (1 + 2 lr g²),   r = l at the first step
//	p <- p - 2 lr r g         with the new r
//
// It needs the loss, which an optimizer made by FromRule hands on. As in the
// authors' code weight decay is added to the gradient of l, where it is 2l times
// as strong as in that of L. From where L + C is not positive everything is
// NaN. See [AEPG] for one energy for all elements, and preconditioners.
type AEGD struct {
	LearningRate Schedule
	// C is added to the loss, which it must make positive.
	C float64
	// Decay is the weight decay, not negative.
	Decay float64
}

// AEGDState is the state of AEGD.
type AEGDState struct {
	Step   *fx.Array
	Energy []*fx.Array // r
}

// NewAEGD makes AEGD with C = 1 and without decay, as the authors' code. Their
// learning rate is 0.1.
func NewAEGD(lr Schedule) AEGD { return AEGD{LearningRate: lr, C: 1} }

// Validate checks the settings.
func (r AEGD) Validate() error {
	err := errors.Join(checkRate(r.LearningRate), checkSize("the weight decay", r.Decay))
	if math.IsNaN(r.C) || math.IsInf(r.C, 0) {
		err = errors.Join(err, fmt.Errorf("C is %v; it must be finite", r.C))
	}
	return err
}

// Init starts the rule; the energies are set at the first step.
func (r AEGD) Init(p []*fx.Array) State {
	mustBeValid("AEGD", r)
	return AEGDState{fx.Scalar(int32(0)), each(fx.ZerosLike, p)}
}

// Update fails: the rule needs the loss.
func (r AEGD) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	return r.UpdateExtra(g, s, p, Extra{})
}

// UpdateExtra gives the step.
func (r AEGD) UpdateExtra(g []*fx.Array, s State, p []*fx.Array, x Extra) ([]*fx.Array, State) {
	own := stateOf[AEGDState]("AEGD", g, s, p)
	sameBuffers("AEGD", own.Energy, g)
	if x.Loss == nil {
		fail("AEGD", "the loss is not known; use the rule through FromRule, or call UpdateExtra")
	}
	lr := r.LearningRate.at("AEGD", own.Step)
	l := asFloat64(x.Loss).AddScalar(r.C).Sqrt()
	half := fx.Scalar(0.5).Div(l)
	first := own.Step.Equal(fx.Const(0))
	next := AEGDState{Step: own.Step.AddScalar(1)}
	updates := make([]*fx.Array, len(g))
	for i := range g {
		d := g[i].DType()
		slope := g[i].Mul(half.AsType(d))
		if r.Decay != 0 {
			slope = slope.Add(p[i].MulScalar(r.Decay))
		}
		twice := lr.MulScalar(2).AsType(d)
		energy := fx.Where(first, l.AsType(d), own.Energy[i])
		energy = energy.Div(slope.Square().Mul(twice).AddScalar(1))
		next.Energy = append(next.Energy, energy)
		updates[i] = energy.Mul(slope).Mul(twice).Neg()
	}
	return updates, next
}
