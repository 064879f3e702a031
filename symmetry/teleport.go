package symmetry

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// Direction is where a teleport takes its objective.
type Direction int

const (
	Max Direction = iota // to larger values
	Min                  // to smaller ones
)

// Teleport moves parameters along their orbit under a group, up or down an
// objective J (Zhao et al. 2022, algorithm 1): so many times
//
//	t = Rate d/dt J(t.p) at t = 0   (-Rate for Min)
//	p <- t.p
//
// The derivative goes through the action, and for objectives such as [GradNorm]
// through a second derivative of the loss.
type Teleport[P any] struct {
	Action    Action[P]
	Objective Objective[P]
	Direction Direction
	Steps     int     // at most
	Rate      float64 // step size in the group's coordinates
	// Cap ends the search where the objective exceeds it; +Inf: never. Without one
	// a growing gradient norm makes the training after it explode.
	Cap float64
}

// NewTeleport makes a teleport to larger values with the settings of the paper's
// code for gradient norms: 10 steps of rate 0.05, and no further where the objective exceeds
// 100. For SGD and AdaGrad that code has a rate of 1e-4; for sharpness a cap of 2.
func NewTeleport[P any](a Action[P], o Objective[P]) Teleport[P] {
	return Teleport[P]{Action: a, Objective: o, Steps: 10, Rate: 0.05, Cap: 100}
}

// Validate checks the settings.
func (o Teleport[P]) Validate() error {
	var err error
	if o.Action == nil || o.Objective == nil {
		err = errors.Join(err, errors.New("a teleport needs an action and an objective"))
	}
	if o.Direction != Max && o.Direction != Min {
		err = errors.Join(err, fmt.Errorf("the direction is %d; it must be Max or Min", int(o.Direction)))
	}
	if o.Steps < 1 {
		err = errors.Join(err, fmt.Errorf("%d steps; there must be one at least", o.Steps))
	}
	if !(o.Rate > 0) || math.IsInf(o.Rate, 0) {
		err = errors.Join(err, fmt.Errorf("the rate is %v; it must be positive", o.Rate))
	}
	if math.IsNaN(o.Cap) {
		err = errors.Join(err, errors.New("the cap is not a number; +Inf is none"))
	}
	return err
}

// Trace is what a teleport tells of itself.
type Trace struct {
	Objective *fx.Array // [steps+1]: before each step, and at the end
	Size      *fx.Array // [steps]: Euclidean norm of t; 0 for steps not made
}

// Ascent is the objective at p and its derivative with respect to the group's
// coordinates at the identity.
func (o Teleport[P]) Ascent(loss optim.Loss[P], p P) (value *fx.Array, slope []*fx.Array) {
	return fx.ValueAndGrad(func(t []*fx.Array) *fx.Array {
		v := o.Objective(loss, o.Action.Apply(t, p))
		checkScalar("Teleport", "the objective", v)
		return v
	})(o.Action.Zero(p))
}

// Move searches from p. A step that would leave the floating-point numbers, or
// whose objective is not one, is not made, and ends the search, as the cap does. It
// evaluates nothing; compile it with fx.Jit.
func (o Teleport[P]) Move(loss optim.Loss[P], p P) (P, Trace) {
	if err := o.Validate(); err != nil {
		fail("Teleport", "%v", err)
	}
	rate := o.Rate
	if o.Direction == Min {
		rate = -rate
	}
	return climb(o.Steps, p, o.Action, o.Cap, func(p P, _ *fx.Array) (*fx.Array, []*fx.Array) {
		value, slope := o.Ascent(loss, p)
		return value, linalg.Scale(fx.Const(rate), slope)
	}, func(p P) *fx.Array { return o.Objective(loss, p) })
}

// RandomMove is what a teleport is compared with: from p the same number of steps of
// the same lengths, each in a direction drawn from the key with normal elements.
// What it follows of the objective is how long a step Move would make.
func (o Teleport[P]) RandomMove(loss optim.Loss[P], p P, key *fx.Array) (P, Trace) {
	if err := o.Validate(); err != nil {
		fail("Teleport", "%v", err)
	}
	return climb(o.Steps, p, o.Action, o.Cap, func(p P, k *fx.Array) (*fx.Array, []*fx.Array) {
		value, slope := o.Ascent(loss, p)
		t := o.Action.Zero(p)
		for i, k := range random.Split(random.FoldIn(key, k), len(t)) {
			t[i] = random.Normal(k, t[i].DType(), t[i].Shape()...)
		}
		return value, linalg.Scale(linalg.Norm(slope).MulScalar(o.Rate).Div(linalg.Norm(t)), t)
	}, func(p P) *fx.Array { return o.Objective(loss, p) })
}

// climb makes steps of an action: next gives the objective and the element of step
// number k.
func climb[P any](steps int, p P, a Action[P], limit float64, next func(p P, k *fx.Array) (*fx.Array, []*fx.Array), objective func(P) *fx.Array) (P, Trace) {
	type place struct {
		P       P
		Looking *fx.Array // bool: the search has not ended
	}
	end, told := fx.Scan(func(at place, k *fx.Array) (place, Trace) {
		value, t := next(at.P, k)
		q := a.Apply(t, at.P)
		going := at.Looking.And(value.LessEqual(fx.Full(value.DType(), limit))).And(finite(value)).And(finite(fx.Leaves(q)...))
		size := linalg.Norm(t)
		return place{keep(going, q, at.P), going}, Trace{Objective: value, Size: fx.Where(going, size, fx.ZerosLike(size))}
	}, place{p, fx.Scalar(true)}, fx.Arange(fx.Int32, steps))
	told.Objective = fx.Concatenate(0, told.Objective, objective(end.P).ExpandDims(0))
	return end.P, told
}

// finite says whether all elements of all float arrays are.
func finite(list ...*fx.Array) *fx.Array {
	all := fx.Scalar(true)
	for _, a := range list {
		if a.DType().IsFloat() {
			all = all.And(a.IsFinite().All())
		}
	}
	return all
}

// keep is a if the condition holds, else b.
func keep[T any](condition *fx.Array, a, b T) T {
	return fx.Map2(func(a, b *fx.Array) *fx.Array { return fx.Where(condition, a, b) }, a, b)
}
