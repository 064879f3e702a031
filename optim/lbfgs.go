package optim

import (
	"errors"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// LBFGS is the limited-memory BFGS method (Liu and Nocedal 1989; Nocedal and
// Wright 2006, algorithms 7.4 and 7.5). A step searches along -H g, where the
// inverse Hessian H is made from the last few steps s and changes y of the
// gradient, starting from (s'y / y'y) I of the newest. One call of Step is one
// iteration. It is meant for losses that are the same from step to step; y is
// the change of one step's own loss, so that a minibatch may change between
// steps.
//
// All float leaves of P have one dtype. Info.Values has "grad_norm", "length"
// (of the step, in directions), "evaluations" (of the loss and its gradient, the
// one at p included) and "success": 1 if the line search succeeded, else 0.
// Where a search finds nothing better than p, the memory is cleared, so that the
// next step starts as the first did.
type LBFGS[P any] struct {
	// History is how many pairs (s, y) are kept.
	History int
	// Search is the line search.
	Search LineSearch[P]
	// First is the first length that the search tries; the very first step
	// tries min(1, 1/|g|_1) times that.
	First float64
	// MinCurvature leaves a pair out of the memory whose s'y is not above that
	// times y'y; not negative.
	MinCurvature float64
}

// NewLBFGS makes the method with the strong Wolfe search, a history of 10 (Liu
// and Nocedal: 3 to 7; PyTorch: 100), first length 1 and the least curvature
// 2.2e-16 of L-BFGS-B. (PyTorch's is absolute, s'y > 1e-10, so that it stops
// learning near a minimum.)
func NewLBFGS[P any]() LBFGS[P] {
	return LBFGS[P]{History: 10, Search: NewStrongWolfe[P](), First: 1, MinCurvature: 2.2e-16}
}

// LBFGSState is the state of LBFGS. Arrays of S and Y have a leading axis of
// History pairs, the newest last.
type LBFGSState[P any] struct {
	S, Y P
	// Inverse is 1/s'y of each pair, float64 [History]; 0 where there is none.
	Inverse *fx.Array
	// Scale is s'y / y'y of the newest pair, a float64 scalar.
	Scale *fx.Array
	// Fresh says that there is no pair yet, a bool scalar.
	Fresh *fx.Array
}

// Validate checks the settings.
func (o LBFGS[P]) Validate() error {
	var err error
	if o.Search == nil {
		err = errNoSearch
	} else {
		err = o.Search.Validate()
	}
	if o.History < 1 {
		err = errors.Join(err, fmt.Errorf("the history is %d pairs; it must be positive", o.History))
	}
	return errors.Join(err, checkPositive("the first length", o.First), checkSize("the least curvature", o.MinCurvature))
}

// Init starts with an empty memory.
func (o LBFGS[P]) Init(p P) State {
	mustBeValid("LBFGS", o)
	empty := fx.Map(func(a *fx.Array) *fx.Array {
		return fx.Zeros(a.DType(), append([]int{o.History}, a.Shape()...)...)
	}, p)
	return LBFGSState[P]{S: empty, Y: empty, Inverse: fx.Zeros(fx.Float64, o.History), Scale: fx.Scalar(1.0), Fresh: fx.Scalar(true)}
}

// Step makes one iteration.
func (o LBFGS[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own, ok := s.(LBFGSState[P])
	if !ok {
		fail("LBFGS", "the state is a %T and must be a %T", s, own)
	}
	from := At(loss, p)
	direction := o.direction(own, from.Gradient)
	sum := fx.Scalar(0.0)
	for _, g := range fx.Leaves(from.Gradient) {
		if isFloat(g) {
			sum = sum.Add(asFloat64(g.Abs().Sum()))
		}
	}
	one := fx.Scalar(1.0)
	first := fx.Where(own.Fresh, sum.Reciprocal().Minimum(one), one).MulScalar(o.First)
	r := o.Search.Search(loss, from, direction, first)
	info := Info{Loss: from.Loss, Values: map[string]*fx.Array{
		"grad_norm": asFloat64(linalg.Dot(from.Gradient, from.Gradient)).Sqrt(), "length": r.Length,
		"evaluations": r.Evaluations.AddScalar(1), "success": r.Success.AsType(fx.Float64),
	}}
	return r.Point.P, o.remember(own, from, direction, r), info
}

// pair is one row of the memory.
type pair[P any] struct {
	S, Y    P
	Inverse *fx.Array
}

// direction is -H g, by the two-loop recursion. Rows without a pair have
// Inverse 0 and change nothing.
func (o LBFGS[P]) direction(s LBFGSState[P], g P) P {
	d := dtypeOf(g)
	rows := pair[P]{s.S, s.Y, s.Inverse}
	q, alphas := fx.Scan(func(q P, row pair[P]) (P, *fx.Array) {
		alpha := asFloat64(linalg.Dot(row.S, q)).Mul(row.Inverse)
		return linalg.Axpy(alpha.Neg().AsType(d), row.Y, q), alpha
	}, linalg.Scale(fx.Const(-1), g), rows, fx.Reversed())
	type back struct {
		Row   pair[P]
		Alpha *fx.Array
	}
	z, _ := fx.Scan(func(z P, b back) (P, []*fx.Array) {
		beta := asFloat64(linalg.Dot(b.Row.Y, z)).Mul(b.Row.Inverse)
		return linalg.Axpy(b.Alpha.Sub(beta).AsType(d), b.Row.S, z), nil
	}, linalg.Scale(s.Scale.AsType(d), q), back{rows, alphas})
	return z
}

// remember takes the step into the memory.
func (o LBFGS[P]) remember(s LBFGSState[P], from LinePoint[P], direction P, r LineResult[P]) LBFGSState[P] {
	step := linalg.Scale(r.Length.AsType(dtypeOf(direction)), direction)
	change := linalg.Sub(r.Point.Gradient, from.Gradient)
	curvature, square := asFloat64(linalg.Dot(change, step)), asFloat64(linalg.Dot(change, change))
	shift := func(rows, row *fx.Array) *fx.Array {
		return fx.Concatenate(0, rows.SliceAxis(0, 1, o.History), row.ExpandDims(0))
	}
	next := LBFGSState[P]{
		S: fx.Map2(shift, s.S, step), Y: fx.Map2(shift, s.Y, change), Inverse: shift(s.Inverse, curvature.Reciprocal()),
		Scale: curvature.Div(square), Fresh: fx.Scalar(false),
	}
	next = choose(curvature.Greater(square.MulScalar(o.MinCurvature)), next, s)
	empty := fx.Map(fx.ZerosLike, s)
	empty.Scale, empty.Fresh = fx.Scalar(1.0), fx.Scalar(true)
	return choose(r.Length.Greater(fx.Const(0)), next, empty)
}
