package psgd

import (
	"context"
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// Part E: a language model of characters.

// writing is a model, and how long it is trained. Scale full has the sizes of the
// smallest setting of nanoGPT for this text, which are those of the specification.
type writing struct{ blocks, width, heads, context, batch, steps int }

const (
	textSeed   = 0       // of the built-in text
	textLength = 300_000 // of the built-in text, in characters
	textPart   = 50      // steps of one call of the compiled program
	heldOut    = 0.1     // of the text
	heldRows   = 64      // windows that a model is judged by
	textPoints = 100     // of a learning curve, at most
)

// The grids of the language model, four rates for every method; a rate of SGD is ten of
// a moving average's.
var textRates = map[string][]float64{
	nameLRA: {0.03, 0.1, 0.3, 1}, nameXMat: {0.03, 0.1, 0.3, 1}, nameKron: {0.03, 0.1, 0.3, 1},
	nameMomentum: {0.01, 0.03, 0.1, 0.3}, nameAdam: {0.0003, 0.001, 0.003, 0.01},
}

// corpusOf opens the run's text.
func corpusOf(env *study.Env) (*data.Corpus, error) {
	return study.Once(env, "text", func() (*data.Corpus, error) {
		if env.Data.Name != textName {
			return data.Sentences(textSeed, textLength), nil
		}
		return data.OpenText(env.Data.Name, env.Data.Dir)
	})
}

// windows cuts a text into windows [n, length] and the characters that follow each of
// theirs, which package classify takes as images and labels.
func windows(tokens []int32, length int) (classify.Images, error) {
	n := (len(tokens) - 1) / length
	if n < 1 {
		return classify.Images{}, fmt.Errorf("psgd: a part of the text has %d characters; a window alone has %d and the one that follows", len(tokens), length)
	}
	return classify.Images{Pixels: fx.New(tokens[:n*length], n, length), Labels: fx.New(tokens[1:n*length+1], n, length)}, nil
}

// write is part E for one seed.
func (e experiment) write(ctx context.Context, env *study.Env, p plan) error {
	w := p.text
	if w.steps == 0 {
		return nil
	}
	corpus, err := corpusOf(env)
	if err != nil {
		return err
	}
	first, rest, err := corpus.Split(1 - heldOut)
	if err != nil {
		return err
	}
	set, err := windows(first.Tokens, w.context)
	if err != nil {
		return err
	}
	held, err := windows(rest.Tokens, w.context)
	if err != nil {
		return err
	}
	rows := min(heldRows, held.Pixels.Dim(0))
	held = held.Slice(0, rows)
	keys := random.Split(random.FoldIn(random.New(env.Seed), partText), 2)
	net := nn.NewGPT(keys[0], nn.GPTOptions{Vocabulary: len(corpus.Vocabulary), Context: w.context, Features: w.width, Heads: w.heads, Blocks: w.blocks})
	for _, a := range entrants[nn.GPT](e.deepFamilies(), textRates) {
		if err := w.train(ctx, env, a, net, keys[1], set, held); err != nil {
			return err
		}
	}
	return nil
}

// writer is a method's compiled programs.
type writer struct {
	trainer *classify.Trainer[nn.GPT]
	judge   func(judged) *fx.Array
}

// judged is a model and the text that it is judged by.
type judged struct {
	Net  nn.GPT
	Text classify.Images
}

// train trains one model with a method at all of its rates.
func (w writing) train(ctx context.Context, env *study.Env, a entrant[nn.GPT], net nn.GPT, probes *fx.Array, set, held classify.Images) error {
	programs, err := study.Once(env, "text, "+a.name, func() (writer, error) {
		return writer{
			classify.NewTrainer(classify.Settings[nn.GPT]{Optimizer: func(c classify.Choice) optim.Optimizer[nn.GPT] {
				return a.make(falling(c.Rate, w.steps), random.New(0))
			}}),
			fx.Jit(func(in judged) *fx.Array {
				return nn.SoftmaxCrossEntropy(in.Net.Apply(in.Text.Pixels), in.Text.Labels).AsType(fx.Float64).Mean()
			}),
		}, nil
	})
	if err != nil {
		return err
	}
	for _, rate := range a.rates {
		batches, err := data.NewBatches(set.Pixels.Dim(0), w.batch, env.Seed, data.BatchOptions{DropLast: true})
		if err != nil {
			return err
		}
		now := classify.Training[nn.GPT]{Net: net, State: a.make(optim.Constant(rate), probes).Init(net)}
		var losses []float64
		parts := (w.steps + textPart - 1) / textPart
		for k := range env.Steps(fmt.Sprintf("text, %s, rate %v", a.name, rate), parts) {
			var trace classify.Trace
			order := batches.Order(min(textPart, w.steps-k*textPart))
			now, trace = programs.trainer.Steps(now, set, order, rate, random.New(env.Seed))
			losses = append(losses, trace.Loss...)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r := env.Record.With("method", a.name, "rate", rate)
		last := study.Sample(losses[len(losses)-(len(losses)+9)/10:])
		r.Scalar("text_train", finiteOr(last.Mean()))
		r.Scalar("text_held", finiteOr(programs.judge(judged{now.Net, held}).Item()))
		r.Scalar("text_cost", a.cost)
		at, means := study.BlockMeans(losses, max(1, w.steps/textPoints))
		r.Series("text", at, means)
	}
	return nil
}
