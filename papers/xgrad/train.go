package xgrad

import (
	"context"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part A: networks that classify images, trained in pairs: for every number of
// updates ahead from the same first values with the same batches.

const examSize = 1000 // images that are evaluated at a time

// training is what changes while a network is trained.
type training struct {
	Net   nn.Sequential
	State optim.State
}

// epoch is what the compiled program takes: the training, and the images with
// the order in which they come, [batches, batch].
type epoch struct {
	Training training
	Images   images
	Order    *fx.Array
}

// trainer trains a network with one optimizer, an epoch at a time.
type trainer struct {
	optimizer optim.Optimizer[nn.Sequential]
	pass      func(epoch) training // the compiled program
	exam      func(exam) marks
}

func newTrainer(o optim.Optimizer[nn.Sequential]) *trainer {
	return &trainer{optimizer: o, pass: fx.Jit(func(e epoch) training { return pass(o, e) }), exam: fx.Jit(evaluate)}
}

// pass is an epoch. Running statistics are those of the one forward pass, at the
// predicted weights.
func pass(o optim.Optimizer[nn.Sequential], e epoch) training {
	end, _ := fx.Scan(func(now training, batch *fx.Array) (training, []*fx.Array) {
		pixels, labels := e.Images.Pixels.Take(batch, 0), e.Images.Labels.Take(batch, 0)
		loss, aux := optim.WithAux(func(net nn.Sequential) (*fx.Array, nn.Sequential) {
			logits, next := net.Train(pixels, random.New(0)) // no layer draws anything
			return nn.SoftmaxCrossEntropy(logits, labels).Mean(), next
		})
		net, state, _ := o.Step(loss, now.Net, now.State)
		return training{nn.WithRunning(net, aux()), state}, nil
	}, e.Training, e.Order)
	return end
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

// outcome is what one training came to, at the real weights, after each epoch.
type outcome struct {
	loss     []float64 // over the whole training set, in nats
	accuracy []float64 // over the test set
	net      nn.Sequential
}

// train trains a network from the seed's first values with the seed's order of
// the images. The last images of an epoch that do not fill a batch are left out.
func (t *trainer) train(env *study.Env, d *dataSets, p plan, name string, epochs int) (outcome, error) {
	batches, err := data.NewBatches(d.train.n(), p.batch, env.Seed, data.BatchOptions{DropLast: true})
	if err != nil {
		return outcome{}, err
	}
	net := p.network.start(d, env.Seed)
	now := training{net, t.optimizer.Init(net)}
	var o outcome
	for range env.Steps(name, epochs) {
		now = t.pass(epoch{now, d.train, nextOrder(batches, p.batch)})
		loss, _ := t.score(now.Net, d.train)
		_, accuracy := t.score(now.Net, d.test)
		o.loss, o.accuracy = append(o.loss, loss), append(o.accuracy, accuracy)
	}
	o.net = now.Net
	return o, nil
}

// nextOrder lists the next epoch's batches, [batches, size].
func nextOrder(b *data.Batches, size int) *fx.Array {
	var order []int32
	for batch := range b.Rest() {
		for _, i := range batch {
			order = append(order, int32(i))
		}
	}
	return fx.New(order, len(order)/size, size)
}

// early is the epoch at which claim 1 looks.
const early = 2

// trainAll runs part A for one seed. All seeds share the compiled programs.
func (e experiment) trainAll(ctx context.Context, env *study.Env, p plan) error {
	d, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	for _, t := range p.trials() {
		name := fmt.Sprintf("%s, rate %v, s %d", t.base, t.rate, t.s)
		program, err := study.Once(env, name, func() (*trainer, error) {
			rule := t.rule(p.network.mask())
			if t.s == 0 {
				return newTrainer(plain[nn.Sequential](rule)), nil
			}
			return newTrainer(e.methods.net(rule, t.s)), nil
		})
		if err != nil {
			return err
		}
		o, err := program.train(env, d, p, name, p.epochs)
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		o.record(env.Record.With(t.labels()...))
	}
	return nil
}

// record takes down what a training came to: early, at the end, and the mean of
// the losses after each epoch, the area below the curve.
func (o outcome) record(r *study.Recorder) {
	last := len(o.loss) - 1
	if last >= early-1 {
		r.Scalar("early_loss", o.loss[early-1])
		r.Scalar("early_accuracy", o.accuracy[early-1])
	}
	r.Scalar("loss", o.loss[last])
	r.Scalar("accuracy", o.accuracy[last])
	r.Scalar("area", study.Sample(o.loss).Mean())
	epochs := make([]float64, len(o.loss))
	for i := range epochs {
		epochs[i] = float64(i + 1)
	}
	r.Series("curve", epochs, o.loss)
}

// control records, for each base, how many parameters differ after an epoch with
// s = 0 from those after an epoch of the base alone.
func (e experiment) control(env *study.Env, p plan) error {
	d, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	for _, c := range p.bases() {
		var nets [2]nn.Sequential
		for i := range nets {
			name := fmt.Sprintf("control %d, %s", i, c.base)
			program, err := study.Once(env, name, func() (*trainer, error) {
				if i == 0 {
					return newTrainer(plain[nn.Sequential](c.rule(p.network.mask()))), nil
				}
				return newTrainer(e.methods.net(c.rule(p.network.mask()), 0)), nil
			})
			if err != nil {
				return err
			}
			o, err := program.train(env, d, p, name, 1)
			if err != nil {
				return err
			}
			nets[i] = o.net
		}
		env.Record.With("base", c.base).Scalar("differing", float64(differing(nets[0], nets[1])))
	}
	return nil
}

// differing counts the elements that differ in any bit, of two networks alike.
func differing(a, b nn.Sequential) int {
	n := 0
	u, _ := optim.Floats(a)
	v, _ := optim.Floats(b)
	for i := range u {
		x, y := u[i].Float64s(), v[i].Float64s()
		for k := range x {
			if math.Float64bits(x[k]) != math.Float64bits(y[k]) {
				n++
			}
		}
	}
	return n
}
