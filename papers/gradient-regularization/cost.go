package gradientregularization

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// nameReverse is double backpropagation taken literally: the gradient of the
// gradient's norm, by two reverse passes. The library differentiates forward.
const nameReverse = "DB, twice reverse"

// timed are the methods whose steps are timed; plain and F-GR come first.
var timed = []string{namePlain, nameForward, nameDouble, nameReverse}

// width is that of all layers of the perceptrons whose steps are timed.
const width = 256

// cost times a step of each method on perceptrons of so many hidden layers.
func (e experiment) cost(env *study.Env, p plan) {
	for _, depth := range p.depths {
		keys := random.Split(random.New(uint64(depth)), 3)
		sizes := []int{width}
		for range depth {
			sizes = append(sizes, width)
		}
		net := nn.NewMLP(keys[0], append(sizes, 10), nn.Relu)
		x := random.Normal(keys[1], fx.Float32, 128, width)
		labels := random.Randint(keys[2], fx.Int32, 0, 10, 128)
		fx.Eval(net, x, labels)
		loss := func(net nn.MLP) *fx.Array { return nn.SoftmaxCrossEntropy(net.Apply(x), labels).Mean() }
		var programs []func()
		for _, method := range timed {
			step := fx.Jit(func(net nn.MLP) nn.MLP {
				o := stepper(method)
				next, _, _ := o.Step(loss, net, o.Init(net))
				return next
			})
			programs = append(programs, func() { fx.Eval(step(net)) })
		}
		samples := env.Race(fmt.Sprintf("steps of depth %d", depth), p.rounds, programs...)
		for i, seconds := range samples {
			r := env.Record.With("depth", depth, "method", timed[i])
			r.Timing("seconds", seconds.Median())
			r.Timing("over_plain", seconds.Over(samples[0]).Median()) // round by round
			r.Timing("over_forward", seconds.Over(samples[1]).Median())
		}
	}
}

// stepper is a method with gradient descent.
func stepper(method string) optim.Optimizer[nn.MLP] {
	base, half := optim.NewSGD(optim.Constant(0.1)), optim.Constant(0.05)
	switch method {
	case namePlain:
		return optim.FromRule[nn.MLP](base)
	case nameReverse:
		return twiceReverse{optim.FromRule[nn.MLP](base), 0.05}
	}
	return regularized[nn.MLP](base, setting{method: method}.kind(), half, half)
}

// twiceReverse is a step on the loss with the penalty in it.
type twiceReverse struct {
	optim.Optimizer[nn.MLP]
	gamma float64
}

// Step makes one step.
func (o twiceReverse) Step(loss optim.Loss[nn.MLP], net nn.MLP, s optim.State) (nn.MLP, optim.State, optim.Info) {
	return o.Optimizer.Step(func(net nn.MLP) *fx.Array {
		value, grad := fx.ValueAndGrad(loss)(net)
		for _, g := range fx.Leaves(grad) {
			value = value.Add(g.Square().Sum().MulScalar(o.gamma / 2))
		}
		return value
	}, net, s)
}
