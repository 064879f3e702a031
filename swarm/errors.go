package swarm

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// fail reports a mistake in the calling program.
func fail(op, format string, args ...any) { fx.Fail("swarm."+op, format, args...) }

func mustBeValid(op string, m optim.Validator) {
	if err := m.Validate(); err != nil {
		fail(op, "%v", err)
	}
}

// positive says what is wrong with a setting that must be above 0.
func positive(what string, v float64) error {
	if !(v > 0) || math.IsInf(v, 1) {
		return fmt.Errorf("%s is %v; it must be positive", what, v)
	}
	return nil
}

// schedule says what is wrong with a schedule, as far as it is known at step 0:
// one that is a parameter of a compiled function is not.
func schedule(what string, s optim.Schedule, least float64, strict bool) error {
	if s == nil {
		return fmt.Errorf("%s is nil; a number is optim.Constant(number)", what)
	}
	v, known := s.AtStart()
	switch {
	case !known:
		return nil
	case math.IsNaN(v) || math.IsInf(v, 0):
		return fmt.Errorf("%s is %v at step 0; it must be finite", what, v)
	case strict && !(v > least):
		return fmt.Errorf("%s is %v at step 0; it must be above %v", what, v, least)
	case !(v >= least):
		return fmt.Errorf("%s is %v at step 0; it must be at least %v", what, v, least)
	}
	return nil
}

// checkParticles rejects what is no cloud of at least two particles.
func checkParticles(op string, x *fx.Array) {
	if x == nil || x.NDim() != 2 || !x.DType().IsFloat() {
		fail(op, "the particles are %s; they must be a float array of shape [N, d]", aval(x))
	}
	if x.Dim(0) < 2 || x.Dim(1) < 1 {
		fail(op, "%d particles in %d dimensions; there must be at least two, in at least one", x.Dim(0), x.Dim(1))
	}
}

func checkPoint(op string, x *fx.Array) {
	if x == nil || x.NDim() != 1 || !x.DType().IsFloat() || x.Dim(0) < 1 {
		fail(op, "the point is %s; it must be a float array of shape [d]", aval(x))
	}
}

func checkKey(op string, key *fx.Array) {
	if key == nil || key.DType() != fx.Uint32 || key.NDim() != 1 || key.Dim(0) != 2 {
		fail(op, "the key is %s; it must be one key of package random, uint32[2]", aval(key))
	}
}

// scalar is e, which must return a float scalar.
func scalar(op string, e Objective) Objective {
	if e == nil {
		fail(op, "the objective is nil")
	}
	return func(x *fx.Array) *fx.Array {
		y := e(x)
		if y == nil || y.NDim() != 0 || !y.DType().IsFloat() {
			fail(op, "the objective returns %s for one point; it must return a float scalar", aval(y))
		}
		return y
	}
}

// aval describes an array, which may be none.
func aval(a *fx.Array) string {
	if a == nil {
		return "nothing"
	}
	return fmt.Sprintf("%v%v", a.DType(), a.Shape())
}

var errNoInner = errors.New("there is no inner optimizer")
