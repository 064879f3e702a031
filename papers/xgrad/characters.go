package xgrad

import (
	"context"
	"fmt"
	"strings"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part C: a small character model of made-up sentences.

const (
	readerUnits     = 64
	readerBatch     = 16
	readerLength    = 32
	readerRate      = 2e-3 // AdamW's
	charactersBlock = 50   // steps of one point of a learning curve
	sentences       = 4000
	heldOut         = 64 // stretches that the model is tried on
)

// reader is a character model: an LSTM and a linear layer for the next character.
type reader struct {
	Letters nn.Embedding
	Cell    nn.LSTMCell
	Next    nn.Linear
}

func newReader(key *fx.Array, characters int) reader {
	k := random.Split(key, 3)
	return reader{nn.NewEmbedding(k[0], characters, readerUnits), nn.NewLSTMCell(k[1], readerUnits, readerUnits),
		nn.NewLinear(k[2], readerUnits, characters)}
}

// loss is the mean cross-entropy of the next character, of texts [rows, length].
func (m reader) loss(in, next *fx.Array) *fx.Array {
	h, _ := nn.Unroll(m.Cell, m.Letters.Apply(in), m.Cell.Start(in.Dim(0)), false)
	return nn.SoftmaxCrossEntropy(m.Next.Apply(h), next).Mean()
}

// story is sentences of a small grammar, drawn by a fixed key: who, does what, to
// whom, and where. It is the same for all seeds.
func story() (train, held *fx.Array, characters int, err error) {
	parts := [][]string{
		{"the old king", "a young fox", "my sister", "the miller", "one of the sailors", "nobody", "a grey cat"},
		{" sees ", " follows ", " loves ", " forgets ", " will find ", " never met ", " sings to "},
		{"the river", "a golden ring", "the queen", "his brother", "seven birds", "an empty house", "the moon"},
		{" in the morning", " by the sea", " under the hill", " at last", "", " without a word", " before winter"},
		{".\n", "!\n", ", and ", "?\n", ".\n", ".\n", ", but "},
	}
	draws := random.Randint(random.FoldIn(random.New(0), partText), fx.Int32, 0, 7, sentences, len(parts)).Int32s()
	var text strings.Builder
	for i, d := range draws {
		text.WriteString(parts[i%len(parts)][d])
	}
	first, rest, err := data.NewCorpus("story", text.String()).Split(0.9)
	if err != nil {
		return nil, nil, 0, err
	}
	return fx.New(first.Tokens), fx.New(rest.Tokens), len(first.Vocabulary), nil
}

// reading is what changes while the model is trained.
type reading struct {
	Model reader
	State optim.State
	Step  *fx.Array
}

// readAll trains the character model for one seed with each number of updates
// ahead, on the same stretches of text, and records the loss on held-out text.
func (e experiment) readAll(ctx context.Context, env *study.Env, p plan) error {
	if p.characters < charactersBlock {
		return nil
	}
	train, held, characters, err := story()
	if err != nil {
		return err
	}
	for _, s := range p.charactersAhead {
		name := fmt.Sprintf("characters, s %d", s)
		o := optim.Optimizer[reader](optim.FromRule[reader](optim.NewAdamW(optim.Constant(readerRate))))
		if s > 0 {
			o = e.methods.reader(optim.NewAdamW(optim.Constant(readerRate)), s)
		}
		type block struct {
			Reading reading
			Key     *fx.Array
		}
		program, err := study.Once(env, name, func() (func(block) reading, error) {
			return fx.Jit(func(b block) reading {
				end, _ := fx.Scan(func(now reading, _ []*fx.Array) (reading, []*fx.Array) {
					in, next := data.Windows(random.FoldIn(b.Key, now.Step), train, readerBatch, readerLength)
					model, state, _ := o.Step(func(m reader) *fx.Array { return m.loss(in, next) }, now.Model, now.State)
					return reading{model, state, now.Step.AddScalar(1)}, nil
				}, b.Reading, nil, fx.Length(charactersBlock))
				return end
			}), nil
		})
		if err != nil {
			return err
		}
		exam, err := study.Once(env, "characters, exam", func() (func(reader) *fx.Array, error) {
			in, next := data.Windows(random.FoldIn(random.New(1), partWindows), held, heldOut, readerLength)
			return fx.Jit(func(m reader) *fx.Array { return m.loss(in, next) }), nil
		})
		if err != nil {
			return err
		}
		key := random.New(env.Seed)
		model := newReader(random.FoldIn(key, partModel), characters)
		now := reading{model, o.Init(model), fx.Scalar(int32(0))}
		var steps, losses []float64
		for i := range env.Steps(name, p.characters/charactersBlock) {
			now = program(block{now, random.FoldIn(key, partWindows)})
			steps, losses = append(steps, float64((i+1)*charactersBlock)), append(losses, exam(now.Model).Item())
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r := env.Record.With("s", s)
		r.Series("characters", steps, losses)
		r.Scalar("characters_loss", losses[len(losses)-1])
	}
	return nil
}
