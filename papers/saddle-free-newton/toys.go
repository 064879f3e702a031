package saddlefreenewton

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
)

// Part C: two saddles of two variables, from beside them. The curvature of the
// monkey saddle is proportional to the distance, so that its start is farther.

// toy is a function of (x, y) with a saddle at 0.
type toy struct {
	name string
	f    func(p *fx.Array) *fx.Array
	rate float64 // of gradient descent: at the classical saddle's limit of stability
	from [2]float64
}

const (
	nameClassical = "classical"
	nameMonkey    = "monkey"
	toyDamping    = 0.1
	toyStart      = 1e-3
	toyFar        = 1e3 // where a trajectory ends
)

var toyList = []toy{
	{nameClassical, func(p *fx.Array) *fx.Array {
		return p.Index(0).Square().MulScalar(5).Sub(p.Index(1).Square())
	}, 0.2, [2]float64{toyStart, toyStart}},
	{nameMonkey, func(p *fx.Array) *fx.Array {
		x, y := p.Index(0), p.Index(1)
		return x.Mul(x).Mul(x).Sub(x.Mul(y).Mul(y).MulScalar(3))
	}, 0.2, [2]float64{0.2, 0.02}},
}

// toys records the trajectories of the three methods with the damping 0.1. Newton's
// is written out, because the search would not make its steps towards a saddle once
// they lead uphill.
func (e experiment) toys(env *study.Env) {
	for _, t := range toyList {
		search := optim.NewSaddleFreeNewton[*fx.Array]().DampingSearch
		search.Dampings = []float64{toyDamping}
		free := e.methods.toy(search)
		state := free.Init(fx.Zeros(fx.Float64, 2))
		for _, m := range []struct {
			name string
			step func(p *fx.Array) *fx.Array
		}{
			{nameFree, func(p *fx.Array) *fx.Array {
				next, _, _ := free.Step(t.f, p, state)
				return next
			}},
			{nameNewton, func(p *fx.Array) *fx.Array {
				h := fx.Hessian(t.f)(p).Add(fx.Eye(fx.Float64, 2).MulScalar(toyDamping))
				return p.Sub(fx.Solve(h, fx.Grad(t.f)(p).ExpandDims(1)).Squeeze(1))
			}},
			{nameSGD, func(p *fx.Array) *fx.Array { return p.Sub(fx.Grad(t.f)(p).MulScalar(t.rate)) }},
		} {
			r := env.Record.With("part", "C", "toy", t.name, "method", m.name)
			recordToy(r, t.from, m.step)
		}
	}
}

func recordToy(r *study.Recorder, from [2]float64, step func(p *fx.Array) *fx.Array) {
	p := fx.New(from[:])
	for k := 0; k <= toySteps; k++ {
		v := p.Float64s()
		r.Point("x", float64(k), v[0])
		r.Point("y", float64(k), v[1])
		if p.Norm().Item() > toyFar {
			return
		}
		p = step(p)
	}
}
