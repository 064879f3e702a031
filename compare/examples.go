package compare

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/study"
)

// examples are labelled rows in memory.
type examples struct {
	X *fx.Array // [n, ...]
	Y *fx.Array // classes, int32 [n]
}

func (e examples) n() int { return e.X.Dim(0) }

// first takes the first rows, at most so many: what is looked at again and
// again does not have to be everything.
func (e examples) first(most int) examples {
	if e.n() <= most {
		return e
	}
	return examples{e.X.SliceAxis(0, 0, most), e.Y.SliceAxis(0, 0, most)}
}

// rows takes the rows at the given places.
func (e examples) rows(places []int) examples {
	at := make([]int32, len(places))
	for i, p := range places {
		at[i] = int32(p)
	}
	index := fx.New(at, len(at))
	return examples{e.X.Take(index, 0), e.Y.Take(index, 0)}
}

// minibatches is the sequence of shuffled minibatches; size 0 is all examples at
// once.
func (e examples) minibatches(size int) (func(seed uint64) func() examples, error) {
	if size == 0 {
		return Constant(e), nil
	}
	if size > e.n() {
		return nil, fmt.Errorf("option batch: %d examples in a batch, but there are only %d to train on", size, e.n())
	}
	return func(seed uint64) func() examples {
		b, err := data.NewBatches(e.n(), size, seed, data.BatchOptions{DropLast: true})
		if err != nil {
			panic(err) // the sizes were checked
		}
		return func() examples { return e.rows(b.Next()) }
	}, nil
}

// held is what a training is judged by: a part of the training set and of the
// test set.
type held struct{ train, test examples }

// heldOption says how large the parts are.
func heldOption(usual int) study.Option {
	return study.IntOption("held", usual, "examples of the training and of the test set by which parameters are judged, at most").Between(1, 1e7)
}

func hold(s study.Settings, train, test examples) held {
	n := s.Int("held")
	h := held{train.first(n), test.first(n)}
	fx.Eval(h.train.X, h.train.Y, h.test.X, h.test.Y)
	return h
}

// classified are the metrics of a classifier.
var classified = []Metric{{Name: "train_loss"}, {Name: "test_loss"}, {Name: "test_accuracy", Higher: true}}

// split keeps every fifth row for testing.
func split(n int) (train, test []int) {
	for i := range n {
		if i%5 == 4 {
			test = append(test, i)
		} else {
			train = append(train, i)
		}
	}
	return train, test
}

// userFiles reports whether a data set's name is a path, and to what. A name
// that is known is never a path.
func userFiles(name string) (is, folder bool, err error) {
	if _, unknown := data.FindSource(name); unknown == nil {
		return false, false, nil
	}
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	return true, info.IsDir(), nil
}
