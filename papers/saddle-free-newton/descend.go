package saddlefreenewton

import (
	"context"
	"fmt"
	"time"

	"github.com/fluxion-go/fluxion/curvature"
	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// work is what a compiled step takes and gives back.
type work struct {
	Net    nn.MLP
	State  optim.State
	Images classify.Images
}

type stepped struct {
	Net                     nn.MLP
	State                   optim.State
	Loss, Lowest, Damping   *fx.Array // the loss after the step, float64 scalars
	Negative, Success, Size *fx.Array
}

// stepper is a compiled step of a Newton method on the loss of all images.
func (e experiment) stepper(env *study.Env, name string, space optim.Space, hidden int) (func(work) stepped, error) {
	return study.Once(env, fmt.Sprintf("%s %v %d", name, space, hidden), func() (func(work) stepped, error) {
		return fx.Jit(func(w work) stepped {
			o := e.methods.build(name, space, w.Images)
			net, state, info := o.Step(lossOf(w.Images), w.Net, w.State)
			v := info.Values
			return stepped{net, state, v["search_loss"], v["lowest"], v["damping"], v["negative"], v["success"], v["step_norm"]}
		}), nil
	})
}

// way is where a method came along, a number for each step; losses have the first
// one too.
type way struct {
	net                       nn.MLP
	losses, lowest            []float64
	dampings, negative, moved []float64
	seconds                   float64 // a step
}

// newton makes steps of a Newton method.
func (e experiment) newton(ctx context.Context, env *study.Env, title, name string, space optim.Space, from nn.MLP, s classify.Images, steps int) (way, error) {
	step, err := e.stepper(env, name, space, from.Layers[0].W.Dim(1))
	if err != nil {
		return way{}, err
	}
	w := way{net: from, losses: []float64{lossOf(s)(from).Item()}}
	now := work{from, e.methods.build(name, space, s).Init(from), s}
	var spent time.Duration
	for k := range env.Steps(title+", "+name, steps) {
		begun := time.Now()
		t := step(now)
		fx.Eval(t)
		if k > 0 { // the first compiles
			spent += time.Since(begun)
		}
		now.Net, now.State = t.Net, t.State
		w.losses, w.lowest, w.dampings = append(w.losses, t.Loss.Item()), append(w.lowest, t.Lowest.Item()), append(w.dampings, t.Damping.Item())
		w.negative, w.moved = append(w.negative, t.Negative.Item()), append(w.moved, t.Size.Item())
	}
	w.net, w.seconds = now.Net, spent.Seconds()/float64(max(1, steps-1))
	return w, ctx.Err()
}

// record takes down a way of a Newton method.
func (w way) record(r *study.Recorder) {
	r.Series("loss", count(0, len(w.losses)), w.losses)
	r.Series("lowest", count(0, len(w.lowest)), w.lowest)
	r.Series("damping", count(1, len(w.dampings)), w.dampings)
	r.Scalar("final_loss", w.losses[len(w.losses)-1])
	r.Scalar("still_steps", float64(study.Sample(w.moved).Count(func(v float64) bool { return v == 0 })))
	r.Timing("seconds_per_step", w.seconds)
}

// count is from, from+1, ... of n numbers.
func count(from, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(from + i)
	}
	return out
}

// sgd is some epochs of gradient descent with momentum on the next batches. One
// compiled program serves all rates.
func sgd(env *study.Env, rate float64, now classify.Training[nn.MLP], s classify.Images, batches *data.Batches, epochs int) (classify.Training[nn.MLP], way, error) {
	trainer, err := sharedTrainer(env)
	if err != nil {
		return now, way{}, err
	}
	loss, _ := trainer.Score(now.Net, s)
	w := way{losses: []float64{loss}}
	begun := time.Now()
	for range epochs {
		// No layer draws random numbers.
		now, _ = trainer.Steps(now, s, batches.Order(batches.PerEpoch()), rate, random.New(0))
		loss, _ := trainer.Score(now.Net, s)
		w.losses = append(w.losses, loss)
	}
	w.seconds = time.Since(begun).Seconds() / float64(max(1, epochs))
	return now, w, nil
}

func sharedTrainer(env *study.Env) (*classify.Trainer[nn.MLP], error) {
	return study.Once(env, "SGD", func() (*classify.Trainer[nn.MLP], error) {
		return classify.NewTrainer(classify.Settings[nn.MLP]{Optimizer: func(c classify.Choice) optim.Optimizer[nn.MLP] {
			return optim.FromRule[nn.MLP](optim.NewMomentum(c.Schedule(), momentum))
		}}), nil
	})
}

// begin is a training by gradient descent before its first step.
func begin(env *study.Env, net nn.MLP, rate float64) (classify.Training[nn.MLP], error) {
	trainer, err := sharedTrainer(env)
	if err != nil {
		return classify.Training[nn.MLP]{}, err
	}
	return trainer.Start(net, rate), nil
}

func newBatches(env *study.Env, s classify.Images) (*data.Batches, error) {
	return data.NewBatches(s.N(), batchSize, env.Seed, data.BatchOptions{DropLast: true})
}

func (e experiment) start(env *study.Env, hidden int) nn.MLP {
	return network(random.FoldIn(random.FoldIn(random.New(env.Seed), partStart), hidden), hidden)
}

// spectrum is the eigenvalues of the Hessian in ascending order.
func spectrum(env *study.Env, m nn.MLP, s classify.Images) ([]float64, error) {
	type in struct {
		Net    nn.MLP
		Images classify.Images
	}
	f, err := study.Once(env, fmt.Sprintf("spectrum %d", m.Layers[0].W.Dim(1)), func() (func(in) *fx.Array, error) {
		return fx.Jit(func(i in) *fx.Array {
			return fx.Eigvalsh(linalg.Dense(curvature.Hessian(lossOf(i.Images), i.Net), i.Net))
		}), nil
	})
	if err != nil {
		return nil, err
	}
	return f(in{m, s}).Float64s(), nil
}
