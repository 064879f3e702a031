package hessianspectrum

import (
	"context"
	"fmt"

	"github.com/fluxion-go/fluxion/curvature"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// blobs draws n examples of k balanced Gaussian clusters around orthonormal
// means: inputs [n, features] in float64, labels [n].
func blobs(key *fx.Array, n, k int, noise float64) (x, labels *fx.Array) {
	keys := random.Split(key, 2)
	means := linalg.Orthonormalize(random.Normal(keys[0], fx.Float64, k, features))
	labels = fx.Arange(fx.Int32, n).Rem(fx.Scalar(int32(k)))
	x = means.Take(labels, 0).Add(random.Normal(keys[1], fx.Float64, n, features).MulScalar(noise))
	return x, labels
}

// newNet draws a tanh network, so that the Hessian exists everywhere: LeCun's
// normal distribution for the kernels, zero for the biases.
func newNet(key *fx.Array, sizes ...int) nn.MLP {
	return nn.NewMLP(key, sizes, nn.Tanh, nn.LayerOptions{Kernel: nn.LeCunNormal, DType: fx.Float64})
}

// lossOf is the mean softmax cross-entropy of a network on data.
func lossOf(x, labels *fx.Array) func(nn.MLP) *fx.Array {
	return func(m nn.MLP) *fx.Array { return nn.SoftmaxCrossEntropy(m.Apply(x), labels).Mean() }
}

// decompose makes the Hessian of that loss and its two parts.
func decompose(net nn.MLP, x, labels *fx.Array) (curvature.Parts, error) {
	outputs := func(m nn.MLP) *fx.Array { return m.Apply(x) }
	loss := func(f *fx.Array) *fx.Array { return nn.SoftmaxCrossEntropy(f, labels).Mean() }
	return curvature.Decompose(outputs, loss, net, curvature.MatrixOptions{Block: 32})
}

func (p problem) String() string {
	return fmt.Sprintf("%d clusters, noise %v, width %d, decay %v", p.classes, p.noise, p.hidden, p.decay)
}

func (p problem) labels() []any {
	return []any{"classes", p.classes, "hidden", p.hidden, "noise", p.noise, "decay", p.decay}
}

// clusters trains a network on each problem of the plan and takes the spectrum
// of its Hessian at the stages.
func (e experiment) clusters(ctx context.Context, env *study.Env, p plan) error {
	keys := random.Split(random.FoldIn(random.New(env.Seed), partClusters), 2)
	for _, q := range p.problems {
		x, labels := blobs(random.FoldIn(keys[0], q.classes), examples, q.classes, q.noise)
		net := newNet(keys[1], features, q.hidden, q.classes)
		if err := e.follow(ctx, env, q.String(), env.Record.With("data", "clusters").With(q.labels()...), net, x, labels, q.decay, q.stages); err != nil {
			return err
		}
	}
	return nil
}

// follow trains a network and takes the spectrum at each stage.
func (e experiment) follow(ctx context.Context, env *study.Env, name string, r *study.Recorder, net nn.MLP, x, labels *fx.Array, decay float64, stages []int) error {
	train, err := fullBatch(env)
	if err != nil {
		return err
	}
	state, made := train.start(net), 0
	for i := range env.Steps(name, len(stages)) {
		if more := stages[i] - made; more > 0 {
			net, state = train.steps(net, state, x, labels, decay, more)
			made = stages[i]
		}
		d, err := decompose(net, x, labels)
		if err != nil {
			return fmt.Errorf("%s, step %d: %w", name, made, err)
		}
		if err := e.record(r.With("step", made), d, lossOf(x, labels)(net).Item()); err != nil {
			return fmt.Errorf("%s, step %d: %w", name, made, err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// The rank test: so few examples that the bound N (k-1) is far below M.
const rankExamples, rankClasses = 20, 3

// rank records the rank of the Gauss-Newton matrix where the data bound it.
func (e experiment) rank(_ context.Context, env *study.Env, _ plan) error {
	keys := random.Split(random.FoldIn(random.New(env.Seed), partClusters), 3)
	x, labels := blobs(keys[2], rankExamples, rankClasses, spread)
	net := newNet(keys[1], features, width, rankClasses)
	d, err := decompose(net, x, labels)
	if err != nil {
		return err
	}
	for _, m := range []struct {
		name  string
		value *fx.Array
	}{{"H", e.seen(d)}, {"G", d.G}} {
		s, err := newSpectrum(m.value)
		if err != nil {
			return err
		}
		env.Record.With("matrix", m.name).Scalar("rank", float64(s.rank(1e-10)))
	}
	env.Record.Scalar("rank_parameters", float64(d.H.Dim(0)))
	return nil
}
