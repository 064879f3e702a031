package nn_test

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

// A perceptron learns the exclusive or by plain gradient descent.
func Example() {
	x := fx.New([]float32{0, 0, 0, 1, 1, 0, 1, 1}, 4, 2)
	labels := fx.New([]int32{0, 1, 1, 0})
	net := nn.NewMLP(random.New(1), []int{2, 8, 2}, nn.Tanh)
	step := fx.Jit(func(net nn.MLP) nn.MLP {
		gradient := fx.Grad(func(net nn.MLP) *fx.Array {
			return nn.SoftmaxCrossEntropy(net.Apply(x), labels).Mean()
		})(net)
		return fx.Map2(func(p, g *fx.Array) *fx.Array { return p.Sub(g.MulScalar(0.5)) }, net, gradient)
	})
	for range 300 {
		net = step(net)
	}
	fmt.Println(net.Apply(x).ArgMax(-1).Int32s())
	// Output: [0 1 1 0]
}

func ExampleNewConvNet() {
	net := nn.NewConvNet(random.New(0), 28, 28, 1, 10)
	logits := net.Apply(fx.Zeros(fx.Float32, 32, 28, 28, 1))
	fmt.Println(logits.Shape(), nn.ParameterCount(net))
	// Output: [32 10] 105866
}

// PyTorch's initial values, for a comparison with its runs.
func ExampleLayerOptions() {
	torch := nn.LayerOptions{Kernel: nn.TorchUniform, Bias: nn.TorchUniform}
	l := nn.NewLinear(random.New(0), 784, 128, torch)
	fmt.Println(l.W.Shape(), l.W.Abs().Max().Item() <= 1.0/28)
	// Output: [784 128] true
}

// Training normalises by the batch and gathers running statistics; inference
// uses these.
func ExampleBatchNorm() {
	norm := nn.NewBatchNorm(fx.Float64, 1)
	norm.Eps = 0
	x := fx.New([]float64{1, 3}, 2, 1)
	y, norm := norm.Train(x)
	fmt.Println(y.Float64s(), norm.Running.Mean.Float64s(), norm.Running.Var.Float64s())
	// Output: [-1 1] [0.2] [1.1]
}

func ExampleSequential() {
	keys := random.Split(random.New(0), 3)
	net := nn.Sequential{
		nn.NewLinear(keys[0], 4, 16), nn.Func(nn.Relu),
		nn.NewBatchNorm(fx.Float32, 16), nn.Dropout{Rate: 0.5},
		nn.NewLinear(keys[1], 16, 3),
	}
	x := fx.Ones(fx.Float32, 8, 4)
	y, net := net.Train(x, keys[2]) // training: the layers come back changed
	fmt.Println(y.Shape(), net.Apply(x).Shape())
	// Output: [8 3] [8 3]
}

func ExampleSmoothLabels() {
	p := nn.SmoothLabels(fx.OneHot(fx.New([]int32{2}), 4, fx.Float64), 0.1)
	fmt.Println(p)
	// Output: float64[1 4][[0.025 0.025 0.925 0.025]]
}
