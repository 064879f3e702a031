package rnngradientclipping

import (
	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
)

// task is one of the paper's tasks with one target at the end.
type task struct {
	name    string
	in, out int // features of inputs and outputs
	draw    func(key *fx.Array, d fx.DType, rows, length int) (x, targets *fx.Array)
	loss    func(y, targets *fx.Array) *fx.Array // scalar
	wrong   func(y, targets *fx.Array) *fx.Array // bool, [rows]
}

const (
	nameOrder          = "temporal order"
	nameOrder3         = "temporal order, 3 bits"
	nameAddition       = "addition"
	nameMultiplication = "multiplication"
	namePermutation    = "permutation"
)

var tasks = []task{
	classes(nameOrder, 6, 4, data.TemporalOrder),
	classes(nameOrder3, 6, 8, data.TemporalOrder3),
	number(nameAddition, data.Addition),
	number(nameMultiplication, data.Multiplication),
	classes(namePermutation, 100, 100, data.Permutation),
}

type draw = func(key *fx.Array, d fx.DType, rows, length int) (x, targets *fx.Array)

// classes is a task whose target is a class: softmax and cross-entropy.
func classes(name string, in, out int, d draw) task {
	return task{name, in, out, d,
		func(y, labels *fx.Array) *fx.Array { return nn.SoftmaxCrossEntropy(y, labels).Mean() },
		func(y, labels *fx.Array) *fx.Array { return y.ArgMax(-1).NotEqual(labels) },
	}
}

// number is a task whose target is a number: squared error, and a failure where
// that is above 0.04.
func number(name string, d draw) task {
	return task{name, 2, 1, d,
		func(y, targets *fx.Array) *fx.Array { return nn.MeanSquaredError(y.Squeeze(-1), targets) },
		func(y, targets *fx.Array) *fx.Array {
			return nn.SquaredError(y.Squeeze(-1), targets).LessEqual(fx.Const(0.04)).Not()
		},
	}
}

func taskNamed(name string) task {
	for _, t := range tasks {
		if t.name == name {
			return t
		}
	}
	panic("no task " + name)
}
