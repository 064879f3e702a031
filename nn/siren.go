package nn

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// SIREN is a perceptron with sines for activations, which represents a signal
// and its derivatives (Sitzmann et al., "Implicit Neural Representations with
// Periodic Activation Functions", 2020):
//
//	x = sin(Omega (x W + B)) for each layer but the last, x W + B for the last,
//
// with First in place of Omega in the first layer.
type SIREN struct {
	Layers       []Linear
	First, Omega float64
}

// NewSIREN makes a network of the given sizes with the paper's first values
// (section 3.2 and supplement 1.5): First and Omega 30, kernels
// U(-1/in, 1/in) in the first layer and
// U(-sqrt(6/in)/Omega, sqrt(6/in)/Omega) in the others, and, as in the authors'
// code, biases U(-1/sqrt(in), 1/sqrt(in)). The options' kernel must be nil, and
// so must be the bias.
func NewSIREN(key *fx.Array, sizes []int, opts ...LayerOptions) SIREN {
	const op = "NewSIREN"
	if len(opts) == 1 && (opts[0].Kernel != nil || opts[0].Bias != nil) {
		fail(op, "the options set Kernel or Bias; the network has its own")
	}
	o := layerOptions(op, opts, LeCunTruncated)
	checkKey(op, key)
	checkSizes(op, "sizes", sizes...)
	if len(sizes) < 2 {
		fail(op, "sizes %v; there must be those of the input and of the output at least", sizes)
	}
	s := SIREN{First: 30, Omega: 30}
	for i, k := range random.Split(key, len(sizes)-1) {
		layer := o
		in := float64(sizes[i])
		layer.Kernel = Uniform(math.Sqrt(6/in) / s.Omega)
		if i == 0 {
			layer.Kernel = Uniform(1 / in)
		}
		if layer.Bias = TorchUniform; o.NoBias {
			layer.Bias = nil
		}
		s.Layers = append(s.Layers, NewLinear(k, sizes[i], sizes[i+1], layer))
	}
	return s
}

// Apply maps [..., in] to [..., out]; coordinates are usually in [-1, 1].
func (s SIREN) Apply(x *fx.Array) *fx.Array {
	if len(s.Layers) == 0 {
		fail("SIREN.Apply", "the network has no layers; NewSIREN makes one")
	}
	last := len(s.Layers) - 1
	for i, l := range s.Layers[:last] {
		omega := s.Omega
		if i == 0 {
			omega = s.First
		}
		x = l.Apply(x).MulScalar(omega).Sin()
	}
	return s.Layers[last].Apply(x)
}
