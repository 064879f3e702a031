package classify

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// Network gives logits [n, classes] for images. One that also has a method
//
//	Train(x, key *fx.Array) (logits *fx.Array, next N)
//
// as nn.Sequential has, is trained by it: its layers see the key, and the running
// statistics of next stay with the network.
type Network interface {
	Apply(x *fx.Array) *fx.Array
}

// Choice is what an optimizer may depend on at a step.
type Choice struct {
	// Rate is the learning rate of [Run], a float64 scalar: an argument of the
	// compiled program, which thus serves a whole grid of rates.
	Rate *fx.Array
	// Batch is the minibatch, for methods with a curvature of their own. It is
	// empty when the optimizer is made for Init.
	Batch Images
}

// Schedule is the constant learning rate.
func (c Choice) Schedule() optim.Schedule {
	return func(*fx.Array) *fx.Array { return c.Rate }
}

// Settings are what a trainer is made of.
type Settings[N Network] struct {
	// Optimizer makes the optimizer. Its Init is called outside the compiled
	// program, its Step inside.
	Optimizer func(Choice) optim.Optimizer[N]
	// Loss is the loss of a minibatch, a float scalar; nil is the mean
	// cross-entropy of softmax, in nats.
	Loss func(N, Images) *fx.Array
	// Watch names what is traced of optim.Info.Values.
	Watch []string
}

// Training is what changes while a network is trained.
type Training[N Network] struct {
	Net   N
	State optim.State
}

// Trace is what steps tell of themselves: an entry for each.
type Trace struct {
	// Loss is that of the minibatch, at the parameters before the step.
	Loss []float64
	// Values are what Settings.Watch names.
	Values map[string][]float64
}

// Trainer trains networks with one method. It is compiled for each shape once,
// and safe for concurrent use.
type Trainer[N Network] struct {
	settings Settings[N]
	pass     func(pass[N]) passed[N] // the compiled programs
	exam     func(exam[N]) marks
}

// NewTrainer makes a trainer.
func NewTrainer[N Network](s Settings[N]) *Trainer[N] {
	t := &Trainer[N]{settings: s, exam: fx.Jit(evaluate[N])}
	t.pass = fx.Jit(t.steps)
	return t
}

// Start is a training before its first step.
func (t *Trainer[N]) Start(net N, rate float64) Training[N] {
	return Training[N]{net, t.settings.Optimizer(Choice{Rate: fx.Scalar(rate)}).Init(net)}
}

// pass is what the compiled program takes: the training, and the images with the
// order in which they come, [steps, batch].
type pass[N Network] struct {
	Training   Training[N]
	Images     Images
	Order      *fx.Array
	Rate, Seed *fx.Array
}

// passed is what it gives back, with what every step tells.
type passed[N Network] struct {
	Training Training[N]
	Loss     *fx.Array
	Values   []*fx.Array // in the order of Watch
}

func (t *Trainer[N]) steps(in pass[N]) passed[N] {
	type told struct {
		Loss   *fx.Array
		Values []*fx.Array
	}
	type turn struct{ Order, Number *fx.Array }
	end, all := fx.Scan(func(now Training[N], at turn) (Training[N], told) {
		batch := in.Images.Take(at.Order)
		loss, aux := optim.WithAux(t.loss(batch, random.FoldIn(in.Seed, at.Number)))
		net, state, info := t.settings.Optimizer(Choice{in.Rate, batch}).Step(loss, now.Net, now.State)
		if next := aux(); next != nil {
			net = nn.WithRunning(net, *next)
		}
		return Training[N]{net, state}, told{info.Loss, t.watched(info)}
	}, in.Training, turn{in.Order, fx.Arange(fx.Int32, in.Order.Dim(0))})
	return passed[N]{end, all.Loss, all.Values}
}

// loss is the loss of a minibatch with, where there is one, the network that has
// the running statistics of this pass.
func (t *Trainer[N]) loss(b Images, key *fx.Array) func(N) (*fx.Array, *N) {
	return func(net N) (*fx.Array, *N) {
		if t.settings.Loss != nil {
			return t.settings.Loss(net, b), nil
		}
		if trained, ok := any(net).(interface {
			Train(x, key *fx.Array) (*fx.Array, N)
		}); ok {
			logits, next := trained.Train(b.Pixels, key)
			return nn.SoftmaxCrossEntropy(logits, b.Labels).Mean(), &next
		}
		return nn.SoftmaxCrossEntropy(net.Apply(b.Pixels), b.Labels).Mean(), nil
	}
}

func (t *Trainer[N]) watched(info optim.Info) []*fx.Array {
	values := make([]*fx.Array, len(t.settings.Watch))
	for i, name := range t.settings.Watch {
		v, ok := info.Values[name]
		if !ok {
			panic("classify: the optimizer does not report " + name)
		}
		values[i] = v.AsType(fx.Float64)
	}
	return values
}

// Steps makes the steps of an order, [steps, batch] as data.Batches.Order gives
// it. The key is what layers such as dropout draw from; a step folds its number
// into it.
func (t *Trainer[N]) Steps(now Training[N], set Images, order *fx.Array, rate float64, key *fx.Array) (Training[N], Trace) {
	end := t.pass(pass[N]{now, set, order, fx.Scalar(rate), key})
	trace := Trace{Loss: end.Loss.Float64s()}
	for i, name := range t.settings.Watch {
		if trace.Values == nil {
			trace.Values = map[string][]float64{}
		}
		trace.Values[name] = end.Values[i].Float64s()
	}
	return end.Training, trace
}
