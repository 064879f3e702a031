package liegroup

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
)

// Unfolded gives a family for matrices, such as [Kronecker], parameters of any
// shape. Each leaf is a matrix whose columns are its last axis and whose rows are all
// others: a kernel of a convolution [height, width, in, out] is one of [height*width*in,
// out], and a vector one of a single row. The authors treat convolutions so.
type Unfolded struct {
	Of Family // whose PerLeaf is true
}

// UnfoldedFactor is the factor of a matrix for a leaf of another shape.
type UnfoldedFactor struct{ Matrix Factor }

// Validate checks the family for matrices.
func (f Unfolded) Validate() error {
	switch {
	case f.Of == nil:
		return errors.New("there is no family for the matrices; NewKronecker makes one")
	case !f.Of.PerLeaf():
		return errors.New("the family takes all leaves as one vector and needs no matrices")
	}
	return f.Of.Validate()
}

// PerLeaf is true.
func (Unfolded) PerLeaf() bool { return true }

// Start implements Family.
func (f Unfolded) Start(leaf, key *fx.Array) Factor {
	if leaf.Size() == 0 {
		fail("Unfolded", "a leaf has shape %v, without elements", leaf.Shape())
	}
	return UnfoldedFactor{f.Of.Start(unfolded(leaf), key)}
}

// unfolded is a leaf as a matrix.
func unfolded(x *fx.Array) *fx.Array {
	if x.NDim() == 0 {
		return x.Reshape(1, 1)
	}
	return x.Reshape(-1, x.Dim(-1))
}

// Scale implements Factor.
func (q UnfoldedFactor) Scale(by *fx.Array) Factor { return UnfoldedFactor{q.Matrix.Scale(by)} }

// Update implements Factor.
func (q UnfoldedFactor) Update(v, h *fx.Array, f Fit) Factor {
	return UnfoldedFactor{q.Matrix.Update(unfolded(v), unfolded(h), f)}
}

// Apply implements Factor.
func (q UnfoldedFactor) Apply(g *fx.Array) *fx.Array {
	return q.Matrix.Apply(unfolded(g)).Reshape(g.Shape()...)
}

// Dense implements Factor.
func (q UnfoldedFactor) Dense() *fx.Array { return q.Matrix.Dense() }
