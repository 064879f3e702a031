package curvature

import "github.com/fluxion-go/fluxion/fx"

// fail reports a mistake in the calling program.
func fail(op, format string, args ...any) { fx.Fail("curvature."+op, format, args...) }

// checkExamples rejects what is no vector of one value for each example, and
// gives their number.
func checkExamples(op, what string, v *fx.Array) int {
	if v == nil || v.NDim() != 1 || !v.DType().IsFloat() || v.Dim(0) == 0 {
		fail(op, "%s returns %v; it must return a vector of floats, one for each example", what, v)
	}
	return v.Dim(0)
}
