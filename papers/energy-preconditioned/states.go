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

// Part D: the means of two Gaussians of equal weight are to be found from their
// mixture's density on a grid, by natural gradients with several metrics of
// densities.

const (
	stateCells = 200
	stateHalf  = 10.0 // the interval is [-stateHalf, stateHalf]
	stateWidth = 0.8  // deviation of the Gaussians
	stateShift = 1.0  // c
	startHalf  = 6.0  // starts are uniform in [-startHalf, startHalf]²
	stateTol   = 1e-8 // the loss is at most about 0.35
)

var target = []float64{-2, 2}

// state is the mixture's density for means m [2], of mass 1 on the grid.
func state(m *fx.Array) *fx.Array {
	const h = 2 * stateHalf / stateCells
	x := fx.Linspace(fx.Float64, -stateHalf+h/2, stateHalf-h/2, stateCells)
	bumps := x.Sub(m.ExpandDims(1)).Square().MulScalar(-0.5 / (stateWidth * stateWidth)).Exp().Sum(0)
	return bumps.Div(bumps.Sum().MulScalar(h))
}

func stateLoss(m *fx.Array) *fx.Array {
	const h = 2 * stateHalf / stateCells
	return state(m).Sub(state(fx.New(target))).Square().Sum().MulScalar(h / 2)
}

// namedMetric is a metric of densities; nil is the plain gradient's.
type namedMetric struct {
	name string
	m    curvature.Metric
}

func stateMetrics() []namedMetric {
	const h = 2 * stateHalf / stateCells
	return []namedMetric{{"plain", nil}, {"L2", curvature.L2(h)}, {"Fisher-Rao", curvature.FisherRao(h)}, {"W2", curvature.Wasserstein(h)},
		{"H1", curvature.H1(h)}, {"H-1", curvature.HMinus1(h)}}
}

func (n namedMetric) precondition() preconditioner {
	if n.m == nil {
		return nil
	}
	// Singular values of less than a millionth are those of means that are the
	// same, which no state tells apart.
	return curvature.NaturalGradient[*fx.Array]{State: state, Metric: n.m, Tol: 1e-6}.At
}

// stateGrid are the base steps that each metric is tried with; a loss of at most
// 0.35 makes their scale that of the metric's.
var stateGrid = []float64{0.3, 1, 3, 10, 30, 100, 300}

// fit is a batch of runs from starts [runs, 2] with one base step: the loss
// before each step, and the energy's law.
type fit struct{ Loss, Energy, Effective, Slope, Size, End *fx.Array }

type fitArgs struct{ Start, Eta *fx.Array }

// fitter is a compiled program for runs from many starts.
func (e experiment) fitter(env *study.Env, p plan, m namedMetric, method string) (func(fitArgs) fit, error) {
	norm := normOf(env)
	return study.Once(env, "fit, "+m.name+", "+method, func() (func(fitArgs) fit, error) {
		t := m.precondition()
		return fx.Jit(fx.Vmap(func(a fitArgs) fit {
			if method == nameFixed {
				o := fixed{eta: a.Eta, precondition: t}
				end, _, info := optim.Descend[*fx.Array](o, stateLoss, a.Start, o.Init(a.Start), p.fitSteps)
				return fit{Loss: info.Loss, End: end}
			}
			o := watched{e.methods.aepg(setting{eta: a.Eta, c: stateShift, precondition: t, norm: norm}), stateShift, t, norm}
			end, _, info := optim.Descend[*fx.Array](o, stateLoss, a.Start, o.Init(a.Start), p.fitSteps)
			v := info.Values
			return fit{info.Loss, v["energy"], v["effective_step"], v["slope"], v["size"], end}
		})), nil
	})
}

func (f fit) runs() []run {
	return course{Loss: f.Loss, End: f.End, Values: map[string]*fx.Array{
		"energy": f.Energy, "effective_step": f.Effective, "slope": f.Slope, "size": f.Size}}.runs()
}

func startsOf(seed uint64, n int) *fx.Array {
	return random.Uniform(random.FoldIn(random.New(seed), partStarts), fx.Float64, -startHalf, startHalf, n, 2)
}

func same(eta float64, n int) *fx.Array { return fx.Full(fx.Float64, eta, n) }

// tuningSeed draws the starts that choose the base steps. They are never judged.
const tuningSeed, tuningStarts = 1_000_000, 16

// tuneStates chooses, for each metric and method, the base step with the most
// starts solved and, among those, the fewest steps.
func (e experiment) tuneStates(ctx context.Context, env *study.Env, p plan) error {
	if p.starts == 0 {
		return nil
	}
	starts := startsOf(tuningSeed, tuningStarts)
	metrics := stateMetrics()
	for i := range env.Steps("tuning metrics", len(metrics)) {
		for _, method := range []string{nameAEPG, nameFixed} {
			fit, err := e.fitter(env, p, metrics[i], method)
			if err != nil {
				return err
			}
			rec := env.Record.With("metric", metrics[i].name, "method", method)
			best, most, fewest := stateGrid[0], -1, math.Inf(1)
			for _, eta := range stateGrid {
				solved, steps := tally(fit(fitArgs{starts, same(eta, tuningStarts)}).runs())
				rec.With("at", eta).Scalar("tuning_solved", float64(solved))
				if solved > most || solved == most && steps < fewest {
					best, most, fewest = eta, solved, steps
				}
			}
			rec.Scalar("base_step", best)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// tally counts the runs that reach the tolerance, and their median steps.
func tally(runs []run) (solved int, steps float64) {
	var counts study.Sample
	for _, r := range runs {
		if k := r.reached(stateTol, len(r.loss)); !math.IsInf(k, 1) {
			solved++
			counts = append(counts, k)
		}
	}
	if solved == 0 {
		return 0, math.Inf(1)
	}
	return solved, counts.Median()
}

// states fits from the seed's starts.
func (e experiment) states(ctx context.Context, env *study.Env, p plan) error {
	if p.starts == 0 {
		return nil
	}
	starts := startsOf(env.Seed, p.starts)
	for _, m := range stateMetrics() {
		for _, method := range []string{nameAEPG, nameFixed} {
			fit, err := e.fitter(env, p, m, method)
			if err != nil {
				return err
			}
			eta := env.Common.Scalar("base_step", "metric", m.name, "method", method)
			runs := fit(fitArgs{starts, same(eta, p.starts)}).runs()
			solved, steps := tally(runs)
			rec := env.Record.With("problem", "state", "metric", m.name, "method", method)
			rec.Scalar("solved", float64(solved)/float64(p.starts))
			rec.Scalar("steps", steps)
			if method == nameFixed {
				continue
			}
			rises, residual, infinite := 0, 0.0, 0.0
			for _, r := range runs {
				n, off := r.law(stateShift, len(r.loss))
				rises, residual = rises+n, math.Max(residual, off)
				if !r.finite() {
					infinite = 1
				}
			}
			rec.Scalar("rises", float64(rises))
			rec.Scalar("law", residual)
			rec.Scalar("infinite", infinite)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// basins fits from a grid of starts, with each metric's base step.
func (e experiment) basins(ctx context.Context, env *study.Env, p plan) error {
	if p.map2 == 0 {
		return nil
	}
	n := p.map2
	line := fx.Linspace(fx.Float64, -startHalf, startHalf, n)
	first := line.ExpandDims(0).BroadcastTo(n, n).Flatten()
	// Means are moved apart by a little, because equal ones stay equal.
	second := line.Flip(0).ExpandDims(1).BroadcastTo(n, n).Flatten().AddScalar(1e-3)
	starts := fx.Stack(1, first, second)
	var names []string
	for _, v := range line.Float64s() {
		names = append(names, fmt.Sprintf("%.2g", v))
	}
	metrics := stateMetrics()
	for i := range env.Steps("maps of starts", len(metrics)) {
		m := metrics[i]
		fit, err := e.fitter(env, p, m, nameAEPG)
		if err != nil {
			return err
		}
		eta := env.Record.Record().Scalar("base_step", "metric", m.name, "method", nameAEPG)
		var values [][]float64
		for k, r := range fit(fitArgs{starts, same(eta, n*n)}).runs() {
			if k%n == 0 {
				values = append(values, nil)
			}
			steps := r.reached(stateTol, len(r.loss))
			if math.IsInf(steps, 1) {
				steps = float64(p.fitSteps)
			}
			values[k/n] = append(values[k/n], math.Max(steps, 1))
		}
		rows := make([]string, n)
		for k := range rows {
			rows[k] = names[n-1-k]
		}
		env.Record.With("metric", m.name).Grid("steps_map", "second mean", rows, "first mean", names, values)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
