package ode

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// Status says how an integration ended.
type Status int32

// Ways to end.
const (
	Reached      Status = iota // the last time is reached
	MaxSteps                   // the largest number of steps is taken
	StepTooSmall               // the error cannot be held at any step that changes t: a singularity, a NaN, or a tolerance below rounding
)

func (s Status) String() string {
	switch s {
	case Reached:
		return "the last time is reached"
	case MaxSteps:
		return "the largest number of steps is taken"
	case StepTooSmall:
		return "the step has become too small (a singularity, a NaN, or a tolerance below rounding)"
	}
	return fmt.Sprintf("Status(%d)", int32(s))
}

// Report says what an integration did. Its arrays are scalars; under fx.Vmap
// there is one for each example.
type Report struct {
	Accepted    *fx.Array // int32: steps taken
	Rejected    *fx.Array // int32: steps tried in vain, because their error was too large
	Evaluations *fx.Array // int32: evaluations of f
	Time        *fx.Array // how far it got
	Code        *fx.Array // int32: a Status
}

// Status is how the integration ended; under fx.Vmap, the first that is not
// Reached. It looks at the value.
func (r Report) Status() Status {
	for _, c := range r.Code.Int32s() {
		if Status(c) != Reached {
			return Status(c)
		}
	}
	return Reached
}

// Err is nil if the last time was reached (by every example), else says where
// and why the integration stopped. It looks at the value.
func (r Report) Err() error {
	for i, c := range r.Code.Int32s() {
		if s := Status(c); s != Reached {
			return fmt.Errorf("ode: stopped at t = %.6g after %d steps and %d rejected ones: %v",
				r.Time.Float64s()[i], r.Accepted.Int32s()[i], r.Rejected.Int32s()[i], s)
		}
	}
	return nil
}

// report is what a fixed scheme does, which is known beforehand.
func (o Fixed) report(times *fx.Array) Report {
	steps := (times.Dim(0) - 1) * o.Substeps
	return Report{
		Accepted:    fx.Scalar(int32(steps)),
		Rejected:    fx.Scalar(int32(0)),
		Evaluations: fx.Scalar(int32(steps * len(o.Method.B))),
		Time:        times.Index(-1),
		Code:        fx.Scalar(int32(Reached)),
	}
}
