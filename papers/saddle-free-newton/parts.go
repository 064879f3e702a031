package saddlefreenewton

import (
	"context"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/landscape"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// escape is part A: all methods from a start near the saddle at 0.
func (e experiment) escape(ctx context.Context, env *study.Env, p plan) error {
	d, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	for _, net := range p.nets {
		from := e.start(env, net.hidden)
		r := env.Record.With("part", "A", "hidden", net.hidden)
		if err := recordSpectrum(env, r.With("at", "start"), from, d.small); err != nil {
			return err
		}
		for _, m := range newtonMethods {
			w, err := e.newton(ctx, env, fmt.Sprintf("%d hidden", net.hidden), m, optim.NewWholeSpace(), from, d.small, net.steps)
			if err != nil {
				return err
			}
			w.record(r.With("method", m))
			if err := recordSpectrum(env, r.With("at", "end", "method", m), w.net, d.small); err != nil {
				return err
			}
		}
		if net.epochs == 0 {
			continue
		}
		for _, rate := range rates {
			batches, err := newBatches(env, d.small)
			if err != nil {
				return err
			}
			first, err := begin(env, from, rate)
			if err != nil {
				return err
			}
			_, w, err := sgd(env, rate, first, d.small, batches, net.epochs)
			if err != nil {
				return err
			}
			r := r.With("method", nameSGD, "rate", rate)
			r.Series("loss", count(0, len(w.losses)), w.losses)
			r.Scalar("final_loss", w.losses[len(w.losses)-1])
			r.Timing("seconds_per_step", w.seconds)
		}
	}
	return nil
}

func recordSpectrum(env *study.Env, r *study.Recorder, m nn.MLP, s classify.Images) error {
	values, err := spectrum(env, m, s)
	if err != nil {
		return err
	}
	r.Series("spectrum", count(1, len(values)), values)
	r.Scalar("index", landscape.Index(values, 1e-10))
	return nil
}

// switching is part B: from a network that gradient descent has trained for a while,
// the Newton methods and more gradient descent.
func (e experiment) switching(ctx context.Context, env *study.Env, p plan) error {
	if p.before == 0 {
		return nil
	}
	d, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	batches, err := newBatches(env, d.small)
	if err != nil {
		return err
	}
	r := env.Record.With("part", "B")
	first, err := begin(env, e.start(env, p.switching), rates[0])
	if err != nil {
		return err
	}
	trained, before, err := sgd(env, rates[0], first, d.small, batches, p.before)
	if err != nil {
		return err
	}
	r.Series("before", count(0, len(before.losses)), before.losses)
	_, after, err := sgd(env, rates[0], trained, d.small, batches, switchSteps)
	if err != nil {
		return err
	}
	r.With("method", nameSGD).Series("loss", count(0, len(after.losses)), after.losses)
	for _, m := range newtonMethods {
		w, err := e.newton(ctx, env, "after SGD", m, optim.NewWholeSpace(), trained.Net, d.small, switchSteps)
		if err != nil {
			return err
		}
		w.record(r.With("method", m))
	}
	return nil
}

// krylov is part E: saddle-free Newton in Krylov spaces.
func (e experiment) krylov(ctx context.Context, env *study.Env, p plan) error {
	if len(p.krylov) == 0 {
		return nil
	}
	d, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	for _, hidden := range p.krylov {
		for _, k := range p.krylovDims {
			w, err := e.newton(ctx, env, fmt.Sprintf("%d hidden, Krylov %d", hidden, k), nameFree, optim.NewKrylovSpace(k), e.start(env, hidden), d.small, krylovSteps)
			if err != nil {
				return err
			}
			w.record(env.Record.With("part", "E", "hidden", hidden, "k", k))
		}
	}
	return nil
}

// search is part D: critical points of a small network with a ridge, from points
// along a way of gradient descent, each moved by uniform noise up to the size of the
// largest parameter.
func (e experiment) search(ctx context.Context, env *study.Env, p plan) error {
	if p.starts == 0 {
		return nil
	}
	d, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	s := d.small.Slice(0, p.searchImages)
	loss := func(m nn.MLP) *fx.Array { return lossOf(s)(m).Add(squares(m).MulScalar(searchRidge / 2)) }
	batches, err := newBatches(env, s)
	if err != nil {
		return err
	}
	key := random.FoldIn(random.New(env.Seed), partSearch)
	now, err := begin(env, e.start(env, searchHidden), rates[2])
	if err != nil {
		return err
	}
	starts := make([]nn.MLP, p.starts)
	for i := range starts {
		if now, _, err = sgd(env, rates[2], now, s, batches, searchEpochs); err != nil {
			return err
		}
		starts[i] = moved(random.FoldIn(key, i), now.Net)
	}
	r := env.Record.With("part", "D")
	var losses, index, sizes study.Sample
	converged := 0.0
	options := landscape.NewLMOptions()
	options.Steps = searchSteps
	task := env.Task("critical points", len(starts))
	for c := range landscape.FindCriticalPoints(loss, starts, options) {
		task.Add(1)
		sizes = append(sizes, c.GradNorm)
		if c.Converged {
			converged++
		}
		if c.GradNorm <= nearCritical {
			losses, index = append(losses, c.Loss), append(index, c.Index)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	task.Finish()
	r.Series("critical", losses, index)
	r.Scalar("near", float64(len(losses)))
	r.Scalar("converged", converged)
	r.Scalar("grad_norm", sizes.Median())
	return nil
}

// The search makes up to searchSteps steps; a point counts as near-critical with a
// gradient of at most nearCritical, where the starts have 0.1 to 1. The
// specification of the experiment has 200 steps and 1e-5, to which no search of the
// pilot came (seed 1000, 14 starts): |g| falls to some 0.01 within ten steps, and
// then hardly at all. The points are flat places of |g| rather than zeros, as Frye
// et al. ("Critical point-finding methods reveal gradient-flat regions of deep
// network losses", 2021) find of this method in general.
const (
	searchSteps  = 60
	nearCritical = 2e-2 // pilot: the median where a search ends is 0.0126
)

// searchEpochs are the epochs of gradient descent between two starts.
const searchEpochs = 10

func squares(m nn.MLP) *fx.Array {
	sum := fx.Scalar(0.0)
	for _, a := range fx.Leaves(m) {
		sum = sum.Add(a.Square().Sum())
	}
	return sum
}

// moved adds noise to a network, uniform up to a part of the largest parameter's
// size that is itself drawn uniformly.
func moved(key *fx.Array, m nn.MLP) nn.MLP {
	keys := random.Split(key, 2)
	largest := 0.0
	n := 0
	for _, a := range fx.Leaves(m) {
		largest = math.Max(largest, a.Abs().Max().Item())
		n += a.Size()
	}
	scale := largest * random.Uniform(keys[0], fx.Float64, 0, 1, 1).Item()
	noise := random.Uniform(keys[1], fx.Float64, -1, 1, n).MulScalar(scale)
	at := 0
	return fx.Map(func(a *fx.Array) *fx.Array {
		part := noise.SliceAxis(0, at, at+a.Size()).Reshape(a.Shape()...)
		at += a.Size()
		return a.Add(part)
	}, m)
}
