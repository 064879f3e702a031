package energypreconditioned

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
)

// watched is AEPG with what the energy law needs, measured from outside: the
// points before and after a step, and not what the method says of itself.
type watched struct {
	optimizer
	c            float64
	precondition preconditioner
	norm         optim.EnergyNorm
}

// Step adds "slope" = <A v, p' - p> and "size" = |v|², where v = T ∇l.
func (w watched) Step(loss optim.Loss[*fx.Array], p *fx.Array, s optim.State) (*fx.Array, optim.State, optim.Info) {
	next, t, info := w.optimizer.Step(loss, p, s)
	value, g := fx.ValueAndGrad(loss)(p)
	dual := g.Div(value.AddScalar(w.c).Sqrt()).MulScalar(0.5)
	v := dual
	if w.precondition != nil {
		v = w.precondition(p)(dual)
	}
	if w.norm == optim.EuclideanEnergy {
		dual = v
	}
	info.Values["slope"] = linalg.Dot(dual, next.Sub(p))
	info.Values["size"] = linalg.Dot(dual, v)
	return next, t, info
}

// course is how runs with several base steps went, each array with a leading
// axis for them and one for the steps.
type course struct {
	Loss   *fx.Array            // before each step
	Least  *fx.Array            // smallest element of the point before each step
	Values map[string]*fx.Array // of AEPG
	End    *fx.Array            // [runs, n]
}

// descend makes runs from one start, one for each base step. With least it
// records the smallest elements of the points.
func descend(loss optim.Loss[*fx.Array], start *fx.Array, steps int, make func(eta *fx.Array) optimizer) func(etas *fx.Array) course {
	return fx.Jit(fx.Vmap(func(eta *fx.Array) course {
		o := make(eta)
		type place struct {
			P *fx.Array
			S optim.State
		}
		type made struct {
			Info  optim.Info
			Least *fx.Array
		}
		end, all := fx.Scan(func(at place, _ struct{}) (place, made) {
			q, t, info := o.Step(loss, at.P, at.S)
			return place{q, t}, made{info, at.P.Min()}
		}, place{start, o.Init(start)}, struct{}{}, fx.Length(steps))
		c := course{Loss: all.Info.Loss, Least: all.Least, End: end.P, Values: map[string]*fx.Array{}}
		for _, name := range []string{"energy", "effective_step", "slope", "size"} {
			if v := all.Info.Values[name]; v != nil {
				c.Values[name] = v
			}
		}
		return c
	}))
}

// run is one of a course's runs, on the host.
type run struct {
	loss, least                    []float64
	energy, effective, slope, size []float64
	end                            []float64
}

func (c course) runs() []run {
	out := make([]run, c.Loss.Dim(0))
	for i := range out {
		row := func(a *fx.Array) []float64 {
			if a == nil {
				return nil
			}
			return a.Index(i).Float64s()
		}
		out[i] = run{row(c.Loss), row(c.Least), row(c.Values["energy"]), row(c.Values["effective_step"]),
			row(c.Values["slope"]), row(c.Values["size"]), row(c.End)}
	}
	return out
}

// reached is the first step before which the loss is at most a bound, +Inf if
// there is none. Only steps before the limit count.
func (r run) reached(bound float64, limit int) float64 {
	for k, v := range r.loss[:min(limit, len(r.loss))] {
		if v <= bound {
			return float64(k)
		}
	}
	return math.Inf(1)
}

// outside is the first step before which the point has a negative element, +Inf
// if it never has. One that decays until it rounds to 0 is still inside.
func (r run) outside() float64 {
	for k, v := range r.least {
		if !(v >= 0) {
			return float64(k)
		}
	}
	return math.Inf(1)
}

// settled is the relative size below which r no longer counts: underflow.
const settled = 1e-300

// law checks the energy over the first steps: how often it does not fall although
// there is a slope, and the largest distance of the identity
//
//	r'² = r² - (r' - r)² - |p' - p|²/η
//
// from equality, relative to r², or, where r has fallen to less than 1e-4 of its
// start, to that of that. |p'-p|² is measured along the direction v.
func (r run) law(c float64, steps int) (rises int, residual float64) {
	steps = min(steps, len(r.energy))
	before := math.Sqrt(r.loss[0] + c)
	floor := 1e-8 * float64(before*before)
	for k := range steps {
		after := r.energy[k]
		l := math.Sqrt(r.loss[k] + c)
		eta := float64(r.effective[k] * l / after)
		falls := float64(2*eta*r.size[k]) > 1e-15 && after > settled
		if after > before || falls && after == before || math.IsNaN(after) {
			rises++
		}
		if r.size[k] > 0 && after > settled {
			moved := float64(r.slope[k]*r.slope[k]) / r.size[k] / eta
			fall := after - before
			off := float64(after*after) - float64(before*before) + float64(fall*fall) + moved
			residual = math.Max(residual, math.Abs(off)/math.Max(float64(before*before), floor))
		}
		before = after
	}
	return rises, residual
}

// finite reports whether nothing of a run is infinite or NaN.
func (r run) finite() bool {
	for _, list := range [][]float64{r.loss, r.end, r.energy} {
		for _, v := range list {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return false
			}
		}
	}
	return true
}

// record takes down a run. limit is the number of steps for which the
// preconditioner is positive, over which the energy law is checked.
func (r run) record(rec *study.Recorder, bound, c float64, limit int) {
	rec.Scalar("iterations", r.reached(bound, limit))
	rec.Scalar("final", r.loss[len(r.loss)-1])
	rec.Scalar("late_growth", r.loss[len(r.loss)-1]/r.loss[len(r.loss)/2])
	if r.energy == nil {
		return
	}
	rises, residual := r.law(c, limit)
	rec.Scalar("rises", float64(rises))
	rec.Scalar("law", residual)
	last := min(limit, len(r.energy)) - 1
	rec.Scalar("effective", r.effective[last])
	bad := 0.0
	if limit >= len(r.loss) && !r.finite() {
		bad = 1
	}
	rec.Scalar("infinite", bad)
}

// curve takes down a series of a run, thinned for a logarithmic axis, until it
// reaches the bound.
func curve(rec *study.Recorder, name string, values []float64, end float64) {
	next := 0
	for k, v := range values {
		if float64(k) > end {
			return
		}
		if k >= next || float64(k) == end || k == len(values)-1 {
			rec.Point(name, float64(k), v)
			next = k + 1 + k/30
		}
	}
}
