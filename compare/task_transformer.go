package compare

import (
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Transformer is a small GPT that predicts the next character of a text.
func Transformer() Task {
	return Task{
		Name: "transformer", Summary: "a small GPT on the characters of a text",
		Options: []study.Option{
			study.IntOption("batch", 8, "sequences in a minibatch").Between(1, 4096),
			study.IntOption("context", 32, "characters in a sequence").Between(2, 4096),
			study.IntOption("features", 32, "features of a character").Between(1, 4096),
			study.IntOption("heads", 2, "attention heads, which divide the features").Between(1, 256),
			study.IntOption("blocks", 2, "transformer blocks").Between(1, 64),
		},
		DataSets: append([]string{builtIn}, namesOf(data.HoldsText)...), Files: "a text file",
		Evaluations: 250, Metrics: []Metric{{Name: "train_loss"}, {Name: "test_loss"}, {Name: "test_accuracy", Higher: true}},
		Open: openTransformer,
	}
}

// windows are sequences and the characters that follow each of theirs.
type windows struct{ Inputs, Targets *fx.Array }

// heldWindows is how many sequences a training is judged by.
const heldWindows = 32

func openTransformer(s Setup) (Problem, error) {
	corpus, err := openText(s.Data)
	if err != nil {
		return Problem{}, err
	}
	first, rest, err := corpus.Split(0.9)
	if err != nil {
		return Problem{}, err
	}
	o := s.Options
	context, rows := o.Int("context"), o.Int("batch")
	if o.Int("features")%o.Int("heads") != 0 {
		return Problem{}, fmt.Errorf("option heads: %d features do not divide among %d heads", o.Int("features"), o.Int("heads"))
	}
	if len(rest.Tokens) <= context {
		return Problem{}, fmt.Errorf("%s: the last tenth has %d characters, which must be more than the context of %d", corpus.Name, len(rest.Tokens), context)
	}
	train, test := fx.New(first.Tokens), fx.New(rest.Tokens)
	draw := func(key, tokens *fx.Array, n int) windows {
		in, out := data.Windows(key, tokens, n, context)
		return windows{in, out}
	}
	keys := random.Split(random.New(problemSeed), 2)
	heldTrain, heldTest := draw(keys[0], train, heldWindows), draw(keys[1], test, heldWindows)
	fx.Eval(heldTrain, heldTest)
	model := func(g nn.GPT, w windows) *fx.Array { return g.Apply(w.Inputs) }
	entropy := func(logits *fx.Array, w windows) *fx.Array { return nn.SoftmaxCrossEntropy(logits, w.Targets).Mean() }
	return DefineModel(
		func(key *fx.Array) nn.GPT {
			return nn.NewGPT(key, nn.GPTOptions{Vocabulary: len(corpus.Vocabulary), Context: context,
				Features: o.Int("features"), Heads: o.Int("heads"), Blocks: o.Int("blocks")})
		},
		func(seed uint64) func() windows {
			key, step := random.FoldIn(random.New(seed), noiseStream), 0
			return func() windows {
				step++
				return draw(random.FoldIn(key, step), train, rows)
			}
		},
		model, entropy,
		func(g nn.GPT) []*fx.Array {
			logits := model(g, heldTest)
			return []*fx.Array{entropy(model(g, heldTrain), heldTrain), entropy(logits, heldTest), nn.Accuracy(logits, heldTest.Targets)}
		}), nil
}

// textLength is the length of the built-in text, in characters.
const textLength = 100_000

func openText(d study.DataSet) (*data.Corpus, error) {
	path, folder, err := userFiles(d.Name)
	switch {
	case err != nil:
		return nil, err
	case folder:
		return nil, fmt.Errorf("%s is a folder: --data takes a text file, or the name of a set whose folder is --data-dir", d.Name)
	case path:
		return data.LoadText(d.Name)
	case d.Name == builtIn:
		return data.Sentences(problemSeed, textLength), nil
	}
	return data.OpenText(d.Name, d.Dir)
}
