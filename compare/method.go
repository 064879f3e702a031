package compare

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/fluxion-go/fluxion/optim"
)

// Params are the parameters of any task: whatever tree the task has, such as an
// nn.MLP, in an interface. Functions of package fx, and optimizers of Params,
// work on it as on the tree itself, and paths are the tree's own
// ("Layers[0].W").
type Params = any

// Method is an optimizer as a function of its learning rate. Make one with
// [FromRule], [FromOptimizer], [FromStream] or [FromCurvature].
type Method struct {
	// Name is unique in a comparison.
	Name string
	// Summary is one line about it, with its origin.
	Summary string
	// Rate is the usual learning rate, around which the grid is laid.
	Rate float64

	build  func(rate float64, lr optim.Schedule, c optim.Curvature[Params], set map[string]string) (optim.StreamOptimizer[Params], error)
	names  func() []string
	set    map[string]string
	curved bool // needs the curvature
}

// FromRule makes a method of an update rule. make gets the learning rate as a
// schedule. The constructors of package optim that need nothing else fit:
//
//	compare.FromRule("adam", "Kingma and Ba 2015", 1e-3, optim.NewAdam)
//
// If R is a struct, its exported numbers and switches are settings that
// [Method.With] changes.
func FromRule[R optim.Rule](name, summary string, rate float64, make func(lr optim.Schedule) R) Method {
	return newMethod(name, summary, rate,
		func(_ float64, lr optim.Schedule) R { return make(lr) },
		func(r R) optim.StreamOptimizer[Params] { return optim.AsStream(optim.FromRule[Params](r)) })
}

// FromOptimizer makes a method of an optimizer that needs the loss itself, such
// as optim.LBFGS[compare.Params]. make gets the learning rate as a number, and
// as a schedule that begins with it.
//
// An optimizer that calls the loss inside a While or Scan reports how many
// evaluations its step took as Info.Values["evaluations"].
func FromOptimizer[O optim.Optimizer[Params]](name, summary string, rate float64, make func(rate float64, lr optim.Schedule) O) Method {
	return newMethod(name, summary, rate, make, func(o O) optim.StreamOptimizer[Params] { return optim.AsStream[Params](o) })
}

// FromStream makes a method of an optimizer whose step consumes several minibatches,
// such as optim.EntropySGD[compare.Params]: it gets the same minibatches as the other
// methods, and makes as many fewer steps. Its evaluations are counted as those of an
// optimizer.
func FromStream[O optim.StreamOptimizer[Params]](name, summary string, rate float64, make func(rate float64, lr optim.Schedule) O) Method {
	return newMethod(name, summary, rate, make, func(o O) optim.StreamOptimizer[Params] { return o })
}

func newMethod[T any](name, summary string, rate float64, make func(float64, optim.Schedule) T, wrap func(T) optim.StreamOptimizer[Params]) Method {
	return newCurved(name, summary, rate, func(rate float64, lr optim.Schedule, _ optim.Curvature[Params]) T { return make(rate, lr) }, wrap)
}

func newCurved[T any](name, summary string, rate float64, make func(float64, optim.Schedule, optim.Curvature[Params]) T, wrap func(T) optim.StreamOptimizer[Params]) Method {
	return Method{Name: name, Summary: summary, Rate: rate,
		build: func(rate float64, lr optim.Schedule, c optim.Curvature[Params], set map[string]string) (optim.StreamOptimizer[Params], error) {
			made := make(rate, lr, c)
			if err := configure(&made, set); err != nil {
				return nil, err
			}
			if err := optim.Validate(made); err != nil {
				return nil, err
			}
			return wrap(made), nil
		},
		names: func() []string {
			made := make(rate, optim.Constant(rate), unknown)
			return settingNames(&made)
		}}
}

// Settings lists what [Method.With] can change, as name=default.
func (m Method) Settings() []string { return m.names() }

// With returns the method with other settings, called NAME:name=value,... A name
// is that of a field, in lower case: beta1, decay.value. An unknown name and a
// value that the method does not allow are errors.
func (m Method) With(set map[string]string) (Method, error) {
	if len(set) == 0 {
		return m, nil
	}
	next := m
	next.set = maps.Clone(m.set)
	if next.set == nil {
		next.set = map[string]string{}
	}
	maps.Copy(next.set, set)
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(next.set)) {
		parts = append(parts, name+"="+next.set[name])
	}
	base, _, _ := strings.Cut(m.Name, ":")
	next.Name = base + ":" + strings.Join(parts, ",")
	_, err := next.New(m.Rate, optim.Constant(m.Rate))
	return next, err
}

// New makes the optimizer for a learning rate, given as a number and as the
// schedule that begins with it. Most consume one minibatch a step. One of
// [FromCurvature] can begin so, but its steps need the curvature of their minibatch.
// Settings that the method does not allow are errors.
func (m Method) New(rate float64, lr optim.Schedule) (optim.StreamOptimizer[Params], error) {
	return m.with(rate, lr, unknown)
}

func (m Method) with(rate float64, lr optim.Schedule, c optim.Curvature[Params]) (optim.StreamOptimizer[Params], error) {
	o, err := m.build(rate, lr, c, m.set)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Name, err)
	}
	return o, nil
}

func (m Method) validate() error {
	switch {
	case m.Name == "":
		return errors.New("a method has no name")
	case m.build == nil:
		return fmt.Errorf("method %s: make it with FromRule, FromOptimizer, FromStream or FromCurvature", m.Name)
	case !(m.Rate > 0) || math.IsInf(m.Rate, 0):
		return fmt.Errorf("method %s: the usual learning rate is %v; it must be positive", m.Name, m.Rate)
	case strings.ContainsFunc(m.Name, func(r rune) bool { return r <= ' ' || r == ';' }):
		return fmt.Errorf("method %q: a name has no spaces, control characters or semicolons", m.Name)
	}
	_, err := m.New(m.Rate, optim.Constant(m.Rate))
	return err
}
