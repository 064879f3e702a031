// Package fxtest holds what tests of code that is built on fx have in common.
package fxtest

import (
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
)

// MustFail requires f to panic with an *fx.Error that says want.
func MustFail(t testing.TB, want string, f func()) {
	t.Helper()
	if got := Failure(t, f); !strings.Contains(got, want) {
		t.Errorf("%q does not say %q", got, want)
	}
}

// Failure is the message of the *fx.Error that f panics with. It fails the test
// and returns "" if f does not panic; another panic goes on.
func Failure(t testing.TB, f func()) (message string) {
	t.Helper()
	defer func() {
		t.Helper()
		switch e := recover().(type) {
		case nil:
			t.Error("no panic, want an *fx.Error")
		case *fx.Error:
			message = e.Error()
		default:
			panic(e)
		}
	}()
	f()
	return ""
}

// MustBeNear requires every element of got to be within tol (1 + |want|) of
// want's. A NaN is near nothing.
func MustBeNear(t testing.TB, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range got {
		if d := math.Abs(got[i] - want[i]); !(d <= tol*(1+math.Abs(want[i]))) {
			t.Errorf("%s: element %d is %.12g, want %.12g (off by %.2g)", what, i, got[i], want[i], d)
			return
		}
	}
}
