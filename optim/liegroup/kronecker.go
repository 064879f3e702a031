package liegroup

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Kronecker has for each matrix [m, k] of the parameters a Q = Qr (x) Ql of two upper
// triangular matrices, which acts on a gradient G as Ql G Qr': the paper's affine
// group. With A = Ql H Qr' and B = Ql^-T V Qr^-1,
//
//	Ql -= mu triu01(AA' - BB') Ql,   Qr -= mu triu01(A'A - B'B) Qr
//
// and mu = step / (|A|^2 + |B|^2) for both, or step over each gradient's norm to the
// first order. With probability 0.01 the two are first scaled to have the same
// largest element.
//
// A side that is longer than MaxSize has a diagonal in the place of the triangle,
// whose gradient is the diagonal and whose mu is step over the largest diagonal
// element of AA' + BB' (to the first order, of the gradient).
//
// All leaves must be matrices. A layer's bias belongs into its matrix as a further
// row, for an input that is always 1; other shapes are for the user to reshape, such
// as convolution kernels [height, width, in, out] to [height*width*in, out].
type Kronecker struct {
	// MaxSize is the longest side that has a triangle; 0 makes all of them
	// diagonals. NewKronecker's is 1024.
	MaxSize int
}

// NewKronecker has triangles for sides of up to 1024.
func NewKronecker() Kronecker { return Kronecker{MaxSize: 1024} }

// KroneckerFactor is Ql, [m, m] or a diagonal [m], and Qr, [k, k] or [k].
type KroneckerFactor struct{ Left, Right *fx.Array }

// Validate checks the size.
func (f Kronecker) Validate() error {
	if f.MaxSize < 0 {
		return errors.New("the largest size of a triangular factor is negative; 0 makes all of them diagonals")
	}
	return nil
}

// PerLeaf is true.
func (Kronecker) PerLeaf() bool { return true }

// Start is I.
func (f Kronecker) Start(leaf, _ *fx.Array) Factor {
	if leaf.NDim() != 2 || leaf.Size() == 0 {
		fail("Kronecker", "a leaf has shape %v; all must be matrices: reshape it, make a bias a further row of its layer's kernel, or choose a family for vectors such as LowRank", leaf.Shape())
	}
	side := func(n int) *fx.Array {
		if n > f.MaxSize {
			return fx.Ones(leaf.DType(), n)
		}
		return fx.Eye(leaf.DType(), n)
	}
	return KroneckerFactor{side(leaf.Dim(0)), side(leaf.Dim(1))}
}

// Scale implements Factor.
func (q KroneckerFactor) Scale(by *fx.Array) Factor {
	return KroneckerFactor{times(q.Left, by), q.Right}
}

// Update implements Factor.
func (q KroneckerFactor) Update(v, h *fx.Array, f Fit) Factor {
	if f.Key == nil {
		fail("Kronecker", "there is no key to choose by when the factors are balanced")
	}
	q = q.balanced(f.Key)
	a := multiplied(q.Right, multiplied(q.Left, h).T()).T()
	b := solved(q.Right, solved(q.Left, v).T()).T()
	if q.Left.NDim() == 2 && q.Right.NDim() == 2 && f.Normalizer == SecondOrder {
		mu := f.over(square(a).Add(square(b)))
		return KroneckerFactor{moved(q.Left, a, b, mu), moved(q.Right, a.T(), b.T(), mu)}
	}
	return KroneckerFactor{
		moved(q.Left, a, b, f.over(sideSize(q.Left, a, b, f.Normalizer))),
		moved(q.Right, a.T(), b.T(), f.over(sideSize(q.Right, a.T(), b.T(), f.Normalizer))),
	}
}

// multiplied is Q X for a triangle or a diagonal.
func multiplied(q, x *fx.Array) *fx.Array {
	if q.NDim() == 1 {
		return x.Mul(column(q))
	}
	return q.MatMul(x)
}

// solved is Q^-T X.
func solved(q, x *fx.Array) *fx.Array {
	if q.NDim() == 1 {
		return x.Div(column(q))
	}
	return fx.SolveTriangular(q, x, fx.Triangle{Upper: true, Transpose: true})
}

// sideGradient is triu01(AA' - BB'), or the diagonal of AA' - BB'.
func sideGradient(q, a, b *fx.Array) *fx.Array {
	if q.NDim() == 1 {
		return a.Square().Sum(1).Sub(b.Square().Sum(1))
	}
	return triu01(a.MatMul(a.T()).Sub(b.MatMul(b.T())))
}

// sideSize is what the step of one side is divided by.
func sideSize(q, a, b *fx.Array, n Normalizer) *fx.Array {
	switch {
	case n == FirstOrder && q.NDim() == 1:
		return sideGradient(q, a, b).Abs().Max()
	case n == FirstOrder:
		return spectralBound(sideGradient(q, a, b))
	case q.NDim() == 1:
		return a.Square().Sum(1).Add(b.Square().Sum(1)).Max()
	}
	return square(a).Add(square(b))
}

// moved is a side after its step.
func moved(q, a, b, mu *fx.Array) *fx.Array {
	gradient := sideGradient(q, a, b)
	if q.NDim() == 1 {
		return q.Sub(gradient.Mul(q).Mul(mu))
	}
	return q.Sub(gradient.MatMul(q).Mul(mu))
}

// balanced gives the factors, now and then scaled to the same largest element with
// the same product.
func (q KroneckerFactor) balanced(key *fx.Array) KroneckerFactor {
	keys := random.Split(key, 1)
	return fx.Cond(coin(keys[0], balanceProbability), func(q KroneckerFactor) KroneckerFactor {
		rho := q.Left.Abs().Max().Div(q.Right.Abs().Max()).Sqrt()
		return KroneckerFactor{q.Left.Div(rho), q.Right.Mul(rho)}
	}, func(q KroneckerFactor) KroneckerFactor { return q }, q)
}

// Apply implements Factor: Ql'Ql G Qr'Qr.
func (q KroneckerFactor) Apply(g *fx.Array) *fx.Array {
	return gram(q.Right, gram(q.Left, g).T()).T()
}

// gram is Q'Q X.
func gram(q, x *fx.Array) *fx.Array {
	if q.NDim() == 1 {
		return x.Mul(column(q.Square()))
	}
	return q.T().MatMul(q.MatMul(x))
}

// Dense implements Factor: row-major elements of G have the left factor outside.
func (q KroneckerFactor) Dense() *fx.Array {
	one := func(q *fx.Array) *fx.Array { return gram(q, fx.Eye(q.DType(), q.Dim(0))) }
	return fx.Kron(one(q.Left), one(q.Right))
}
