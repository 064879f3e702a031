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
)

// work is what a compiled step takes and gives back.
type work struct {
	Net    nn.MLP
	State  optim.State
	Images images
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
			net, state, info := o.Step(w.Images.loss, w.Net, w.State)
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
func (e experiment) newton(ctx context.Context, env *study.Env, title, name string, space optim.Space, from nn.MLP, s images, steps int) (way, error) {
	step, err := e.stepper(env, name, space, from.Layers[0].W.Dim(1))
	if err != nil {
		return way{}, err
	}
	w := way{net: from, losses: []float64{lossOf(s, from)}}
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

func lossOf(s images, m nn.MLP) float64 { return s.loss(m).Item() }

// epochs is what the compiled epoch of gradient descent takes: the batches of an
// epoch, [batches, batchSize].
type epochs struct {
	Net    nn.MLP
	State  optim.State
	Images images
	Order  *fx.Array
}

type epochEnd struct {
	Net   nn.MLP
	State optim.State
	Loss  *fx.Array // of all images
}

func sgdRule(rate float64) optim.Optimizer[nn.MLP] {
	return optim.FromRule[nn.MLP](optim.NewMomentum(optim.Constant(rate), momentum))
}

// sgd is some epochs of gradient descent with momentum in the seed's order, going
// on from a state or, with nil, anew.
func sgd(env *study.Env, rate float64, from nn.MLP, state optim.State, s images, batches *data.Batches, n int) (nn.MLP, optim.State, way, error) {
	pass, err := study.Once(env, fmt.Sprintf("SGD %v %d", rate, from.Layers[0].W.Dim(1)), func() (func(epochs) epochEnd, error) {
		o := sgdRule(rate)
		return fx.Jit(func(e epochs) epochEnd {
			type at struct {
				Net   nn.MLP
				State optim.State
			}
			end, _ := fx.Scan(func(now at, batch *fx.Array) (at, struct{}) {
				b := images{e.Images.X.Take(batch, 0), e.Images.Labels.Take(batch, 0)}
				net, state, _ := o.Step(b.loss, now.Net, now.State)
				return at{net, state}, struct{}{}
			}, at{e.Net, e.State}, e.Order)
			return epochEnd{end.Net, end.State, e.Images.loss(end.Net)}
		}), nil
	})
	if err != nil {
		return from, nil, way{}, err
	}
	if state == nil {
		state = sgdRule(rate).Init(from)
	}
	now := epochs{Net: from, State: state, Images: s}
	w := way{losses: []float64{lossOf(s, from)}}
	begun := time.Now()
	for range n {
		now.Order = nextOrder(batches)
		end := pass(now)
		fx.Eval(end)
		now.Net, now.State = end.Net, end.State
		w.losses = append(w.losses, end.Loss.Item())
	}
	w.seconds = time.Since(begun).Seconds() / float64(max(1, n))
	return now.Net, now.State, w, nil
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

func newBatches(env *study.Env, s images) (*data.Batches, error) {
	return data.NewBatches(s.n(), batchSize, env.Seed, data.BatchOptions{DropLast: true})
}

func (e experiment) start(env *study.Env, hidden int) nn.MLP {
	return network(random.FoldIn(random.FoldIn(random.New(env.Seed), partStart), hidden), hidden)
}

// spectrum is the eigenvalues of the Hessian in ascending order.
func spectrum(env *study.Env, m nn.MLP, s images) ([]float64, error) {
	type in struct {
		Net    nn.MLP
		Images images
	}
	f, err := study.Once(env, fmt.Sprintf("spectrum %d", m.Layers[0].W.Dim(1)), func() (func(in) *fx.Array, error) {
		return fx.Jit(func(i in) *fx.Array {
			return fx.Eigvalsh(linalg.Dense(curvature.Hessian(i.Images.loss, i.Net), i.Net))
		}), nil
	})
	if err != nil {
		return nil, err
	}
	return f(in{m, s}).Float64s(), nil
}
