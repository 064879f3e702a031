package saddlefreenewton

import (
	"context"
	"slices"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part F: a deep autoencoder of whole images, trained by gradient descent, and then
// by saddle-free Newton in a Krylov space or by more of the same.

// encoderBatch is a minibatch's size of gradient descent.
const encoderBatch = 100

// coder is a perceptron that gives logits of the pixels.
func coder(key *fx.Array, pixels int, encoder []int) nn.MLP {
	sizes := append([]int{pixels}, encoder...)
	for _, n := range slices.Backward(encoder[:len(encoder)-1]) {
		sizes = append(sizes, n)
	}
	return nn.NewMLP(key, append(sizes, pixels), nn.Tanh, nn.LayerOptions{DType: fx.Float32})
}

// reconstruction is the cross-entropy of the pixels, summed over an image's and
// meaned over images; squared the squared error, likewise.
func reconstruction(m nn.MLP, x *fx.Array) *fx.Array {
	return nn.SigmoidCrossEntropy(m.Apply(x), x).Sum(-1).Mean()
}

func squared(m nn.MLP, x *fx.Array) *fx.Array {
	return m.Apply(x).Sigmoid().Sub(x).Square().Sum(-1).Mean()
}

type coding struct {
	Net    nn.MLP
	State  optim.State
	Pixels *fx.Array // of the step
	Judged *fx.Array // those that choose the damping
}

type coded struct {
	Net   nn.MLP
	State optim.State
	Error *fx.Array // squared, of the judged images
}

func (e experiment) autoencoder(ctx context.Context, env *study.Env, p plan) error {
	if len(p.encoder) == 0 {
		return nil
	}
	d, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	n := d.whole.Dim(0)
	rule := optim.FromRule[nn.MLP](optim.NewMomentum(optim.Constant(p.encoderRate), momentum))
	step := fx.Jit(func(c coding) coded {
		net, state, _ := rule.Step(func(m nn.MLP) *fx.Array { return reconstruction(m, c.Pixels) }, c.Net, c.State)
		return coded{net, state, squared(net, c.Judged)}
	})
	free := fx.Jit(func(c coding) coded {
		search := optim.NewSaddleFreeNewton[nn.MLP]().DampingSearch
		search.Space = optim.NewKrylovSpace(p.encoderKrylov)
		search.Search = func(m nn.MLP) *fx.Array { return reconstruction(m, c.Judged) }
		net, state, _ := e.methods.network(search).Step(func(m nn.MLP) *fx.Array { return reconstruction(m, c.Pixels) }, c.Net, c.State)
		return coded{net, state, squared(net, c.Judged)}
	})
	judged := d.whole.SliceAxis(0, 0, min(n, 2*p.encoderImages))
	small, err := data.NewBatches(n, encoderBatch, env.Seed, data.BatchOptions{DropLast: true})
	if err != nil {
		return err
	}
	r := env.Record.With("part", "F")
	descend := func(now coding, epochs int, name string) (coding, error) {
		for k := range epochs {
			var end coded
			for range small.PerEpoch() {
				now.Pixels = d.whole.Take(small.Order(1).Index(0), 0)
				end = step(now)
				now.Net, now.State = end.Net, end.State
			}
			r.With("method", nameSGD, "phase", name).Point("error", float64(k+1), end.Error.Item())
			if ctx.Err() != nil {
				return now, ctx.Err()
			}
		}
		return now, nil
	}
	net := coder(random.FoldIn(random.New(env.Seed), partAutoencoder), d.whole.Dim(1), p.encoder)
	now, err := descend(coding{Net: net, State: rule.Init(net), Judged: judged}, p.encoderEpochs, "before")
	if err != nil {
		return err
	}
	if _, err = descend(now, p.encoderSteps, "after"); err != nil {
		return err
	}
	large, err := data.NewBatches(n, min(n, p.encoderImages), env.Seed, data.BatchOptions{DropLast: true})
	if err != nil {
		return err
	}
	now.State = optim.NewSaddleFreeNewton[nn.MLP]().Init(now.Net)
	for k := range env.Steps("autoencoder", p.encoderSteps) {
		now.Pixels = d.whole.Take(large.Order(1).Index(0), 0)
		end := free(now)
		fx.Eval(end)
		now.Net, now.State = end.Net, end.State
		r.With("method", nameFree, "phase", "after").Point("error", float64(k+1), end.Error.Item())
	}
	return nil
}
