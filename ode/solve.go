package ode

import "github.com/fluxion-go/fluxion/fx"

// Scheme says how to integrate: Fixed or Adaptive.
type Scheme interface{ scheme() }

// Fixed takes Substeps equal steps of an explicit method from each time to the
// next. In reverse mode it keeps what every step needs, unless Segments says
// otherwise.
type Fixed struct {
	Method   Method // the zero value means RK4
	Substeps int    // steps from each time to the next; 0 means 1

	// Segments cuts the steps into that many runs, of which a reverse pass
	// keeps only the first states and computes the rest again (Griewank 1992):
	// with n steps, memory for n/Segments + Segments steps and one more forward
	// pass. 0 keeps everything. It is for Final; Solve keeps the states anyway,
	// and recomputes the stages of a step if Segments is not 0.
	Segments int
}

func (Fixed) scheme() {}

func (o Fixed) check(op string) Fixed {
	if o.Method.B == nil {
		o.Method = RK4
	}
	o.Method.check(op)
	if o.Substeps < 0 || o.Segments < 0 {
		fail(op, "Substeps is %d and Segments %d; they must not be negative", o.Substeps, o.Segments)
	}
	o.Substeps = max(1, o.Substeps)
	return o
}

// Solve integrates dy/dt = f(t, y) from y0 at times[0] and gives the states at
// all times, y0 among them: each array has a further leading axis of len(times).
// f gets t as a scalar of times' dtype, and returns a tree like the state. A
// state that an adaptive scheme could not reach is NaN.
func Solve[S any](f func(t *fx.Array, y S) S, y0 S, times *fx.Array, s Scheme) (S, Report) {
	const op = "Solve"
	checkTimes(op, times)
	switch o := s.(type) {
	case Fixed:
		o = o.check(op)
		step := over(o, f)
		if o.Segments > 0 {
			step = fx.Checkpoint(step)
		}
		_, path := fx.Scan(func(y S, i interval) (S, S) {
			y = step(from[S]{i, y})
			return y, y
		}, y0, intervals(times))
		return prepend(y0, path), o.report(times)
	case Adaptive:
		return adaptive(op, f, y0, times, o)
	}
	fail(op, "there is no scheme: give ode.Fixed or ode.Adaptive")
	panic("unreachable")
}

// Final is Solve for the state at the last time only.
func Final[S any](f func(t *fx.Array, y S) S, y0 S, times *fx.Array, s Scheme) (S, Report) {
	const op = "Final"
	checkTimes(op, times)
	o, ok := s.(Fixed)
	if !ok {
		path, report := Solve(f, y0, times, s)
		return last(path), report
	}
	o = o.check(op)
	step := over(o, f)
	run := func(y S, i interval) S {
		y, _ = fx.Scan(func(y S, i interval) (S, struct{}) { return step(from[S]{i, y}), struct{}{} }, y, i)
		return y
	}
	all, n := intervals(times), times.Dim(0)-1
	if o.Segments == 0 || n == 0 {
		return run(y0, all), o.report(times)
	}
	// Whole runs of one length, and a shorter one for the rest.
	length := (n + o.Segments - 1) / o.Segments
	runs := n / length
	piece := fx.Checkpoint(func(x from[S]) S { return run(x.y, x.interval) })
	y, _ := fx.Scan(func(y S, i interval) (S, struct{}) { return piece(from[S]{i, y}), struct{}{} }, y0,
		fx.Map(func(a *fx.Array) *fx.Array { return a.SliceAxis(0, 0, runs*length).Reshape(runs, length) }, all))
	if rest := runs * length; rest < n {
		y = piece(from[S]{fx.Map(func(a *fx.Array) *fx.Array { return a.SliceAxis(0, rest, n) }, all), y})
	}
	return y, o.report(times)
}

// interval goes from one time to the next.
type interval struct{ t0, t1 *fx.Array }

// from is a state at the beginning of an interval.
type from[S any] struct {
	interval
	y S
}

func intervals(times *fx.Array) interval {
	n := times.Dim(0)
	return interval{times.SliceAxis(0, 0, n-1), times.SliceAxis(0, 1, n)}
}

// over is a function that takes a scheme's steps over one interval.
func over[S any](o Fixed, f func(t *fx.Array, y S) S) func(from[S]) S {
	return func(x from[S]) S {
		h := x.t1.Sub(x.t0)
		if o.Substeps == 1 {
			return Step(o.Method, f, x.t0, h, x.y)
		}
		h = h.DivScalar(float64(o.Substeps))
		y, _ := fx.Scan(func(y S, i *fx.Array) (S, struct{}) {
			return Step(o.Method, f, x.t0.Add(h.Mul(i)), h, y), struct{}{}
		}, x.y, fx.Arange(h.DType(), o.Substeps))
		return y
	}
}
