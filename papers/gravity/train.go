package gravity

import (
	"math"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

const (
	batchSize = 128
	examSize  = 1000 // images that are evaluated at a time
)

// training is what changes while a network is trained.
type training struct {
	Net   nn.Sequential
	State optim.State
}

// epoch is what the compiled program takes: the training, and the images with
// the order in which they come, [batches, batchSize].
type epoch struct {
	Training training
	Images   images
	Order    *fx.Array
}

// trained is what it gives back, with the loss of every minibatch and the
// steepest element of its gradient, [batches].
type trained struct {
	Training         training
	Losses, Steepest *fx.Array
}

// trainer trains a network with one update rule, an epoch at a time. The rule's
// key plays no part after the start.
type trainer struct {
	optimizer optim.Optimizer[nn.Sequential]
	pass      func(epoch) trained // the compiled program
	exam      func(exam) marks
}

func newTrainer(rule, squash optim.Rule) *trainer {
	t := &trainer{optimizer: optim.FromRule[nn.Sequential](watched{rule, squash})}
	t.pass = fx.Jit(t.epoch)
	t.exam = fx.Jit(evaluate)
	return t
}

func (t *trainer) epoch(e epoch) trained {
	type made struct{ Loss, Steepest *fx.Array }
	end, m := fx.Scan(func(now training, batch *fx.Array) (training, made) {
		pixels, labels := e.Images.Pixels.Take(batch, 0), e.Images.Labels.Take(batch, 0)
		loss := func(net nn.Sequential) *fx.Array {
			return nn.SoftmaxCrossEntropy(net.Apply(pixels), labels).Mean()
		}
		net, state, info := t.optimizer.Step(loss, now.Net, now.State)
		return training{net, state}, made{info.Loss, info.Values["steepest"]}
	}, e.Training, e.Order)
	return trained{end, m.Loss, m.Steepest}
}

// exam is a network and images that it is tried on; marks are the sums of the
// losses and of right answers, float64 scalars.
type exam struct {
	Net    nn.Sequential
	Images images
}

type marks struct{ Loss, Right *fx.Array }

func evaluate(e exam) marks {
	logits := e.Net.Apply(e.Images.Pixels)
	right := logits.ArgMax(-1).AsType(e.Images.Labels.DType()).Equal(e.Images.Labels)
	return marks{nn.SoftmaxCrossEntropy(logits, e.Images.Labels).AsType(fx.Float64).Sum(), right.AsType(fx.Float64).Sum()}
}

// score is the mean loss and the share of right answers.
func (t *trainer) score(net nn.Sequential, s images) (loss, accuracy float64) {
	n := s.n()
	for from := 0; from < n; from += examSize {
		to := min(from+examSize, n)
		m := t.exam(exam{net, images{s.Pixels.SliceAxis(0, from, to), s.Labels.SliceAxis(0, from, to)}})
		loss, accuracy = loss+m.Loss.Item(), accuracy+m.Right.Item()
	}
	return loss / float64(n), accuracy / float64(n)
}

// outcome is what one training came to.
type outcome struct {
	trainLoss, trainAccuracy float64   // over the whole training set, at the end
	loss                     []float64 // mean of each epoch's minibatches, in nats
	validation               []float64 // accuracy after each epoch
	steepest                 []float64 // max|g| at each step
	bound, change            float64   // see watchedState
	way                      []nn.Sequential
}

// train trains a network from the seed's first values with the seed's order of
// the images, and tries it on the test images after every epoch. The last images
// of an epoch that do not fill a batch are left out. With keep it remembers the
// networks on the way, the first included. A training whose loss is NaN is ended.
func (t *trainer) train(env *study.Env, d *dataSets, name string, start training, seed uint64, epochs int, keep bool) (outcome, error) {
	batches, err := data.NewBatches(d.train.n(), batchSize, seed, data.BatchOptions{DropLast: true})
	if err != nil {
		return outcome{}, err
	}
	var o outcome
	now := start
	for range env.Steps(name, epochs) {
		if keep {
			o.way = append(o.way, now.Net)
		}
		end := t.pass(epoch{now, d.train, nextOrder(batches)})
		now = end.Training
		o.loss = append(o.loss, study.Sample(end.Losses.Float64s()).Mean())
		o.steepest = append(o.steepest, end.Steepest.Float64s()...)
		_, accuracy := t.score(now.Net, d.test)
		o.validation = append(o.validation, accuracy)
		if math.IsNaN(o.loss[len(o.loss)-1]) {
			break
		}
	}
	if keep {
		o.way = append(o.way, now.Net)
	}
	o.trainLoss, o.trainAccuracy = t.score(now.Net, d.train)
	state := now.State.(watchedState)
	o.bound, o.change = state.Bound.Item(), state.Change.Item()
	return o, nil
}

// nextOrder lists the next epoch's batches, [batches, batchSize].
func nextOrder(b *data.Batches) *fx.Array {
	var order []int32
	for batch := range b.Rest() {
		for _, i := range batch {
			order = append(order, int32(i))
		}
	}
	return fx.New(order, len(order)/batchSize, batchSize)
}

// start is a task's network with the seed's first values, and the rule's state
// there with the seed's first v.
func (e experiment) start(t task, d *dataSets, a arm, o options, seed uint64) training {
	net := t.network.start(d, seed)
	rule := e.methods.rule(a, o, random.FoldIn(random.New(seed), partVelocity))
	return training{net, optim.FromRule[nn.Sequential](watched{rule, e.methods.squash}).Init(net)}
}
