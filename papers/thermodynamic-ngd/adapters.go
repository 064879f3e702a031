package thermodynamicngd

import (
	"slices"

	"github.com/fluxion-go/fluxion/curvature"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

// adapters are what is trained of a language model when it is tuned: changes of low
// rank of the kernels that make queries and values (Hu et al., "LoRA", 2021), and the
// kernel of the logits, which is a new one, as that of the paper's question answering
// is. Everything else stays as it was trained before.
type adapters struct {
	Query, Value []factors // of each block
	Head         *fx.Array // [features, vocabulary]
}

// factors are a change of a kernel, Down Up.
type factors struct {
	Down *fx.Array // [features, rank]
	Up   *fx.Array // [rank, features], 0 at the start
}

// newAdapters leave the model as it is.
func newAdapters(key *fx.Array, base nn.GPT, rank int) adapters {
	n := base.Tokens.Table.Dim(1)
	make := func(key *fx.Array) factors {
		return factors{random.Normal(key, fx.Float32, n, rank).Div(fx.Const(float64(n)).Sqrt()), fx.Zeros(fx.Float32, rank, n)}
	}
	a := adapters{Head: base.Tokens.Table.T()}
	for _, k := range random.Split(key, len(base.Blocks)) {
		pair := random.Split(k, 2)
		a.Query, a.Value = append(a.Query, make(pair[0])), append(a.Value, make(pair[1]))
	}
	return a
}

// adapted is the model with its changes.
func adapted(base nn.GPT, a adapters) nn.GPT {
	base.Blocks, base.Head = slices.Clone(base.Blocks), a.Head
	for i := range base.Blocks {
		at := &base.Blocks[i].Attention
		at.Query.W = at.Query.W.Add(a.Query[i].Down.MatMul(a.Query[i].Up))
		at.Value.W = at.Value.W.Add(a.Value[i].Down.MatMul(a.Value[i].Up))
	}
	return base
}

// windows are sequences [rows, context], and the characters that follow each of theirs.
type windows struct{ Inputs, Targets *fx.Array }

// surprise is the mean cross-entropy of the next characters, in nats.
func surprise(w windows) func(logits *fx.Array) *fx.Array {
	return func(logits *fx.Array) *fx.Array { return nn.SoftmaxCrossEntropy(logits, w.Targets).Mean() }
}

// textFisher is the Fisher information of the changes over a minibatch.
func textFisher(base nn.GPT, w windows) func(adapters) func(adapters) adapters {
	return func(a adapters) func(adapters) adapters {
		return curvature.GaussNewton(func(a adapters) *fx.Array { return adapted(base, a).Apply(w.Inputs) }, surprise(w), a)
	}
}
