package compare

import (
	"errors"
	"fmt"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/study"
)

// Task is a problem for optimizers. The built-in ones are found by name with
// [FindTask]; a user's own fills in the fields.
type Task struct {
	Name string // lower case words joined by hyphens
	// Summary is one line about it.
	Summary string
	// Options are what a user can change with Comparison.Set.
	Options []study.Option
	// DataSets are the named data sets that it can use, the default first; empty
	// if it uses none. Files says what a path to the user's own files must hold;
	// "" if it cannot be one.
	DataSets []string
	Files    string
	// Evaluations is the usual budget, in evaluations of the gradient.
	Evaluations int
	// Metrics are what Problem.Evaluate measures, the usual criterion first.
	Metrics []Metric
	// Open makes the problem. What a user got wrong is an error.
	Open func(Setup) (Problem, error)
}

// Metric is a number by which parameters are judged.
type Metric struct {
	Name   string `json:"name"` // such as train_loss
	Higher bool   `json:"higher_is_better,omitempty"`
}

// Setup is what a user has chosen of a task.
type Setup struct {
	Options study.Settings
	Data    study.DataSet // Name is a data set's, or a path
}

// Problem is a task with its data. Its functions must be safe for use by
// several goroutines and may depend on their arguments alone. Make one with
// [Define] or [DefineModel].
type Problem struct {
	// Init draws the parameters to begin with.
	Init func(key *fx.Array) Params
	// Batches begins the sequence of minibatches of a seed; each is a tree.
	Batches func(seed uint64) func() any
	// Loss is the loss of a minibatch, a float scalar. It is compiled.
	Loss func(p Params, batch any) *fx.Array
	// Evaluate measures the task's metrics, in their order, as float scalars. It
	// is compiled.
	Evaluate func(p Params) []*fx.Array
	// GaussNewton makes the operator of the Gauss-Newton matrix of a minibatch's loss
	// at p, positive semidefinite: J'HJ with the Jacobian J of a model and the Hessian H
	// of a convex loss in its output. It is nil where the loss has no such parts.
	GaussNewton func(p Params, batch any) func(v Params) Params
}

// Define makes a problem of functions on the task's own types of parameters and
// batches.
func Define[P, B any](init func(key *fx.Array) P, batches func(seed uint64) func() B,
	loss func(p P, batch B) *fx.Array, evaluate func(p P) []*fx.Array) Problem {
	return Problem{
		Init: func(key *fx.Array) Params { return init(key) },
		Batches: func(seed uint64) func() any {
			next := batches(seed)
			return func() any { return next() }
		},
		Loss:     func(p Params, batch any) *fx.Array { return loss(p.(P), batch.(B)) },
		Evaluate: func(p Params) []*fx.Array { return evaluate(p.(P)) },
	}
}

// Constant is the sequence of batches of a problem that has one batch only.
func Constant[B any](batch B) func(seed uint64) func() B {
	return func(uint64) func() B { return func() B { return batch } }
}

func (t Task) validate() error {
	switch {
	case t.Name == "":
		return errors.New("the task has no name")
	case t.Open == nil || len(t.Metrics) == 0 || t.Evaluations < 1:
		return fmt.Errorf("task %s: it needs Open, Metrics and a budget of Evaluations", t.Name)
	}
	for i, m := range t.Metrics {
		if m.Name == "" || slices.ContainsFunc(t.Metrics[:i], func(o Metric) bool { return o.Name == m.Name }) {
			return fmt.Errorf("task %s: metric %q is empty or declared twice", t.Name, m.Name)
		}
	}
	return nil
}

func (t Task) metricNames() []string {
	names := make([]string, len(t.Metrics))
	for i, m := range t.Metrics {
		names[i] = m.Name
	}
	return names
}
