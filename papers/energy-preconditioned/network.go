package energypreconditioned

import (
	"context"
	"math"

	"github.com/fluxion-go/fluxion/curvature"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part E: a physics-informed network, u(x) on [0, 1] with -u'' = π² sin πx and
// u(0) = u(1) = 0, by Gauss-Newton on the residuals.

const (
	netWidth   = 16
	netPoints  = 40
	netDamping = 1e-6
	netShift   = 1e4 // c; the first loss is about 25
	netDescent = 20  // steps of other methods for one of Gauss-Newton
)

var (
	netSteps  = []float64{0.1, 0.3, 1}
	adamRates = []float64{1e-3, 3e-3, 1e-2, 3e-2}
)

// physics is the vector of residuals [netPoints + 2] of a network's parameters
// as a vector, and first parameters. Half its square is the loss.
func physics() (residual func(v *fx.Array) *fx.Array, start *fx.Array) {
	key := random.FoldIn(random.New(0), partNetwork)
	net := nn.NewMLP(key, []int{1, netWidth, 1}, nn.Tanh, nn.LayerOptions{DType: fx.Float64})
	vector, model := linalg.Ravel(net)
	x := fx.Linspace(fx.Float64, 0.5/netPoints, 1-0.5/netPoints, netPoints)
	source := x.MulScalar(math.Pi).Sin().MulScalar(math.Pi * math.Pi)
	return func(v *fx.Array) *fx.Array {
		m := model(v)
		u := func(x *fx.Array) *fx.Array { return m.Apply(x.Reshape(1, 1)).Reshape() }
		bend := fx.Vmap(fx.Grad(func(x *fx.Array) *fx.Array { return fx.Grad(u)(x) }))(x)
		ends := fx.Vmap(u)(fx.New([]float64{0, 1}))
		return fx.Concatenate(0, bend.Add(source).MulScalar(1/math.Sqrt(netPoints)), ends.MulScalar(10))
	}, vector
}

// trainNetwork compares AEPG and a fixed step, both with Gauss-Newton, and Adam,
// which gets netDescent times as many steps.
func (e experiment) trainNetwork(ctx context.Context, env *study.Env, p plan) error {
	if p.network == 0 {
		return nil
	}
	residual, start := physics()
	loss := func(v *fx.Array) *fx.Array { return residual(v).Square().Sum().MulScalar(0.5) }
	t := curvature.NaturalGradient[*fx.Array]{State: residual, Damping: netDamping}.At
	norm := normOf(env)
	methods := []struct {
		name  string
		etas  []float64
		steps int
		make  func(eta *fx.Array) optimizer
	}{
		{nameAEPG, netSteps, p.network, func(eta *fx.Array) optimizer {
			return watched{e.methods.aepg(setting{eta: eta, c: netShift, precondition: t, norm: norm}), netShift, t, norm}
		}},
		{nameFixed, netSteps, p.network, func(eta *fx.Array) optimizer { return fixed{eta: eta, precondition: t} }},
		{nameAdam, adamRates, netDescent * p.network, func(eta *fx.Array) optimizer {
			return optim.FromRule[*fx.Array](optim.NewAdam(func(*fx.Array) *fx.Array { return eta }))
		}},
	}
	for i := range env.Steps("network", len(methods)) {
		m := methods[i]
		for j, r := range descend(loss, start, m.steps, m.make)(fx.New(m.etas)).runs() {
			rec := env.Record.With("problem", "network", "method", m.name, "eta", m.etas[j])
			r.record(rec, tolerance, netShift, len(r.loss))
			curve(rec, "loss", r.loss, math.Inf(1))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
