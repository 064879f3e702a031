package inducedmetric

import (
	"context"
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// The data sets that choose a sweep, besides that of photographs.
const (
	dataSentences   = "sentences"
	dataShakespeare = "tinyshakespeare"
	dataPolynomials = "polynomials"
	dataPhotographs = "cifar10"
)

// Names of the tasks in records and tables.
const (
	taskText        = "language model"
	taskPolynomials = "regression"
	taskPhotographs = "ResNet-18"
)

// photographs is the classification of images by a ResNet-18.
type photographs struct {
	train, test, side int // 0, 0: all of them
	channels          int // of the first stage
}

func (photographs) name() string { return taskPhotographs }

func (photographs) ranges() ranges {
	return ranges{rate: interval{1e-7, 1e-2}, muonRate: interval{1e-7, 1e-2}, xi: interval{1e-9, 1e-5}}
}

func (t photographs) sets(env *study.Env, batch int) (*classify.Sets, error) {
	return classify.Open(env, data.Options{Size: t.side, Train: t.train, Test: t.test}, batch)
}

func (t photographs) open(env *study.Env, batch int) error {
	_, err := t.sets(env, batch)
	return err
}

func (t photographs) search(ctx context.Context, env *study.Env, e experiment, s sweep) error {
	sets, err := t.sets(env, s.batch)
	if err != nil {
		return err
	}
	examiner, err := study.Once(env, "examiner", func() (*classify.Trainer[nn.Sequential], error) {
		return e.examiner(), nil
	})
	if err != nil {
		return err
	}
	return search(ctx, env, e, s, subject[nn.Sequential]{
		start: func(key *fx.Array) nn.Sequential {
			return nn.Sequential{nn.NewResNet18(key, sets.Train.Pixels.Dim(3), sets.Classes, nn.ResNet18Options{Channels: t.channels})}
		},
		train: sets.Train, higher: true,
		score: func(net nn.Sequential) float64 {
			_, accuracy := examiner.Score(net, sets.Test)
			return accuracy
		},
	})
}

// writing is the prediction of the next character of a text by a small GPT, judged by
// its perplexity on the last tenth.
type writing struct {
	characters             int // of the text that are used, at most
	blocks, width, context int
}

const validation = 0.1 // of a text

func (writing) name() string { return taskText }

func (writing) ranges() ranges {
	return ranges{rate: interval{1e-6, 1}, muonRate: interval{1e-5, 1}, xi: interval{1e-8, 1e-4}}
}

// script is a text cut into sequences of the context's length, with the characters
// that follow each of theirs.
type script struct {
	train, held classify.Images
	vocabulary  int
}

// textSeed chooses the built-in text.
const textSeed = 48

func (t writing) script(env *study.Env, batch int) (*script, error) {
	return study.Once(env, "script", func() (*script, error) {
		var corpus *data.Corpus
		if env.Data.Name == dataSentences {
			corpus = data.Sentences(textSeed, t.characters)
		} else {
			var err error
			if corpus, err = data.OpenText(env.Data.Name, env.Data.Dir); err != nil {
				return nil, err
			}
		}
		used := *corpus
		used.Tokens = used.Tokens[:min(t.characters, len(used.Tokens))]
		train, held, err := used.Split(1 - validation)
		if err != nil {
			return nil, err
		}
		cut := func(tokens []int32) classify.Images {
			n := (len(tokens) - 1) / t.context
			end := n * t.context
			if n < 1 {
				return classify.Images{}
			}
			return classify.Images{Pixels: fx.New(tokens[:end], n, t.context), Labels: fx.New(tokens[1:end+1], n, t.context)}
		}
		s := &script{cut(train.Tokens), cut(held.Tokens), len(used.Vocabulary)}
		if s.held.Pixels == nil || s.train.Pixels == nil || s.train.Pixels.Dim(0) < batch {
			return nil, fmt.Errorf("%s: %d characters are too few for batches of %d sequences of %d, and one to be judged by", corpus.Name, len(used.Tokens), batch, t.context)
		}
		return s, nil
	})
}

func (t writing) open(env *study.Env, batch int) error {
	_, err := t.script(env, batch)
	return err
}

// surprise is the mean cross-entropy of the next characters, in nats.
func surprise(net nn.GPT, s classify.Images) *fx.Array {
	return nn.SoftmaxCrossEntropy(net.Apply(s.Pixels), s.Labels).Mean()
}

func (t writing) search(ctx context.Context, env *study.Env, e experiment, s sweep) error {
	text, err := t.script(env, s.batch)
	if err != nil {
		return err
	}
	type exam struct {
		Net  nn.GPT
		Text classify.Images
	}
	judge := fx.Jit(func(x exam) *fx.Array { return surprise(x.Net, x.Text).AsType(fx.Float64) })
	rows := text.held.Pixels.Dim(0)
	return search(ctx, env, e, s, subject[nn.GPT]{
		start: func(key *fx.Array) nn.GPT {
			return nn.NewGPT(key, nn.GPTOptions{Vocabulary: text.vocabulary, Context: t.context, Features: t.width, Blocks: t.blocks, Untied: true})
		},
		train: text.train, loss: surprise,
		score: func(net nn.GPT) float64 {
			sum := 0.0
			for from := 0; from < rows; from += s.batch {
				to := min(from+s.batch, rows)
				sum += float64(judge(exam{net, text.held.Slice(from, to)}).Item() * float64(to-from))
			}
			return fx.Scalar(sum / float64(rows)).Exp().Item()
		},
	})
}

// polynomials is the regression of a random polynomial by a perceptron of 32 and 32
// hidden units, judged by its squared error.
type polynomials struct {
	train, test, degree int
}

// polynomialInputs is the number of variables. The published code has polynomials of
// six, but columns of only four, and its array library reads the last column for the
// two that are missing. These are polynomials of four.
const polynomialInputs = 4

func (polynomials) name() string { return taskPolynomials }

func (polynomials) ranges() ranges {
	return ranges{rate: interval{1e-5, 1}, muonRate: interval{1e-5, 1}, xi: interval{1e-3, 0.1}}
}

func (polynomials) open(*study.Env, int) error { return nil }

func (t polynomials) search(ctx context.Context, env *study.Env, e experiment, s sweep) error {
	sets, err := study.Once(env, "polynomial", func() (*classify.Sets, error) { return t.sets(), nil })
	if err != nil {
		return err
	}
	squared := func(net nn.MLP, s classify.Images) *fx.Array {
		return net.Apply(s.Pixels).Squeeze(1).Sub(s.Labels).Square().Mean()
	}
	judge := fx.Jit(func(net nn.MLP) *fx.Array { return squared(net, sets.Test).AsType(fx.Float64) })
	return search(ctx, env, e, s, subject[nn.MLP]{
		start: func(key *fx.Array) nn.MLP { return nn.NewMLP(key, []int{polynomialInputs, 32, 32, 1}, nn.Gelu) },
		train: sets.Train, loss: squared,
		score: func(net nn.MLP) float64 { return judge(net).Item() },
	})
}
