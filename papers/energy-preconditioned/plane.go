package energypreconditioned

import (
	"context"
	"fmt"

	"github.com/fluxion-go/fluxion/curvature"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part D in the plane: the same mixture on a square, with four numbers to find.

const (
	planeHalf   = 6.0
	planeStarts = 5
)

var (
	planeTarget = []float64{-2, -1, 2, 1} // the two means
	planeSteps  = []float64{1, 3, 10, 30, 100}
)

// planeState is the density [cells, cells] for means m [4], of mass 1.
func planeState(cells int) func(m *fx.Array) *fx.Array {
	h := 2 * planeHalf / float64(cells)
	x := fx.Linspace(fx.Float64, -planeHalf+h/2, planeHalf-h/2, cells)
	return func(m *fx.Array) *fx.Array {
		bump := func(i int) *fx.Array { return x.Sub(m.Index(i)).Square().MulScalar(-0.5).Exp() }
		rho := bump(0).Outer(bump(1)).Add(bump(2).Outer(bump(3)))
		return rho.Div(rho.Sum().MulScalar(h * h))
	}
}

// plane fits from the seed's starts with each metric and base step.
func (e experiment) plane(ctx context.Context, env *study.Env, p plan) error {
	if p.plane == 0 {
		return nil
	}
	h := 2 * planeHalf / float64(p.plane)
	state := planeState(p.plane)
	loss := func(m *fx.Array) *fx.Array {
		return state(m).Sub(state(fx.New(planeTarget))).Square().Sum().MulScalar(h * h / 2)
	}
	key := random.FoldIn(random.New(env.Seed), partPlane)
	starts := random.Uniform(key, fx.Float64, -0.5*planeHalf, 0.5*planeHalf, planeStarts, 4)
	metrics := []namedMetric{{"L2", curvature.L2(h * h)}, {"Fisher-Rao", curvature.FisherRao(h * h)}, {"W2", curvature.WassersteinGrid(h, 1e-8)}}
	norm := normOf(env)
	for i := range env.Steps("plane", len(metrics)) {
		m := metrics[i]
		t := curvature.NaturalGradient[*fx.Array]{State: state, Metric: m.m, Tol: 1e-6}.At
		fit, err := study.Once(env, "plane, "+m.name, func() (func(fitArgs) fit, error) {
			return fx.Jit(func(a fitArgs) fit {
				o := e.methods.aepg(setting{eta: a.Eta, c: stateShift, precondition: t, norm: norm})
				end, _, info := optim.Descend(o, loss, a.Start, o.Init(a.Start), p.fitSteps/2)
				return fit{Loss: info.Loss, End: end}
			}), nil
		})
		if err != nil {
			return err
		}
		for _, eta := range planeSteps {
			var runs []run
			for k := range planeStarts {
				f := fit(fitArgs{starts.Index(k), fx.Scalar(eta)})
				runs = append(runs, run{loss: f.Loss.Float64s()})
				if ctx.Err() != nil {
					return ctx.Err()
				}
			}
			solved, steps := tally(runs)
			rec := env.Record.With("problem", "plane", "metric", m.name, "eta", eta)
			rec.Scalar("solved", float64(solved)/planeStarts)
			rec.Scalar("steps", steps)
		}
	}
	env.Record.Note("plane", fmt.Sprintf("%d x %d cells", p.plane, p.plane))
	return nil
}
