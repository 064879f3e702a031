package psgd

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

// Networks whose layers are single matrices: a bias is the last row of a kernel, for
// an input that is always 1, so that Kronecker factors know of it.

// affine is x W + b with [W; b] in one matrix [in+1, out].
func affine(x, m *fx.Array) *fx.Array {
	in := x.Dim(-1)
	return x.MatMul(m.SliceAxis(0, 0, in)).Add(m.Index(in))
}

// recurrentNet is a tanh network with one linear output after the last input.
type recurrentNet struct {
	Recurrent *fx.Array // [in + hidden + 1, hidden]: inputs, states, bias
	Readout   *fx.Array // [hidden + 1, 1]
}

// Sizes of part C.
const (
	xorIn, xorHidden = 2, 30
)

// newRecurrentNet starts with an orthogonal recurrent matrix, input and output
// weights from N(0, 0.1^2) and biases 0.
func newRecurrentNet(key *fx.Array) recurrentNet {
	keys := random.Split(key, 3)
	small := func(key *fx.Array, rows, columns int) *fx.Array {
		return random.Normal(key, fx.Float32, rows, columns).MulScalar(0.1)
	}
	return recurrentNet{
		Recurrent: fx.Concatenate(0, small(keys[0], xorIn, xorHidden),
			random.Orthogonal(keys[1], fx.Float32, xorHidden, xorHidden), fx.Zeros(fx.Float32, 1, xorHidden)),
		Readout: fx.Concatenate(0, small(keys[2], xorHidden, 1), fx.Zeros(fx.Float32, 1, 1)),
	}
}

// logits are [rows] for sequences [rows, length, in].
func (n recurrentNet) logits(x *fx.Array) *fx.Array {
	inputs := n.Recurrent.SliceAxis(0, 0, xorIn)
	states := n.Recurrent.SliceAxis(0, xorIn, xorIn+xorHidden)
	drive := x.MatMul(inputs).Add(n.Recurrent.Index(xorIn + xorHidden))
	at := func(t int) *fx.Array { return drive.SliceAxis(1, t, t+1).Squeeze(1) }
	h := at(0).Tanh() // of the state 0
	for t := 1; t < x.Dim(1); t++ {
		h = at(t).Add(h.MatMul(states)).Tanh()
	}
	return affine(h, n.Readout).Squeeze(1)
}

// perceptron is a ReLU network with one hidden layer, for images [n, features].
type perceptron struct {
	Hidden  *fx.Array // [features + 1, hidden]
	Readout *fx.Array // [hidden + 1, classes]
}

// newPerceptron draws He's first values, and biases 0.
func newPerceptron(key *fx.Array, features, hidden, classes int) perceptron {
	keys := random.Split(key, 2)
	layer := func(key *fx.Array, in, out int) *fx.Array {
		w := random.Normal(key, fx.Float32, in, out).MulScalar(math.Sqrt(2 / float64(in)))
		return fx.Concatenate(0, w, fx.Zeros(fx.Float32, 1, out))
	}
	return perceptron{layer(keys[0], features, hidden), layer(keys[1], hidden, classes)}
}

// Apply gives logits [n, classes].
func (p perceptron) Apply(x *fx.Array) *fx.Array {
	return affine(nn.Relu(affine(x, p.Hidden)), p.Readout)
}
