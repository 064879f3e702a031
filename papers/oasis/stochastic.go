package oasis

import (
	"context"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// separator is logistic regression as a network of two classes: its logits are 0
// and x w, whose cross-entropy is the logistic loss.
type separator struct{ W *fx.Array }

// Apply gives logits [n, 2] for features [n, d].
func (s separator) Apply(x *fx.Array) *fx.Array {
	one := x.MatMul(s.W)
	return fx.Stack(1, fx.ZerosLike(one), one)
}

// contest is a set of methods, each at its rates, that train networks on
// minibatches. All of a method's rates share a compiled program.
type contest[N classify.Network] struct {
	name   string
	sets   *classify.Sets
	loss   func(N, classify.Images) *fx.Array // nil: cross-entropy
	start  N
	batch  int
	epochs int
	arms   []entrant[N]
}

// entrant is a method; without a learning rate its rates are nil.
type entrant[N classify.Network] struct {
	method string
	rates  []float64
	make   func(c classify.Choice, key *fx.Array) optim.Optimizer[N]
}

// run trains all of them for one seed.
func (c contest[N]) run(ctx context.Context, env *study.Env) error {
	key := random.FoldIn(random.New(env.Seed), partProbes)
	for _, a := range c.arms {
		// An adaptive step tells its size.
		var watch []string
		if a.rates == nil {
			watch = []string{"eta"}
		}
		trainer, err := study.Once(env, c.name+", "+a.method, func() (*classify.Trainer[N], error) {
			return classify.NewTrainer(classify.Settings[N]{Loss: c.loss, Watch: watch,
				Optimizer: func(c classify.Choice) optim.Optimizer[N] { return a.make(c, random.New(0)) }}), nil
		})
		if err != nil {
			return err
		}
		rates := a.rates
		if rates == nil {
			rates = []float64{0}
		}
		for _, rate := range rates {
			r := env.Record.With("task", c.name, "method", a.method)
			if a.rates != nil {
				r = r.With("rate", rate)
			}
			// The seed's own probes.
			start := classify.Training[N]{Net: c.start, State: a.make(classify.Choice{Rate: fx.Scalar(rate)}, key).Init(c.start)}
			var losses, accuracies []float64
			_, trace, err := trainer.Train(env, fmt.Sprintf("%s, %s, %v", c.name, a.method, rate), classify.Run[N]{
				Start: start, Sets: c.sets, Batch: c.batch, Epochs: c.epochs, Seed: env.Seed, Rate: rate,
				After: func(now classify.Training[N], _ classify.Trace) {
					loss, accuracy := trainer.Score(now.Net, c.sets.Test)
					losses, accuracies = append(losses, loss), append(accuracies, accuracy)
				},
			})
			if err != nil {
				return err
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			r.Scalar("test_loss", losses[len(losses)-1])
			r.Scalar("test_accuracy", accuracies[len(accuracies)-1])
			r.Series("test_loss", epochs(len(losses)), losses)
			r.Series("test_accuracy", epochs(len(losses)), accuracies)
			if watch != nil {
				at, eta := study.BlockMeans(trace.Values["eta"], 5)
				r.Series("step_size", at, eta)
			}
		}
	}
	return nil
}

func (c contest[N]) steps() int {
	n := 0
	for _, a := range c.arms {
		n += max(1, len(a.rates)) * c.epochs
	}
	return n
}

// epochs is 1, ..., n.
func epochs(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(i + 1)
	}
	return out
}

// The names of the two tasks on minibatches.
const (
	taskLogistic = "logistic"
	taskImages   = "images"
)

// minibatches is logistic regression by minibatches, with test rows of the same
// teacher. OASIS has the paper's beta2, and about 100 probes for D_0, as on the
// whole data, spread over a first pass that leaves the parameters alone and
// counts as one of the epochs.
func (e experiment) minibatches(env *study.Env, p plan) contest[separator] {
	all, _ := draw(random.FoldIn(random.New(env.Seed), partRows+int(2*middle)), p.rows+p.testRows, p.features, middle)
	set := classify.Images{Pixels: all.Dense, Labels: all.Y.AsType(fx.Int32)}
	lambda := 1 / float64(p.rows)
	warmup := p.rows / 64
	wrap := func(beta2 float64, probes int, twoBatches bool) func(classify.Choice, *fx.Array) optim.Optimizer[separator] {
		return func(_ classify.Choice, key *fx.Array) optim.Optimizer[separator] {
			o := optim.NewOASIS[separator](key)
			o.Beta2, o.Alpha, o.WarmupSteps, o.StartSamples, o.FullBatch = beta2, usual.alpha, warmup, probes, twoBatches
			return o
		}
	}
	probes := (100 + warmup - 1) / warmup
	return contest[separator]{
		name: taskLogistic, batch: 64, epochs: p.epochs, start: separator{fx.Zeros(fx.Float64, p.features)},
		sets: &classify.Sets{Train: set.Slice(0, p.rows), Test: set.Slice(p.rows, p.rows+p.testRows), Classes: 2},
		loss: func(s separator, b classify.Images) *fx.Array {
			return nn.SoftmaxCrossEntropy(s.Apply(b.Pixels), b.Labels).Mean().Add(s.W.Square().Sum().MulScalar(lambda / 2))
		},
		arms: []entrant[separator]{
			{nameOASIS, nil, wrap(0.999, probes, e.twoBatches)},
			{nameShort, nil, wrap(0.99, probes, false)},
			{nameFew, nil, wrap(0.999, 1, false)},
			// To remember the gradient is to compare two minibatches.
			{nameOther, nil, wrap(0.999, probes, true)},
			{nameAdGD, nil, func(classify.Choice, *fx.Array) optim.Optimizer[separator] { return optim.NewAdGD[separator]() }},
			{nameAdam, adamRates, func(c classify.Choice, _ *fx.Array) optim.Optimizer[separator] {
				return optim.FromRule[separator](optim.NewAdam(c.Schedule()))
			}},
		},
	}
}
