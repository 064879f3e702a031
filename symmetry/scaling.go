package symmetry

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
)

// PositiveScaling multiplies what enters each hidden unit by d > 0 and divides what
// leaves it by d:
//
//	W_m <- W_m D,  b_m <- b_m D,  W_{m+1} <- D^-1 W_{m+1},  D = diag(exp t)
//
// It is a symmetry for all data if the activation is positively homogeneous, f(d x)
// = d f(x): ReLU, leaky ReLU, none; other activations are a mistake that Apply
// finds. Its elements have a vector of the width for each hidden layer.
type PositiveScaling struct{}

// Zero is a vector of zeros for each hidden layer.
func (PositiveScaling) Zero(p nn.MLP) []*fx.Array {
	var zero []*fx.Array
	for _, k := range pairs("PositiveScaling", p) {
		zero = append(zero, fx.Zeros(p.Layers[0].W.DType(), k))
	}
	return zero
}

// Apply scales the hidden units by exp(t).
func (a PositiveScaling) Apply(t []*fx.Array, p nn.MLP) nn.MLP {
	const op = "PositiveScaling"
	checkElement[nn.MLP](op, a, t, p)
	probe := fx.New([]float64{-3, -0.25, 0.5, 2})
	if gap := p.Activation(probe.MulScalar(2)).Sub(p.Activation(probe).MulScalar(2)).Abs().Max().Item(); !(gap <= 1e-12) {
		fail(op, "the activation f is not positively homogeneous: f(2x) and 2 f(x) differ by up to %.3g for x from -3 to 2", gap)
	}
	p = copied(p)
	for i, t := range t {
		d := t.Exp()
		scale := func(w *fx.Array) *fx.Array { return w.Mul(d) }
		l, next := p.Layers[i], p.Layers[i+1]
		p.Layers[i] = nn.Linear{W: scale(l.W), B: withBias(l, scale)}
		p.Layers[i+1].W = next.W.Mul(t.Neg().Exp().ExpandDims(1))
	}
	return p
}

// Exp is s m.
func (PositiveScaling) Exp(m []*fx.Array, s *fx.Array) []*fx.Array {
	out := make([]*fx.Array, len(m))
	for i, m := range m {
		out[i] = m.Mul(s.AsType(m.DType()))
	}
	return out
}
