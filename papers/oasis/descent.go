package oasis

import (
	"context"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// asked is what a compiled descent takes.
type asked struct {
	Question  question
	Rate, Key *fx.Array
}

// told is what it gives back: an entry for each iteration, from before the first
// one, and nil for what the method does not tell.
type told struct{ Loss, Gradient, Eta, Evaluations *fx.Array }

// trace is the same as numbers.
type trace struct{ loss, gradient, eta, evaluations []float64 }

// descent runs an arm from w = 0 on one of the two losses.
func (e experiment) descent(env *study.Env, a arm, convex bool, iterations int, in asked) (trace, error) {
	name := a.program()
	if !convex {
		name += ", squares"
	}
	program, err := study.Once(env, name, func() (func(asked) told, error) {
		return fx.Jit(func(in asked) told {
			loss := squares(in.Question.Rows)
			if convex {
				loss = logistic(in.Question.Rows, in.Question.Lambda)
			}
			w := fx.Zeros(fx.Float64, in.Question.Rows.features())
			o := e.methods.optimizer(a, in.Rate, in.Key)
			_, _, info := optim.Descend(o, loss, w, o.Init(w), iterations+1)
			return told{info.Loss, info.Values["grad_norm"], info.Values["eta"], info.Values["evaluations"]}
		}), nil
	})
	if err != nil {
		return trace{}, err
	}
	t := program(in)
	numbers := func(a *fx.Array) []float64 {
		if a == nil {
			return nil
		}
		return a.AsType(fx.Float64).Float64s()
	}
	return trace{t.Loss.Float64s(), t.Gradient.Float64s(), numbers(t.Eta), numbers(t.Evaluations)}, nil
}

// Iterations are counted until the gap F - F* of the convex loss, or the part of
// the first gradient's norm that is left of the other loss, is at one of these.
var (
	gapTargets      = []float64{1e-4, 1e-8}
	gradientTargets = []float64{1e-1, 1e-2}
)

// arms are the methods of part A, in the order of tables.
func (p plan) arms() []arm {
	list := []arm{{method: nameOASIS, setting: usual}}
	for _, beta2 := range beta2s {
		for _, alpha := range alphas {
			if s := (setting{beta2: beta2, alpha: alpha, fullBatch: true}); beta2 != usual.beta2 || alpha != usual.alpha {
				list = append(list, arm{method: nameOASIS, setting: s})
			}
		}
	}
	list = append(list, arm{method: nameAdGD}, arm{method: nameDescent})
	for _, rate := range adamRates {
		list = append(list, arm{method: nameAdam, rate: rate})
	}
	for _, rate := range adaHessianRates {
		list = append(list, arm{method: nameAdaHessian, rate: rate})
	}
	return list
}

// deterministic is part A (logistic loss) or B (squares) for one kappa.
func (e experiment) deterministic(ctx context.Context, env *study.Env, p plan, q question, convex bool, r *study.Recorder) error {
	least := 0.0
	if convex {
		var err error
		if least, err = optimum(env, q); err != nil {
			return err
		}
		r.Scalar("optimum", least)
	}
	keys := random.Split(random.FoldIn(random.New(env.Seed), partProbes), 2)
	best := map[string]ended{} // of the rates of a method
	var order []string
	all := p.arms()
	task := env.Task(taskName(convex), len(all))
	defer task.Finish()
	for _, a := range all {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !convex && a.method == nameOASIS && (a.beta2 != usual.beta2 || a.alpha != usual.alpha) {
			task.Add(1)
			continue // the grid of OASIS is part A's
		}
		t, err := e.descent(env, a, convex, p.iterations, asked{q, fx.Scalar(a.rate), keys[0]})
		if err != nil {
			return err
		}
		task.Add(1)
		x := a.ended(t, convex, least)
		x.record(r.With(a.labels()...))
		if known, ok := best[a.method]; !ok {
			best[a.method], order = x, append(order, a.method)
		} else if a.method != nameOASIS && x.better(known) { // of OASIS the usual one, which is the first
			best[a.method] = x
		}
	}
	for _, method := range order {
		best[method].series(r.With("method", method))
	}
	return nil
}

func taskName(convex bool) string {
	if convex {
		return "logistic regression"
	}
	return "least squares"
}

// ended is what a descent came to.
type ended struct {
	arm
	trace
	measure []float64 // the gap, or |g| / |g_0|
	cost    []float64
	targets []float64
}

func (a arm) ended(t trace, convex bool, least float64) ended {
	x := ended{arm: a, trace: t, cost: a.cost(t.evaluations, len(t.loss)), targets: gradientTargets}
	if convex {
		x.targets = gapTargets
	}
	for k := range t.loss {
		if convex {
			x.measure = append(x.measure, t.loss[k]-least)
		} else {
			x.measure = append(x.measure, t.gradient[k]/t.gradient[0])
		}
	}
	return x
}

// iterations to a target; +Inf if it is not met.
func (x ended) iterations(target float64) float64 {
	if k := slices.IndexFunc(x.measure, func(v float64) bool { return v <= target }); k >= 0 {
		return float64(k)
	}
	return math.Inf(1)
}

// better says which rate is the better one: that with fewer iterations to the
// first target, or the lower end where neither comes there.
func (x ended) better(y ended) bool {
	a, b := x.iterations(x.targets[0]), y.iterations(x.targets[0])
	if a != b {
		return a < b
	}
	last := func(e ended) float64 { return e.measure[len(e.measure)-1] }
	return last(x) < last(y) || math.IsNaN(last(y))
}

func (x ended) record(r *study.Recorder) {
	r.Scalar("final", x.measure[len(x.measure)-1])
	for _, target := range x.targets {
		k, cost := x.iterations(target), math.Inf(1)
		if !math.IsInf(k, 1) {
			cost = x.cost[int(k)]
		}
		r.With("target", target).Scalar("iterations", k)
		r.With("target", target).Scalar("gradients", cost)
	}
}

// series takes down the course of a descent, thinned out.
func (x ended) series(r *study.Recorder) {
	r.Scalar("best_rate", x.rate)
	for k := range x.measure {
		if k > 100 && k%10 != 0 {
			continue
		}
		r.Point("course", float64(k), x.measure[k])
		if x.eta != nil {
			r.Point("eta", float64(k), x.eta[k])
		}
	}
}
