package implicitdifferentiation

import (
	"context"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/implicit"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// What a gradient step on the weight of the support vector machine costs: the same
// iterations, from the same start, differentiated implicitly and by unrolling,
// without checkpoints.

const (
	nameImplicit = "implicit"
	nameUnrolled = "unrolled"
)

// repeats of every timing, the two ways in turn; the median counts.
const repeats = 3

// costNames are the solvers that the claim on cost is about.
var costNames = []string{nameMirror, nameProjected}

// timedSweeps of block coordinate descent: unrolled, every update of one of the rows
// keeps all of the dual variables.
const timedSweeps = 20

// costLambda is the weight at which steps are timed.
const costLambda = -2

// iterated runs a fixed number of iterations of a map.
func iterated(T func(x *fx.Array, d dual) *fx.Array, n int) func(x0 *fx.Array, d dual) (*fx.Array, struct{}) {
	return func(x0 *fx.Array, d dual) (*fx.Array, struct{}) {
		return fx.Scan(func(x *fx.Array, _ struct{}) (*fx.Array, struct{}) { return T(x, d), struct{}{} }, x0, struct{}{}, fx.Length(n))
	}
}

// sweeps runs a fixed number of sweeps of block coordinate descent.
func sweeps(n int) func(x0 *fx.Array, d dual) (*fx.Array, struct{}) {
	b := rows()
	type state struct{ X, W *fx.Array }
	return func(x0 *fx.Array, d dual) (*fx.Array, struct{}) {
		steps := b.Steps(d)
		sweep := func(s state, _ struct{}) (state, struct{}) {
			return fx.Scan(func(s state, j *fx.Array) (state, struct{}) {
				xj, step := s.X.Take(j, 0), steps.Take(j, 0)
				y := b.Prox(xj.Sub(step.Mul(b.Grad(s.W, xj, j, d))), d, step)
				return state{s.X.ScatterSet(j.ExpandDims(0), y), b.Move(s.W, y.Sub(xj), j, d)}, struct{}{}
			}, s, fx.Arange(fx.Int32, x0.Dim(0)))
		}
		s, _ := fx.Scan(sweep, state{x0, b.State(x0, d)}, struct{}{}, fx.Length(n))
		return s.X, struct{}{}
	}
}

// stepResult is the loss and its derivative in lambda.
type stepResult struct{ Loss, Gradient *fx.Array }

// outerStep is the loss and its gradient by either way. fixed is the map of which
// the implicit derivative is taken.
func (e experiment) outerStep(run func(x0 *fx.Array, d dual) (*fx.Array, struct{}), fixed func(x *fx.Array, d dual) *fx.Array, way string) func(machine) stepResult {
	if way == nameImplicit {
		run = implicit.Custom(implicit.Residual(fixed), run, e.linear.loose())
	}
	return fx.Jit(func(m machine) stepResult {
		loss, g := fx.ValueAndGrad(func(lambda *fx.Array) *fx.Array {
			m := m
			m.Lambda = lambda
			d := m.problem()
			x, _ := run(d.start(), d)
			return m.validation(x)
		})(m.Lambda)
		return stepResult{loss, g}
	})
}

// cost times every method at every number of features.
func (e experiment) cost(ctx context.Context, env *study.Env, p plan) error {
	maps := fixedPoints()
	task := env.Task("time and memory", 2*(len(p.features)+2))
	defer task.Finish()
	for _, features := range p.features {
		m := newMachine(random.FoldIn(random.New(0), partCost), p.costTrain, features, costLambda)
		names := []string{nameProjected}
		if features == claimed(p) {
			names = []string{nameMirror, nameProjected, nameBlocks}
		}
		for _, name := range names {
			reps := repeats
			if features != claimed(p) || name == nameBlocks {
				reps = 1
			}
			run, fixed := sweeps(timedSweeps), maps[nameProjected]
			if name != nameBlocks {
				run, fixed = iterated(maps[name], p.inner), maps[name]
			}
			ways := []string{nameImplicit, nameUnrolled}
			var steps []func(machine) stepResult
			for _, way := range ways {
				steps = append(steps, e.outerStep(run, fixed, way))
			}
			var results [2]stepResult
			var times [2][]float64
			var bytes [2]float64
			for i, step := range steps {
				fx.Eval(step(m)) // compiles
				bytes[i] = peak(func() { results[i] = step(m); fx.Eval(results[i]) })
				if ctx.Err() != nil {
					return ctx.Err()
				}
			}
			for range reps {
				for i, step := range steps {
					began := time.Now()
					fx.Eval(step(m))
					times[i] = append(times[i], time.Since(began).Seconds())
					if ctx.Err() != nil {
						return ctx.Err()
					}
				}
			}
			for i, way := range ways {
				r := env.Record.With("solver", name, "features", features, "way", way)
				r.Timing("seconds", study.Sample(times[i]).Median())
				r.Timing("megabytes", bytes[i]/1e6)
				r.Scalar("gradient", results[i].Gradient.Item())
				task.Add(1)
			}
		}
	}
	return nil
}

// claimed is the number of features that the claim on cost is about.
func claimed(p plan) int { return p.features[len(p.features)/2] }

// peak runs f and gives by how many bytes the heap grew at its most, looked at every
// millisecond. Garbage is collected before, and all the time, so that little of what
// is counted is dead.
func peak(f func()) float64 {
	runtime.GC()
	runtime.GC() // what a pool holds survives the first
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	before := heap()
	stop, done := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			most = max(most, heap())
			select {
			case <-stop:
				done <- most
				return
			case <-tick.C:
			}
		}
	}()
	f()
	close(stop)
	return float64(max(<-done, heap(), before) - before)
}

// heap is the memory of live and not yet collected objects.
func heap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
