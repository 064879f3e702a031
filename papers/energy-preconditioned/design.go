package energypreconditioned

import (
	"context"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/curvature"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part C: D-optimal design. Which share w_i of the measurements should be made at
// each of 50 points a_i of R^10, so that the estimate's ellipsoid is smallest:
//
//	min over the simplex of -log det of the sum of w_i a_i a_i'.

const (
	designPoints, designDim = 50, 10
	designTo                = 600 // steps
	designGap               = 1e-4
)

// designSteps are the base steps; from 0.15 on even the first steps may leave
// the simplex.
var designSteps = []float64{0.05, 0.1, 0.15, 0.2, 0.3}

// The two shifts of the loss, as tables name them: such that L + c is 1 at the
// optimum, and a number.
const (
	shiftOptimal = "1 - L*"
	shiftTen     = "10"
)

func designLoss(a *fx.Array) optim.Loss[*fx.Array] {
	return func(w *fx.Array) *fx.Array {
		_, log := fx.LogDet(a.T().MatMul(a.Mul(w.ExpandDims(1))))
		return log.Neg()
	}
}

// inside is the guard: no weight is negative.
func inside(w *fx.Array) *fx.Array { return w.GreaterEqual(fx.Const(0)).All() }

// design solves the seed's problem by every method.
func (e experiment) design(ctx context.Context, env *study.Env, p plan) error {
	a := random.Normal(random.FoldIn(random.New(env.Seed), partDesign), fx.Float64, designPoints, designDim)
	loss := designLoss(a)
	start := fx.Full(fx.Float64, 1.0/designPoints, designPoints)
	metric := curvature.OnSimplex(fx.Float64, designPoints)
	norm := normOf(env)

	exact := fx.Jit(func(w *fx.Array) *fx.Array {
		o := multiplicative{designDim}
		end, _, _ := optim.Descend[*fx.Array](o, loss, w, o.Init(w), p.exact)
		return end
	})(start)
	least := loss(exact).Item()
	env.Record.Scalar("optimum", least)
	env.Record.Scalar("first_gap", loss(start).Item()-least)

	energy := func(c float64, guard func(*fx.Array) *fx.Array) func(eta *fx.Array) optimizer {
		return func(eta *fx.Array) optimizer {
			return watched{e.methods.aepg(setting{eta: eta, c: c, precondition: metric.At, feasible: guard, norm: norm}), c, metric.At, norm}
		}
	}
	shifts := []struct {
		name string
		c    float64
	}{{shiftOptimal, 1 - least}, {shiftTen, 10}}
	type arm struct {
		name, shift string
		c           float64
		etas        []float64
		make        func(eta *fx.Array) optimizer
	}
	arms := []arm{{nameFixed, "", 0, p.designs, func(eta *fx.Array) optimizer { return fixed{eta: eta, precondition: metric.At} }}}
	for _, s := range shifts {
		// A constant that is too small for this seed is no setting.
		if s.c+least > 0 {
			arms = append(arms, arm{nameAEPG, s.name, s.c, p.designs, energy(s.c, nil)}, arm{nameGuarded, s.name, s.c, p.designs, energy(s.c, inside)})
		}
	}
	arms = append(arms,
		arm{nameProject, "", 0, projectedSteps, func(eta *fx.Array) optimizer { return fixed{eta: eta, project: onSimplex} }},
		arm{nameMultiply, "", 0, []float64{1}, func(*fx.Array) optimizer { return multiplicative{designDim} }})
	for i := range env.Steps("designs", len(arms)) {
		m := arms[i]
		for j, r := range descend(loss, start, designTo, m.make)(fx.New(m.etas)).runs() {
			rec := env.Record.With("problem", "design", "method", m.name, "shift", m.shift, "eta", m.etas[j])
			outside := r.outside()
			if m.name == nameProject {
				outside = math.Inf(1) // the border belongs to its set
			}
			rec.Scalar("outside", outside)
			// The metric is one inside only.
			limit := len(r.loss)
			if outside < float64(limit) {
				limit = int(outside)
			}
			r.record(rec, least+designGap, m.c, limit)
			if drawn(m.name, m.shift, m.etas[j]) {
				gaps := make([]float64, limit)
				for k := range gaps {
					gaps[k] = r.loss[k] - least
				}
				curve(rec, "gap", gaps, r.reached(least+1e-9, limit))
			}
			if m.name == nameGuarded && m.shift == shiftOptimal && m.etas[j] == 0.1 {
				for k, w := range r.end {
					env.Record.Point("weights", float64(k), w)
				}
				for k, w := range exact.Float64s() {
					env.Record.Point("exact", float64(k), w)
				}
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	env.Record.Note("shift", fmt.Sprintf("c = %.3f for 1 - L*", 1-least))
	return nil
}

// drawn reports whether a run's gap is recorded for the figure: η = 0.1, the
// guarded run at 0.3, and the step of the projected gradient that was the best in
// the pilot.
func drawn(method, shift string, eta float64) bool {
	switch method {
	case nameProject:
		return eta == 3e-3
	case nameMultiply:
		return false // it is the fixed step 1/10
	case nameGuarded:
		return shift == shiftOptimal && eta == 0.3
	case nameAEPG:
		return shift == shiftOptimal && eta == 0.1
	}
	return eta == 0.1
}

// projectedSteps are those of the projected gradient, whose scale is another.
var projectedSteps = []float64{3e-4, 1e-3, 3e-3, 1e-2, 3e-2}
