package optim

import (
	"errors"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// Backtracking shortens the step until the loss has fallen by enough (Armijo
// 1966; Nocedal and Wright 2006, algorithm 3.1):
//
//	f(p + t d) <= f(p) + C1 t f'(p) d
//
// It needs the gradient at the start alone; that of the result is computed once,
// at the end.
type Backtracking[P any] struct {
	// C1 is the share of the decrease that the slope promises, between 0 and 1.
	C1 float64
	// Shrink is the factor from one length to the next, between 0 and 1.
	Shrink float64
	// MaxEvaluations is how many lengths are tried at most.
	MaxEvaluations int
}

// NewBacktracking makes a search with the usual constants: C1 1e-4, Shrink 0.5,
// and 30 evaluations, which reach a billionth of the first length.
func NewBacktracking[P any]() Backtracking[P] {
	return Backtracking[P]{C1: 1e-4, Shrink: 0.5, MaxEvaluations: 30}
}

// Validate checks the settings.
func (b Backtracking[P]) Validate() error {
	err := errors.Join(checkC1(b.C1), checkEvaluations(b.MaxEvaluations))
	if !(b.Shrink > 0 && b.Shrink < 1) {
		err = errors.Join(err, fmt.Errorf("the factor from length to length is %v; it must be between 0 and 1", b.Shrink))
	}
	return err
}

// Search implements LineSearch. A search that fails stays at the start.
func (b Backtracking[P]) Search(loss Loss[P], from LinePoint[P], direction P, first *fx.Array) LineResult[P] {
	mustBeValid("Backtracking", b)
	r := newRay("Backtracking", loss, from, direction, first)
	type trial struct{ Length, Evaluations, Found *fx.Array }
	ended := fx.While(func(t trial) *fx.Array {
		return t.Found.Not().And(t.Evaluations.Less(fx.Const(float64(b.MaxEvaluations)))).And(r.slope.Less(fx.Const(0)))
	}, func(t trial) trial {
		found := r.sufficient(b.C1, t.Length, asFloat64(loss(r.point(t.Length))))
		return trial{fx.Where(found, t.Length, t.Length.MulScalar(b.Shrink)), t.Evaluations.AddScalar(1), found}
	}, trial{first, fx.Scalar(int32(0)), fx.Scalar(false)})
	length := fx.Where(ended.Found, ended.Length, fx.Scalar(0.0))
	reached := At(loss, r.point(length))
	return LineResult[P]{Point: reached, Length: length, Evaluations: ended.Evaluations.AddScalar(1), Success: ended.Found}
}
