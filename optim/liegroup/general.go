package liegroup

import "github.com/fluxion-go/fluxion/fx"

// General is the general linear group, all invertible Q. The inverse of Q is kept
// beside it by the formula of Woodbury, as BFGS does, so that nothing is solved but
// 2 x 2 systems:
//
//	Q -= mu (aa' - bb') Q,   a = Qh,   b = Q^-T v
//
// with mu = step / (|a|^2 + |b|^2), or step / (|a|^4 + |b|^4 - 2 (a'b)^2)^(1/2) to the
// first order. The two drift apart by rounding, slowly in float64; the authors warn
// of half precision. P goes the way of [Triangular]'s to first order in the step.
type General struct{}

// GeneralFactor is Q and its inverse, [n, n].
type GeneralFactor struct{ Q, Inverse *fx.Array }

// Validate finds nothing: there are no settings.
func (General) Validate() error { return nil }

// PerLeaf is false.
func (General) PerLeaf() bool { return false }

// Start is I.
func (General) Start(block, _ *fx.Array) Factor {
	n := vectorOf("General", block)
	return GeneralFactor{fx.Eye(block.DType(), n), fx.Eye(block.DType(), n)} // two, because arrays of a state can be donated
}

// Scale implements Factor.
func (q GeneralFactor) Scale(by *fx.Array) Factor {
	return GeneralFactor{times(q.Q, by), times(q.Inverse, by.Reciprocal())}
}

// Update implements Factor.
func (q GeneralFactor) Update(v, h *fx.Array, f Fit) Factor {
	a, b := q.Q.MatMul(h), q.Inverse.T().MatMul(v)
	aa, bb, ab := square(a), square(b), a.Dot(b)
	size := aa.Add(bb)
	if f.Normalizer == FirstOrder {
		size = aa.Square().Add(bb.Square()).Sub(ab.Square().MulScalar(2)).Abs().Sqrt()
	}
	// Q + U V with U = mu [a, b] and V = [-a'Q; v'], for b'Q = v'.
	u := fx.Stack(1, a, b).Mul(f.over(size))
	w := fx.Stack(0, a.MatMul(q.Q).Neg(), v)
	inverseU := q.Inverse.MatMul(u)
	small := fx.Eye(v.DType(), 2).Add(w.MatMul(inverseU))
	correction := inverseU.MatMul(fx.Solve(small, w.MatMul(q.Inverse)))
	return GeneralFactor{q.Q.Add(u.MatMul(w)), q.Inverse.Sub(correction)}
}

// Apply implements Factor.
func (q GeneralFactor) Apply(g *fx.Array) *fx.Array { return q.Q.T().MatMul(q.Q.MatMul(g)) }

// Dense implements Factor.
func (q GeneralFactor) Dense() *fx.Array { return q.Q.T().MatMul(q.Q) }
