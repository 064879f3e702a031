package liegroup

import "github.com/fluxion-go/fluxion/fx"

// XMat is the group of Q = diag(p) + adiag(r), with r_i at column n+1-i, which has
// the shape of an X: little more than a diagonal, at O(n). With flip(x) the
// reversed x, and the middle of r 0 for odd n,
//
//	Qh = p h + r flip(h),   Q^-T v = (flip(p) v - flip(r) flip(v)) / (p flip(p) - r flip(r))
//	A = (Qh)^2 - (Q^-T v)^2,   C = Qh flip(Qh) - Q^-T v flip(Q^-T v)
//	p -= mu (A p + C flip(r)),   r -= mu (A r + C flip(p))
//
// elementwise, and mu = step / max((Qh)^2 + (Q^-T v)^2), or step / max(|A|, |C|) to
// the first order.
type XMat struct{}

// XMatFactor is p and r, [n].
type XMatFactor struct{ P, R *fx.Array }

// Validate finds nothing: there are no settings.
func (XMat) Validate() error { return nil }

// PerLeaf is false.
func (XMat) PerLeaf() bool { return false }

// Start is I.
func (XMat) Start(block, _ *fx.Array) Factor {
	n := vectorOf("XMat", block)
	return XMatFactor{fx.Ones(block.DType(), n), fx.Zeros(block.DType(), n)}
}

func flip(x *fx.Array) *fx.Array { return x.Flip(0) }

// Scale implements Factor.
func (q XMatFactor) Scale(by *fx.Array) Factor { return XMatFactor{times(q.P, by), times(q.R, by)} }

// Update implements Factor.
func (q XMatFactor) Update(v, h *fx.Array, f Fit) Factor {
	a := q.P.Mul(h).Add(q.R.Mul(flip(h)))
	p, r := flip(q.P), flip(q.R)
	b := p.Mul(v).Sub(r.Mul(flip(v))).Div(q.P.Mul(p).Sub(q.R.Mul(r)))
	diagonal := a.Square().Sub(b.Square())
	across := offMiddle(a.Mul(flip(a)).Sub(b.Mul(flip(b))))
	size := a.Square().Add(b.Square()).Max()
	if f.Normalizer == FirstOrder {
		size = diagonal.Abs().Maximum(across.Abs()).Max()
	}
	mu := f.over(size)
	return XMatFactor{
		q.P.Sub(diagonal.Mul(q.P).Add(across.Mul(r)).Mul(mu)),
		q.R.Sub(diagonal.Mul(q.R).Add(across.Mul(p)).Mul(mu)),
	}
}

// offMiddle puts 0 in the middle of an odd number of elements, where diagonal and
// anti-diagonal meet.
func offMiddle(x *fx.Array) *fx.Array {
	n := x.Dim(0)
	if n%2 == 0 {
		return x
	}
	return fx.Where(fx.Arange(fx.Int32, n).Equal(fx.Const(float64(n/2))), fx.ZerosLike(x), x)
}

// Apply implements Factor.
func (q XMatFactor) Apply(g *fx.Array) *fx.Array {
	diagonal, across := q.product()
	return diagonal.Mul(g).Add(across.Mul(flip(g)))
}

// product is Q'Q as a diagonal and an anti-diagonal: p^2 + flip(r)^2 and pr +
// flip(pr).
func (q XMatFactor) product() (diagonal, across *fx.Array) {
	pr := q.P.Mul(q.R)
	return q.P.Square().Add(flip(q.R).Square()), pr.Add(flip(pr))
}

// Dense implements Factor.
func (q XMatFactor) Dense() *fx.Array {
	diagonal, across := q.product()
	return diagonal.Diag(0).Add(across.Diag(0).Flip(1))
}
