package compare

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// program is a method at one learning rate on one problem, compiled.
type program struct {
	optimizer optim.StreamOptimizer[Params]
	step      func(before) after
	warm      sync.Once
}

// before is what a step starts from, after what it leads to. Batch is a minibatch or,
// for methods that consume several, as many with a new first axis.
type before struct {
	P     Params
	S     optim.State
	Batch any
}

type after struct {
	P           Params
	S           optim.State
	Loss        *fx.Array // at before.P
	Finite      *fx.Array // whether all parameters are, a bool scalar
	Evaluations *fx.Array // of the gradient, an int32 scalar
}

// compile makes the program of a method, which make makes for a curvature. Evaluations
// are what the method reports, else the calls of the loss.
func compile(problem Problem, make func(optim.Curvature[Params]) (optim.StreamOptimizer[Params], error)) (*program, error) {
	optimizer, err := make(unknown)
	if err != nil {
		return nil, err
	}
	return &program{optimizer: optimizer, step: fx.Jit(func(b before) after {
		calls := 0
		o := optimizer
		if problem.GaussNewton != nil {
			var err error
			if o, err = make(func(p Params) func(Params) Params { return problem.GaussNewton(p, b.Batch) }); err != nil {
				panic(err) // it was made before
			}
		}
		params, state, info := o.StepStream(func(i *fx.Array) optim.Loss[Params] {
			batch := b.Batch
			if o.Batches() > 1 {
				batch = fx.Map(func(a *fx.Array) *fx.Array { return a.Take(i, 0) }, batch)
			}
			return func(p Params) *fx.Array {
				calls++
				return problem.Loss(p, batch)
			}
		}, b.P, b.S)
		a := after{P: params, S: state, Loss: info.Loss, Finite: fx.Scalar(true), Evaluations: fx.Scalar(int32(calls))}
		if n := info.Values["evaluations"]; n != nil {
			a.Evaluations = n.AsType(fx.Int32)
		}
		leaves, _ := optim.Floats(params)
		for _, leaf := range leaves {
			a.Finite = a.Finite.And(leaf.IsFinite().All())
		}
		return a
	})}, nil
}

// draw takes the minibatches of a step.
func (p *program) draw(next func() any) any {
	n := p.optimizer.Batches()
	if n == 1 {
		return next()
	}
	first := next()
	rows := [][]*fx.Array{fx.Leaves(first)}
	for range n - 1 {
		rows = append(rows, fx.Leaves(next()))
	}
	k := -1
	return fx.Map(func(*fx.Array) *fx.Array {
		k++
		column := make([]*fx.Array, n)
		for i := range rows {
			column[i] = rows[i][k]
		}
		return fx.Stack(0, column...)
	}, first)
}

// trainer runs trainings on one problem.
type trainer struct {
	Comparison
	problem  Problem
	evaluate func(Params) []*fx.Array // compiled
}

// train makes one run, evaluated that many times, evenly spaced in the budget, and
// at its start. task is told how far it is.
func (t *trainer) train(ctx context.Context, prog *program, seed uint64, points int, task *study.Task) (Run, error) {
	run := Run{Seed: seed, Values: map[string]study.Floats{}}
	p := t.problem.Init(random.New(seed))
	now := before{P: p, S: prog.optimizer.Init(p)}
	next := t.problem.Batches(seed)
	fx.Eval(now.P, now.S)
	d := detector{limit: t.Limit, start: sizes(p)}
	run.record(t, now.P)
	for run.Divergence == nil && run.Evaluations < t.Evaluations {
		if ctx.Err() != nil {
			return run, ctx.Err()
		}
		now.Batch = prog.draw(next)
		fx.Eval(now.Batch)
		prog.warm.Do(func() { fx.Eval(prog.step(now)) }) // compiles, off the clock
		begun := time.Now()
		a := prog.step(now)
		fx.Eval(a)
		run.Seconds += study.Float(time.Since(begun).Seconds())
		n := int(a.Evaluations.Item())
		if n < 1 {
			return run, fmt.Errorf("a step reports %d evaluations of the gradient: it must be one or more", n)
		}
		task.Add(min(n, t.Evaluations-run.Evaluations))
		run.Steps++
		run.Evaluations += n
		run.Divergence = d.look(run, now.P, a)
		now.P, now.S = a.P, a.S
		for run.Divergence == nil && run.Evaluations*points >= len(run.Curve.Step)*t.Evaluations && len(run.Curve.Step) <= points {
			run.Divergence = d.evaluated(run, now.P, run.record(t, now.P), t.Task.Metrics)
		}
	}
	if run.Divergence != nil {
		task.Finish()
		run.recordEnd(t)
	}
	return run, nil
}

// record evaluates the parameters and adds a point to the curves.
func (r *Run) record(t *trainer, p Params) []float64 {
	arrays := t.evaluate(p)
	values := make([]float64, len(arrays))
	for i, a := range arrays {
		values[i] = a.Item()
	}
	r.point(t, values)
	return values
}

// recordEnd lets the curves of a diverged run end where it did, with what is not
// a number.
func (r *Run) recordEnd(t *trainer) {
	values := make([]float64, len(t.Task.Metrics))
	for i, m := range t.Task.Metrics {
		values[i] = worst(m)
	}
	r.point(t, values)
}

func (r *Run) point(t *trainer, values []float64) {
	r.Curve.Step = append(r.Curve.Step, float64(r.Steps))
	r.Curve.Evaluations = append(r.Curve.Evaluations, float64(r.Evaluations))
	r.Curve.Seconds = append(r.Curve.Seconds, float64(r.Seconds))
	for i, m := range t.Task.Metrics {
		r.Values[m.Name] = append(r.Values[m.Name], values[i])
	}
}

// worst is what counts as the worst value of a metric.
func worst(m Metric) float64 {
	if m.Higher {
		return math.Inf(-1)
	}
	return math.Inf(1)
}
