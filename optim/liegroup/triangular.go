package liegroup

import "github.com/fluxion-go/fluxion/fx"

// Triangular is the group of upper triangular Q with a positive diagonal, which
// reaches every P: the paper's dense, or Newton, type. An update costs O(n^2):
//
//	Q -= mu triu01(aa' - bb') Q,   a = Qh,   Q'b = v
//
// with mu = step / (|a|^2 + |b|^2), or step / |triu01(aa' - bb')| to the first order.
type Triangular struct{}

// TriangularFactor is its Q [n, n], zero below the diagonal.
type TriangularFactor struct{ Q *fx.Array }

// Validate finds nothing: there are no settings.
func (Triangular) Validate() error { return nil }

// PerLeaf is false.
func (Triangular) PerLeaf() bool { return false }

// Start is I.
func (Triangular) Start(block, _ *fx.Array) Factor {
	return TriangularFactor{fx.Eye(block.DType(), vectorOf("Triangular", block))}
}

// Scale implements Factor.
func (q TriangularFactor) Scale(by *fx.Array) Factor { return TriangularFactor{times(q.Q, by)} }

// Update implements Factor.
func (q TriangularFactor) Update(v, h *fx.Array, f Fit) Factor {
	a := q.Q.MatMul(h)
	b := fx.SolveTriangular(q.Q, column(v), fx.Triangle{Upper: true, Transpose: true}).Squeeze(1)
	size := square(a).Add(square(b))
	if f.Normalizer == FirstOrder {
		size = spectralBound(triu01(a.Outer(a).Sub(b.Outer(b))))
	}
	gradient := triangularProduct(a, q.Q).Sub(triangularProduct(b, q.Q))
	return TriangularFactor{q.Q.Sub(gradient.Mul(f.over(size)))}
}

// triangularProduct is triu01(aa') Q. Row i of it is a_i times the sum of a_j Q_j
// from j = i on, those after i counting twice.
func triangularProduct(a, q *fx.Array) *fx.Array {
	rows := q.Mul(column(a))
	return rows.CumSumReverse(0).MulScalar(2).Sub(rows).Mul(column(a))
}

// Apply implements Factor.
func (q TriangularFactor) Apply(g *fx.Array) *fx.Array { return q.Q.T().MatMul(q.Q.MatMul(g)) }

// Dense implements Factor.
func (q TriangularFactor) Dense() *fx.Array { return q.Q.T().MatMul(q.Q) }
