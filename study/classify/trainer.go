package classify

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// Network gives logits [n, classes] for images, or [n, ..., classes] for labels
// [n, ...]. One that also has a method
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
	// Batch is the minibatch, of a stream the first of the step, for methods with a
	// curvature of their own. It is empty when the optimizer is made for Init.
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
	// Stream, in place of Optimizer, makes one whose step consumes several
	// minibatches: always the same number, whatever the choice. A pass over the
	// images is then as many minibatches, and gradients, as for any other method,
	// in fewer steps. The running statistics are those of a step's first minibatch.
	Stream func(Choice) optim.StreamOptimizer[N]
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
	batches  int                     // minibatches of a step
	pass     func(pass[N]) passed[N] // the compiled programs
	exam     func(exam[N]) marks
}

// NewTrainer makes a trainer. It panics unless the settings have one of Optimizer and
// Stream.
func NewTrainer[N Network](s Settings[N]) *Trainer[N] {
	if (s.Optimizer == nil) == (s.Stream == nil) {
		panic("classify: the settings need either Optimizer or Stream")
	}
	t := &Trainer[N]{settings: s, batches: 1, exam: fx.Jit(evaluate[N])}
	if s.Stream != nil {
		t.batches = s.Stream(Choice{Rate: fx.Scalar(0.0)}).Batches()
	}
	t.pass = fx.Jit(t.steps)
	return t
}

// optimizer is the one for a choice.
func (t *Trainer[N]) optimizer(c Choice) optim.StreamOptimizer[N] {
	if t.settings.Stream != nil {
		return t.settings.Stream(c)
	}
	return optim.AsStream(t.settings.Optimizer(c))
}

// Batches is the number of minibatches that a step consumes.
func (t *Trainer[N]) Batches() int { return t.batches }

// Start is a training before its first step.
func (t *Trainer[N]) Start(net N, rate float64) Training[N] {
	return Training[N]{net, t.optimizer(Choice{Rate: fx.Scalar(rate)}).Init(net)}
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
	steps := in.Order.Dim(0) / t.batches
	end, all := fx.Scan(func(now Training[N], at turn) (Training[N], told) {
		losses, first, aux := t.stream(in, at.Order, at.Number)
		net, state, info := t.optimizer(Choice{in.Rate, first}).StepStream(losses, now.Net, now.State)
		if next := aux(); next != nil {
			net = nn.WithRunning(net, *next)
		}
		return Training[N]{net, state}, told{info.Loss, t.watched(info)}
	}, in.Training, turn{in.Order.Reshape(steps, t.batches, in.Order.Dim(1)), fx.Arange(fx.Int32, steps)})
	return passed[N]{end, all.Loss, all.Values}
}

// stream is the losses of a step, whose minibatches are [batches, batch], with the
// first minibatch. The key of minibatch i is that of the pass folded with its number
// in the pass.
func (t *Trainer[N]) stream(in pass[N], order, step *fx.Array) (losses optim.Stream[N], first Images, aux func() *N) {
	first = in.Images.Take(order.Index(0))
	if t.batches == 1 {
		loss, aux := optim.WithAux(t.loss(first, random.FoldIn(in.Seed, step)))
		return func(*fx.Array) optim.Loss[N] { return loss }, first, aux
	}
	losses, aux = optim.StreamWithAux(func(i *fx.Array) func(N) (*fx.Array, *N) {
		number := step.MulScalar(float64(t.batches)).Add(i)
		return t.loss(in.Images.Take(order.Take(i, 0)), random.FoldIn(in.Seed, number))
	})
	return losses, first, aux
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

// Steps makes the steps of an order, [minibatches, batch] as data.Batches.Order gives
// it; it panics where these do not make up whole steps. The key is what layers such
// as dropout draw from; a minibatch folds its number into it.
func (t *Trainer[N]) Steps(now Training[N], set Images, order *fx.Array, rate float64, key *fx.Array) (Training[N], Trace) {
	if n := order.Dim(0); n%t.batches != 0 {
		panic(fmt.Sprintf("classify: an order of %d minibatches ends inside a step, which takes %d", n, t.batches))
	}
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
