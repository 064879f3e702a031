package optim

import (
	"errors"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// StrongWolfe looks for a step length t that meets the strong Wolfe conditions
//
//	f(t) <= f(0) + C1 t f'(0)      sufficient decrease
//	|f'(t)| <= C2 |f'(0)|          curvature
//
// along a direction (Nocedal and Wright, "Numerical Optimization", 2006,
// algorithms 3.5 and 3.6): it lengthens the step until an interval surely has
// such a length, and then closes in on it. New lengths are minimisers of the
// cubic through both ends, kept a tenth of the interval away from these when
// progress stalls; before there is an interval they are kept between 1.01 and 10
// times the last. These are the rules of Schmidt's minFunc, which PyTorch's
// L-BFGS has too. Where values are not finite it halves the interval instead.
type StrongWolfe[P any] struct {
	// C1 and C2 are the constants of the conditions, 0 < C1 < C2 < 1.
	C1, C2 float64
	// MaxEvaluations is how many lengths are tried at most.
	MaxEvaluations int
	// Tolerance ends the search where the interval, times the direction's
	// largest element, is shorter; not negative.
	Tolerance float64
}

// NewStrongWolfe makes a search with the constants that are usual for
// quasi-Newton methods, C1 1e-4 and C2 0.9 (0.1 is usual for nonlinear conjugate
// gradients), 25 evaluations and the tolerance 1e-9.
func NewStrongWolfe[P any]() StrongWolfe[P] {
	return StrongWolfe[P]{C1: 1e-4, C2: 0.9, MaxEvaluations: 25, Tolerance: 1e-9}
}

// Validate checks the settings.
func (w StrongWolfe[P]) Validate() error {
	err := errors.Join(checkC1(w.C1), checkEvaluations(w.MaxEvaluations), checkSize("the tolerance", w.Tolerance))
	if !(w.C2 > w.C1 && w.C2 < 1) {
		err = errors.Join(err, fmt.Errorf("C2 is %v; it must be above C1 = %v and below 1", w.C2, w.C1))
	}
	return err
}

// bracket is the state of the search.
type bracket[P any] struct {
	// Zooming says that an interval has been found.
	Zooming *fx.Array
	// Low is the end with the lowest loss so far that has decreased enough, or
	// the start. While there is no interval yet, it is the last length tried.
	Low, High end[P]
	// Trial is the next length to evaluate.
	Trial *fx.Array
	// Stalled says that the last trial was close to an end.
	Stalled     *fx.Array
	Evaluations *fx.Array
	Found, Over *fx.Array
}

// Search implements LineSearch.
func (w StrongWolfe[P]) Search(loss Loss[P], from LinePoint[P], direction P, first *fx.Array) LineResult[P] {
	mustBeValid("StrongWolfe", w)
	r := newRay("StrongWolfe", loss, from, direction, first)
	largest := fx.Scalar(0.0)
	for _, d := range fx.Leaves(direction) {
		if isFloat(d) && d.Size() > 0 {
			largest = largest.Maximum(asFloat64(d.Abs().Max()))
		}
	}
	origin, no := r.origin(from.Gradient), fx.Scalar(false)
	start := bracket[P]{Zooming: no, Low: origin, High: origin, Trial: first, Stalled: no,
		Evaluations: fx.Scalar(int32(0)), Found: no, Over: r.slope.Less(fx.Const(0)).Not()}
	ended := fx.While(func(b bracket[P]) *fx.Array {
		return b.Found.Or(b.Over).Not().And(b.Evaluations.Less(fx.Const(float64(w.MaxEvaluations))))
	}, func(b bracket[P]) bracket[P] {
		e := r.at(b.Trial)
		next := choose(b.Zooming, w.zoom(r, b, e), w.extend(r, b, e))
		next.Evaluations = b.Evaluations.AddScalar(1)
		width := next.High.Length.Sub(next.Low.Length).Abs()
		next.Over = next.Zooming.And(width.Mul(largest).Less(fx.Const(w.Tolerance)))
		return next
	}, start)
	return r.result(ended.Low, from.Loss, ended.Evaluations, ended.Found)
}

// extend looks whether the trial closes an interval (algorithm 3.5).
func (w StrongWolfe[P]) extend(r ray[P], b bracket[P], e end[P]) bracket[P] {
	decreased := r.sufficient(w.C1, e.Length, e.Value)
	rising := b.Evaluations.Greater(fx.Const(0)).And(e.Value.GreaterEqual(b.Low.Value))
	beyond := decreased.Not().Or(rising) // a minimum lies between
	found := beyond.Not().And(w.flat(r, e))
	closed := beyond.Or(e.Slope.GreaterEqual(fx.Const(0)))

	// The interval, with its lower end in Low.
	swap := e.Value.Less(b.Low.Value)
	next := b
	next.Found, next.Zooming = found, closed.And(found.Not())
	keep := next.Zooming.And(swap.Not())
	next.Low = choose(keep, b.Low, e)
	next.High = choose(keep, e, b.Low)

	step := e.Length.Sub(b.Low.Length)
	further := cubic(b.Low, e, e.Length.Add(step.MulScalar(0.01)), e.Length.MulScalar(10))
	within, stalled := inside(next.Low, next.High, fx.Scalar(false))
	next.Trial = fx.Where(next.Zooming, within, further)
	next.Stalled = next.Zooming.And(stalled)
	return next
}

// zoom narrows the interval by the trial (algorithm 3.6).
func (w StrongWolfe[P]) zoom(r ray[P], b bracket[P], e end[P]) bracket[P] {
	lower := r.sufficient(w.C1, e.Length, e.Value).And(e.Value.Less(b.Low.Value))
	next := b
	next.Found = lower.And(w.flat(r, e))
	past := e.Slope.Mul(b.High.Length.Sub(b.Low.Length)).GreaterEqual(fx.Const(0))
	next.High = choose(lower, choose(past, b.Low, b.High), e)
	next.Low = choose(lower, e, b.Low)
	// A loss below Low's that has not decreased enough still bounds the search.
	swap := next.High.Value.Less(next.Low.Value)
	next.Low, next.High = choose(swap, next.High, next.Low), choose(swap, next.Low, next.High)
	next.Trial, next.Stalled = inside(next.Low, next.High, b.Stalled)
	return next
}

// flat is the curvature condition.
func (w StrongWolfe[P]) flat(r ray[P], e end[P]) *fx.Array {
	return e.Slope.Abs().LessEqual(r.slope.MulScalar(-w.C2))
}

// inside is the next trial inside an interval, and whether it is close to an
// end.
func inside[P any](a, b end[P], stalled *fx.Array) (trial, close *fx.Array) {
	lo, hi := a.Length.Minimum(b.Length), a.Length.Maximum(b.Length)
	t := cubic(a, b, lo, hi)
	margin := hi.Sub(lo).MulScalar(0.1)
	near := hi.Sub(t).Minimum(t.Sub(lo)).Less(margin)
	move := near.And(stalled.Or(t.GreaterEqual(hi)).Or(t.LessEqual(lo)))
	moved := fx.Where(t.Sub(hi).Abs().Less(t.Sub(lo).Abs()), hi.Sub(margin), lo.Add(margin))
	return fx.Where(move, moved, t), near.And(move.Not())
}

// cubic is the minimiser of the cubic that has the values and slopes of both
// ends (Nocedal and Wright, equation 3.59), kept between two bounds; where there
// is none it is the middle between the bounds.
func cubic[P any](a, b end[P], low, high *fx.Array) *fx.Array {
	x, y := choose(a.Length.LessEqual(b.Length), a, b), choose(a.Length.LessEqual(b.Length), b, a)
	width := y.Length.Sub(x.Length)
	d1 := x.Slope.Add(y.Slope).Sub(x.Value.Sub(y.Value).Div(x.Length.Sub(y.Length)).MulScalar(3))
	d2 := d1.Square().Sub(x.Slope.Mul(y.Slope)).Sqrt() // NaN where there is no minimiser
	at := y.Length.Sub(width.Mul(y.Slope.Add(d2).Sub(d1).Div(y.Slope.Sub(x.Slope).Add(d2.MulScalar(2)))))
	return fx.Where(at.IsFinite(), at.Maximum(low).Minimum(high), low.Add(high).MulScalar(0.5))
}
