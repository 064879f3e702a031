package gradientnormalizedsmoothness

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// The names of the methods.
const (
	nameExact   = "GNS, exact Hessian"
	nameApprox  = "GNS, approximate"
	nameFactors = "GNS, by factors" // the same curvature, by Sherman and Morrison
	nameCubic   = "cubic Newton"
	nameSuper   = "super-universal Newton"
	nameInB     = "gradient method in B"
	nameInI     = "gradient method"
	nameCareful = "gradient method, L never halved"
)

type (
	vector    = *fx.Array
	optimizer = optim.Optimizer[vector]
	smooth    = optim.GradNormSmooth[vector]
)

// lineup holds the method that the experiment is about. A test puts broken ones in
// its place and sees that the claims notice.
type lineup struct{ gns func(smooth) optimizer }

// published is the method as the library has it.
var published = lineup{func(o smooth) optimizer { return o }}

// method is a method for a problem.
type method struct {
	name string
	// newton says that it uses curvature; certified that it is GNS, whose steps
	// are checked.
	newton, certified bool
	build             func(p problem, i instance) optimizer
}

// methods are all that suit a problem, in the order of tables. All of them adapt
// themselves and start with parameter 1: there is nothing to tune.
func (l lineup) methods(p problem, metric bool) []method {
	gns := func(change func(o *smooth, p problem, i instance)) func(p problem, i instance) optimizer {
		return func(p problem, i instance) optimizer {
			o := optim.NewGradNormSmooth[vector]()
			o.Metric = i.Metric
			change(&o, p, i)
			return l.gns(o)
		}
	}
	all := []method{
		{nameExact, true, true, gns(func(*smooth, problem, instance) {})},
		{nameApprox, true, true, gns(func(o *smooth, p problem, i instance) {
			o.Curvature = func(x vector) func(vector) vector { return p.approximate(i, x) }
		})},
	}
	if p.factors != nil {
		all = append(all, method{nameFactors, true, true, gns(func(o *smooth, p problem, i instance) {
			o.System = optim.LowRankSystem[vector]{Factors: func(x vector) vector { return p.factors(i, x) }}
		})})
	}
	all = append(all,
		method{nameCubic, true, false, func(_ problem, i instance) optimizer {
			o := optim.NewCubicNewton[vector]()
			o.Metric = i.Metric
			return o
		}},
		method{nameSuper, true, false, func(_ problem, i instance) optimizer {
			o := optim.NewSuperUniversalNewton[vector]()
			o.Metric = i.Metric
			return o
		}})
	if metric {
		all = append(all, method{nameInB, false, false, func(_ problem, i instance) optimizer {
			o := optim.NewGradientMethod[vector]()
			o.Metric = i.Metric
			return o
		}})
	}
	all = append(all, method{nameInI, false, false, func(problem, instance) optimizer { return optim.NewGradientMethod[vector]() }})
	if p.whole {
		all = append(all, method{nameCareful, false, false, func(problem, instance) optimizer {
			o := optim.NewGradientMethod[vector]()
			o.Grow = 1
			return o
		}})
	}
	return all
}
