package optim

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
)

// Schedule gives a quantity, usually the learning rate, for each step: step is
// an int32 scalar that counts from 0, the result a float scalar. Those made
// here are float64, so that float64 parameters get the exact value. Schedules
// are evaluated inside compiled steps and must not look at step's value.
type Schedule func(step *fx.Array) *fx.Array

// Constant is v at every step.
func Constant(v float64) Schedule {
	return func(*fx.Array) *fx.Array { return fx.Scalar(v) }
}

// Linear goes from one value at step 0 to another at the given step, and stays
// there.
func Linear(from, to float64, steps int) Schedule {
	needSteps("Linear", steps)
	return Polynomial(from, to, 1, steps)
}

// Polynomial is to + (from-to) (1 - t/steps)^power until the given step, and to
// from there on (optax's polynomial_schedule).
func Polynomial(from, to, power float64, steps int) Schedule {
	needSteps("Polynomial", steps)
	if !(power > 0) || math.IsInf(power, 0) {
		fail("Polynomial", "the power is %v; it must be positive", power)
	}
	return func(step *fx.Array) *fx.Array {
		return between(to, from, fx.Scalar(1.0).Sub(progress(step, steps)).PowScalar(power))
	}
}

// Cosine falls from one value to another along half a cosine wave (Loshchilov
// and Hutter 2017, without restarts): to + (from-to) (1 + cos(pi t/steps))/2
// until the given step, and to from there on.
func Cosine(from, to float64, steps int) Schedule {
	needSteps("Cosine", steps)
	return func(step *fx.Array) *fx.Array {
		wave := progress(step, steps).MulScalar(math.Pi).Cos().AddScalar(1).MulScalar(0.5)
		return between(to, from, wave)
	}
}

// Exponential is from * rate^(t/steps): it changes by the factor rate every
// that many steps, smoothly, and never stops.
func Exponential(from, rate float64, steps int) Schedule {
	needSteps("Exponential", steps)
	if !(rate > 0) || math.IsInf(rate, 0) {
		fail("Exponential", "the rate is %v; it must be positive", rate)
	}
	return func(step *fx.Array) *fx.Array {
		t := count(step).DivScalar(float64(steps))
		return fx.Scalar(rate).Pow(t).MulScalar(from)
	}
}

// Steps starts at a value and multiplies it by factor when each of the
// milestones, increasing step numbers, is reached (PyTorch's MultiStepLR).
func Steps(from, factor float64, milestones ...int) Schedule {
	values := []float64{from}
	for range milestones {
		values = append(values, values[len(values)-1]*factor)
	}
	return Piecewise(values, milestones...)
}

// Piecewise is values[i] from step boundaries[i-1] on (the first from step 0)
// and before step boundaries[i]. There is one value more than boundaries, which
// increase.
func Piecewise(values []float64, boundaries ...int) Schedule {
	parts := make([]Schedule, len(values))
	for i, v := range values {
		parts[i] = Constant(v)
	}
	return Join(parts, boundaries...)
}

// Join runs schedules one after the other: schedules[i] begins, at its own step
// 0, at step boundaries[i-1] (the first at step 0). There is one schedule more
// than boundaries, which increase (optax's join_schedules).
func Join(schedules []Schedule, boundaries ...int) Schedule {
	if len(schedules) != len(boundaries)+1 {
		fail("Join", "%d parts and %d boundaries; there must be one part more", len(schedules), len(boundaries))
	}
	for i, b := range boundaries {
		if b <= 0 || b > math.MaxInt32 || i > 0 && b <= boundaries[i-1] {
			fail("Join", "the boundaries are %v; they must be positive and increase", boundaries)
		}
	}
	schedules, boundaries = slices.Clone(schedules), slices.Clone(boundaries)
	return func(step *fx.Array) *fx.Array {
		v := asFloat64(schedules[0](step))
		for i, b := range boundaries {
			// Before its begin a part sees its step 0, not a negative one.
			later := asFloat64(schedules[i+1](step.SubScalar(float64(b)).Maximum(fx.Const(0))))
			v = fx.Where(step.GreaterEqual(fx.Const(float64(b))), later, v)
		}
		return v
	}
}

// Warmup scales the first steps of a schedule: (t+1)/(steps+1) times what then
// gives at step 0, for t < steps; from there on then itself, at its own step 0.
// So no step has rate 0 and none repeats another's. For a warm-up from exactly
// 0 as in optax, join a Linear.
func Warmup(steps int, then Schedule) Schedule {
	needSteps("Warmup", steps)
	rise := func(step *fx.Array) *fx.Array {
		part := count(step).AddScalar(1).DivScalar(float64(steps + 1))
		return part.Mul(asFloat64(then(fx.Scalar(int32(0)))))
	}
	return Join([]Schedule{rise, then}, steps)
}

// InverseSqrt rises linearly to peak during the first warmup steps and then
// falls like 1/sqrt(t): peak * min((t+1)/warmup, sqrt(warmup/(t+1))).
func InverseSqrt(peak float64, warmup int) Schedule {
	needSteps("InverseSqrt", warmup)
	return func(step *fx.Array) *fx.Array {
		r := count(step).AddScalar(1).DivScalar(float64(warmup))
		return r.Minimum(r.Rsqrt()).MulScalar(peak)
	}
}

// InverseTime is from / (1 + decay t), the decay over time of Keras's older
// optimizers: at step 1/decay it is half of what it was.
func InverseTime(from, decay float64) Schedule {
	if !(decay >= 0) || math.IsInf(decay, 0) {
		fail("InverseTime", "the decay is %v; it must be a number that is not negative", decay)
	}
	return func(step *fx.Array) *fx.Array {
		return fx.Scalar(from).Div(count(step).MulScalar(decay).AddScalar(1))
	}
}

// Noam is the transformer's schedule (Vaswani et al. 2017, equation 3):
// factor * width^-0.5 * min(n^-0.5, n * warmup^-1.5) at the n-th step, n = t+1.
func Noam(factor float64, width, warmup int) Schedule {
	needSteps("Noam", warmup)
	if width < 1 {
		fail("Noam", "the model's width is %d; it must be positive", width)
	}
	return InverseSqrt(factor/math.Sqrt(float64(width)*float64(warmup)), warmup)
}

// progress is step/steps, at most 1.
func progress(step *fx.Array, steps int) *fx.Array {
	return count(step).DivScalar(float64(steps)).Minimum(fx.Const(1))
}

// between is a + (b-a)*w.
func between(a, b float64, w *fx.Array) *fx.Array { return w.MulScalar(b - a).AddScalar(a) }

// count is a step number as a float64.
func count(step *fx.Array) *fx.Array { return step.AsType(fx.Float64) }

func asFloat64(a *fx.Array) *fx.Array { return a.AsType(fx.Float64) }

func needSteps(op string, steps int) {
	if steps < 1 || steps > math.MaxInt32 {
		fail(op, "the number of steps is %d; it must be positive", steps)
	}
}

// at is the schedule's value at a step, a float64 scalar.
func (s Schedule) at(op string, step *fx.Array) *fx.Array {
	if s == nil {
		fail(op, "the schedule is nil")
	}
	v := s(step)
	if !isFloat(v) || v.NDim() != 0 {
		fail(op, "the schedule gives %v%v; it must give a float scalar", v.DType(), v.Shape())
	}
	return asFloat64(v)
}

// checkRate says what is wrong with a learning rate that is known at step 0.
// One that is a parameter of a compiled or differentiated function is not.
func checkRate(s Schedule) error {
	if s == nil {
		return errors.New("the learning rate is nil; a number is optim.Constant(number)")
	}
	v, known := valueAtStart(s)
	if known && (!(v >= 0) || math.IsInf(v, 0)) {
		return fmt.Errorf("the learning rate is %v at step 0; it must be a number that is not negative", v)
	}
	return nil
}

// checkSchedule says what is wrong with a schedule of anything.
func checkSchedule(s Schedule) error {
	if s == nil {
		return errors.New("the schedule is nil; a number is optim.Constant(number)")
	}
	if v, known := valueAtStart(s); known && (math.IsNaN(v) || math.IsInf(v, 0)) {
		return fmt.Errorf("the schedule is %v at step 0", v)
	}
	return nil
}

func valueAtStart(s Schedule) (v float64, known bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(*fx.Error); !ok {
				panic(r)
			}
			known = false // Update will meet the mistake, if it is one
		}
	}()
	return s(fx.Scalar(int32(0))).Item(), true
}

// AtStart is the schedule's value at step 0, for checks of settings, and whether
// it is known: that of one that is a parameter of a compiled or differentiated
// function is not.
func (s Schedule) AtStart() (v float64, known bool) {
	if s == nil {
		return 0, false
	}
	return valueAtStart(s)
}

// checkDecay says what is wrong with a decay rate of a moving average.
func checkDecay(name string, v float64) error {
	if !(v >= 0 && v < 1) {
		return fmt.Errorf("%s is %v; it must be in [0, 1)", name, v)
	}
	return nil
}

// checkSize says what is wrong with a number that must not be negative.
func checkSize(name string, v float64) error {
	if !(v >= 0) || math.IsInf(v, 0) {
		return fmt.Errorf("%s is %v; it must be a number that is not negative", name, v)
	}
	return nil
}

func checkPositive(name string, v float64) error {
	if !(v > 0) || math.IsInf(v, 0) {
		return fmt.Errorf("%s is %v; it must be positive", name, v)
	}
	return nil
}
