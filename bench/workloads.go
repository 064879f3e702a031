package main

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// workload is something to time. setup returns one step of it.
type workload struct {
	name  string
	flops float64 // float operations of the matrix products in a step; 0 if they are not what counts
	bytes float64 // that a step must move through memory; 0 if that is not what counts
	setup func() (step func())
}

// workloads lists everything; peers/torch_peer.py has the same names.
var workloads = []workload{
	{name: "mlp-adam", flops: mlpFlops, setup: mlpAdam},
	{name: "chain", bytes: 3 * 4 * chainLen, setup: chain},
	{name: "matmul-256", flops: 2 * 256 * 256 * 256, setup: matmul(256)},
	{name: "matmul-512", flops: 2 * 512 * 512 * 512, setup: matmul(512)},
	{name: "matmul-1024", flops: 2 * 1024 * 1024 * 1024, setup: matmul(1024)},
}

const batch = 128

// mlpFlops counts the products of a step: forward, and backward to weights and,
// but for the first layer, to inputs.
const mlpFlops = 2 * batch * (3*(784*512+512*512+512*10) - 784*512)

// mlpAdam is a training step of a 784-512-512-10 network.
func mlpAdam() func() {
	type state struct {
		Net nn.MLP
		Opt optim.State
	}
	type input struct {
		State state
		X, Y  *fx.Array
	}
	key := random.New(1)
	x := random.Normal(random.FoldIn(key, 1), fx.Float32, batch, 784)
	y := random.Randint(random.FoldIn(key, 2), fx.Int32, 0, 10, batch)
	opt := optim.FromRule[nn.MLP](optim.NewAdam(optim.Constant(1e-3)))
	net := nn.NewMLP(key, []int{784, 512, 512, 10}, nn.Relu)
	s := state{net, opt.Init(net)}
	train := fx.Jit(func(in input) state {
		loss := func(net nn.MLP) *fx.Array { return nn.SoftmaxCrossEntropy(net.Apply(in.X), in.Y).Mean() }
		net, st, _ := opt.Step(loss, in.State.Net, in.State.Opt)
		return state{net, st}
	}, fx.Donate("State"))
	return func() { s = train(input{s, x, y}) }
}

const chainLen = 4_000_000

// chain is element-wise work on arrays far larger than the caches.
func chain() func() {
	a := random.Normal(random.New(1), fx.Float32, chainLen)
	b := random.Normal(random.New(2), fx.Float32, chainLen)
	f := fx.Jit(func(x [2]*fx.Array) *fx.Array {
		a, b := x[0], x[1]
		return a.Mul(b).Add(a).Tanh().Square().Neg().Exp().Mul(b.Sigmoid())
	})
	return func() { f([2]*fx.Array{a, b}) }
}

func matmul(n int) func() func() {
	return func() func() {
		a := random.Normal(random.New(1), fx.Float32, n, n)
		b := random.Normal(random.New(2), fx.Float32, n, n)
		f := fx.Jit(func(x [2]*fx.Array) *fx.Array { return x[0].MatMul(x[1]) })
		return func() { f([2]*fx.Array{a, b}) }
	}
}
