package multiobjective_test

import (
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	mo "github.com/fluxion-go/fluxion/multiobjective"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

type batch struct{ X, Y *fx.Array }

func network() (nn.MLP, batch) {
	keys := random.Split(random.New(1), 2)
	net := nn.NewMLP(keys[0], []int{5, 4, 3}, nn.Elu, nn.LayerOptions{})
	return net, batch{random.Normal(keys[1], fx.Float32, 6, 5), fx.New([]int32{0, 1, 2, 0, 1, 2})}
}

func losses(net nn.MLP, b batch) *fx.Array { return nn.SoftmaxCrossEntropy(net.Apply(b.X), b.Y) }

func far(a, b *fx.Array) float64 { return a.Sub(b).Abs().Max().Item() / (1e-30 + b.Abs().Max().Item()) }

// The routes to J and G agree, and the rows are the gradients.
func TestRoutesToTheGramianAgree(t *testing.T) {
	net, b := network()
	f := func(net nn.MLP) *fx.Array { return losses(net, b) }
	one := func(net nn.MLP, x batch) *fx.Array {
		return losses(net, batch{x.X.ExpandDims(0), x.Y.ExpandDims(0)}).Sum()
	}
	j := mo.Jacobian(f, net)
	g := j.MatMul(j.T())
	if d := far(mo.ExampleJacobian(one, net, b), j); d > 1e-5 {
		t.Errorf("ExampleJacobian differs by %g", d)
	}
	if d := far(mo.Gramian(f, net), g); d > 1e-5 {
		t.Errorf("Gramian differs by %g", d)
	}
	if d := far(mo.ExampleGramian(one, net, b), g); d > 1e-5 {
		t.Errorf("ExampleGramian differs by %g", d)
	}
	values, linear := mo.LinearGramian(func(taps []*fx.Array) (*fx.Array, []*fx.Array) {
		h := net.Layers[0].Apply(b.X).Add(taps[0])
		hidden := nn.Elu(h)
		return nn.SoftmaxCrossEntropy(net.Layers[1].Apply(hidden).Add(taps[1]), b.Y), []*fx.Array{b.X, hidden}
	}, fx.Float32, 6, []int{4, 3})
	if d := far(linear, g); d > 1e-5 {
		t.Errorf("LinearGramian differs by %g", d)
	}
	if d := far(values, f(net)); d > 1e-6 {
		t.Errorf("its losses differ by %g", d)
	}
	third := fx.Grad(func(net nn.MLP) *fx.Array { return f(net).Index(2) })(net)
	leaves, _ := optim.Floats(third)
	var flat []*fx.Array
	for _, a := range leaves {
		flat = append(flat, a.Flatten())
	}
	if d := far(j.Index(2), fx.Concatenate(0, flat...)); d > 1e-5 {
		t.Errorf("row 2 is not the gradient of loss 2: %g", d)
	}
}

// With Mean, Jacobian descent is gradient descent on the mean loss.
func TestDescentWithMeanIsGradientDescent(t *testing.T) {
	net, b := network()
	sgd := optim.FromRule[nn.MLP](optim.NewSGD(optim.Constant(0.1)))
	d := mo.Descent[nn.MLP, batch]{Losses: losses, Weighting: mo.Mean(), Optimizer: sgd}.Compile()
	p, s, seen, err := d.Step(net, d.Init(net), b, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = s
	want, _, _ := sgd.Step(func(net nn.MLP) *fx.Array { return losses(net, b).Mean() }, net, sgd.Init(net))
	for i, a := range fx.Leaves(p) {
		if r := far(a, fx.Leaves(want)[i]); r > 1e-6 {
			t.Errorf("leaf %d differs by %g", i, r)
		}
	}
	if c := seen.Cosine(); math.Abs(c-1) > 1e-6 {
		t.Errorf("the cosine with the mean gradient is %g", c)
	}
}

// UPGrad improves every example's loss, as long as the step is short.
func TestDescentWithUPGradImprovesEveryExample(t *testing.T) {
	net, b := network()
	d := mo.Descent[nn.MLP, batch]{Losses: losses, Weighting: mo.UPGrad(mo.ConeOptions{Ridge: 1e-6}),
		Optimizer: optim.FromRule[nn.MLP](optim.NewSGD(optim.Constant(1e-3)))}.Compile()
	p, _, _, err := d.Step(net, d.Init(net), b, nil)
	if err != nil {
		t.Fatal(err)
	}
	if rise := losses(p, b).Sub(losses(net, b)).Max().Item(); rise > 1e-6 {
		t.Errorf("a loss rises by %g", rise)
	}
}

func TestDescentReportsGradientsThatAreNotFinite(t *testing.T) {
	net, b := network()
	b.X = b.X.MulScalar(math.Inf(1))
	d := mo.Descent[nn.MLP, batch]{Losses: losses, Weighting: mo.Mean(), Optimizer: optim.FromRule[nn.MLP](optim.NewSGD(optim.Constant(0.1)))}.Compile()
	if _, _, _, err := d.Step(net, d.Init(net), b, nil); err == nil || !strings.Contains(err.Error(), "not finite") {
		t.Errorf("error %v", err)
	}
}

// Heads get their own gradients; the shared part the aggregated one.
func TestMTLGradient(t *testing.T) {
	type tasks = mo.Tasks[*fx.Array, *fx.Array]
	at := tasks{fx.New([]float64{1, 2}), []*fx.Array{fx.New([]float64{3, 0}), fx.New([]float64{-1, 1})}}
	losses := func(m tasks) *fx.Array { return fx.Stack(0, m.Shared.Dot(m.Heads[0]), m.Shared.Dot(m.Heads[1])) }
	g, err := mo.MTLGradient(losses, at, mo.UPGrad(mo.ConeOptions{}), nil)
	if err != nil {
		t.Fatal(err)
	}
	// The gradients by the shared part are the heads: (3, 0) and (-1, 1).
	for i, pair := range [][2]*fx.Array{
		{g.Shared, fx.New([]float64{0.75, 1.25})}, {g.Heads[0], at.Shared}, {g.Heads[1], at.Shared},
	} {
		if r := far(pair[0], pair[1]); r > 1e-9 {
			t.Errorf("part %d is %v, want %v", i, pair[0].Float64s(), pair[1].Float64s())
		}
	}
}
