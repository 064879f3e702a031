package laprop

import (
	"context"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
)

func TestWatched(t *testing.T) {
	p := []*fx.Array{fx.New([]float32{1, 2}, 2), fx.Scalar(3.0)}
	w := watched{optim.Scale(-2)}
	state := w.Init(p)
	for _, g := range [][]float64{{1, -3, 2}, {0.5, 0.5, -4}, {1, 1, 1}} {
		var u []*fx.Array
		u, state = w.Update([]*fx.Array{fx.New(g[:2], 2).AsType(fx.Float32), fx.Scalar(g[2])}, state, p)
		if got := u[1].Item(); got != -2*g[2] {
			t.Errorf("update %v of gradient %v: the rule's is changed", got, g[2])
		}
	}
	if got := state.(watchedState).Largest.Item(); got != 8 {
		t.Errorf("largest %v, want 8", got)
	}
}

// TestTuning: the rate with the lowest loss is chosen, for every method, and is
// used.
func TestTuning(t *testing.T) {
	o := small(t, published, []uint64{0}, 1, map[string]string{"tune": "yes", "epochs": "1", "limit": "100"})
	common := o.Results.Common
	for _, method := range []string{nameLaProp, nameAdam, nameUsualAdam} {
		chosen := common.Scalar("rate", "network", shallowName, "method", method, "mu", 0.9, "nu", 0.999)
		loss := func(rate float64) float64 {
			return common.Scalar("tuning_loss", "network", shallowName, "method", method, "mu", 0.9, "nu", 0.999, "at", rate)
		}
		for _, rate := range rateGrid {
			if loss(rate) < loss(chosen) {
				t.Errorf("%s: rate %v is chosen with loss %v, but %v has %v", method, chosen, loss(chosen), rate, loss(rate))
			}
		}
	}
	plain := small(t, published, []uint64{0}, 1, map[string]string{"epochs": "1", "limit": "100"})
	labels := []any{"network", shallowName, "method", nameLaProp, "mu", 0.9, "nu", 0.5}
	same := common.Scalar("rate", labels...) == shallowRate
	if got := o.Results.First().Scalar("train_loss", labels...) == plain.Results.First().Scalar("train_loss", labels...); got != same {
		t.Errorf("rate %v is chosen, %v is the network's own, and the same loss as without tuning: %v", common.Scalar("rate", labels...), shallowRate, got)
	}
}

func TestDataErrors(t *testing.T) {
	p := Paper()
	_, err := study.Run(context.Background(), study.Request{Paper: p, Scale: study.Quick, Data: "mnist", Dir: t.TempDir(),
		Set: map[string]string{"limit": "100"}})
	if err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("MNIST without a folder: %v; want advice that names --data-dir", err)
	}
}
