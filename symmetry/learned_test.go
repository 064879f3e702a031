package symmetry

import (
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// regression is a task like the paper's, smaller: a perceptron of 4 x 4 layers is
// fitted to outputs drawn at random.
func regression(seed uint64) (optim.Loss[nn.MLP], BatchGL, nn.MLP) {
	key := random.New(seed)
	draw := func(n int) *fx.Array { return random.Uniform(random.FoldIn(key, n), fx.Float64, 0, 1, 4, 4) }
	x, y := draw(0), draw(1)
	p := nn.MLP{Activation: leaky}
	for i := range 3 {
		p.Layers = append(p.Layers, nn.Linear{W: draw(2 + i)})
	}
	loss := func(p nn.MLP) *fx.Array { return nn.SquaredError(p.Apply(x), y).Mean() }
	return loss, BatchGL{X: x, Form: FirstOrder, Undo: undo}, p
}

// weights are of the four kinds that the paper compares, small.
func weights(p nn.MLP) map[string]LearnedWeights {
	o := LearnedOptions{Hidden: 6, Cells: 2}
	rates := o
	rates.Rates = [2]float64{1e-4, 0.1}
	tele, upd := NewLSTMTeleporter(random.New(1), p, o), NewLSTMUpdater(random.New(2), p, o)
	return map[string]LearnedWeights{
		"teleport": {Teleporter: tele}, "rate and teleport": {Teleporter: NewLSTMTeleporter(random.New(1), p, rates)},
		"update": {Updater: upd}, "update and teleport": {tele, upd},
	}
}

// TestElements: of the norm asked for, and a rate within its bounds.
func TestElements(t *testing.T) {
	loss, _, p := regression(1)
	l := weights(p)["rate and teleport"].Teleporter
	s := Learned{Weights: LearnedWeights{Teleporter: l}, Action: LinearGL{}}.Init(p).(LearnedState)
	e, rate, next := l.element(fx.Grad(loss)(p), s.Teleporter)
	for i := range e {
		fxtest.MustBeNear(t, "norm", []float64{e[i].Norm().Item()}, []float64{0.01}, 1e-14)
	}
	if r := rate.Item(); r <= 1e-4 || r >= 0.1 {
		t.Errorf("the rate is %v", r)
	}
	if linalg.Norm(next).Item() == 0 {
		t.Error("the state stays at 0")
	}
	// Without gradients all is finite.
	e, _, _ = l.element(linalg.ZerosLike(p), s.Teleporter)
	if !finite(e...).Bools()[0] {
		t.Errorf("zero gradients give %v", e)
	}
}

// TestMetaGradient: the gradient of an unrolled training in what is learned agrees
// with differences, through the action and second derivatives of the loss.
func TestMetaGradient(t *testing.T) {
	loss, action, p := regression(2)
	for name, w := range weights(p) {
		f := func(w LearnedWeights) *fx.Array {
			l := Learned{Weights: w, Action: action, Rate: 0.02}
			return l.Unroll(loss, p, l.Init(p), 3).Losses.Sum()
		}
		x, unravel := linalg.Ravel(w)
		d := normal(5, x.Dim(0))
		along := fx.Jit(func(s *fx.Array) *fx.Array { return f(unravel(x.Add(d.Mul(s)))) })
		const h = 1e-5
		numeric := (along(fx.Scalar(h)).Item() - along(fx.Scalar(-h)).Item()) / (2 * h)
		slope := fx.Jit(fx.Grad(func(s *fx.Array) *fx.Array { return f(unravel(x.Add(d.Mul(s)))) }))(fx.Scalar(0.0)).Item()
		fxtest.MustBeNear(t, name, []float64{slope}, []float64{numeric}, 1e-6)
		if slope == 0 {
			t.Errorf("%s: what is learned has no influence", name)
		}
	}
}

// TestMetaTraining: Adam lowers the losses of the trainings that the learned
// optimizer makes, on the task it learns from.
func TestMetaTraining(t *testing.T) {
	loss, action, p := regression(3)
	for name, w := range weights(p) {
		meta := func(w LearnedWeights) *fx.Array {
			l := Learned{Weights: w, Action: action, Rate: 0.02}
			return l.Unroll(loss, p, l.Init(p), 5).Losses.Sum()
		}
		adam := optim.FromRule[LearnedWeights](optim.NewAdam(optim.Constant(3e-3)))
		type end struct{ First, Last *fx.Array }
		e := fx.Jit(func(w LearnedWeights) end {
			_, _, info := optim.Descend(adam, meta, w, adam.Init(w), 40)
			return end{info.Loss.Index(0), info.Loss.Index(-1)}
		})(w)
		if first, last := e.First.Item(), e.Last.Item(); !(last < 0.9999*first) {
			t.Errorf("%s: the losses go from %g to %g", name, first, last)
		} else {
			t.Logf("%s: %g to %g", name, first, last)
		}
	}
}

func TestLearnedErrors(t *testing.T) {
	_, _, p := regression(1)
	o := LearnedOptions{Hidden: 4, Cells: 1}
	w := weights(p)["update and teleport"]
	fxtest.MustFail(t, "NewReader: 0 cells", func() { NewLSTMUpdater(random.New(1), p, LearnedOptions{Hidden: 4}) })
	fxtest.MustFail(t, "NewLSTMTeleporter: layer 0 has a bias", func() { NewLSTMTeleporter(random.New(1), net(leaky, true), o) })
	fxtest.MustFail(t, "the rates are from 0 to 1", func() { o.Rates[1] = 1; NewLSTMTeleporter(random.New(1), p, o) })
	fxtest.MustFail(t, "Learned: there is a teleporter and no action", func() { Learned{Weights: w}.Init(p) })
	fxtest.MustFail(t, "the rate must be positive; it is 0", func() { Learned{}.Init(p) })
	short := p
	short.Layers = p.Layers[:2]
	fxtest.MustFail(t, "the teleporter is for 2 pairs of layers; the perceptron has 1", func() { Learned{Weights: w, Action: LinearGL{}}.Init(short) })
	w.Teleporter.Pairs = nil
	fxtest.MustFail(t, "the updater is for 3 layers; the perceptron has 2", func() { Learned{Weights: w}.Init(short) })
	fxtest.MustFail(t, "Learned: the state is a int", func() { Learned{Rate: 1}.Step(nil, p, 1) })
}
