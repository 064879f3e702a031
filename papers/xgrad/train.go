package xgrad

import (
	"context"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// Part A: networks that classify images, trained in pairs: for every number of
// updates ahead from the same first values with the same batches.

// trainer trains a network with one optimizer.
type trainer = classify.Trainer[nn.Sequential]

func newTrainer(o optim.Optimizer[nn.Sequential]) *trainer {
	return classify.NewTrainer(classify.Settings[nn.Sequential]{
		Optimizer: func(classify.Choice) optim.Optimizer[nn.Sequential] { return o },
	})
}

// outcome is what one training came to, at the real weights, after each epoch.
type outcome struct {
	loss     []float64 // over the whole training set, in nats
	accuracy []float64 // over the test set
	net      nn.Sequential
}

// train trains a network from the seed's first values with the seed's order of
// the images. Running statistics are those of the one forward pass, at the
// predicted weights.
func train(env *study.Env, t *trainer, d *classify.Sets, p plan, name string, epochs int) (outcome, error) {
	var o outcome
	end, _, err := t.Train(env, name, classify.Run[nn.Sequential]{
		Start: t.Start(p.network.start(d, env.Seed), 0), Sets: d, Batch: p.batch, Epochs: epochs, Seed: env.Seed,
		After: func(now classify.Training[nn.Sequential], _ classify.Trace) {
			loss, _ := t.Score(now.Net, d.Train)
			_, accuracy := t.Score(now.Net, d.Test)
			o.loss, o.accuracy = append(o.loss, loss), append(o.accuracy, accuracy)
		},
	})
	o.net = end.Net
	return o, err
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
		o, err := train(env, program, d, p, name, p.epochs)
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
			o, err := train(env, program, d, p, name, 1)
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
