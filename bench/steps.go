package bench

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// steps are training steps.
func steps() []workload {
	w := []workload{
		{name: "mlp-adam", about: "784-512-512-10, batch 128, Adam", goal: 0.5, setup: mlpAdam},
		{name: "pinn-f32", about: "Burgers, 4 x 50 tanh, 2000 points, Adam", goal: 0.35, setup: pinn(fx.Float32)},
		{name: "pinn-f64", about: "the same in float64", goal: 0.4, setup: pinn(fx.Float64)},
		{name: "resnet20-momentum", about: "ResNet-20, 64 images of 32 x 32, momentum", goal: 0.75, single: true, setup: resnet20},
		{name: "gpt-adamw", about: "4 layers of 128, 16 texts of 128 places, AdamW", goal: 0.5, setup: gpt},
		{name: "lstm-adam", about: "2 layers of 128, 32 texts of 100 places, Adam", goal: 0.6, setup: lstm},
	}
	for i := range w {
		w[i].train = true
	}
	return w
}

// batch is inputs and labels.
type batch struct{ X, Y *fx.Array }

// fitting is the training step of a rule.
func fitting[P, X any](rule optim.Rule, p P, x X, loss func(p P, x X) *fx.Array) *task {
	type state struct {
		P   P
		Opt optim.State
	}
	opt := optim.FromRule[P](rule)
	return training(func(s state, x X) state {
		p, st, _ := opt.Step(func(p P) *fx.Array { return loss(p, x) }, s.P, s.Opt)
		return state{p, st}
	}, state{p, opt.Init(p)}, x)
}

const (
	mlpBatch   = 128
	mlpClasses = 10
)

var mlpSizes = []int{784, 512, 512, mlpClasses}

func mlpData() batch {
	return batch{normal(1, fx.Float32, mlpBatch, mlpSizes[0]), random.Randint(random.New(2), fx.Int32, 0, mlpClasses, mlpBatch)}
}

func mlpNet() nn.MLP { return nn.NewMLP(random.New(3), mlpSizes, nn.Relu) }

func mlpLoss(net nn.MLP, b batch) *fx.Array {
	return nn.SoftmaxCrossEntropy(net.Apply(b.X), b.Y).Mean()
}

func mlpAdam() *task {
	return fitting(optim.NewAdam(optim.Constant(1e-3)), mlpNet(), mlpData(), mlpLoss)
}

// pinn is a step on the residual u_t + u u_x - nu u_xx of Burgers' equation.
func pinn(d fx.DType) func() *task {
	return func() *task {
		const points, nu = 2000, 0.01
		at := random.Uniform(random.New(1), d, -1, 1, points, 2)
		net := nn.NewMLP(random.New(2), []int{2, 50, 50, 50, 50, 1}, nn.Tanh, nn.LayerOptions{Kernel: nn.GlorotNormal, DType: d})
		along := func(f func(*fx.Array) *fx.Array, axis float64) func(*fx.Array) *fx.Array {
			return func(x *fx.Array) *fx.Array {
				_, slope := fx.JVP(f, x, fx.OneHot(fx.Full(fx.Int32, axis, points), 2, d))
				return slope
			}
		}
		return fitting(optim.NewAdam(optim.Constant(1e-3)), net, at, func(net nn.MLP, x *fx.Array) *fx.Array {
			u := func(x *fx.Array) *fx.Array { return net.Apply(x).Reshape(points) }
			ux := along(u, 0)
			r := along(u, 1)(x).Add(u(x).Mul(ux(x))).Sub(along(ux, 0)(x).MulScalar(nu))
			return r.Square().Mean()
		})
	}
}

func resnet20() *task {
	const images, classes = 64, 10
	type state struct {
		Net nn.ResNet
		Opt optim.State
	}
	opt := optim.NewMomentum(optim.Constant(0.1), 0.9)
	rule := optim.FromRule[nn.ResNet](opt)
	net := nn.NewResNet(random.New(1), 3, classes)
	data := batch{normal(2, fx.Float32, images, 32, 32, 3), random.Randint(random.New(3), fx.Int32, 0, classes, images)}
	return training(func(s state, b batch) state {
		var trained nn.ResNet
		loss := func(net nn.ResNet) *fx.Array {
			logits, next := net.Train(b.X)
			trained = next
			return nn.SoftmaxCrossEntropy(logits, b.Y).Mean()
		}
		net, st, _ := rule.Step(loss, s.Net, s.Opt)
		return state{nn.WithRunning(net, trained), st}
	}, state{net, rule.Init(net)}, data)
}

func gpt() *task {
	const texts, places, vocabulary = 16, 128, 65
	net := nn.NewGPT(random.New(1), nn.GPTOptions{Vocabulary: vocabulary, Context: places, Features: 128, Heads: 4, Blocks: 4})
	tokens := random.Randint(random.New(2), fx.Int32, 0, vocabulary, texts, places+1)
	data := batch{tokens.SliceAxis(1, 0, places), tokens.SliceAxis(1, 1, places+1)}
	return fitting(optim.NewAdamW(optim.Constant(1e-3)), net, data, func(net nn.GPT, b batch) *fx.Array {
		return nn.SoftmaxCrossEntropy(net.Apply(b.X), b.Y).Mean()
	})
}

func lstm() *task {
	const sequences, places, in, hidden, classes = 32, 100, 64, 128, 65
	type model struct {
		LSTM  nn.Recurrent[nn.LSTMState]
		Dense nn.Linear
	}
	net := model{nn.NewLSTM(random.New(1), in, hidden, nn.RecurrentOptions{Layers: 2}), nn.NewLinear(random.New(2), hidden, classes)}
	data := batch{normal(3, fx.Float32, sequences, places, in), random.Randint(random.New(4), fx.Int32, 0, classes, sequences, places)}
	return fitting(optim.NewAdam(optim.Constant(1e-3)), net, data, func(net model, b batch) *fx.Array {
		return nn.SoftmaxCrossEntropy(net.Dense.Apply(net.LSTM.Apply(b.X)), b.Y).Mean()
	})
}

// derivatives are what else one asks of the perceptron.
func derivatives() []workload {
	return []workload{
		{name: "mlp-gradient", about: "the gradient of the perceptron's loss", setup: func() *task {
			type input struct {
				P nn.MLP
				B batch
			}
			return calling(func(in input) nn.MLP {
				return fx.Grad(func(net nn.MLP) *fx.Array { return mlpLoss(net, in.B) })(in.P)
			}, input{mlpNet(), mlpData()})
		}},
		{name: "mlp-hvp", about: "a Hessian-vector product of it", goal: 0.6, setup: func() *task {
			type input struct {
				P, V nn.MLP
				B    batch
			}
			return calling(func(in input) nn.MLP {
				return fx.HVP(func(net nn.MLP) *fx.Array { return mlpLoss(net, in.B) }, in.P, in.V)
			}, input{mlpNet(), nn.NewMLP(random.New(5), mlpSizes, nn.Relu), mlpData()})
		}},
		{name: "mlp-per-example", about: "its gradients by example, Vmap of Grad", goal: 1, setup: func() *task {
			type input struct {
				P nn.MLP
				B batch
			}
			return calling(func(in input) nn.MLP {
				return fx.Vmap(func(b batch) nn.MLP {
					return fx.Grad(func(net nn.MLP) *fx.Array { return nn.SoftmaxCrossEntropy(net.Apply(b.X), b.Y) })(in.P)
				})(in.B)
			}, input{mlpNet(), mlpData()})
		}},
	}
}

// multiples are what one workload may take of another's time.
var multiples = []struct {
	name, of string
	most     float64
}{
	{"mlp-hvp", "mlp-gradient", 2.2},
	{"mlp-per-example", "mlp-gradient", 3},
}
