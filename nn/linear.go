package nn

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// A Layer maps an array to an array, as it does at inference.
type Layer interface {
	Apply(x *fx.Array) *fx.Array
}

// Linear is the affine layer x W + B.
type Linear struct {
	W *fx.Array // [in, out]
	B *fx.Array // [out], or nil
}

// NewLinear makes a layer from in features to out features.
func NewLinear(key *fx.Array, in, out int, opts ...LayerOptions) Linear {
	o := layerOptions("NewLinear", opts, LeCunTruncated)
	checkKey("NewLinear", key)
	checkSizes("NewLinear", "features", in, out)
	w, b := o.kernelAndBias("NewLinear", key, in, out)
	return Linear{W: w, B: b}
}

// Apply maps [..., in] to [..., out].
func (l Linear) Apply(x *fx.Array) *fx.Array {
	if l.W == nil {
		fail("Linear.Apply", "the layer has no kernel; NewLinear makes one")
	}
	checkInput("Linear.Apply", x, l.W, l.W.Dim(0))
	y := x.MatMul(l.W)
	if l.B != nil {
		y = y.Add(l.B)
	}
	return y
}

// MLP is a multilayer perceptron: linear layers with an activation after each
// but the last, after which comes Output.
type MLP struct {
	Layers     []Linear
	Activation func(*fx.Array) *fx.Array
	Output     func(*fx.Array) *fx.Array // nil is none: the last layer's values
}

// NewMLP makes a perceptron of the given sizes: of the input, of the hidden
// layers, and of the output. Output starts as nil.
func NewMLP(key *fx.Array, sizes []int, activation func(*fx.Array) *fx.Array, opts ...LayerOptions) MLP {
	layerOptions("NewMLP", opts, LeCunTruncated)
	checkKey("NewMLP", key)
	checkSizes("NewMLP", "sizes", sizes...)
	if len(sizes) < 2 {
		fail("NewMLP", "sizes %v; there must be those of the input and of the output at least", sizes)
	}
	if activation == nil {
		fail("NewMLP", "the activation is nil (Identity is none)")
	}
	m := MLP{Activation: activation}
	for i, k := range random.Split(key, len(sizes)-1) {
		m.Layers = append(m.Layers, NewLinear(k, sizes[i], sizes[i+1], opts...))
	}
	return m
}

// Apply maps [..., in] to [..., out].
func (m MLP) Apply(x *fx.Array) *fx.Array {
	if len(m.Layers) == 0 || m.Activation == nil {
		fail("MLP.Apply", "the perceptron has no layers or no activation; NewMLP makes one")
	}
	for i, l := range m.Layers {
		x = l.Apply(x)
		if i < len(m.Layers)-1 {
			x = m.Activation(x)
		}
	}
	if m.Output != nil {
		x = m.Output(x)
	}
	return x
}

// Embedding is a table of vectors.
type Embedding struct {
	Table *fx.Array // [n, size]
}

// NewEmbedding makes a table of n vectors of the given size, drawn from
// Normal(1) unless the options say otherwise (PyTorch's default; flax's has the
// variance 1/size). Fan.In is n and Fan.Out is size. There is no bias.
func NewEmbedding(key *fx.Array, n, size int, opts ...LayerOptions) Embedding {
	o := layerOptions("NewEmbedding", opts, Normal(1))
	checkKey("NewEmbedding", key)
	checkSizes("NewEmbedding", "sizes", n, size)
	return Embedding{Table: o.draw("NewEmbedding", o.Kernel, key, Fan{In: n, Out: size}, []int{n, size})}
}

// Apply maps integer indices [...] to their vectors [..., size]. An index out
// of range takes the nearest vector, as in fx's Take.
func (e Embedding) Apply(indices *fx.Array) *fx.Array {
	if e.Table == nil {
		fail("Embedding.Apply", "the embedding has no table; NewEmbedding makes one")
	}
	checkInteger("Embedding.Apply", "indices", indices)
	return e.Table.Take(indices, 0)
}

func checkInteger(op, what string, a *fx.Array) {
	if a == nil {
		fail(op, "the %s are nil", what)
	}
	switch a.DType() {
	case fx.Uint8, fx.Uint32, fx.Int32, fx.Int64:
	default:
		fail(op, "the %s are %s; they must be of an integer type", what, describe(a))
	}
}
