package rnngradientclipping

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// sequel is a task with a target at every step: what comes next in a text or in a
// piece of music.
type sequel struct {
	name    string
	in, out int
	size    size
	// draw is the batch of an update; Fresh says whether sequences begin anew.
	draw func(key, step *fx.Array) batch
	// cost is [rows, length], in nats.
	cost func(y, targets *fx.Array) *fx.Array
	// What is held out: one batch each.
	validation, test batch
	measure          string  // what the cost is called
	perNat           float64 // its units in a nat
	marks            []mark  // what is known of the least cost and of simple models
}

// mark is a cost to compare with, in the sequel's measure.
type mark struct {
	what  string
	value float64
}

// size is how large a sequel's network and training are.
type size struct {
	start          string
	units          int
	length         int // steps of a sequence
	limit          int // updates
	characters     int // of the built-in text
	pieces, phrase int // of the built-in music
}

// batch is sequences. Weights are 1 where there is a target, or nil.
type batch struct{ X, Targets, Weights, Fresh *fx.Array }

const (
	nameCharacters = "characters"
	nameMusic      = "music"
	builtInText    = "sentences"
	contentSeed    = 89
	examSteps      = 500 // of a sequence that a reader is tried on
	examRows       = 100
	trainShare     = 0.9
)

// horizons are how many characters ahead the paper predicts.
var horizons = []int{1, 5}

func charactersName(ahead int) string { return fmt.Sprintf("%s, %d ahead", nameCharacters, ahead) }

// openCharacters is the prediction of the character so many ahead. A tenth of the
// text is held out, one half of it for validation and one for the test. In
// training, batches go through the text and carry the state over.
func openCharacters(env *study.Env, s size, ahead int) (sequel, error) {
	corpus := data.Sentences(contentSeed, s.characters)
	if env.Data.Name != builtInText {
		var err error
		if corpus, err = data.OpenText(env.Data.Name, env.Data.Dir); err != nil {
			return sequel{}, err
		}
	}
	train, rest, err := corpus.Split(trainShare)
	if err != nil {
		return sequel{}, err
	}
	validation, test, err := rest.Split(0.5)
	if err != nil {
		return sequel{}, err
	}
	classes := len(corpus.Vocabulary)
	stretch := len(train.Tokens) / batchSize
	perPass := (stretch - ahead) / s.length
	if perPass < 1 || len(test.Tokens) <= ahead+1 {
		return sequel{}, fmt.Errorf("%s: %d characters are too few for %d sequences of %d", corpus.Name, len(corpus.Tokens), batchSize, s.length)
	}
	tokens := fx.New(train.Tokens)
	// take cuts sequences out of a text.
	take := func(text, starts *fx.Array, length int) batch {
		places := starts.ExpandDims(1).Add(fx.Arange(fx.Int32, length))
		return batch{X: fx.OneHot(text.Take(places, 0), classes, fx.Float32), Targets: text.Take(places.AddScalar(float64(ahead)), 0)}
	}
	exam := func(c *data.Corpus) batch {
		length := min(examSteps, len(c.Tokens)-ahead)
		rows := min(examRows, (len(c.Tokens)-ahead)/length)
		return take(fx.New(c.Tokens), fx.Arange(fx.Int32, rows).MulScalar(float64(length)), length)
	}
	rows := fx.Arange(fx.Int32, batchSize).MulScalar(float64(stretch))
	return sequel{
		name: charactersName(ahead), in: classes, out: classes, size: s,
		draw: func(_, step *fx.Array) batch {
			at := step.Rem(fx.Scalar(int32(perPass)))
			b := take(tokens, rows.Add(at.MulScalar(float64(s.length))), s.length)
			b.Fresh = at.Equal(fx.Const(0))
			return b
		},
		cost: nn.SoftmaxCrossEntropy, validation: exam(validation), test: exam(test),
		measure: "bits per character", perNat: 1 / math.Ln2,
		marks: []mark{
			{"frequencies alone", pairCost(train.Tokens, test.Tokens, classes, 0)},
			{fmt.Sprintf("the character %d before alone", ahead), pairCost(train.Tokens, test.Tokens, classes, ahead)},
		},
	}, nil
}

// pairCost is the cost in bits of a test text by the counts of a training text,
// each with one added: of a character after the one so many before, or, for 0, of
// a character by itself.
func pairCost(train, test []int32, classes, before int) float64 {
	counts, sums := make([]float64, classes*classes), make([]float64, classes)
	at := func(text []int32, i int) int {
		if before == 0 {
			return 0
		}
		return int(text[i-before])
	}
	for i := range counts {
		counts[i] = 1
	}
	for i := range sums {
		sums[i] = float64(classes)
	}
	for i := before; i < len(train); i++ {
		counts[at(train, i)*classes+int(train[i])]++
		sums[at(train, i)]++
	}
	chances := make([]float64, 0, len(test))
	for i := before; i < len(test); i++ {
		from := at(test, i)
		chances = append(chances, counts[from*classes+int(test[i])]/sums[from])
	}
	return fx.New(chances).Log().Mean().Item() / -math.Ln2
}

// openMusic is the prediction of the keys that sound next. Each has a probability
// of its own, so that the cost of a step is a sum over 88 keys.
func openMusic(env *study.Env, s size) (sequel, error) {
	var rolls *data.Rolls
	var marks []mark
	if path := env.Options.String("rolls"); path != "" {
		var err error
		if rolls, err = data.LoadRolls(path); err != nil {
			return sequel{}, err
		}
		if len(rolls.Validation) == 0 {
			n := int(trainShare * float64(len(rolls.Train)))
			if n == 0 {
				return sequel{}, fmt.Errorf("%s: no valid part, and one piece to train on, which cannot be split", rolls.Name)
			}
			rolls.Train, rolls.Validation = rolls.Train[:n], rolls.Train[n:]
		}
	} else {
		form := data.Chorales{Phrase: s.phrase}
		keys := random.Split(random.New(contentSeed), 3)
		rolls = &data.Rolls{Train: form.Draw(keys[0], s.pieces), Validation: form.Draw(keys[1], s.pieces/10), Test: form.Draw(keys[2], s.pieces/10)}
		e := form.Entropy()
		marks = []mark{
			{"entropy of the process", e.Joint},
			{"least with a probability for each key", e.Independent},
			{"the same if no phrase were repeated", e.Forgetful},
		}
	}
	make := func(pieces []data.Piece) batch {
		keys, there := data.Roll(fx.Float32, pieces, s.length)
		// A step is predicted from those before it, the first one from silence.
		x := fx.Concatenate(1, fx.ZerosLike(keys.SliceAxis(1, 0, 1)), keys.SliceAxis(1, 0, s.length-1))
		return batch{X: x, Targets: keys, Weights: there, Fresh: fx.Scalar(true)}
	}
	train := make(rolls.Train)
	return sequel{
		name: nameMusic, in: data.PianoKeys, out: data.PianoKeys, size: s,
		draw: func(key, _ *fx.Array) batch {
			rows := random.Randint(key, fx.Int32, 0, int64(train.X.Dim(0)), batchSize)
			return batch{train.X.Take(rows, 0), train.Targets.Take(rows, 0), train.Weights.Take(rows, 0), train.Fresh}
		},
		cost:       func(y, targets *fx.Array) *fx.Array { return nn.SigmoidCrossEntropy(y, targets).Sum(-1) },
		validation: make(rolls.Validation), test: make(rolls.Test),
		measure: "nats per step", perNat: 1, marks: marks,
	}, nil
}

// mean is the mean cost over the steps that have a target.
func (q sequel) mean(y *fx.Array, b batch) *fx.Array {
	cost := q.cost(y, b.Targets)
	if b.Weights == nil {
		return cost.Mean()
	}
	return cost.Mul(b.Weights).Sum().Div(b.Weights.Sum())
}
