package hessianspectrum

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
)

const rate, momentum = 0.1, 0.9 // of all trainings for spectra

// training is a network on its way: what the compiled program takes. X is [n,
// features], Labels [n], and Order [steps, batch], or nil for steps with all
// examples.
type training struct {
	Net    nn.MLP
	State  optim.State
	X      *fx.Array
	Labels *fx.Array
	Order  *fx.Array
	Decay  *fx.Array // weight decay, a scalar: adds Decay/2 |w|^2 to the loss
	Steps  int
}

// trainer is gradient descent, compiled once for each shape.
type trainer struct {
	optimizer optim.Optimizer[nn.MLP]
	run       func(training) place
}

// place is where a training has come.
type place struct {
	Net   nn.MLP
	State optim.State
}

func newTrainer(rule optim.Rule) *trainer {
	t := &trainer{optimizer: optim.FromRule[nn.MLP](rule)}
	t.run = fx.Jit(t.descend)
	return t
}

// fullBatch is the trainer of the networks whose spectra are taken.
func fullBatch(env *study.Env) (*trainer, error) {
	return study.Once(env, "full batch", func() (*trainer, error) {
		return newTrainer(optim.NewMomentum(optim.Constant(rate), momentum)), nil
	})
}

func (t *trainer) start(net nn.MLP) optim.State { return t.optimizer.Init(net) }

// steps makes steps with all examples.
func (t *trainer) steps(net nn.MLP, s optim.State, x, labels *fx.Array, decay float64, n int) (nn.MLP, optim.State) {
	end := t.run(training{Net: net, State: s, X: x, Labels: labels, Decay: fx.Scalar(decay).AsType(x.DType()), Steps: n})
	return end.Net, end.State
}

func (t *trainer) descend(in training) place {
	step := func(at place, x, labels *fx.Array) place {
		loss := func(net nn.MLP) *fx.Array {
			l := nn.SoftmaxCrossEntropy(net.Apply(x), labels).Mean()
			return l.Add(squaredNorm(net).Mul(in.Decay).MulScalar(0.5))
		}
		net, state, _ := t.optimizer.Step(loss, at.Net, at.State)
		return place{net, state}
	}
	from := place{in.Net, in.State}
	if in.Order == nil {
		end, _ := fx.Scan(func(at place, _ struct{}) (place, struct{}) {
			return step(at, in.X, in.Labels), struct{}{}
		}, from, struct{}{}, fx.Length(in.Steps))
		return end
	}
	end, _ := fx.Scan(func(at place, batch *fx.Array) (place, struct{}) {
		return step(at, in.X.Take(batch, 0), in.Labels.Take(batch, 0)), struct{}{}
	}, from, in.Order)
	return end
}

// squaredNorm is |w|^2 over all parameters.
func squaredNorm(net nn.MLP) *fx.Array {
	var sum *fx.Array
	for _, leaf := range fx.Leaves(net) {
		if s := leaf.Square().Sum(); sum == nil {
			sum = s
		} else {
			sum = sum.Add(s)
		}
	}
	return sum
}
