package inducedmetric

import (
	"math"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// The gradients of claim 3: random directions of many lengths.
const (
	lengthDim   = 10
	lengthRate  = 0.1
	lengthCount = 61
)

var lengthXis = []float64{0.01, 0.1, 1}

// lengths measures single steps without momentum: whether they go along gamma^-1 g,
// and how long they are.
func (e experiment) lengths(env *study.Env) {
	rms := e.methods.rms
	for range env.Steps("lengths", 1) {
		for _, m := range []struct {
			name string
			rule func(setting) optim.Rule
		}{{namePlain, e.methods.plain}, {nameRMS, rms}} {
			for i, xi := range lengthXis {
				key := random.FoldIn(random.FoldIn(random.New(env.Seed), partLengths), i)
				rule := m.rule(setting{rate: optim.Constant(lengthRate), xi: xi, second: 0.99})
				// From 1e-3 to 1e3, in order.
				sizes := fx.New(data.LogSpaced(lengthCount, 1e6)).MulScalar(1e3).Flip(0)
				directions := random.Normal(key, fx.Float64, lengthCount, lengthDim)
				g := directions.Div(directions.Norm(1).ExpandDims(1)).Mul(sizes.ExpandDims(1))
				u := fx.Jit(fx.Vmap(func(g *fx.Array) *fx.Array {
					p := []*fx.Array{fx.Zeros(fx.Float64, lengthDim)}
					u, _ := rule.Update([]*fx.Array{g}, rule.Init(p), p)
					return u[0]
				}))(g)
				// After one step the second moment is g^2, and gamma = diag(|g| + eps).
				gamma := fx.OnesLike(g)
				if m.name == nameRMS {
					gamma = g.Abs().AddScalar(1e-8)
				}
				natural := g.Div(gamma)
				cosine := u.Mul(natural).Sum(1).Div(u.Norm(1).Mul(natural.Norm(1))).Neg()
				length := u.Square().Mul(gamma).Sum(1).Sqrt()
				r := env.Record.With("method", m.name, "xi", xi)
				r.Scalar("turn", cosine.SubScalar(1).Abs().Max().Item())
				r.Scalar("length", length.Max().Item()*2*math.Sqrt(xi)/lengthRate)
				r.Series("length_of", g.Square().Div(gamma).Sum(1).Sqrt().Float64s(), length.Float64s())
			}
		}
	}
}
