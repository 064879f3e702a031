package implicitdifferentiation

import (
	"context"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/implicit"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// The weight of the support vector machine is tuned by gradient descent on the
// validation loss: the same iterations, from the same start, differentiated
// implicitly and by unrolling, without checkpoints.

const (
	nameImplicit = "implicit"
	nameUnrolled = "unrolled"
)

// way is how an outer step gets its gradient: implicitly, through the condition of
// one of the fixed points, or by unrolling.
type way struct{ kind, fixed string }

func (w way) String() string {
	if w.kind == nameUnrolled {
		return nameUnrolled
	}
	return nameImplicit + ", " + w.fixed
}

// own is the implicit way through a solver's own map; block coordinate descent's is
// the projected gradient's.
func own(solver string) way {
	if solver == nameMirror {
		return way{nameImplicit, nameMirror}
	}
	return way{nameImplicit, nameProjected}
}

func ways() []way {
	return []way{{nameImplicit, nameProjected}, {nameImplicit, nameMirror}, {kind: nameUnrolled}}
}

// costNames are the solvers that the claim on cost is about.
var costNames = []string{nameMirror, nameProjected}

const (
	// costLambda is where the tuning of the weight starts: the best is near -0.6.
	costLambda = -2
	// tuningRate is the step of gradient descent on lambda: of 0.3, 1 and 3 the
	// smallest that is within 1e-5 of the best validation loss after 20 steps, for
	// all three solvers on pilot seed 1000.
	tuningRate = 1
)

// iterated runs a fixed number of iterations of a map.
func iterated(T func(x *fx.Array, d dual) *fx.Array, n int) method {
	return func(x0 *fx.Array, d dual) (*fx.Array, struct{}) {
		return fx.Scan(func(x *fx.Array, _ struct{}) (*fx.Array, struct{}) { return T(x, d), struct{}{} }, x0, struct{}{}, fx.Length(n))
	}
}

// sweeps runs a fixed number of sweeps of block coordinate descent.
func sweeps(n int) method {
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

// stepResult is the loss, its derivative in lambda, and lambda after the step.
type stepResult struct{ Loss, Gradient, Lambda *fx.Array }

// method runs a solver's iterations on the dual problem.
type method func(x0 *fx.Array, d dual) (*fx.Array, struct{})

// methodOf is the solver by the iterations of a plan.
func methodOf(solver string, p plan) method {
	if solver == nameBlocks {
		return sweeps(p.sweeps)
	}
	return iterated(fixedPoints()[solver], p.inner)
}

// outerStep is one step of gradient descent on lambda.
func (e experiment) outerStep(run method, w way) func(machine) stepResult {
	if w.kind == nameImplicit {
		run = implicit.Custom(implicit.Residual(fixedPoints()[w.fixed]), run, e.linear.loose())
	}
	return func(m machine) stepResult {
		loss, g := fx.ValueAndGrad(func(lambda *fx.Array) *fx.Array {
			m := m
			m.Lambda = lambda
			d := m.problem()
			x, _ := run(d.start(), d)
			return m.validation(x)
		})(m.Lambda)
		return stepResult{loss, g, m.Lambda.Sub(g.MulScalar(tuningRate))}
	}
}

// adjoint is the report of the linear system that an implicit step solves.
func (e experiment) adjoint(run method, w way) func(machine) linalg.Report {
	return fx.Jit(func(m machine) linalg.Report {
		d := m.problem()
		x, _ := run(d.start(), d)
		_, report := implicit.RootVJP(implicit.Residual(fixedPoints()[w.fixed]), x, d, fx.Grad(m.validation)(x), e.linear.loose())
		return report
	})
}

// cost tunes the weight by every method, and measures what the steps take. All
// methods are tuned at the number of features that the claim is about, and projected
// gradient alone takes a single step at the others.
func (e experiment) cost(ctx context.Context, env *study.Env, p plan) error {
	if p.tuned == 0 {
		return nil
	}
	task := env.Task("tuning the SVM's weight", 3*(p.tuned+2))
	defer task.Finish()
	for _, features := range p.features {
		names, steps := solverNames(), p.tuned
		if features != claimed(p) && !p.all {
			names, steps = []string{nameProjected}, 1
		}
		m := newMachine(random.FoldIn(random.New(0), partCost), p.costTrain, features, costLambda)
		for _, solver := range names {
			r := env.Record.With("solver", solver, "features", features)
			l := limits{steps: steps, megabytes: 1000 * float64(p.memory), closely: features == claimed(p)}
			if err := e.tune(ctx, r, m, methodOf(solver, p), l, task); err != nil {
				return err
			}
		}
	}
	return nil
}

// limits say how far a weight is tuned, and how closely the steps are looked at.
type limits struct {
	steps     int
	megabytes float64 // a way that plans more is not run
	closely   bool    // memory is measured, and the iterations of linear solves counted
}

// tune goes down by all ways in turn, and records what they reach and take.
func (e experiment) tune(ctx context.Context, r *study.Recorder, m machine, run method, l limits, task *study.Task) error {
	type tuning struct {
		way  way
		at   machine
		step func(machine) stepResult
		time []float64
		r    *study.Recorder
	}
	var all []*tuning
	for _, w := range ways() {
		f := e.outerStep(run, w)
		t := &tuning{way: w, at: m, step: fx.Jit(f), r: r.With("way", w)}
		planned := float64(fx.MemoryOf(f, m).Peak()) / 1e6
		t.r.Scalar("planned_megabytes", planned)
		if planned > l.megabytes {
			continue
		}
		all = append(all, t)
		fx.Eval(t.step(m)) // compiles
		if l.closely {
			t.r.Timing("megabytes", peak(func() { fx.Eval(t.step(m)) })/1e6)
			if w.kind == nameImplicit {
				t.r.Scalar("linear_iterations", e.adjoint(run, w)(m).Iterations.Item())
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	for k := range l.steps {
		for _, t := range all {
			began := time.Now()
			s := t.step(t.at)
			fx.Eval(s)
			t.time = append(t.time, time.Since(began).Seconds())
			if k == 0 {
				t.r.Scalar("first_gradient", s.Gradient.Item())
			}
			t.r.Point("validation_loss", float64(k), s.Loss.Item())
			t.at.Lambda = s.Lambda
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		task.Add(1)
	}
	for _, t := range all {
		t.r.Scalar("steps", float64(l.steps))
		t.r.Timing("seconds", study.Sample(t.time).Median())
		t.r.Scalar("lambda", t.at.Lambda.Item())
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
