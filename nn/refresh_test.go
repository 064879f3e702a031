package nn

import (
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
)

// TestRefreshRunning: the statistics are the means over the batches, whatever they
// were before; dropout is off; nothing else changes; and normalisations inside other
// layers are reached.
func TestRefreshRunning(t *testing.T) {
	key := random.New(1)
	net := Sequential{Dropout{Rate: 0.5}, NewBatchNorm(fx.Float32, 3), Sequential{NewLinear(key, 3, 4), NewBatchNorm(fx.Float32, 4)}}
	norm := net[1].(BatchNorm)
	norm.Running.Mean = fx.Full(fx.Float32, 9, 3)
	net[1] = norm
	batches := []*fx.Array{random.Normal(random.New(2), fx.Float32, 20, 3), random.Normal(random.New(3), fx.Float32, 20, 3).AddScalar(2)}
	train := func(n Sequential, x *fx.Array) Sequential {
		_, next := n.Train(x, key)
		return next
	}
	got := RefreshRunning(net, train, slices.Values(batches))
	mean := batches[0].Mean(0).Add(batches[1].Mean(0)).DivScalar(2)
	variance := func(x *fx.Array) *fx.Array { return x.Sub(x.Mean(0)).Square().Sum(0).DivScalar(19) }
	first := got[1].(BatchNorm)
	fxtest.MustBeNear(t, "mean", first.Running.Mean.Float64s(), mean.Float64s(), 1e-6)
	fxtest.MustBeNear(t, "variance", first.Running.Var.Float64s(), variance(batches[0]).Add(variance(batches[1])).DivScalar(2).Float64s(), 1e-5)
	if inner := got[2].(Sequential)[1].(BatchNorm); inner.Running.Mean.Abs().Max().Item() == 0 || inner.Momentum != 0.1 {
		t.Errorf("the inner normalisation is %+v", inner)
	}
	if got[0].(Dropout).Rate != 0.5 || first.Momentum != 0.1 || net[1].(BatchNorm).Running.Mean.Index(0).Item() != 9 {
		t.Error("a setting, or the model itself, has changed")
	}
	deep := NewVGG(key, 1, 2, []int{4, Pool, 4}, fx.Float32)
	images := random.Normal(key, fx.Float32, 5, 4, 4, 1).AddScalar(1)
	fresh := RefreshRunning(deep, func(v VGG, x *fx.Array) VGG {
		_, next := v.Train(x)
		return next
	}, slices.Values([]*fx.Array{images}))
	for i, n := range fresh.Norm {
		if slices.Equal(n.Running.Var.Float64s(), deep.Norm[i].Running.Var.Float64s()) {
			t.Errorf("normalisation %d is as before", i)
		}
	}
	// One batch: inference is then the training pass, up to the unbiased variance.
	y, _ := deep.Train(images)
	if d := fresh.Apply(images).Sub(y).Abs().Max().Item(); d > 0.05*y.Abs().Max().Item() {
		t.Errorf("inference is off by %v", d)
	}
	fxtest.MustFail(t, "nn.RefreshRunning: there are no batches", func() { RefreshRunning(net, train, slices.Values([]*fx.Array{})) })
	fxtest.MustFail(t, "nn.RefreshRunning: there is no training pass", func() { RefreshRunning(net, nil, slices.Values(batches)) })
}
