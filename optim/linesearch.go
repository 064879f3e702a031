package optim

import (
	"errors"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// LinePoint is a point with what is known of the loss there.
type LinePoint[P any] struct {
	P        P
	Loss     *fx.Array // float scalar
	Gradient P
}

// At evaluates a loss and its gradient.
func At[P any](loss Loss[P], p P) LinePoint[P] {
	value, gradient := fx.ValueAndGrad(loss)(p)
	return LinePoint[P]{P: p, Loss: value, Gradient: gradient}
}

// LineResult is where a line search ended.
type LineResult[P any] struct {
	// Point is the point reached, P = from + Length direction. If the search
	// failed it is the best one that it saw, which may be the start itself.
	Point LinePoint[P]
	// Length is the step's, in directions; a float64 scalar.
	Length *fx.Array
	// Evaluations counts the evaluations of the loss, an int32 scalar.
	Evaluations *fx.Array
	// Success says whether the search's conditions hold at Point, a bool scalar.
	Success *fx.Array
}

// LineSearch looks for a step length along a direction: [StrongWolfe],
// [Backtracking]. It evaluates nothing and may be used inside fx.Jit; losses
// and slopes are compared in float64. All leaves of P that move are of one float
// dtype (see linalg.Dot).
type LineSearch[P any] interface {
	Validator
	// Search starts at a point whose Loss and Gradient are known. The first
	// length tried is a positive float64 scalar. If the direction does not
	// descend (its product with the gradient is not negative) the search fails
	// at once, with length 0.
	Search(loss Loss[P], from LinePoint[P], direction P, first *fx.Array) LineResult[P]
}

// ray is the loss along a direction.
type ray[P any] struct {
	loss      Loss[P]
	from      P
	direction P
	value     *fx.Array // at length 0
	slope     *fx.Array
}

// end is one place on a ray; all scalars are float64.
type end[P any] struct {
	Length, Value, Slope *fx.Array
	Gradient             P
}

func newRay[P any](op string, loss Loss[P], from LinePoint[P], direction P, first *fx.Array) ray[P] {
	if from.Loss == nil || first == nil {
		fail(op, "the start has no loss, or there is no first length; optim.At makes a point")
	}
	if first.DType() != fx.Float64 || first.NDim() != 0 {
		fail(op, "the first length is %v%v; it must be a float64 scalar", first.DType(), first.Shape())
	}
	return ray[P]{loss, from.P, direction, asFloat64(from.Loss), asFloat64(linalg.Dot(from.Gradient, direction))}
}

func (r ray[P]) point(length *fx.Array) P {
	return linalg.Axpy(length.AsType(dtypeOf(r.direction)), r.direction, r.from)
}

// at evaluates the loss and its slope.
func (r ray[P]) at(length *fx.Array) end[P] {
	at := At(r.loss, r.point(length))
	return end[P]{length, asFloat64(at.Loss), asFloat64(linalg.Dot(at.Gradient, r.direction)), at.Gradient}
}

// origin is the ray's beginning.
func (r ray[P]) origin(gradient P) end[P] {
	return end[P]{fx.Scalar(0.0), r.value, r.slope, gradient}
}

// sufficient is Armijo's condition of sufficient decrease, f(t) <= f(0) + c1 t
// f'(0). A loss that is not a number does not meet it.
func (r ray[P]) sufficient(c1 float64, length, value *fx.Array) *fx.Array {
	return value.LessEqual(r.value.Add(length.Mul(r.slope).MulScalar(c1)))
}

// result is a place on the ray as the search's result.
func (r ray[P]) result(e end[P], like *fx.Array, evaluations, success *fx.Array) LineResult[P] {
	return LineResult[P]{
		Point:  LinePoint[P]{P: r.point(e.Length), Loss: e.Value.AsType(like.DType()), Gradient: e.Gradient},
		Length: e.Length, Evaluations: evaluations, Success: success,
	}
}

// dtypeOf is the type of a tree's float leaves.
func dtypeOf(tree any) fx.DType {
	for _, a := range fx.Leaves(tree) {
		if isFloat(a) {
			return a.DType()
		}
	}
	return fx.Float64
}

// choose is a where the condition holds, else b.
func choose[T any](condition *fx.Array, a, b T) T {
	return fx.Map2(func(a, b *fx.Array) *fx.Array { return fx.Where(condition, a, b) }, a, b)
}

// checkC1 says what is wrong with the constant of sufficient decrease.
func checkC1(c1 float64) error {
	if !(c1 > 0 && c1 < 1) {
		return fmt.Errorf("C1 is %v; it must be between 0 and 1", c1)
	}
	return nil
}

func checkEvaluations(n int) error {
	if n < 1 {
		return fmt.Errorf("the largest number of evaluations is %d; it must be positive", n)
	}
	return nil
}

var errNoSearch = errors.New("there is no line search")
