package gradientnormalizedsmoothness

import (
	"context"
	"math"
	"time"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
)

// work is what the compiled program takes: an instance, and where a method is.
type work struct {
	Instance instance
	X        *fx.Array
	State    optim.State
}

// traced is what it gives back of a block of steps, float64 [steps].
type traced struct {
	X     *fx.Array
	State optim.State
	// Loss and Size are the loss and the dual norm of the gradient that a step
	// started from, After the loss where it ended.
	Loss, Size, After *fx.Array
	// Length is gamma, or |g|*/L of a gradient method; NaN of others.
	Length, Trials, Success *fx.Array
	// Way is the points that steps ended at, [steps, d].
	Way *fx.Array
}

// program is a method on a family of problems, compiled.
type program struct {
	problem problem
	method  method
	block   func(work) traced
	certify func(claimed) promises // nil where nothing is promised
}

// steps that one call of the program makes.
const (
	newtonBlock   = 10
	gradientBlock = 100
)

func (m method) block() int {
	if m.newton {
		return newtonBlock
	}
	return gradientBlock
}

func newProgram(p problem, m method) *program {
	type at struct {
		X *fx.Array
		S optim.State
	}
	prog := &program{problem: p, method: m}
	if m.certified {
		prog.certify = certify(p)
	}
	prog.block = fx.Jit(func(w work) traced {
		loss := func(x *fx.Array) *fx.Array { return p.loss(w.Instance, x) }
		o := m.build(p, w.Instance)
		end, t := fx.Scan(func(now at, _ struct{}) (at, traced) {
			var next at
			var info optim.Info
			next.X, next.S, info = o.Step(loss, now.X, now.S)
			return next, trace(loss, next.X, info)
		}, at{w.X, w.State}, struct{}{}, fx.Length(m.block()))
		t.X, t.State = end.X, end.S
		return t
	})
	return prog
}

// trace takes down a step.
func trace(loss optim.Loss[vector], x vector, info optim.Info) traced {
	get := func(names ...string) *fx.Array {
		for _, name := range names {
			if v := info.Values[name]; v != nil {
				return v.AsType(fx.Float64)
			}
		}
		return fx.Scalar(math.NaN())
	}
	t := traced{Loss: info.Loss, Size: get("grad_norm"), After: loss(x), Success: get("success"), Way: x}
	t.Length, t.Trials = get("gamma"), get("trials", "evaluations")
	if length := info.Values["length"]; length != nil {
		t.Length = t.Size.Mul(length)
		t.Trials = t.Trials.SubScalar(2) // the gradients at both ends
	}
	return t
}

// outcome is one minimisation, a number for each step.
type outcome struct {
	residual                             []float64 // before every step, and after the last
	size, length, trials, descent, reach []float64
	way                                  [][]float64 // the first few points
	blocks                               int         // that are timed
	seconds                              float64     // a step
}

// keep is how many points of the way are kept, for the comparison of claim 5.
const keep = 10

// far below the goal a minimisation ends.
const farBelow = 1e-6

// run minimises an instance until the method stops, the residual is far below the
// problem's goal, or the iterations are used up.
func (p *program) run(ctx context.Context, i instance) (outcome, error) {
	most := p.problem.gradient
	if p.method.newton {
		most = p.problem.newton
	}
	var o outcome
	lowest := i.Lowest.Item()
	now := work{i, i.Start, p.method.build(p.problem, i).Init(i.Start)}
	fx.Eval(p.block(now)) // compiles, off the clock
	var spent time.Duration
	for ended := false; !ended && len(o.size) < most; {
		if ctx.Err() != nil {
			return o, ctx.Err()
		}
		begun := time.Now()
		t := p.block(now)
		fx.Eval(t)
		took := time.Since(begun)
		before := fx.Concatenate(0, now.X.ExpandDims(0), t.Way.SliceAxis(0, 0, t.Way.Dim(0)-1))
		now.X, now.State = t.X, t.State
		ended = o.add(p, i, before, t, lowest, most)
		// Failed searches at the limit of rounding take long and lead nowhere: the
		// clock stands still in a block that has some, unless it is the first.
		if o.blocks == 0 || t.Success.Min().Item() == 1 {
			spent += took
			o.blocks++
		}
	}
	o.seconds = spent.Seconds() / float64(o.blocks*p.method.block())
	return o, nil
}

// add takes down the steps of a block, up to the one that was not made or that ends
// the minimisation, and says whether there is one.
func (o *outcome) add(p *program, i instance, before *fx.Array, t traced, lowest float64, most int) (ended bool) {
	loss, after, success := t.Loss.Float64s(), t.After.Float64s(), t.Success.Float64s()
	size, length, trials := t.Size.Float64s(), t.Length.Float64s(), t.Trials.Float64s()
	var kept promises
	if p.certify != nil {
		kept = p.certify(claimed{i, before, t.Way, t.Length})
		fx.Eval(kept)
	}
	if len(o.residual) == 0 {
		o.residual = append(o.residual, loss[0]-lowest)
	}
	for k := range loss {
		if success[k] != 1 || len(o.size) == most {
			return true
		}
		o.residual = append(o.residual, after[k]-lowest)
		o.size, o.length, o.trials = append(o.size, size[k]), append(o.length, length[k]), append(o.trials, trials[k])
		if p.certify != nil {
			o.descent, o.reach = append(o.descent, kept.Descent.Index(k).Item()), append(o.reach, kept.Reach.Index(k).Item())
		}
		if len(o.way) < keep {
			o.way = append(o.way, t.Way.Index(k).Float64s())
		}
		if !p.problem.whole && after[k]-lowest <= farBelow*p.problem.goal {
			return true
		}
	}
	return false
}

// arrival is the first iteration with a residual of at most goal; +Inf if there is
// none.
func (o outcome) arrival(goal float64) float64 {
	for k, r := range o.residual {
		if r <= goal {
			return float64(k)
		}
	}
	return math.Inf(1)
}

// record takes down what a minimisation came to.
func (o outcome) record(r *study.Recorder, p problem, m method) {
	n := len(o.size)
	r.Scalar("iterations", o.arrival(p.goal))
	r.Scalar("steps", float64(n))
	r.Scalar("final", o.residual[n])
	solves := 0.0
	for _, t := range o.trials {
		solves += t
	}
	r.Scalar("trials", solves)
	r.Timing("seconds_per_step", o.seconds)
	lengths := study.Sample(o.length)
	if m.certified {
		r.Scalar("least_descent", study.Sample(o.descent).Min())
		r.Scalar("longest_reach", study.Sample(o.reach).Max())
		// Trials beyond two for each step, and those that halved gamma for good.
		r.Scalar("excess_trials", solves-2*float64(n)-log2(lengths.Max()/lengths.Min()))
	}
	for _, k := range thinned(n) {
		r.Point("residual", float64(k), o.residual[k])
		if k > 0 && !math.IsNaN(o.length[k-1]) {
			r.Point("length", float64(k), o.length[k-1])
		}
	}
}

// thinned are the iterations 0 to n that are recorded: all up to 200, then twenty
// in each doubling, and the last.
func thinned(n int) []int {
	var out []int
	for k := 0; k < n; k += max(1, k/200*10) {
		out = append(out, k)
	}
	return append(out, n)
}
