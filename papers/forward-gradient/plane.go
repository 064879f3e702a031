package forwardgradient

import (
	"context"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/gradient"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part A: test functions of two variables. All runs from one start go side by
// side, each with directions of its own.

// point is a place in the plane: float64 scalars.
type point struct{ X, Y *fx.Array }

// surface is a test function with its minimum at 0, and a start.
type surface struct {
	name   string
	f      func(point) *fx.Array
	value  func(x, y float64) float64 // the same, for contours
	x, y   float64                    // start
	rate   float64
	steps  int
	every  int // steps from one recorded point to the next
	window [4]float64
}

func (s surface) labels() []any { return []any{"function", s.name} }

const (
	nameBeale      = "Beale"
	nameSteep      = "Beale, steep start"
	nameRosenbrock = "Rosenbrock"
)

func surfaces() []surface {
	return []surface{
		{nameBeale, beale, bealeAt, 1, 0, 0.01, 1000, 1, [4]float64{0, 4, -1, 1.5}},
		{nameSteep, beale, bealeAt, 1, 1.5, 0.01, 1000, 1, [4]float64{0, 4, -1, 1.8}},
		{nameRosenbrock, rosenbrock, rosenbrockAt, -1, 0, 5e-4, 25_000, 25, [4]float64{-1.5, 1.5, -0.5, 1.5}},
	}
}

// The two functions are those of package data, but for the order in which terms and
// their derivatives add up: with data's the runs would round differently and take
// other ways than the published ones.

// beale is (1.5-x+xy)² + (2.25-x+xy²)² + (2.625-x+xy³)², 0 at (3, 0.5).
func beale(p point) *fx.Array {
	sum, power := fx.Scalar(0.0), p.Y
	for i, a := range bealeTerms {
		if i > 0 {
			power = power.Mul(p.Y)
		}
		sum = sum.Add(p.X.Mul(power).Sub(p.X).AddScalar(a).Square())
	}
	return sum
}

var bealeTerms = []float64{1.5, 2.25, 2.625}

func bealeAt(x, y float64) float64 {
	sum, power := 0.0, 1.0
	for _, a := range bealeTerms {
		power *= y
		t := float64(x*power) - x + a
		sum += float64(t * t)
	}
	return sum
}

// rosenbrock is (1-x)² + 100 (y-x²)², 0 at (1, 1).
func rosenbrock(p point) *fx.Array {
	return fx.Const(1).Sub(p.X).Square().Add(p.Y.Sub(p.X.Square()).Square().MulScalar(100))
}

func rosenbrockAt(x, y float64) float64 {
	a, b := 1-x, y-float64(x*x)
	return float64(a*a) + float64(100*float64(b*b))
}

// goal is the value at which a run has arrived.
const goal = 1e-2

// search is the state of all runs, each array [runs].
type search struct {
	At   point
	Keys *fx.Array // [runs, 2]
	Step *fx.Array // int32, steps made
}

// places are where the runs were before each step, [steps, runs].
type places struct{ X, Y, F *fx.Array }

// stretch is the number of steps in one call of a compiled search.
const stretch = 500

// searcher makes one stretch of steps of size rate on f.
func searcher(e gradient.Estimator[point], f func(point) *fx.Array, rate float64) func(search) (search, places) {
	type both struct {
		End  search
		Seen places
	}
	run := fx.Jit(func(s search) both {
		type runner struct {
			At  point
			Key *fx.Array
		}
		end, seen := fx.Scan(func(s search, _ struct{}) (search, places) {
			step := func(r runner) gradient.Estimate[point] {
				return e.Estimate(random.FoldIn(r.Key, s.Step), f, r.At)
			}
			est := fx.Vmap(step)(runner{s.At, s.Keys})
			next := point{s.At.X.Sub(est.Grad.X.MulScalar(rate)), s.At.Y.Sub(est.Grad.Y.MulScalar(rate))}
			return search{next, s.Keys, s.Step.AddScalar(1)}, places{s.At.X, s.At.Y, est.Value}
		}, s, struct{}{}, fx.Length(stretch))
		return both{end, seen}
	})
	return func(s search) (search, places) {
		b := run(s)
		return b.End, b.Seen
	}
}

func planeSteps() int {
	sum := 0
	for _, s := range surfaces() {
		sum += 2 * s.steps / stretch
	}
	return sum
}

// searchAll is part A for one seed.
func (e experiment) searchAll(ctx context.Context, env *study.Env, p plan) error {
	for i, s := range surfaces() {
		keys := random.SplitArray(random.FoldIn(random.FoldIn(random.New(env.Seed), partPlane), i), p.runs)
		for _, m := range []struct {
			name string
			e    gradient.Estimator[point]
			runs int
		}{{nameReverse, reverse[point]{}, 1}, {nameForward, e.method.plane(gradient.Directions{}), p.runs}} {
			program, err := study.Once(env, s.name+", "+m.name, func() (func(search) (search, places), error) {
				return searcher(m.e, s.f, s.rate), nil
			})
			if err != nil {
				return err
			}
			at := search{point{fx.Full(fx.Float64, s.x, m.runs), fx.Full(fx.Float64, s.y, m.runs)}, keys.Slice(fx.Range{To: m.runs}), fx.Scalar(int32(0))}
			t := newTrack(s, m.runs)
			for range env.Steps(s.name+", "+m.name, s.steps/stretch) {
				var seen places
				at, seen = program(at)
				t.add(seen)
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			t.record(env.Record.With(s.labels()...).With("method", m.name))
		}
	}
	return nil
}

// track gathers where runs came.
type track struct {
	surface
	runs    int
	made    int
	steps   []float64
	x, y    []float64 // of the first run
	median  []float64 // of f
	arrived []float64 // the step at which each run arrived, +Inf if it did not
	last    []float64 // f before the last step
}

func newTrack(s surface, runs int) *track {
	t := &track{surface: s, runs: runs, last: make([]float64, runs)}
	for range runs {
		t.arrived = append(t.arrived, math.Inf(1))
	}
	return t
}

func (t *track) add(seen places) {
	x, y, f := seen.X.Float64s(), seen.Y.Float64s(), seen.F.Float64s()
	for i := range stretch {
		row := f[i*t.runs : (i+1)*t.runs]
		for k, v := range row {
			if v < goal && math.IsInf(t.arrived[k], 1) {
				t.arrived[k] = float64(t.made)
			}
			t.last[k] = v
		}
		if t.made%t.every == 0 {
			t.steps = append(t.steps, float64(t.made))
			t.x, t.y = append(t.x, x[i*t.runs]), append(t.y, y[i*t.runs])
			t.median = append(t.median, study.Sample(row).OrElse(math.Inf(1)).Median())
		}
		t.made++
	}
}

func (t *track) record(r *study.Recorder) {
	arrived, lost := 0, 0
	for k := range t.runs {
		if !math.IsInf(t.arrived[k], 1) {
			arrived++
		}
		if v := t.last[k]; math.IsNaN(v) || math.IsInf(v, 0) {
			lost++
		}
	}
	r.Scalar("runs", float64(t.runs))
	r.Scalar("arrived", float64(arrived))
	r.Scalar("diverged", float64(lost))
	r.Scalar("arrival", study.Sample(t.arrived).Median())
	r.Series("path", t.x, t.y)
	r.Series("height", t.steps, t.median)
}
