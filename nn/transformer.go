package nn

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// TransformerBlock is attention and a perceptron of one hidden layer, each
// after a normalisation and around it a connection that skips it (pre-norm: Xiong
// et al., "On Layer Normalization in the Transformer Architecture", 2020):
//
//	x = x + Attention(Norm1(x))
//	x = x + MLP(Norm2(x))
type TransformerBlock struct {
	Norm1     LayerNorm
	Attention MultiHeadAttention
	Norm2     LayerNorm
	MLP       MLP
}

// NewTransformerBlock makes a block for vectors of so many features, with a
// hidden layer of hidden features (four times as many is usual) and the
// activation GeluTanh, as in GPT-2. Attention.Causal is not set.
func NewTransformerBlock(key *fx.Array, features, heads, hidden int, opts ...LayerOptions) TransformerBlock {
	o := layerOptions("NewTransformerBlock", opts, LeCunTruncated)
	checkKey("NewTransformerBlock", key)
	checkSizes("NewTransformerBlock", "features, heads and hidden features", features, heads, hidden)
	keys := random.Split(key, 2)
	return TransformerBlock{
		Norm1: NewLayerNorm(o.DType, features), Attention: NewMultiHeadAttention(keys[0], features, heads, opts...),
		Norm2: NewLayerNorm(o.DType, features), MLP: NewMLP(keys[1], []int{features, hidden, features}, GeluTanh, opts...),
	}
}

// Apply maps sequences [..., n, features] to the same shape.
func (b TransformerBlock) Apply(x *fx.Array) *fx.Array {
	x = x.Add(b.Attention.Apply(b.Norm1.Apply(x)))
	return x.Add(b.MLP.Apply(b.Norm2.Apply(x)))
}

// GPT is a language model (Radford et al., "Language Models are Unsupervised
// Multitask Learners", 2019): embeddings of tokens and of their places, causal
// transformer blocks, a normalisation, and logits for the next token.
type GPT struct {
	Tokens    Embedding // [vocabulary, features]
	Positions *fx.Array // [context, features]
	Blocks    []TransformerBlock
	Norm      LayerNorm
	Head      *fx.Array // [features, vocabulary]; nil takes the tokens' embedding for both
}

// GPTOptions are a GPT's sizes. Zero means what the field says: our own choice
// for small texts.
type GPTOptions struct {
	Vocabulary int      // tokens; it has no default
	Context    int      // the longest sequence; 0 means 128
	Features   int      // 0 means 128
	Heads      int      // 0 means 4
	Blocks     int      // 0 means 4
	Hidden     int      // of the perceptrons; 0 means 4 times Features
	Untied     bool     // gives the logits a kernel of their own
	DType      fx.DType // 0 means Float32
}

// NewGPT makes a model with GPT-2's first values: kernels and embeddings normal
// with deviation 0.02, those of the last layer in each connection divided by
// sqrt(2 Blocks), biases 0.
func NewGPT(key *fx.Array, o GPTOptions) GPT {
	checkKey("NewGPT", key)
	orDefault(&o.Context, 128)
	orDefault(&o.Features, 128)
	orDefault(&o.Heads, 4)
	orDefault(&o.Blocks, 4)
	orDefault(&o.Hidden, 4*o.Features)
	checkSizes("NewGPT", "vocabulary, context, features, heads, blocks and hidden features", o.Vocabulary, o.Context, o.Features, o.Heads, o.Blocks, o.Hidden)
	if o.Features%o.Heads != 0 {
		fail("NewGPT", "%d features do not divide among %d heads", o.Features, o.Heads)
	}
	layer := layerOptions("NewGPT", []LayerOptions{{Kernel: Normal(0.02), DType: o.DType}}, nil)
	keys := random.Split(key, 3+o.Blocks)
	g := GPT{
		Tokens:    NewEmbedding(keys[0], o.Vocabulary, o.Features, layer),
		Positions: NewEmbedding(keys[1], o.Context, o.Features, layer).Table,
		Norm:      NewLayerNorm(layer.DType, o.Features),
	}
	if o.Untied {
		g.Head = NewLinear(keys[2], o.Features, o.Vocabulary, layer).W
	}
	shrink := 1 / math.Sqrt(2*float64(o.Blocks))
	for _, k := range keys[3:] {
		b := NewTransformerBlock(k, o.Features, o.Heads, o.Hidden, layer)
		b.Attention.Causal = true
		b.Attention.Output.W = b.Attention.Output.W.MulScalar(shrink)
		b.MLP.Layers[1].W = b.MLP.Layers[1].W.MulScalar(shrink)
		g.Blocks = append(g.Blocks, b)
	}
	return g
}

// orDefault fills in a size that is not set.
func orDefault(size *int, def int) {
	if *size == 0 {
		*size = def
	}
}

// Apply maps integer tokens [..., n], n no more than the context, to the logits
// [..., n, vocabulary] of each place's next token, which depend on the tokens
// up to that place alone.
func (g GPT) Apply(tokens *fx.Array) *fx.Array {
	const op = "GPT.Apply"
	if g.Tokens.Table == nil || g.Positions == nil {
		fail(op, "the model has no embeddings; NewGPT makes one")
	}
	checkInteger(op, "tokens", tokens)
	context := g.Positions.Dim(0)
	if tokens.NDim() == 0 || tokens.Dim(-1) == 0 || tokens.Dim(-1) > context {
		fail(op, "tokens of shape %v; their last axis must hold 1 to %d places", tokens.Shape(), context)
	}
	x := g.Tokens.Apply(tokens).Add(g.Positions.SliceAxis(0, 0, tokens.Dim(-1)))
	for _, b := range g.Blocks {
		x = b.Apply(x)
	}
	x = g.Norm.Apply(x)
	if g.Head != nil {
		return x.MatMul(g.Head)
	}
	return x.MatMul(g.Tokens.Table.T())
}
