package nn

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Attention is softmax(q k^T / sqrt(size) + mask) v (Vaswani et al., "Attention
// Is All You Need", 2017, equation 1): queries [..., n, size], keys
// [..., m, size] and values [..., m, features] give [..., n, features]. The
// mask, which may be nil, broadcasts to [..., n, m]; minus infinity rules a key
// out, and a query without a key left gives NaN.
func Attention(q, k, v, mask *fx.Array) *fx.Array {
	const op = "Attention"
	for _, a := range []*fx.Array{q, k, v} {
		checkFloat(op, a)
		if a.NDim() < 2 || a.DType() != q.DType() {
			fail(op, "queries %s, keys %s, values %s; they must be [..., n, features], of one dtype", describe(q), describe(k), describe(v))
		}
	}
	if q.Dim(-1) != k.Dim(-1) || k.Dim(-2) != v.Dim(-2) || k.Dim(-2) == 0 || q.Dim(-1) == 0 {
		fail(op, "queries %s, keys %s, values %s do not fit", describe(q), describe(k), describe(v))
	}
	scores := q.MulScalar(1 / math.Sqrt(float64(q.Dim(-1)))).MatMul(k.T())
	if mask != nil {
		checkMask(op, mask, scores)
		scores = scores.Add(mask)
	}
	return scores.Softmax(-1).MatMul(v)
}

// checkMask insists that the mask broadcasts to the scores.
func checkMask(op string, mask, scores *fx.Array) {
	m, s := mask.Shape(), scores.Shape()
	ok := mask.DType() == scores.DType() && len(m) <= len(s)
	for i := 1; ok && i <= len(m); i++ {
		ok = m[len(m)-i] == 1 || m[len(m)-i] == s[len(s)-i]
	}
	if !ok {
		fail(op, "the mask is %s; it must broadcast to the scores, %s", describe(mask), describe(scores))
	}
}

// CausalMask is the mask [n, n] with which place i attends to places 0 to i: 0
// there and minus infinity after them.
func CausalMask(d fx.DType, n int) *fx.Array {
	checkDType("CausalMask", d)
	checkSizes("CausalMask", "length", n)
	i := fx.Arange(fx.Int32, n)
	return fx.Where(i.ExpandDims(1).GreaterEqual(i), fx.Zeros(d), fx.Full(d, math.Inf(-1)))
}

// MultiHeadAttention projects queries, keys and values, lets each of several
// heads attend with its share of the features, and projects what they give,
// side by side (Vaswani et al. 2017, section 3.2.2).
type MultiHeadAttention struct {
	Query, Key, Value, Output Linear
	Heads                     int
	Causal                    bool // each place attends only to itself and those before it
}

// NewMultiHeadAttention makes an attention of vectors of so many features,
// which the heads divide among them. Set Causal for language models.
func NewMultiHeadAttention(key *fx.Array, features, heads int, opts ...LayerOptions) MultiHeadAttention {
	const op = "NewMultiHeadAttention"
	layerOptions(op, opts, LeCunTruncated)
	checkKey(op, key)
	checkSizes(op, "features and heads", features, heads)
	if features%heads != 0 {
		fail(op, "%d features do not divide among %d heads", features, heads)
	}
	keys := random.Split(key, 4)
	make := func(i int) Linear { return NewLinear(keys[i], features, features, opts...) }
	return MultiHeadAttention{Query: make(0), Key: make(1), Value: make(2), Output: make(3), Heads: heads}
}

// Apply lets the places of sequences [..., n, features] attend to each other.
func (a MultiHeadAttention) Apply(x *fx.Array) *fx.Array {
	return a.attend("MultiHeadAttention.Apply", x, x, nil)
}

// Attend lets the places of sequences [..., n, features] attend to those of a
// memory [..., m, features], under a mask as that of [Attention] (or nil) whose
// shape broadcasts to [..., heads, n, m]. A causal attention needs n = m.
func (a MultiHeadAttention) Attend(x, memory, mask *fx.Array) *fx.Array {
	return a.attend("MultiHeadAttention.Attend", x, memory, mask)
}

func (a MultiHeadAttention) attend(op string, x, memory, mask *fx.Array) *fx.Array {
	if a.Query.W == nil || a.Key.W == nil || a.Value.W == nil || a.Output.W == nil || a.Heads < 1 {
		fail(op, "the attention has no projections or no heads; NewMultiHeadAttention makes one")
	}
	for _, s := range []*fx.Array{x, memory} {
		checkInput(op, s, a.Query.W, a.Query.W.Dim(0))
		if s.NDim() < 2 || s.Dim(-2) == 0 {
			fail(op, "the input has shape %v; it must be sequences [..., n, features], n > 0", s.Shape())
		}
	}
	if a.Causal {
		n := x.Dim(-2)
		if n != memory.Dim(-2) {
			fail(op, "the attention is causal, and sequences of %d attend to %d", n, memory.Dim(-2))
		}
		causal := CausalMask(x.DType(), n)
		if mask != nil {
			causal = causal.Add(mask)
		}
		mask = causal
	}
	y := Attention(a.split(a.Query.Apply(x)), a.split(a.Key.Apply(memory)), a.split(a.Value.Apply(memory)), mask)
	y = y.SwapAxes(-3, -2) // [..., n, heads, size]
	s := y.Shape()
	return a.Output.Apply(y.Reshape(append(s[:len(s)-2:len(s)-2], s[len(s)-2]*s[len(s)-1])...))
}

// split makes [..., heads, n, size] of [..., n, heads*size].
func (a MultiHeadAttention) split(x *fx.Array) *fx.Array {
	s := x.Shape()
	last := len(s) - 1
	if s[last]%a.Heads != 0 {
		fail("MultiHeadAttention", "%d features do not divide among %d heads", s[last], a.Heads)
	}
	return x.Reshape(append(s[:last:last], a.Heads, s[last]/a.Heads)...).SwapAxes(-3, -2)
}
