package optim

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
)

// TestPyTorch compares with trajectories that PyTorch made (testdata/pytorch.py).
func TestPyTorch(t *testing.T) {
	raw, err := os.ReadFile("testdata/pytorch.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Start     []float64
		Gradients [][]float64
		Runs      map[string]struct {
			Call       string
			Parameters [][]float64
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	lr := Constant(0.01)
	damped := NewMomentum(lr, 0.9)
	damped.Dampening = 0.9
	rms := func(mu float64, centered bool) RMSProp {
		r := NewRMSProp(lr)
		r.Decay, r.Mu, r.Centered = 0.9, mu, centered
		return r
	}
	adam := NewAdam(lr)
	adam.Beta1, adam.Beta2, adam.Epsilon = 0.5, 0.9, 1e-6
	ams := NewAMSGrad(lr)
	ams.Beta2 = 0.9
	amsw := ams
	amsw.Decay.Value = 0.1
	adagrad := NewAdagrad(lr)
	adagrad.Start = 0.25
	radam := NewRAdam(lr)
	radam.Beta2 = 0.9
	rules := map[string]Rule{
		"sgd":               NewSGD(lr),
		"momentum":          NewMomentum(lr, 0.9),
		"momentum dampened": damped,
		"nesterov":          NewNesterov(lr, 0.9),
		"momentum L2":       Chain(AddDecayedWeights(0.1, nil), NewMomentum(lr, 0.9)),
		"rmsprop":           NewRMSProp(lr),
		"rmsprop momentum":  rms(0.9, false),
		"rmsprop centered":  rms(0, true),
		"adam":              NewAdam(Constant(1e-3)),
		"adam 0.5 0.9":      adam,
		"adam L2":           Chain(AddDecayedWeights(0.1, nil), NewAdam(lr)),
		"amsgrad":           ams,
		"adamw":             NewAdamW(lr),
		"adamw amsgrad":     amsw,
		"adagrad":           adagrad,
		"adadelta":          NewAdadelta(Constant(0.5)),
		"adamax":            NewAdamax(lr),
		"nadam":             NewNAdam(lr),
		"radam":             NewRAdam(lr),
		"radam 0.9":         radam,
		"rprop":             NewRprop(0.01),
	}
	if len(file.Runs) != len(rules) {
		t.Errorf("%d runs in the file and %d rules here", len(file.Runs), len(rules))
	}
	for name, run := range file.Runs {
		r, ok := rules[name]
		if !ok {
			t.Errorf("no rule for %s", name)
			continue
		}
		if w := worst(trajectoryFrom(t, file.Start, r, fx.Float64, file.Gradients, false), run.Parameters); !(w < 1e-12) {
			t.Errorf("%s: off by %g from %s", name, w, run.Call)
		}
	}
}
