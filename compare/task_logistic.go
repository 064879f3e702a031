package compare

import (
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// builtIn names the data that a task makes itself.
const builtIn = "built-in"

// Logistic is logistic regression on rows of features with two classes, with an
// L2 penalty, from zero: by default on rows with a power-law spectrum and a known
// separator, or on a LIBSVM file.
func Logistic() Task {
	return Task{
		Name: "logistic", Summary: "logistic regression, on a LIBSVM file if there is one",
		Options: []study.Option{
			study.IntOption("batch", 64, "rows in a minibatch; 0 takes all").Between(0, 1e6),
			study.FloatOption("l2", 1e-4, "strength of the penalty, half of it times the squared weights").Between(0, 1e6),
			study.IntOption("features", 50, "features of the built-in rows").Between(1, 5000),
			study.IntOption("rows", 4000, "built-in rows, a fifth of them for testing").Between(10, 1e6),
			heldOption(2000),
		},
		DataSets: append([]string{builtIn}, namesOf(data.HoldsRows)...), Files: "a LIBSVM file",
		Evaluations: 600, Metrics: classified, Open: openLogistic,
	}
}

// namesOf lists the data sets with names that hold something.
func namesOf(content data.Content) []string {
	var names []string
	for _, s := range data.Sources() {
		if s.Holds == content {
			names = append(names, s.Name)
		}
	}
	return names
}

func openLogistic(s Setup) (Problem, error) {
	train, test, err := openRows(s)
	if err != nil {
		return Problem{}, err
	}
	batches, err := train.minibatches(s.Options.Int("batch"))
	if err != nil {
		return Problem{}, err
	}
	l2, h := s.Options.Float("l2"), hold(s.Options, train, test)
	score := func(l nn.Linear, e examples) *fx.Array { return l.Apply(e.X).Reshape(e.n()) }
	entropy := func(score *fx.Array, e examples) *fx.Array {
		return nn.SigmoidCrossEntropy(score, e.Y.AsType(fx.Float32)).Mean()
	}
	type output struct{ Score, W *fx.Array }
	model := func(l nn.Linear, e examples) output { return output{score(l, e), l.W} }
	penalised := func(y output, e examples) *fx.Array {
		return entropy(y.Score, e).Add(y.W.Square().Sum().MulScalar(l2 / 2))
	}
	return DefineModel(
		func(*fx.Array) nn.Linear {
			return nn.Linear{W: fx.Zeros(fx.Float32, train.X.Dim(1), 1), B: fx.Zeros(fx.Float32, 1)}
		},
		batches, model, penalised,
		func(l nn.Linear) []*fx.Array {
			z := score(l, h.test)
			right := z.Greater(fx.Const(0)).AsType(fx.Int32).Equal(h.test.Y)
			return []*fx.Array{penalised(model(l, h.train), h.train), entropy(z, h.test), right.AsType(fx.Float32).Mean()}
		}), nil
}

func openRows(s Setup) (train, test examples, err error) {
	path, folder, err := userFiles(s.Data.Name)
	switch {
	case err != nil:
		return train, test, err
	case folder:
		return train, test, fmt.Errorf("%s is a folder: --data takes a LIBSVM file, or the name of a set whose folder is --data-dir", s.Data.Name)
	case path:
		all, err := data.LoadLIBSVM(s.Data.Name, 0)
		if err != nil {
			return train, test, err
		}
		whole, err := twoClasses(all, nil)
		if err != nil {
			return train, test, err
		}
		a, b := split(whole.n())
		if len(b) == 0 {
			return train, test, fmt.Errorf("%s has %d rows: there must be five or more", s.Data.Name, whole.n())
		}
		return whole.rows(a), whole.rows(b), nil
	case s.Data.Name == builtIn:
		train, test = drawRows(s.Options.Int("rows"), s.Options.Int("features"))
		return train, test, nil
	}
	first, second, err := data.OpenSparse(s.Data.Name, s.Data.Dir)
	if err != nil {
		return train, test, err
	}
	_, classes := first.Classes()
	if train, err = twoClasses(first, classes); err != nil {
		return train, test, err
	}
	if second == nil {
		a, b := split(train.n())
		return train.rows(a), train.rows(b), nil
	}
	test, err = twoClasses(second, classes)
	return train, test, err
}

// drawRows makes rows with a power-law spectrum; the separator's noise is such
// that about one label in seven is on the wrong side.
func drawRows(n, features int) (train, test examples) {
	keys := random.Split(random.New(problemSeed), 3)
	x := data.GaussianFeatures(keys[0], fx.Float32, n, data.PowerLaw(features, 1))
	w := random.Normal(keys[1], fx.Float32, features).MulScalar(3)
	c := data.Logistic(keys[2], x, w)
	all := examples{c.X, c.Labels}
	a, b := split(n)
	return all.rows(a), all.rows(b)
}

// twoClasses makes arrays of sparse rows. Class 1 is the larger of two labels;
// nil classes are those of the rows themselves.
func twoClasses(rows *data.Sparse, classes []float64) (examples, error) {
	if classes == nil {
		_, classes = rows.Classes()
	}
	if len(classes) != 2 {
		return examples{}, fmt.Errorf("%s has %d different labels: logistic regression is for two", rows.Name, len(classes))
	}
	labels := make([]int32, rows.Rows)
	for i, v := range rows.Labels {
		switch v {
		case classes[0]:
		case classes[1]:
			labels[i] = 1
		default:
			return examples{}, fmt.Errorf("%s: row %d has the label %v, which is not in the training set", rows.Name, i+1, v)
		}
	}
	x, err := rows.Dense()
	if err != nil {
		return examples{}, err
	}
	return examples{x, fx.New(labels, len(labels))}, nil
}
