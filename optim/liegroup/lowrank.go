package liegroup

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// LowRank is the family Q = (I + UV') diag(d) with U and V [n, rank], at O(n rank):
// the paper's low-rank approximation, LRA or UVd. With the other of U and V fixed it
// is a group. From a = Qh and b = Q^-T v, Ph and P^-1 v of before the update,
//
//	d -= mu d (Ph h - v P^-1 v),   mu = step min_i 1 / (|(Ph_i, v_i)| |(h_i, (P^-1 v)_i)|)
//
// and then, each with probability 1/2, either of
//
//	U -= mu (aa'V - bb'V)(I + V'U),   mu = step / (|a||VV'a| + |b||VV'b|)
//	V -= mu (I + VU')(aa'U - bb'U),   mu = step / (|a||UU'a| + |b||UU'b|)
//
// To the first order mu is step over the largest |Ph h - v P^-1 v|, or over the
// norm of the gradient times V' or U'. With probability 0.01, U and V are first
// scaled to have the same norm.
type LowRank struct {
	// Rank is the number of columns, from 1 to less than the parameters: 10 in the
	// authors' code.
	Rank int
}

// LowRankFactor is U and V, [n, rank], and d, [n].
type LowRankFactor struct{ U, V, D *fx.Array }

// balanceProbability is how often the parts of a factor are scaled to equal size.
const balanceProbability = 0.01

// Validate checks the rank.
func (f LowRank) Validate() error {
	if f.Rank < 1 {
		return fmt.Errorf("the rank is %d; it must be positive (XMat is near a diagonal)", f.Rank)
	}
	return nil
}

// PerLeaf is false.
func (LowRank) PerLeaf() bool { return false }

// Start has d = 1, and U and V from N(0, 1) / (n (rank + 10))^(1/2).
func (f LowRank) Start(block, key *fx.Array) Factor {
	n := vectorOf("LowRank", block)
	if f.Rank >= n {
		fail("LowRank", "rank %d for %d parameters; it must be less (Triangular is exact)", f.Rank, n)
	}
	if key == nil {
		fail("LowRank", "there is no key to draw U and V from; random.New makes one")
	}
	keys := random.Split(key, 2)
	size := 1 / math.Sqrt(float64(n)*float64(f.Rank+10))
	// Compiled: for a network of ten million parameters each of the two is half a
	// gigabyte, and so would be every number on the way to it.
	draw := fx.Jit(func(key *fx.Array) *fx.Array { return random.Normal(key, block.DType(), n, f.Rank).MulScalar(size) })
	return LowRankFactor{draw(keys[0]), draw(keys[1]), fx.Ones(block.DType(), n)}
}

// Scale implements Factor.
func (q LowRankFactor) Scale(by *fx.Array) Factor { return LowRankFactor{q.U, q.V, times(q.D, by)} }

// lowRankProduct is (I + UV') x.
func lowRankProduct(u, v, x *fx.Array) *fx.Array { return x.Add(u.MatMul(v.T().MatMul(x))) }

// Update implements Factor.
func (q LowRankFactor) Update(v, h *fx.Array, f Fit) Factor {
	if f.Key == nil {
		fail("LowRank", "there is no key to choose between U and V by")
	}
	keys := random.Split(f.Key, 2)
	q.U, q.V = balanced(keys[0], q.U, q.V)

	a := lowRankProduct(q.U, q.V, q.D.Mul(h))
	ph := q.D.Mul(lowRankProduct(q.V, q.U, a))
	small := fx.Eye(v.DType(), q.U.Dim(1)).Add(q.V.T().MatMul(q.U))
	solve := func(m, x *fx.Array) *fx.Array { return fx.Solve(m, column(x)).Squeeze(1) }
	b := v.Div(q.D)
	b = b.Sub(q.V.MatMul(solve(small.T(), q.U.T().MatMul(b))))
	pv := b.Sub(q.U.MatMul(solve(small, q.V.T().MatMul(b)))).Div(q.D)

	nabla := ph.Mul(h).Sub(v.Mul(pv))
	size := fx.Hypot(ph, v).Mul(fx.Hypot(h, pv)).Max()
	if f.Normalizer == FirstOrder {
		size = nabla.Abs().Max()
	}
	d := q.D.Sub(q.D.Mul(nabla).Mul(f.over(size)))

	// One of U and V moves; x is the one that stays.
	sides := func(x *fx.Array) (ax, bx, mu *fx.Array) {
		ax, bx = a.MatMul(x), b.MatMul(x)
		xa, xb := x.MatMul(ax), x.MatMul(bx)
		size := a.Norm().Mul(xa.Norm()).Add(b.Norm().Mul(xb.Norm()))
		if f.Normalizer == FirstOrder { // |a (xa)' - b (xb)'|
			cross := a.Dot(b).Mul(xa.Dot(xb)).MulScalar(2)
			size = square(a).Mul(square(xa)).Add(square(b).Mul(square(xb))).Sub(cross).Abs().Sqrt()
		}
		return ax, bx, f.over(size)
	}
	moved := fx.Cond(coin(keys[1], 0.5),
		func(q LowRankFactor) LowRankFactor {
			av, bv, mu := sides(q.V)
			step := a.Outer(av.MatMul(small)).Sub(b.Outer(bv.MatMul(small)))
			return LowRankFactor{U: q.U.Sub(step.Mul(mu)), V: q.V}
		},
		func(q LowRankFactor) LowRankFactor {
			au, bu, mu := sides(q.U)
			step := a.Add(q.V.MatMul(au)).Outer(au).Sub(b.Add(q.V.MatMul(bu)).Outer(bu))
			return LowRankFactor{U: q.U, V: q.V.Sub(step.Mul(mu))}
		}, LowRankFactor{U: q.U, V: q.V})
	return LowRankFactor{moved.U, moved.V, d}
}

// coin is true with a probability, a bool scalar.
func coin(key *fx.Array, probability float64) *fx.Array {
	return random.Uniform(key, fx.Float64, 0, 1).Less(fx.Const(probability))
}

// balanced gives two matrices, now and then scaled to the same norm with the same
// product UV'.
func balanced(key, u, v *fx.Array) (*fx.Array, *fx.Array) {
	type both struct{ U, V *fx.Array }
	out := fx.Cond(coin(key, balanceProbability), func(b both) both {
		rho := b.U.Norm().Div(b.V.Norm()).Sqrt()
		rho = fx.Where(rho.IsFinite().And(rho.Greater(fx.Const(0))), rho, fx.OnesLike(rho))
		return both{b.U.Div(rho), b.V.Mul(rho)}
	}, func(b both) both { return b }, both{u, v})
	return out.U, out.V
}

// Apply implements Factor.
func (q LowRankFactor) Apply(g *fx.Array) *fx.Array {
	return q.D.Mul(lowRankProduct(q.V, q.U, lowRankProduct(q.U, q.V, q.D.Mul(g))))
}

// Dense implements Factor.
func (q LowRankFactor) Dense() *fx.Array {
	m := fx.Eye(q.D.DType(), q.D.Dim(0)).Add(q.U.MatMul(q.V.T())).Mul(q.D)
	return m.T().MatMul(m)
}
