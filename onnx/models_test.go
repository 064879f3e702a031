package onnx_test

import (
	"fmt"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/onnx"
	"github.com/fluxion-go/fluxion/random"
)

// imagesLike draws n images.
func imagesLike(n, side, channels int) *fx.Array {
	return random.Uniform(random.New(uint64(n)), fx.Float32, 0, 1, n, side, side, channels)
}

// TestModels compares the models of package nn with ONNX Runtime, float32, to
// a few units of rounding: 2e-5 of the largest output.
func TestModels(t *testing.T) {
	const tolerance = 2e-5
	key := random.New(1)
	var jobs []job
	add := func(list []job) { jobs = append(jobs, list...) }

	mlp := nn.NewMLP(key, []int{6, 16, 16, 3}, nn.Relu)
	vectors := func(n int) *fx.Array { return random.Normal(random.New(uint64(n)), fx.Float32, n, 6) }
	add(makeJob(t, "MLP", tolerance, mlp, func(m nn.MLP, x *fx.Array) *fx.Array { return m.Apply(x) }, vectors(4), vectors(1), vectors(9)))

	cnn := nn.NewConvNet(key, 12, 12, 1, 10)
	add(makeJob(t, "ConvNet", tolerance, cnn, func(m nn.ConvNet, x *fx.Array) *fx.Array { return m.Apply(x) }, imagesLike(3, 12, 1), imagesLike(7, 12, 1)))

	resnet := nn.NewResNet(key, 3, 10, nn.ResNetOptions{Depth: 8, Channels: 8})
	add(makeJob(t, "ResNet-8", tolerance, resnet, func(m nn.ResNet, x *fx.Array) *fx.Array { return m.Apply(x) }, imagesLike(2, 16, 3), imagesLike(5, 16, 3)))

	vgg := nn.NewVGG(key, 3, 10, nn.VGGPlan(11, 4), fx.Float32)
	add(makeJob(t, "VGG-11", tolerance, vgg, func(m nn.VGG, x *fx.Array) *fx.Array { return m.Apply(x) }, imagesLike(2, 32, 3), imagesLike(3, 32, 3)))

	siren := nn.NewSIREN(key, []int{2, 32, 32, 3})
	points := func(n int) *fx.Array { return random.Uniform(random.New(uint64(n)), fx.Float32, -1, 1, n, 2) }
	// Frequencies of 30 and more magnify rounding.
	add(makeJob(t, "SIREN", 2e-4, siren, func(m nn.SIREN, x *fx.Array) *fx.Array { return m.Apply(x) }, points(5), points(11)))

	gpt := nn.NewGPT(key, nn.GPTOptions{Vocabulary: 20, Context: 16, Features: 32, Heads: 4, Blocks: 2})
	tokens := func(n int) *fx.Array { return random.Randint(random.New(uint64(n)), fx.Int32, 0, 20, n, 12) }
	add(makeJob(t, "GPT", tolerance, gpt, func(m nn.GPT, x *fx.Array) *fx.Array { return m.Apply(x) }, tokens(2), tokens(5)))

	unet := nn.NewUNet(key, nn.UNetOptions{Channels: 1, Features: 16, Multipliers: []int{1, 2}, Blocks: 1, Attend: []bool{false, true}, Classes: 3})
	type noisy struct{ X, T, Labels *fx.Array }
	input := func(n int) noisy {
		return noisy{imagesLike(n, 8, 1), random.Uniform(random.New(5), fx.Float32, 0, 100, n), random.Randint(random.New(6), fx.Int32, 0, 3, n)}
	}
	add(makeJob(t, "U-Net", tolerance, unet, func(m nn.UNet, x noisy) *fx.Array { return m.Apply(x.X, x.T, x.Labels) }, input(2), input(3)))

	dit := nn.NewDiT(key, nn.DiTOptions{Height: 8, Width: 8, Channels: 1, Features: 32, Heads: 4, Blocks: 2, Classes: 3})
	add(makeJob(t, "DiT", tolerance, dit, func(m nn.DiT, x noisy) *fx.Array { return m.Apply(x.X, x.T, x.Labels) }, input(2), input(3)))

	up := nn.NewConvTranspose2D(key, [2]int{4, 4}, 3, 5, fx.ConvTransposeOptions{Strides: [2]int{2, 2}})
	add(makeJob(t, "ConvTranspose2D", tolerance, up, func(m nn.ConvTranspose2D, x *fx.Array) *fx.Array { return m.Apply(x) }, imagesLike(2, 5, 3), imagesLike(4, 5, 3)))

	run(t, jobs)
}

// elman is a recurrent network, whose loop becomes ONNX's Scan.
type elman struct{ W, U, B *fx.Array }

// apply maps a sequence [steps, batch, in] to the hidden states at every step.
func (r elman) apply(x *fx.Array, options ...fx.ScanOption) *fx.Array {
	h := fx.Zeros(fx.Float32, x.Dim(1), r.U.Dim(0))
	_, states := fx.Scan(func(h, x *fx.Array) (*fx.Array, *fx.Array) {
		h = x.MatMul(r.W).Add(h.MatMul(r.U)).Add(r.B).Tanh()
		return h, h
	}, h, x, options...)
	return states
}

func TestLoops(t *testing.T) {
	keys := random.Split(random.New(3), 3)
	net := elman{random.Normal(keys[0], fx.Float32, 4, 6), random.Normal(keys[1], fx.Float32, 6, 6).MulScalar(0.3), random.Normal(keys[2], fx.Float32, 6)}
	x := random.Normal(random.New(4), fx.Float32, 7, 2, 4)
	var jobs []job
	jobs = append(jobs, makeJob(t, "forwards", 1e-5, net, func(r elman, x *fx.Array) *fx.Array { return r.apply(x) }, x)...)
	jobs = append(jobs, makeJob(t, "backwards", 1e-5, net, func(r elman, x *fx.Array) *fx.Array { return r.apply(x, fx.Reversed()) }, x)...)
	jobs = append(jobs, makeJob(t, "batch inside", 1e-5, net, func(r elman, x *fx.Array) *fx.Array {
		return r.apply(x.SwapAxes(0, 1)).SwapAxes(0, 1)
	}, random.Normal(random.New(4), fx.Float32, 3, 7, 4), random.Normal(random.New(4), fx.Float32, 5, 7, 4))...)
	jobs = append(jobs, makeJob(t, "without inputs", 1e-5, fx.Scalar(float32(1.5)), func(a, x *fx.Array) *fx.Array {
		y, _ := fx.Scan(func(h, _ *fx.Array) (*fx.Array, *fx.Array) { return h.Mul(a), h }, x, fx.Zeros(fx.Float32, 3))
		return y
	}, x)...)
	choose := func(a, x *fx.Array) *fx.Array {
		return fx.Cond(x.Sum().Greater(fx.Const(0)), func(x *fx.Array) *fx.Array { return x.Mul(a) },
			func(x *fx.Array) *fx.Array { return x.Exp().AddScalar(3) }, x)
	}
	ones := fx.Ones(fx.Float32, 3, 2)
	jobs = append(jobs, makeJob(t, "choice", 1e-6, fx.Scalar(float32(4)), choose, ones, ones.Neg())...)
	run(t, jobs)
}

func Example() {
	net := nn.NewMLP(random.New(0), []int{4, 8, 2}, nn.Relu)
	model, err := onnx.Export(net, func(n nn.MLP, x *fx.Array) *fx.Array { return n.Apply(x) },
		fx.Zeros(fx.Float32, 2, 4), onnx.Options{Batch: "batch"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(model) > 0)
	// Output: true
}
