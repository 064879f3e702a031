package rnngradientclipping

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

// network is a simple recurrent network with a linear read-out.
type network struct {
	Cell    nn.RNNCell
	Readout nn.Linear
}

// recurrent is the path of the recurrent matrix.
const recurrent = "Cell.U"

// units is the number of hidden units in all of the paper's tasks but music and
// text.
const units = 50

// start is one of the paper's three ways to begin.
type start struct {
	name       string
	activation func(*fx.Array) *fx.Array
	slope      func(h *fx.Array) *fx.Array // f' where f is h
	options    nn.CellOptions
}

const (
	nameSigmoid   = "sigmoid"
	nameBasicTanh = "basic tanh"
	nameSmartTanh = "smart tanh"
)

// starts are the paper's: all weights of the sigmoid network are N(0, 0.01^2), of
// the basic tanh N(0, 0.1^2); the smart tanh has 15 incoming connections for each
// unit and spectral radius 0.95. Biases are 0.
var starts = []start{
	{nameSigmoid, nn.Sigmoid, nn.SigmoidSlope, all(nn.Normal(0.01), nn.Normal(0.01))},
	{nameBasicTanh, nn.Tanh, nn.TanhSlope, all(nn.Normal(0.1), nn.Normal(0.1))},
	{nameSmartTanh, nn.Tanh, nn.TanhSlope, all(nn.Normal(0.01), nn.WithSpectralRadius(nn.SparseNormal(0.01, 15), 0.95))},
}

func all(kernel, recurrent nn.Initializer) nn.CellOptions {
	return nn.CellOptions{Recurrent: recurrent, LayerOptions: nn.LayerOptions{Kernel: kernel}}
}

func startNamed(name string) start {
	for _, s := range starts {
		if s.name == name {
			return s
		}
	}
	panic("no start " + name)
}

func (s start) network(key *fx.Array, in, out int) network {
	keys := random.Split(key, 2)
	return network{
		Cell:    nn.NewRNNCell(keys[0], in, units, s.activation, s.options),
		Readout: nn.NewLinear(keys[1], units, out, nn.LayerOptions{Kernel: s.options.Kernel}),
	}
}

// loss is that of a task on the last output. Zero perturbations of the states
// give the error signals as their derivative.
func (n network) loss(t task, x, targets, perturbation *fx.Array) (loss, h *fx.Array) {
	h = n.Cell.Perturbed(x, n.Cell.Start(x.Dim(0)), perturbation)
	return t.loss(n.Readout.Apply(last(h)), targets), h
}

// last is the last state of each sequence.
func last(h *fx.Array) *fx.Array { return h.SliceAxis(1, -1, fx.End).Squeeze(1) }
