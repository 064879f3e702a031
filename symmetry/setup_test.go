package symmetry

import (
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

func leaky(x *fx.Array) *fx.Array { return x.LeakyRelu(0.1) }
func undo(x *fx.Array) *fx.Array  { return x.LeakyRelu(10) }

func normal(seed uint64, shape ...int) *fx.Array {
	return random.Normal(random.New(seed), fx.Float64, shape...)
}

// net is a perceptron of 6, 5, 4 and 3 units.
func net(act func(*fx.Array) *fx.Array, bias bool) nn.MLP {
	o := nn.LayerOptions{DType: fx.Float64, NoBias: !bias, Kernel: nn.Normal(0.7)}
	if bias {
		o.Bias = nn.Normal(0.5)
	}
	return nn.NewMLP(random.New(1), []int{6, 5, 4, 3}, act, o)
}

// lossOn is the cross-entropy on n examples drawn from a seed.
func lossOn(x *fx.Array) optim.Loss[nn.MLP] {
	labels := fx.Arange(fx.Int32, x.Dim(0)).Rem(fx.Scalar(int32(3)))
	return func(p nn.MLP) *fx.Array { return nn.SoftmaxCrossEntropy(p.Apply(x), labels).Mean() }
}

// element is one near the identity: its coordinates are normal, times size.
func element(a Action[nn.MLP], p nn.MLP, seed uint64, size float64) []*fx.Array {
	t := a.Zero(p)
	for i := range t {
		t[i] = normal(seed+uint64(i), t[i].Shape()...).MulScalar(size)
	}
	return t
}

// exactActions are the actions that keep the outputs on four examples x exactly,
// with a network for each.
func exactActions(x *fx.Array) []struct {
	name    string
	action  Action[nn.MLP]
	net     nn.MLP
	allData bool
} {
	return []struct {
		name    string
		action  Action[nn.MLP]
		net     nn.MLP
		allData bool
	}{
		{"scaling", PositiveScaling{}, net(leaky, false), true},
		{"scaling with biases", PositiveScaling{}, net(nn.Relu, true), true},
		{"linear", LinearGL{}, net(nn.Identity, true), true},
		{"inverse", BatchGL{X: x, Form: Inverse, Undo: undo, RequireExact: true}, net(leaky, false), false},
		{"inverse with biases", BatchGL{X: x, Form: Inverse, Undo: undo}, net(leaky, true), false},
		{"projection", BatchGL{X: x, RequireExact: true}, net(leaky, false), false},
		{"projection, tanh", BatchGL{X: x}, net(nn.Tanh, true), false},
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
