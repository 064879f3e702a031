package nn_test

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
)

// TestActivations compares with the formulas, and derivatives with differences.
func TestActivations(t *testing.T) {
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	softplus := func(x float64) float64 { return math.Log1p(math.Exp(x)) }
	x := []float64{-5, -2.2, -1, -0.3, 0.2, 1, 2.5, 5.9, 6.3}
	for _, c := range []struct {
		name string
		f    func(*fx.Array) *fx.Array
		want func(float64) float64
	}{
		{"Identity", nn.Identity, func(x float64) float64 { return x }},
		{"Relu", nn.Relu, func(x float64) float64 { return max(x, 0) }},
		{"Relu6", nn.Relu6, func(x float64) float64 { return min(max(x, 0), 6) }},
		{"LeakyRelu", nn.LeakyRelu, func(x float64) float64 { return max(x, 0.01*x) }},
		{"Elu", nn.Elu, func(x float64) float64 {
			if x > 0 {
				return x
			}
			return math.Expm1(x)
		}},
		{"Selu", nn.Selu, func(x float64) float64 {
			if x > 0 {
				return 1.0507009873554805 * x
			}
			return 1.0507009873554805 * 1.6732632423543772 * math.Expm1(x)
		}},
		{"Gelu", nn.Gelu, func(x float64) float64 { return x / 2 * math.Erfc(-x/math.Sqrt2) }},
		{"GeluTanh", nn.GeluTanh, func(x float64) float64 {
			return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
		}},
		{"Silu", nn.Silu, func(x float64) float64 { return x * sigmoid(x) }},
		{"Mish", nn.Mish, func(x float64) float64 { return x * math.Tanh(softplus(x)) }},
		{"Softplus", nn.Softplus, softplus},
		{"Sigmoid", nn.Sigmoid, sigmoid},
		{"Tanh", nn.Tanh, math.Tanh},
	} {
		want := make([]float64, len(x))
		for i, v := range x {
			want[i] = c.want(v)
		}
		near(t, c.name, c.f(fx.New(x)).Float64s(), want, 1e-13)
		checkGradient(t, c.name, func(x *fx.Array) *fx.Array { return c.f(x).Sum() }, fx.New(x))
		for _, v := range c.f(fx.New([]float64{-1e4, 1e4})).Float64s() {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("%s overflows: %v", c.name, v)
			}
		}
	}
	e := math.E
	p := []float64{1 / (1 + e), e / (1 + e), 0.5, 0.5}
	near(t, "Softmax", nn.Softmax(fx.New([]float64{0, 1, 700, 700}, 2, 2)).Float64s(), p, 1e-15)
	near(t, "LogSoftmax", nn.LogSoftmax(fx.New([]float64{0, 1, 700, 700}, 2, 2)).Float64s(),
		[]float64{math.Log(p[0]), math.Log(p[1]), -math.Ln2, -math.Ln2}, 1e-15)
}

// TestSeluConstants solves for the fixed point: mean 0 and variance 1 of a
// standard normal input stay, in the integrals of the paper's appendix.
func TestSeluConstants(t *testing.T) {
	const n = 200000
	slope, limit := nn.Selu(fx.Scalar(1.0)).Item(), nn.Selu(fx.Scalar(-1000.0)).Item()
	var mean, square float64
	for i := range n { // the midpoint rule on [-9, 9]
		x := -9 + 18*(float64(i)+0.5)/n
		w := math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) * 18 / n
		y := slope * x
		if x < 0 {
			y = limit * -math.Expm1(x)
		}
		mean += w * y
		square += w * y * y
	}
	if math.Abs(mean) > 1e-9 || math.Abs(square-1) > 1e-9 {
		t.Errorf("mean %v, mean square %v; want 0 and 1", mean, square)
	}
}
