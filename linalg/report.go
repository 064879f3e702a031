package linalg

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// Status says why an iterative method stopped.
type Status int32

// Reasons to stop.
const (
	Running             Status = iota
	Converged                  // the tolerance is reached
	MaxIterations              // the largest number of iterations is reached
	NotPositiveDefinite        // a direction p with p'Ap <= 0, or an indefinite preconditioner
	Breakdown                  // the recurrence cannot go on: a division by zero
	NonFinite                  // a NaN or an infinity
	Stagnated                  // the recurrence has converged, the true residual has not: rounding
	Inconsistent               // the system has no solution; this one is best in least squares
)

func (s Status) String() string {
	switch s {
	case Running:
		return "still running"
	case Converged:
		return "converged"
	case MaxIterations:
		return "the largest number of iterations is reached"
	case NotPositiveDefinite:
		return "the operator or its preconditioner is not positive definite"
	case Breakdown:
		return "the recurrence breaks down"
	case NonFinite:
		return "a value is not finite"
	case Stagnated:
		return "rounding errors keep the true residual above the tolerance"
	case Inconsistent:
		return "the system has no solution; this one is best in least squares"
	}
	return fmt.Sprintf("Status(%d)", int32(s))
}

// Report says what an iterative method reached. Its arrays are scalars, so
// that it can leave fx.Jit; under fx.Vmap there is one for each example.
type Report struct {
	Method     string
	Iterations *fx.Array // int32
	Residual   *fx.Array // norm of the residual at the result, computed anew at the end
	Target     *fx.Array // the norm that was asked for
	Code       *fx.Array // int32: a Status
}

// Status is why the method stopped; under fx.Vmap, the first example's reason
// that is not Converged. It looks at the value.
func (r Report) Status() Status {
	for _, c := range r.Code.Int32s() {
		if Status(c) != Converged {
			return Status(c)
		}
	}
	return Converged
}

// Err is nil if the method converged (for every example), else an error that
// says how far it got. It looks at the value.
func (r Report) Err() error {
	code := r.Code.Int32s()
	for i, c := range code {
		if s := Status(c); s != Converged {
			example := ""
			if len(code) > 1 {
				example = fmt.Sprintf(" for example %d", i)
			}
			return fmt.Errorf("%s stopped%s after %d iterations with residual %.3g where %.3g was asked for: %v",
				r.Method, example, r.Iterations.Int32s()[i], r.Residual.Float64s()[i], r.Target.Float64s()[i], s)
		}
	}
	return nil
}

func (r Report) String() string {
	if err := r.Err(); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%s converged after %d iterations, residual %.3g", r.Method, int(r.Iterations.Max().Item()), r.Residual.Max().Item())
}

// code is a status as a scalar.
func code(s Status) *fx.Array { return fx.Scalar(int32(s)) }

// pick is s where cond holds, else otherwise.
func pick(cond *fx.Array, s Status, otherwise *fx.Array) *fx.Array {
	return fx.Where(cond, code(s), otherwise)
}

// is reports whether a status is s, as an array.
func is(status *fx.Array, s Status) *fx.Array { return status.Equal(code(s)) }
