package proxyprox

import (
	"context"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

const (
	dim    = 50
	missed = 10  // directions that the proxy knows too little of
	apart  = 0.5 // of the minimisers
	chunk  = 100 // steps at a time
	// Targets: of F - F* against its start, and, where there is no noise, of F - F*
	// itself.
	fallExact, fallNoisy = 1e-3, 1e-2
	unbiased             = 1e-6
)

// pair is an objective F = (x - X)'A(x - X)/2 and a proxy (x - Z)'B(x - Z)/2. The
// start is 0.
type pair struct{ A, B, X, Z *fx.Array }

// drawPair draws one. B has eigenvalues from 0.01 to 10; A - B has the eigenvalue
// delta in missed random directions and 0 in the others. So A is positive definite
// (with negative ones it would not be, since delta is larger than 0.01) and as badly
// conditioned for all delta.
func drawPair(key *fx.Array, delta float64) pair {
	keys := random.Split(key, 4)
	q, _ := fx.QR(random.Normal(keys[0], fx.Float64, dim, dim))
	u, _ := fx.QR(random.Normal(keys[1], fx.Float64, dim, missed))
	b := q.Mul(fx.LogSpace(fx.Float64, -2, 1, dim, 10)).MatMul(q.T())
	x := random.Normal(keys[2], fx.Float64, dim)
	return pair{b.Add(u.MatMul(u.T()).MulScalar(delta)), b, x, x.Add(random.Normal(keys[3], fx.Float64, dim).MulScalar(apart))}
}

func half(a, d *fx.Array) *fx.Array { return d.Dot(a.MatMul(d)).MulScalar(0.5) }

func (p pair) objective(x vector) *fx.Array { return half(p.A, x.Sub(p.X)) }
func (p pair) proxy(x vector) *fx.Array     { return half(p.B, x.Sub(p.Z)) }

// descent is where a run stands; Key draws the noise.
type descent struct {
	Pair       pair
	X          vector
	State      optim.State
	Rate       *fx.Array
	Sigma, Key *fx.Array
	Done       *fx.Array // steps, int32
}

// told is what every step tells.
type told struct{ Gap, Inner, Proxy *fx.Array }

// advance makes the steps of a chunk.
func advance(build func(p pair, rate *fx.Array) optim.Optimizer[vector]) func(descent) (descent, told) {
	return func(d descent) (descent, told) {
		return fx.Scan(func(d descent, _ struct{}) (descent, told) {
			noise := random.Normal(random.FoldIn(d.Key, d.Done), fx.Float64, dim).Mul(d.Sigma).MulScalar(1 / math.Sqrt(dim))
			loss := func(x vector) *fx.Array { return d.Pair.objective(x).Add(noise.Dot(x)) }
			var info optim.Info
			d.X, d.State, info = build(d.Pair, d.Rate).Step(loss, d.X, d.State)
			d.Done = d.Done.AddScalar(1)
			value := func(name string) *fx.Array {
				if v, ok := info.Values[name]; ok {
					return v.AsType(fx.Float64)
				}
				return fx.Scalar(0.0)
			}
			return d, told{d.Pair.objective(d.X), value("inner_steps"), value("proxy_gradients")}
		}, d, struct{}{}, fx.Length(chunk))
	}
}

// course is a run: F - F* from the start on, and what the steps told.
type course struct{ gap, inner, proxy []float64 }

// first is the first step at which F - F* is at most a level; +Inf if there is none.
func (c course) first(level float64) float64 {
	for i, g := range c.gap {
		if g <= level {
			return float64(i)
		}
	}
	return math.Inf(1)
}

// descend runs a method at all rates of a grid, until every run has done what the
// function asks for, or for most steps.
func descend(env *study.Env, name string, build func(p pair, rate *fx.Array) optim.Optimizer[vector], p pair, from vector, rates []float64, sigma float64, most int, done func(course) bool) ([]course, error) {
	type result struct {
		D descent
		T told
	}
	program, err := study.Once(env, name, func() (func(descent) result, error) {
		one := advance(build)
		return fx.Jit(func(all descent) result {
			type varied struct {
				X     vector
				State optim.State
				Rate  *fx.Array
			}
			return fx.Vmap(func(v varied) result {
				d, t := one(descent{all.Pair, v.X, v.State, v.Rate, all.Sigma, all.Key, all.Done})
				return result{d, t}
			})(varied{all.X, all.State, all.Rate})
		}), nil
	})
	if err != nil {
		return nil, err
	}
	key := random.FoldIn(random.New(env.Seed), partNoise)
	n := len(rates)
	many := func(a *fx.Array) *fx.Array { return fx.Stack(0, repeated(a, n)...) }
	state := build(p, fx.Scalar(1.0)).Init(from)
	at := descent{p, many(from), fx.Map(many, state), fx.New(rates), fx.Scalar(sigma), key, fx.Scalar(int32(0))}
	courses := make([]course, n)
	for i := range courses {
		courses[i].gap = []float64{p.objective(from).Item()}
	}
	for steps := 0; steps < most; steps += chunk {
		r := program(at)
		// The parts that all rates share have come back once for each.
		at.X, at.State, at.Done = r.D.X, r.D.State, r.D.Done.Index(0)
		gaps, inner, proxy := r.T.Gap.Float64s(), r.T.Inner.Float64s(), r.T.Proxy.Float64s()
		finished := true
		for i := range courses {
			c := &courses[i]
			part := func(v []float64) []float64 { return v[i*chunk : (i+1)*chunk] }
			c.gap, c.inner, c.proxy = append(c.gap, part(gaps)...), append(c.inner, part(inner)...), append(c.proxy, part(proxy)...)
			finished = finished && done(*c)
		}
		if finished {
			break
		}
	}
	return courses, nil
}

func repeated(a *fx.Array, n int) []*fx.Array {
	list := make([]*fx.Array, n)
	for i := range list {
		list[i] = a
	}
	return list
}

func sgd(_ pair, rate *fx.Array) optim.Optimizer[vector] {
	return optim.FromRule[vector](optim.NewSGD(always(rate)))
}

// exactProx solves the inner problem exactly.
func (e experiment) exactProx(p pair, eta *fx.Array) optim.Optimizer[vector] {
	o := optim.NewProxyProx(p.proxy, 1)
	o.Eta, o.Inner, o.Kappa, o.MaxInner = always(eta), newton(), 0, 1
	return e.methods.vectors(o)
}

// inexactProx solves it by gradient descent, up to the criterion.
func (e experiment) inexactProx(kappa float64) func(p pair, eta *fx.Array) optim.Optimizer[vector] {
	return func(p pair, eta *fx.Array) optim.Optimizer[vector] {
		o := optim.NewProxyProx(p.proxy, 1)
		o.Eta, o.Inner, o.Kappa, o.Eps = always(eta), optim.NewGradientMethod[vector](), kappa, 1e-12
		return e.methods.vectors(o)
	}
}

// The criteria of part A, beside the exact solution.
var kappas = []float64{0.25, 1, 5}

// quadratics is part A.
func (e experiment) quadratics(ctx context.Context, env *study.Env, p plan) error {
	task := env.Task("quadratics", len(p.deltas)*len(p.sigmas))
	key := random.FoldIn(random.New(env.Seed), partQuadratic)
	for _, delta := range p.deltas {
		problem := drawPair(key, delta) // but for delta the same
		fx.Eval(problem)
		start := fx.Zeros(fx.Float64, dim)
		before := problem.objective(start).Item()
		r := env.Record.With("part", "A", "delta", delta)
		estimate, _ := optim.EstimateDelta(problem.objective, problem.proxy, start, random.New(env.Seed), linalg.Power{Tol: 1e-4})
		r.Scalar("estimated_delta", estimate.Item())
		r.Scalar("proxy_gap", problem.objective(problem.Z).Item())
		for _, sigma := range p.sigmas {
			level := before * fallExact
			if sigma > 0 {
				level = before * fallNoisy
			}
			for _, m := range []struct {
				name  string
				build func(pair, *fx.Array) optim.Optimizer[vector]
				rates []float64
				from  vector
			}{{nameSGD, sgd, sgdRates, start}, {nameProx, e.exactProx, proxEtas, start}, {nameTuned, sgd, sgdRates, problem.Z}} {
				enough := func(c course) bool { return c.first(level) < math.Inf(1) }
				if m.name == nameProx && sigma == 0 {
					enough = func(c course) bool { return c.first(unbiased) < math.Inf(1) }
				}
				courses, err := descend(env, m.name, m.build, problem, m.from, m.rates, sigma, p.most, enough)
				if err != nil {
					return err
				}
				for i, c := range courses {
					r := r.With("sigma", sigma, "method", m.name, "rate", m.rates[i])
					r.Scalar("gradients", c.first(level))
					if m.name == nameProx && sigma == 0 {
						r.Scalar("gradients_unbiased", c.first(unbiased))
					}
				}
				if m.name == nameProx && sigma == 0 {
					if err := e.criteria(env, r, p, problem, delta, level, courses); err != nil {
						return err
					}
				}
				if ctx.Err() != nil {
					return ctx.Err()
				}
			}
			task.Add(1)
		}
	}
	task.Finish()
	return nil
}

// criteria runs the inexact method at the eta that is best with exact solutions.
func (e experiment) criteria(env *study.Env, r *study.Recorder, p plan, problem pair, delta, level float64, exact []course) error {
	tried := false
	for _, d := range p.criterionDeltas {
		tried = tried || d == delta
	}
	if !tried {
		return nil
	}
	best := 0
	for i, c := range exact {
		if c.first(level) < exact[best].first(level) {
			best = i
		}
	}
	r.With("criterion", "exact").Scalar("outer", exact[best].first(level))
	for _, kappa := range kappas {
		courses, err := descend(env, fmt.Sprintf("kappa %v", kappa), e.inexactProx(kappa), problem, fx.Zeros(fx.Float64, dim), proxEtas[best:best+1], 0, p.most,
			func(c course) bool { return c.first(level) < math.Inf(1) })
		if err != nil {
			return err
		}
		c := courses[0]
		outer := c.first(level)
		r := r.With("criterion", kappa)
		r.Scalar("outer", outer)
		n := int(math.Min(outer, float64(len(c.inner))))
		inner, proxy := 0.0, 0.0
		for i := range n {
			inner, proxy = inner+c.inner[i], proxy+c.proxy[i]
		}
		r.Scalar("inner", inner/float64(n))
		r.Scalar("proxy_gradients", proxy)
	}
	return nil
}
