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

// units is the number of hidden units in all tasks but music and text.
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

func (s start) network(key *fx.Array, in, hidden, out int) network {
	keys := random.Split(key, 2)
	return network{
		Cell:    nn.NewRNNCell(keys[0], in, hidden, s.activation, s.options),
		Readout: nn.NewLinear(keys[1], hidden, out, nn.LayerOptions{Kernel: s.options.Kernel}),
	}
}

// gradient is a loss of a network's states on inputs x, its gradient with the
// arm's regulariser in it, the error signals and the states.
func (a arm) gradient(s start, net network, alpha, x, from *fx.Array, loss func(n network, h *fx.Array) *fx.Array) (value *fx.Array, g network, delta, h *fx.Array) {
	// Zero perturbations of the states give the error signals as their derivative.
	type point struct {
		Net  network
		Push *fx.Array
	}
	at := point{net, fx.ZerosLike(net.Cell.Drive(x))}
	value, h, d := fx.ValueAndGradAux(func(p point) (*fx.Array, *fx.Array) {
		h := p.Net.Cell.Perturbed(x, from, p.Push)
		return loss(p.Net, h), h
	})(at)
	g = d.Net
	if a.omega != nil {
		_, more := a.omega(net.Cell.U, d.Push, s.slope(h))
		g.Cell.U = g.Cell.U.Add(more.Mul(alpha.AsType(more.DType())))
	}
	return value, g, d.Push, h
}

// last is the last state of each sequence.
func last(h *fx.Array) *fx.Array { return h.SliceAxis(1, -1, fx.End).Squeeze(1) }
