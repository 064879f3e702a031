package energypreconditioned

import (
	"context"
	"math"

	"github.com/fluxion-go/fluxion/curvature"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/study"
)

// Part B: Rosenbrock's function from (-1.2, 1), with the identity and with the
// natural gradient of its residuals (x1 - 1, 10 (x1² - x2)), A = 2J'J.

const (
	precondI  = "I"
	precondGN = "Gauss-Newton"
	newtonTo  = 400 // steps with Gauss-Newton
)

var (
	valleyShifts = []float64{1, 10, 100, 1e3, 1e4}
	valleySteps  = []float64{5e-4, 1e-3, 2e-3, 4e-3, 8e-3}
	newtonSteps  = []float64{0.2, 0.5, 1, 1.5, 2, 3}
)

func residuals(x *fx.Array) *fx.Array {
	x1, x2 := x.Index(0), x.Index(1)
	return fx.Stack(0, x1.SubScalar(1), x1.Square().Sub(x2).MulScalar(10))
}

func valley(x *fx.Array) *fx.Array { return residuals(x).Square().Sum() }

func (e experiment) rosenbrock(ctx context.Context, env *study.Env, p plan) error {
	if p.valley == 0 {
		return nil
	}
	start := fx.New([]float64{-1.2, 1})
	norm := normOf(env)
	parts := []struct {
		name  string
		t     preconditioner
		etas  []float64
		steps int
	}{
		{precondI, nil, valleySteps, p.valley},
		{precondGN, curvature.NaturalGradient[*fx.Array]{State: residuals, Metric: curvature.L2(2)}.At, newtonSteps, newtonTo},
	}
	for _, part := range parts {
		etas := fx.New(part.etas)
		for i := range env.Steps("Rosenbrock, T = "+part.name, len(valleyShifts)+1) {
			method, c := nameFixed, 0.0
			make := func(eta *fx.Array) optimizer { return fixed{eta: eta, precondition: part.t} }
			if i < len(valleyShifts) {
				method, c = nameAEPG, valleyShifts[i]
				make = func(eta *fx.Array) optimizer {
					return watched{e.methods.aepg(setting{eta: eta, c: c, precondition: part.t, norm: norm}), c, part.t, norm}
				}
			}
			for j, r := range descend(valley, start, part.steps, make)(etas).runs() {
				rec := env.Record.With("problem", "Rosenbrock", "precond", part.name, "method", method, "c", c, "eta", part.etas[j])
				r.record(rec, tolerance, c, len(r.loss))
				if part.t == nil && part.etas[j] == 4e-3 {
					curve(rec, "loss", r.loss, math.Inf(1))
					if method == nameAEPG {
						curve(rec, "step", r.effective, math.Inf(1))
					}
				}
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	return nil
}
