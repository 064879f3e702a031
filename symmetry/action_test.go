package symmetry

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
)

// TestInvariance: the loss stays on the batch; on other data it stays for the
// actions that are symmetries of all data, and only for them. Parameters and
// gradients do move.
func TestInvariance(t *testing.T) {
	x, other := normal(2, 4, 6), normal(3, 9, 6)
	for _, c := range exactActions(x) {
		e := element(c.action, c.net, 10, 0.3)
		if r := must[Change](t)(Check(c.action, e, c.net, lossOn(x))).Relative(); r > 1e-12 {
			t.Errorf("%s: the loss on the batch changes by %.2g", c.name, r)
		}
		r := must[Change](t)(Check(c.action, e, c.net, lossOn(other))).Relative()
		if c.allData != (r < 1e-12) {
			t.Errorf("%s: the loss on other data changes by %.2g", c.name, r)
		}
		moved := c.action.Apply(e, c.net)
		before, _ := linalg.Ravel(c.net)
		after, _ := linalg.Ravel(moved)
		if after.Sub(before).Norm().Item() < 0.1 {
			t.Errorf("%s: the parameters hardly move", c.name)
		}
		zero, _ := linalg.Ravel(c.action.Apply(c.action.Zero(c.net), c.net))
		if c.allData {
			fxtest.MustBeNear(t, c.name+": identity", zero.Float64s(), before.Float64s(), 1e-15)
		}
		compiled, _ := linalg.Ravel(fx.Jit(func(e []*fx.Array) nn.MLP { return c.action.Apply(e, c.net) })(e))
		fxtest.MustBeNear(t, c.name+": compiled", compiled.Float64s(), after.Float64s(), 0)
	}
}

// TestSubgroup: exp((r+s) m) acts as exp(r m) after exp(s m).
func TestSubgroup(t *testing.T) {
	x := normal(2, 4, 6)
	for _, c := range exactActions(x) {
		m := element(c.action, c.net, 20, 0.5)
		act := func(s float64, p nn.MLP) nn.MLP { return c.action.Apply(c.action.Exp(m, fx.Scalar(s)), p) }
		at := act(0.3, c.net)
		once, _ := linalg.Ravel(act(0.4, at))
		both, _ := linalg.Ravel(act(0.7, c.net))
		fxtest.MustBeNear(t, c.name, once.Float64s(), both.Float64s(), 1e-9)
	}
}

// TestAscentIsTheDerivative: of the squared norm of the gradient after the action,
// against differences; for the batch actions the pseudo-inverse is part of it.
func TestAscentIsTheDerivative(t *testing.T) {
	x := normal(2, 4, 6)
	const h = 1e-5
	for _, c := range exactActions(x) {
		loss := lossOn(x)
		jump := NewTeleport(c.action, GradNorm[nn.MLP]())
		_, slope := jump.Ascent(loss, c.net)
		m := element(c.action, c.net, 30, 1)
		at := func(s float64) float64 {
			return jump.Objective(loss, c.action.Apply(linalg.Scale(fx.Const(s), m), c.net)).Item()
		}
		fxtest.MustBeNear(t, c.name, []float64{linalg.Dot(slope, m).Item()}, []float64{(at(h) - at(-h)) / (2 * h)}, 1e-7)
	}
}

// TestFirstOrder: its error is of second order.
func TestFirstOrder(t *testing.T) {
	x := normal(2, 4, 6)
	a, p := BatchGL{X: x, Form: FirstOrder, Undo: undo}, net(leaky, false)
	change := func(size float64) float64 {
		return must[Change](t)(Check[nn.MLP](a, element(a, p, 10, size), p, lossOn(x))).Relative()
	}
	if ratio := change(1e-3) / change(5e-4); math.Abs(ratio-4) > 0.1 {
		t.Errorf("half an element has 1/%.3g of the error; want a quarter", ratio)
	}
}

// TestProjectionOfLargeBatches: the next layer is the least-squares fit: what is
// left is orthogonal to the new activations.
func TestProjectionOfLargeBatches(t *testing.T) {
	x := normal(2, 40, 6)
	p := nn.MLP{Activation: leaky, Layers: net(leaky, false).Layers[:2]}
	a := BatchGL{X: x}
	moved := a.Apply(element(a, p, 10, 0.3), p)
	left := moved.Apply(x).Sub(p.Apply(x))
	if left.Norm().Item() < 1e-2 {
		t.Error("40 examples are kept by 5 units")
	}
	now := leaky(moved.Layers[0].Apply(x))
	if worst := now.T().MatMul(left).Abs().Max().Item(); worst > 1e-12 {
		t.Errorf("the residual has a product of %g with the activations", worst)
	}
}

// TestCheckElement: elements and batches that do not do, with what is wrong.
func TestCheckElement(t *testing.T) {
	x := normal(2, 4, 6)
	singular := func(a Action[nn.MLP], p nn.MLP) []*fx.Array {
		e := a.Zero(p)
		e[1] = fx.Eye(fx.Float64, 4).Neg()
		return e
	}
	twice := fx.Concatenate(0, x.SliceAxis(0, 0, 2), x.SliceAxis(0, 0, 2))
	inverse := BatchGL{X: x, Form: Inverse, Undo: undo}
	repeated := BatchGL{X: twice, Form: Inverse, Undo: undo}
	wrong := BatchGL{X: x, Form: Inverse, Undo: leaky}
	projected := BatchGL{X: twice}
	p, linear := net(leaky, false), net(nn.Identity, false)
	huge := PositiveScaling{}.Zero(p)
	huge[0] = fx.Full(fx.Float64, 1000, 5)
	cases := []struct {
		action  Action[nn.MLP]
		element []*fx.Array
		net     nn.MLP
		want    string
	}{
		{LinearGL{}, singular(LinearGL{}, linear), linear, "the matrix g = I + t of pair 1 is singular to working precision"},
		{inverse, singular(inverse, p), p, "the matrix g = I + t of pair 1 is singular"},
		{repeated, repeated.Zero(p), p, "the activations of pair 0 have rank 2 on 4 examples; the form inverse is exact at full rank only"},
		{projected, element(projected, p, 1, 0.1), p, "rank 2 on 4 examples; the form projection"},
		{wrong, wrong.Zero(p), p, "Undo is not the inverse of the activation"},
		{PositiveScaling{}, huge, p, "the loss is NaN after the action"},
	}
	for _, c := range cases {
		_, err := Check(c.action, c.element, c.net, lossOn(x))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%T: %v; want %q", c.action, err, c.want)
		}
	}
}

func TestActionErrors(t *testing.T) {
	x := normal(2, 8, 6)
	p := net(leaky, false)
	mustFail := func(want string, a Action[nn.MLP], p nn.MLP) {
		t.Helper()
		fxtest.MustFail(t, want, func() { a.Apply(a.Zero(p), p) })
	}
	mustFail("PositiveScaling: the activation f is not positively homogeneous", PositiveScaling{}, net(nn.Tanh, false))
	mustFail("LinearGL: the activation is not the identity", LinearGL{}, p)
	mustFail("BatchGL: the form inverse needs the inverse of the activation, Undo", BatchGL{X: x, Form: Inverse}, p)
	mustFail("BatchGL: the form inverse cannot be exact on 8 examples: pair 0 of layers has room for 6", BatchGL{X: x, Form: Inverse, Undo: undo, RequireExact: true}, p)
	mustFail("BatchGL: the form projection cannot be exact on 8 examples: pair 0 of layers has room for 5", BatchGL{X: x, RequireExact: true}, p)
	mustFail("BatchGL: the batch is nil; it must be float64[n, 6]", BatchGL{}, p)
	mustFail("BatchGL: the batch is float64[8 5]; it must be float64[n, 6]", BatchGL{X: normal(1, 8, 5)}, p)
	mustFail("BatchGL: form 7 is none of", BatchGL{X: x, Form: 7}, p)
	mustFail("LinearGL: a perceptron of 1 layers; an element acts between two", LinearGL{}, nn.MLP{Activation: nn.Identity, Layers: p.Layers[:1]})
	mustFail("the kernel of layer 0 is nil", LinearGL{}, nn.MLP{Activation: nn.Identity, Layers: make([]nn.Linear, 2)})
	mustFail("layer 0 gives 5 features and layer 1 takes 3", LinearGL{}, nn.MLP{Activation: nn.Identity, Layers: []nn.Linear{p.Layers[0], {W: normal(1, 3, 2)}}})
	a := PositiveScaling{}
	fxtest.MustFail(t, "the element has 1 arrays; those of this action have 2", func() { a.Apply(a.Zero(p)[:1], p) })
	fxtest.MustFail(t, "array 1 of the element is float64[3]; it must be float64[4]", func() { a.Apply([]*fx.Array{fx.Zeros(fx.Float64, 5), fx.Zeros(fx.Float64, 3)}, p) })
	if s := fmt.Sprint(Projection, Inverse, FirstOrder); s != "projection inverse first order" {
		t.Error(s)
	}
}

// TestWithin: an action on a part leaves the rest alone.
func TestWithin(t *testing.T) {
	type model struct {
		Scale *fx.Array
		Head  nn.MLP
	}
	a := Within(Action[nn.MLP](LinearGL{}), func(m model) nn.MLP { return m.Head }, func(m model, h nn.MLP) model { m.Head = h; return m })
	m := model{fx.Scalar(2.0), net(nn.Identity, false)}
	x := normal(2, 4, 6)
	loss := func(m model) *fx.Array { return lossOn(x.Mul(m.Scale))(m.Head) }
	e := element(LinearGL{}, m.Head, 3, 0.3)
	if r := must[Change](t)(Check(a, e, m, loss)).Relative(); r > 1e-12 {
		t.Errorf("the loss changes by %g", r)
	}
	if a.Apply(e, m).Scale != m.Scale {
		t.Error("the scale is another array")
	}
	e[0] = fx.Eye(fx.Float64, 5).Neg()
	if _, err := Check(a, e, m, loss); err == nil || !strings.Contains(err.Error(), "pair 0 is singular") {
		t.Error(err)
	}
	k := a.Exp(e, fx.Scalar(0.5))
	fxtest.MustBeNear(t, "exp", k[0].Float64s(), LinearGL{}.Exp(e, fx.Scalar(0.5))[0].Float64s(), 0)
}
