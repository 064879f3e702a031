package energypreconditioned

import (
	"context"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
)

// Part A: a quadratic in 100 dimensions with eigenvalues from 1 to 100, evenly
// spaced on a logarithmic scale, from (1, ..., 1).

const (
	quadDim   = 100
	quadMost  = 100.0
	quadShift = 1e4  // c; the first loss is 1086
	tolerance = 1e-6 // the loss that is to be reached
)

// factors are the base steps in units of the stability limit, 2 over the largest
// eigenvalue of the preconditioned Hessian. The last two are for the energy law.
var factors = []float64{0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1, 1.1, 1.5, 2.5, 5, 10, 100, 1000}

func spectrum() *fx.Array {
	list := data.LogSpaced(quadDim, quadMost)
	for i := range list {
		list[i] *= quadMost
	}
	return fx.New(list)
}

// scaling is a preconditioner of the quadratic.
type scaling struct {
	name  string
	t     preconditioner
	limit float64 // of the step
}

func scalings(d *fx.Array) []scaling {
	roots := d.Rsqrt()
	half := func(*fx.Array) func(*fx.Array) *fx.Array {
		return func(v *fx.Array) *fx.Array { return v.Mul(roots) }
	}
	return []scaling{{"I", nil, 2 / quadMost}, {"D^-1/2", half, 2 / math.Sqrt(quadMost)}}
}

func (e experiment) quadratic(ctx context.Context, env *study.Env, p plan) error {
	d := spectrum()
	loss := func(x *fx.Array) *fx.Array { return x.Square().Mul(d).Sum().MulScalar(0.5) }
	start := fx.Ones(fx.Float64, quadDim)
	norm := normOf(env)
	all := scalings(d)
	if !p.variants {
		all = all[:1]
	}
	for _, s := range all {
		methods := []struct {
			name string
			make func(eta *fx.Array) optimizer
		}{
			{nameAEPG, func(eta *fx.Array) optimizer {
				return watched{e.methods.aepg(setting{eta: eta, c: quadShift, precondition: s.t, norm: norm}), quadShift, s.t, norm}
			}},
			{nameFixed, func(eta *fx.Array) optimizer { return fixed{eta: eta, precondition: s.t} }},
			{nameAEGD, func(eta *fx.Array) optimizer {
				r := optim.NewAEGD(func(*fx.Array) *fx.Array { return eta })
				r.C = quadShift
				return optim.FromRule[*fx.Array](r)
			}},
			{nameSearch, func(*fx.Array) optimizer { return searching{s.t} }},
		}
		if !p.variants {
			methods = methods[:2]
		}
		for i := range env.Steps("quadratic, T = "+s.name, len(methods)) {
			m := methods[i]
			if m.name == nameAEGD && s.t != nil {
				continue
			}
			list := p.factors
			if m.name == nameSearch {
				list = list[:1] // it has no base step
			}
			etas := slices.Clone(list)
			for j := range etas {
				etas[j] *= s.limit
			}
			for j, r := range descend(loss, start, p.steps, m.make)(fx.New(etas)).runs() {
				rec := env.Record.With("problem", "quadratic", "precond", s.name, "method", m.name, "factor", list[j])
				r.record(rec, tolerance, quadShift, len(r.loss))
				if s.t == nil && slices.Contains(shownFactors, list[j]) {
					curve(rec, "loss", r.loss, r.reached(tolerance, len(r.loss)))
					if m.name == nameAEPG {
						curve(rec, "energy", r.energy, math.Inf(1))
						curve(rec, "step", r.effective, math.Inf(1))
					}
				}
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	env.Record.With("problem", "quadratic").Scalar("first", loss(start).Item())
	return nil
}

var shownFactors = []float64{0.9, 1.1, 2.5, 10}

func normOf(env *study.Env) optim.EnergyNorm {
	if env.Options.String("norm") == "euclidean" {
		return optim.EuclideanEnergy
	}
	return optim.MetricEnergy
}
