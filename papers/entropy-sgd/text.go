package entropysgd

import (
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// textName is the data set on which a language model is trained in place of
// classifiers of images.
const textName = "tinyshakespeare"

// text is how a text is read.
type text struct {
	characters int // the first of so many; 0: all that the file holds
	window     int // characters of an example
}

const (
	contentSeed = 51  // of the built-in text
	trainShare  = 0.9 // of a text; the rest is for the test
)

// open cuts a text into windows, each of which begins from the state 0: the examples
// are the characters of a window, and their labels those that follow them.
func (t text) open(env *study.Env, batch int) (*classify.Sets, error) {
	return study.Once(env, fmt.Sprintf("text %+v", t), func() (*classify.Sets, error) {
		var corpus *data.Corpus
		if env.Data.Name == textName {
			var err error
			if corpus, err = data.OpenText(textName, env.Data.Dir); err != nil {
				return nil, err
			}
		} else {
			corpus = data.Sentences(contentSeed, t.characters)
		}
		if n := t.characters; n > 0 && n < len(corpus.Tokens) {
			corpus.Tokens = corpus.Tokens[:n]
		}
		train, test, err := corpus.Split(trainShare)
		if err != nil {
			return nil, err
		}
		s := &classify.Sets{Train: t.windows(train.Tokens), Test: t.windows(test.Tokens), Classes: len(corpus.Vocabulary)}
		if s.Train.N() < batch || s.Test.N() < 1 {
			return nil, fmt.Errorf("%s: %d characters are too few for batches of %d windows of %d", corpus.Name, len(corpus.Tokens), batch, t.window)
		}
		return s, nil
	})
}

func (t text) windows(tokens []int32) classify.Images {
	n := max(0, len(tokens)-1) / t.window
	cut := func(from int) *fx.Array { return fx.New(tokens[from:from+n*t.window]).Reshape(n, t.window) }
	if n == 0 {
		return classify.Images{Pixels: fx.Zeros(fx.Int32, 0, t.window), Labels: fx.Zeros(fx.Int32, 0, t.window)}
	}
	return classify.Images{Pixels: cut(0), Labels: cut(1)}
}
