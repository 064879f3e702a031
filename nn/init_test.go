package nn_test

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

func TestFanOf(t *testing.T) {
	for _, c := range []struct {
		shape []int
		want  nn.Fan
	}{
		{[]int{784, 128}, nn.Fan{In: 784, Out: 128}},
		{[]int{3, 5, 16, 32}, nn.Fan{In: 15 * 16, Out: 15 * 32}},
		{[]int{7, 2, 3}, nn.Fan{In: 14, Out: 21}},
	} {
		if got := nn.FanOf(c.shape...); got != c.want {
			t.Errorf("FanOf(%v) = %+v, want %+v", c.shape, got, c.want)
		}
	}
}

// TestInitialisers checks mean, variance and range against the formulas.
func TestInitialisers(t *testing.T) {
	const in, out = 200, 300
	fan := nn.Fan{In: in, Out: out}
	inf := math.Inf(1)
	// The deviation of a standard normal variable cut to [-2, 2].
	phi := math.Exp(-2) / math.Sqrt(2*math.Pi)
	cut := math.Sqrt(1 - 4*phi/math.Erf(math.Sqrt2))
	for _, c := range []struct {
		name     string
		f        nn.Initializer
		variance float64
		limit    float64 // of the absolute value
	}{
		{"LeCunNormal", nn.LeCunNormal, 1.0 / in, inf},
		{"LeCunTruncated", nn.LeCunTruncated, 1.0 / in, 2 / cut / math.Sqrt(in)},
		{"LeCunUniform", nn.LeCunUniform, 1.0 / in, math.Sqrt(3.0 / in)},
		{"GlorotNormal", nn.GlorotNormal, 2.0 / (in + out), inf},
		{"GlorotTruncated", nn.GlorotTruncated, 2.0 / (in + out), 2 / cut * math.Sqrt(2.0/(in+out))},
		{"GlorotUniform", nn.GlorotUniform, 2.0 / (in + out), math.Sqrt(6.0 / (in + out))},
		{"HeNormal", nn.HeNormal, 2.0 / in, inf},
		{"HeTruncated", nn.HeTruncated, 2.0 / in, 2 / cut * math.Sqrt(2.0/in)},
		{"HeUniform", nn.HeUniform, 2.0 / in, math.Sqrt(6.0 / in)},
		{"TorchUniform", nn.TorchUniform, 1.0 / (3 * in), 1 / math.Sqrt(in)},
		{"Normal", nn.Normal(0.3), 0.09, inf},
		{"Uniform", nn.Uniform(0.3), 0.03, 0.3},
		{"TruncatedNormal", nn.TruncatedNormal(0.3), 0.09 * cut * cut, 0.6},
		{"Zeros", nn.Zeros, 0, 0},
	} {
		for _, d := range []fx.DType{fx.Float32, fx.Float64} {
			a := c.f(random.New(1), d, fan, in, out)
			shapeIs(t, c.name, a, in, out)
			if a.DType() != d {
				t.Fatalf("%s: %v", c.name, a.DType())
			}
			v := a.Float64s()
			mean, variance := moments(v)
			n := float64(len(v))
			if math.Abs(mean) > 4*math.Sqrt(c.variance/n) {
				t.Errorf("%s: mean %v", c.name, mean)
			}
			if math.Abs(variance-c.variance) > 4*c.variance*math.Sqrt(2/n) {
				t.Errorf("%s: variance %v, want %v", c.name, variance, c.variance)
			}
			for _, x := range v {
				if math.Abs(x) > c.limit*(1+1e-6) {
					t.Fatalf("%s: %v is beyond %v", c.name, x, c.limit)
				}
			}
			if !math.IsInf(c.limit, 1) && c.limit > 0 {
				var most float64
				for _, x := range v {
					most = max(most, math.Abs(x))
				}
				if most < 0.99*c.limit {
					t.Errorf("%s: nothing beyond %v, and the limit is %v", c.name, most, c.limit)
				}
			}
		}
	}
	near(t, "Ones", nn.Ones(nil, fx.Float32, fan, 2).Float64s(), []float64{1, 1}, 0)
	near(t, "Constant", nn.Constant(0.25)(nil, fx.Float32, fan, 2).Float64s(), []float64{0.25, 0.25}, 0)
}

// TestDefaultKeepsVariance: through ten linear layers the default keeps the
// signal's size, and TorchUniform loses a factor 3 of variance in each.
func TestDefaultKeepsVariance(t *testing.T) {
	x := sample(1, fx.Float32, 200, 256)
	for _, c := range []struct {
		kernel   nn.Initializer
		variance float64
	}{{nil, 1}, {nn.LeCunUniform, 1}, {nn.TorchUniform, math.Pow(3, -10)}, {nn.HeNormal, 1024}} {
		sizes := []int{256, 256, 256, 256, 256, 256, 256, 256, 256, 256, 256}
		net := nn.NewMLP(random.New(0), sizes, nn.Identity, nn.LayerOptions{Kernel: c.kernel})
		_, v := moments(net.Apply(x).Float64s())
		if r := v / c.variance; r < 0.6 || r > 1.7 {
			t.Errorf("variance %.3g, want about %.3g", v, c.variance)
		}
	}
}

func TestLayersStartAsStated(t *testing.T) {
	key := random.New(7)
	l := nn.NewLinear(key, 4, 3)
	near(t, "bias", l.B.Float64s(), []float64{0, 0, 0}, 0)
	if l.W.DType() != fx.Float32 {
		t.Errorf("kernel %v by default", l.W.DType())
	}
	keys := random.Split(key, 2)
	sameBits(t, "default kernel", l.W, nn.LeCunTruncated(keys[0], fx.Float32, nn.Fan{In: 4, Out: 3}, 4, 3))
	torch := nn.NewLinear(key, 4, 300, nn.LayerOptions{Kernel: nn.TorchUniform, Bias: nn.TorchUniform})
	for _, v := range flat(torch) { // the bias has its kernel's fan
		if math.Abs(v) > 0.5 {
			t.Fatalf("%v is beyond 1/sqrt(4)", v)
		}
	}
	if _, v := moments(torch.B.Float64s()); v < 0.05 {
		t.Errorf("the bias has variance %v, want 1/12", v)
	}
	grouped := nn.NewConv2D(key, [2]int{3, 3}, 4, 100, fx.ConvOptions{Groups: 4}, nn.LayerOptions{Kernel: nn.TorchUniform})
	var most float64
	for _, v := range grouped.W.Float64s() {
		most = max(most, math.Abs(v))
	}
	if most > 1.0/3 || most < 0.33 {
		t.Errorf("a depthwise 3 by 3 kernel has fan in 9; the largest value is %v", most)
	}
	alike := nn.LayerOptions{Kernel: nn.HeNormal, Bias: nn.HeNormal}
	if l := nn.NewLinear(key, 1, 3, alike); l.W.Float64s()[0] == l.B.Float64s()[0] {
		t.Error("kernel and bias start alike")
	}
	m := nn.NewMLP(key, []int{3, 3, 3}, nn.Relu)
	if m.Layers[0].W.Float64s()[0] == m.Layers[1].W.Float64s()[0] {
		t.Error("two layers start alike")
	}
	sameBits(t, "the same key", nn.NewMLP(key, []int{3, 3, 3}, nn.Relu), m)
}
