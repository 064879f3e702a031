package symmetry

import (
	"fmt"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
)

// pairs checks that a perceptron has two adjacent layers at least and gives the
// widths between them: one group element belongs to each.
func pairs(op string, p nn.MLP) []int {
	if len(p.Layers) < 2 || p.Activation == nil {
		fail(op, "a perceptron of %d layers; an element acts between two", len(p.Layers))
	}
	var widths []int
	for i, l := range p.Layers {
		if l.W == nil || l.W.NDim() != 2 || !l.W.DType().IsFloat() {
			fail(op, "the kernel of layer %d is %s; it must be a matrix of floats", i, describe(l.W))
		}
		if i > 0 {
			if l.W.Dim(0) != p.Layers[i-1].W.Dim(1) {
				fail(op, "layer %d gives %d features and layer %d takes %d", i-1, p.Layers[i-1].W.Dim(1), i, l.W.Dim(0))
			}
			widths = append(widths, l.W.Dim(0))
		}
	}
	return widths
}

// squares are matrices of zeros, one for each pair of layers.
func squares(op string, p nn.MLP) []*fx.Array {
	var zero []*fx.Array
	for _, k := range pairs(op, p) {
		zero = append(zero, fx.Zeros(p.Layers[0].W.DType(), k, k))
	}
	return zero
}

// copied is p with a list of layers of its own.
func copied(p nn.MLP) nn.MLP {
	p.Layers = slices.Clone(p.Layers)
	return p
}

// plusOne is I + t.
func plusOne(t *fx.Array) *fx.Array { return t.Add(fx.Eye(t.DType(), t.Dim(0))) }

// lessOne is exp(s m) - I for each m.
func lessOne(m []*fx.Array, s *fx.Array) []*fx.Array {
	out := make([]*fx.Array, len(m))
	for i, m := range m {
		out[i] = fx.Expm(m.Mul(s.AsType(m.DType()))).Sub(fx.Eye(m.DType(), m.Dim(0)))
	}
	return out
}

// withBias is what act makes of a layer's bias, nil if it has none.
func withBias(l nn.Linear, act func(*fx.Array) *fx.Array) *fx.Array {
	if l.B == nil {
		return nil
	}
	return act(l.B)
}

// invertible says which matrix I + t is singular to working precision.
func invertible(t []*fx.Array) error {
	for i, t := range t {
		// Its own precision decides, though the decomposition has float64.
		limit := 1e15
		if t.DType() == fx.Float32 {
			limit = 1e7
		}
		if c := linalg.Cond(plusOne(t)).Item(); !(c < limit) {
			return fmt.Errorf("symmetry: the matrix g = I + t of pair %d is singular to working precision: its condition number is %.2g", i, c)
		}
	}
	return nil
}
