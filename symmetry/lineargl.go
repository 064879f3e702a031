package symmetry

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
)

// LinearGL changes the basis between the layers of a linear network, one whose
// activation is the identity, by any invertible g = I + t:
//
//	W_m <- W_m g,  b_m <- b_m g,  W_{m+1} <- g^-1 W_{m+1}
//
// It is a symmetry for all data. Its elements have a square matrix for each hidden
// layer. A singular g gives infinities or NaN, and an error in [Check].
type LinearGL struct{}

// Zero is a square matrix of zeros for each hidden layer.
func (LinearGL) Zero(p nn.MLP) []*fx.Array { return squares("LinearGL", p) }

// Apply changes the bases by I + t.
func (a LinearGL) Apply(t []*fx.Array, p nn.MLP) nn.MLP {
	const op = "LinearGL"
	checkElement[nn.MLP](op, a, t, p)
	probe := fx.New([]float64{-3, -0.25, 0.5, 2})
	if gap := p.Activation(probe).Sub(probe).Abs().Max().Item(); gap != 0 {
		fail(op, "the activation is not the identity; between layers that are not linear BatchGL or PositiveScaling act")
	}
	p = copied(p)
	for i, t := range t {
		g := plusOne(t)
		l, next := p.Layers[i], p.Layers[i+1]
		turn := func(w *fx.Array) *fx.Array { return w.MatMul(g) }
		p.Layers[i] = nn.Linear{W: turn(l.W), B: withBias(l, turn)}
		p.Layers[i+1].W = fx.Solve(g, next.W)
	}
	return p
}

// Exp is exp(s m) - I.
func (LinearGL) Exp(m []*fx.Array, s *fx.Array) []*fx.Array { return lessOne(m, s) }

// CheckElement is an error if g is singular to working precision.
func (a LinearGL) CheckElement(t []*fx.Array, _ nn.MLP) error { return invertible(t) }
