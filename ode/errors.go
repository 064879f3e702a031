package ode

import (
	"slices"

	"github.com/fluxion-go/fluxion/fx"
)

// fail reports a mistake in the calling program.
func fail(op, format string, args ...any) { fx.Fail("ode."+op, format, args...) }

// checkTimes rejects what is no sequence of times.
func checkTimes(op string, times *fx.Array) {
	if times == nil || times.NDim() != 1 || times.Dim(0) < 1 || !times.DType().IsFloat() {
		fail(op, "the times are %v; they must be a vector of floats with at least one element", times)
	}
}

// checkField rejects a right-hand side whose value is not like the state.
func checkField(op, what string, got, state any) {
	g, s := fx.Leaves(got), fx.Leaves(state)
	if len(g) != len(s) {
		fail(op, "%s has %d arrays for a state of %d", what, len(g), len(s))
	}
	for i := range g {
		if s[i].DType().IsFloat() && (!slices.Equal(g[i].Shape(), s[i].Shape()) || g[i].DType() != s[i].DType()) {
			fail(op, "%s has %v%v where the state has %v%v", what, g[i].DType(), g[i].Shape(), s[i].DType(), s[i].Shape())
		}
	}
}
