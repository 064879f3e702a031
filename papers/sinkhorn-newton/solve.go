package sinkhornnewton

import (
	"context"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/transport"
)

// solveAll solves the seed's problem by every method.
func (e experiment) solveAll(ctx context.Context, env *study.Env, p plan, name string) error {
	problem, err := problem(env, p, name, env.Seed)
	if err != nil {
		return err
	}
	if err := problem.Validate(); err != nil {
		return err
	}
	methods := e.methods(p, name, problem.Cost.Dim(0))
	var reference *fx.Array
	for i := range env.Steps(name, len(methods)) {
		m := methods[i]
		run, err := program(env, name+", "+m.String(), m.solver)
		if err != nil {
			return err
		}
		s := run(problem)
		r := env.Record.With("case", name).With(m.labels()...)
		courseOf(s.Report).record(r)
		plan := problem.Plan(s.Z)
		if reference == nil {
			reference = plan
			recordPattern(env.Record.With("case", name), plan, claimedKept*plan.Dim(0))
		}
		// Of the claims' setting itself, it is how far its plan is from the sums.
		r.Scalar("disagreement", plan.Sub(reference).Abs().Sum().Item())
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return e.race(env, p, name, problem)
}

// race times the claims' setting and the Sinkhorn iteration, to the same error,
// without a history, after a first call that compiles: the sparse solver before
// and after the long run of the other, so that a machine that slows down does
// not favour it.
func (e experiment) race(env *study.Env, p plan, name string, problem transport.Entropic) error {
	n := problem.Cost.Dim(0)
	sparse, err := program(env, name+", race, SNS", e.sparse(claimedKept, claimedWarmup, n, fine).solver)
	if err != nil {
		return err
	}
	plain, err := program(env, name+", race, Sinkhorn", transport.Sinkhorn{Tol: fine, MaxIter: p.cap})
	if err != nil {
		return err
	}
	fx.Eval(sparse(problem))
	// One iteration of the same program: from the solution it stops at once.
	fx.Eval(plain(transport.Entropic{Cost: problem.Cost.MulScalar(0), Rows: problem.Rows, Columns: problem.Columns, Eta: problem.Eta}))
	before := seconds(sparse, problem)
	long := seconds(plain, problem)
	after := seconds(sparse, problem)
	r := env.Record.With("case", name)
	r.With("method", nameSparse).Timing("seconds", (before+after)/2)
	r.With("method", nameSinkhorn).Timing("seconds", long)
	return nil
}

// course is how a solution went.
type course struct {
	errors   []float64 // marginal error before each iteration, and after the last
	warm     int       // how many of the iterations are Sinkhorn's
	newtonTo []float64 // the errors before each Newton step, and after the last
	duals    []float64 // the dual function there
	passes   int       // over the n x m costs
	cg       float64   // iterations of conjugate gradients
}

// courseOf reads a report.
func courseOf(r transport.Report) course {
	c := course{warm: int(r.Sinkhorn.Item()), cg: r.CG.Item()}
	if h := r.History.Sinkhorn; h != nil {
		c.errors = append(c.errors, h.Float64s()[:min(c.warm, h.Size())]...)
	}
	c.passes = 2 * c.warm
	if r.History.Error == nil {
		c.errors = append(c.errors, r.Error.Item())
		return c
	}
	steps := int(r.Newton.Item())
	c.newtonTo = r.History.Error.Float64s()[:steps+1]
	c.errors = append(c.errors, c.newtonTo...)
	c.duals = r.History.Dual.Float64s()[:steps+1]
	for _, alpha := range r.History.Step.Float64s()[:steps] {
		// The plan before and after, and the dual function at each length tried.
		c.passes += 3
		if alpha > 0 {
			c.passes -= math.Ilogb(alpha) // a power of 2
		}
	}
	return c
}

// iterations until the error is at most `fine`, +Inf if it never is.
func (c course) iterations() float64 {
	for i, e := range c.errors {
		if e <= fine {
			return float64(i)
		}
	}
	return math.Inf(1)
}

// fastest is the largest log(e_{k+1})/log(e_k) of the last three Newton steps
// that begin above 1e-10: above 1, the convergence is faster than linear.
func (c course) fastest() float64 {
	last := len(c.newtonTo) - 1
	for last > 0 && c.newtonTo[last-1] <= 1e-10 {
		last--
	}
	best := math.NaN()
	for k := max(0, last-3); k < last; k++ {
		// An error of exactly 0 counts as the smallest number.
		next := math.Max(c.newtonTo[k+1], math.SmallestNonzeroFloat64)
		if c.newtonTo[k] < 1 {
			if order := logarithm(next) / logarithm(c.newtonTo[k]); !(order <= best) {
				best = order
			}
		}
	}
	return best
}

// logarithm is the same on every machine, which package math's is not.
func logarithm(v float64) float64 { return fx.Scalar(v).Log().Item() }

// drop is the largest fall of the dual function in one Newton step, 0 if it
// only rises.
func (c course) drop() float64 {
	worst := 0.0
	for k := 1; k < len(c.duals); k++ {
		worst = math.Max(worst, c.duals[k-1]-c.duals[k])
	}
	return worst
}

func (c course) record(r *study.Recorder) {
	end := c.errors[len(c.errors)-1]
	r.Scalar("error", end)
	r.Scalar("iterations", c.iterations())
	r.Scalar("sinkhorn", float64(c.warm))
	r.Scalar("passes", float64(c.passes))
	if c.newtonTo != nil {
		r.Scalar("newton", float64(len(c.newtonTo)-1))
		r.Scalar("cg", c.cg)
		r.Scalar("order", c.fastest())
		r.Scalar("drop", c.drop())
	}
	// Long runs are recorded at a few hundred points, which a logarithmic axis
	// spreads evenly.
	next := 0
	for i, e := range c.errors {
		if i >= next || i == len(c.errors)-1 {
			r.Point("course", float64(i), e)
			next = i + 1 + i/40
		}
	}
}

// recordPattern takes down where the k largest elements of a plan are.
func recordPattern(r *study.Recorder, plan *fx.Array, k int) {
	_, places := plan.Flatten().TopK(min(k, plan.Size()), 0)
	columns := plan.Dim(1)
	for _, at := range places.Int32s() {
		r.Point("pattern", float64(int(at)%columns), float64(int(at)/columns))
	}
}
