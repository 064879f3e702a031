package nn_test

import (
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

// descend takes compiled steps of gradient descent with momentum 0.9 on a model
// that changes in training, and returns the losses and the trained model.
func descend[M any](model M, rate float64, steps int, loss func(m M, step *fx.Array) (*fx.Array, M)) ([]float64, M) {
	type state struct {
		Model, Velocity M
		Step, Loss      *fx.Array
	}
	step := fx.Jit(func(s state) state {
		l, trained, g := fx.ValueAndGradAux(func(m M) (*fx.Array, M) { return loss(m, s.Step) })(s.Model)
		v := fx.Map2(func(v, g *fx.Array) *fx.Array { return v.MulScalar(0.9).Add(g) }, s.Velocity, g)
		// A decay of all weights, which must not reach the running statistics.
		next := fx.Map2(func(p, v *fx.Array) *fx.Array { return p.MulScalar(0.9999).Sub(v.MulScalar(rate)) }, s.Model, v)
		return state{nn.WithRunning(next, trained), v, s.Step.AddScalar(1), l}
	}, fx.Donate(""))
	s := state{fx.Map(func(a *fx.Array) *fx.Array { return a.AddScalar(0) }, model), fx.Map(fx.ZerosLike, model), fx.Scalar(int32(0)), fx.Scalar(float32(0))}
	var losses []float64
	for range steps {
		s = step(s)
		losses = append(losses, s.Loss.Item())
	}
	return losses, s.Model
}

// rings is points in the plane: label 0 near the origin, 1 in a ring around it.
func rings(n int) (x, labels *fx.Array) {
	keys := random.Split(random.New(11), 2)
	direction := random.Normal(keys[0], fx.Float32, n, 2)
	direction = direction.Div(direction.Square().SumKeep(-1).Sqrt())
	labels = fx.Arange(fx.Int32, n).And(fx.Const(1))
	radius := random.Uniform(keys[1], fx.Float32, 0, 0.7, n).Add(labels.AsType(fx.Float32))
	return direction.Mul(radius.ExpandDims(1)), labels
}

func TestMLPLearnsRings(t *testing.T) {
	x, labels := rings(128)
	net := nn.NewMLP(random.New(0), []int{2, 16, 16, 2}, nn.Relu, nn.LayerOptions{Kernel: nn.HeNormal})
	losses, net := descend(net, 0.05, 200, func(m nn.MLP, _ *fx.Array) (*fx.Array, nn.MLP) {
		return nn.SoftmaxCrossEntropy(m.Apply(x), labels).Mean(), m
	})
	if first, last := losses[0], losses[len(losses)-1]; first < 0.4 || last > 0.05 {
		t.Errorf("the loss went from %.3f to %.4f; want below 0.05", first, last)
	}
	if a := nn.Accuracy(net.Apply(x), labels).Item(); a < 0.98 {
		t.Errorf("accuracy %.3f", a)
	}
}

// TestNormalisedNetworkLearns trains BatchNorm and Dropout with keys that
// depend on the step, and judges at inference.
func TestNormalisedNetworkLearns(t *testing.T) {
	x, labels := rings(128)
	x = x.MulScalar(20).AddScalar(30) // badly scaled: the normalisation must help
	key := random.New(3)
	keys := random.Split(key, 3)
	net := nn.Sequential{
		nn.NewBatchNorm(fx.Float32, 2),
		nn.NewLinear(keys[0], 2, 32), nn.Func(nn.Relu), nn.NewBatchNorm(fx.Float32, 32), nn.Dropout{Rate: 0.1},
		nn.NewLinear(keys[1], 32, 16), nn.Func(nn.Relu), nn.NewLayerNorm(fx.Float32, 16),
		nn.NewLinear(keys[2], 16, 2),
	}
	losses, net := descend(net, 0.02, 200, func(m nn.Sequential, step *fx.Array) (*fx.Array, nn.Sequential) {
		y, trained := m.Train(x, random.FoldIn(key, step))
		return nn.SoftmaxCrossEntropy(y, labels).Mean(), trained
	})
	if first, last := losses[0], losses[len(losses)-1]; first < 0.4 || last > 0.25 {
		t.Errorf("the loss went from %.3f to %.4f; want below 0.25", first, last)
	}
	if a := nn.Accuracy(net.Apply(x), labels).Item(); a < 0.98 {
		t.Errorf("accuracy %.3f at inference", a)
	}
	mean := x.Mean(0).Float64s()
	near(t, "running mean", net[0].(nn.BatchNorm).Running.Mean.Float64s(), mean, 1e-4)
}

// bars is noisy images with a bright bar: label 0 is a row, 1 a column, 2 none.
func bars(n, size int) (x, labels *fx.Array) {
	keys := random.Split(random.New(12), 2)
	at := random.Randint(keys[0], fx.Int32, 1, int64(size)-1, n)
	line := fx.OneHot(at, size, fx.Float32)
	labels = fx.Arange(fx.Int32, n).Rem(fx.Const(3))
	is := func(k float64) *fx.Array { return labels.Equal(fx.Const(k)).AsType(fx.Float32).Reshape(n, 1, 1) }
	image := line.ExpandDims(2).Mul(is(0)).Add(line.ExpandDims(1).Mul(is(1)))
	noise := random.Normal(keys[1], fx.Float32, n, size, size).MulScalar(0.2)
	return image.Add(noise).ExpandDims(-1), labels
}

func TestConvNetLearnsBars(t *testing.T) {
	x, labels := bars(48, 14)
	net := nn.NewConvNet(random.New(0), 14, 14, 1, 3, nn.ConvNetOptions{Filters: [2]int{4, 8}, Hidden: 16})
	losses, net := descend(net, 0.05, 40, func(m nn.ConvNet, _ *fx.Array) (*fx.Array, nn.ConvNet) {
		return nn.SoftmaxCrossEntropy(m.Apply(x), labels).Mean(), m
	})
	if first, last := losses[0], losses[len(losses)-1]; first < 0.8 || last > 0.05 {
		t.Errorf("the loss went from %.3f to %.4f; want below 0.05", first, last)
	}
	if a := nn.Accuracy(net.Apply(x), labels).Item(); a < 0.98 {
		t.Errorf("accuracy %.3f", a)
	}
}

// TestEmbeddingLearns fits a table of products from pairs of indices.
func TestEmbeddingLearns(t *testing.T) {
	const n = 6
	i := fx.Arange(fx.Int32, n*n).Div(fx.Const(n))
	j := fx.Arange(fx.Int32, n*n).Rem(fx.Const(n))
	target := fx.New([]float32{1, -2, 0, 1, 3, -1}).Take(i, 0).Mul(fx.New([]float32{0.5, 1, -1, 2, 0, -0.5}).Take(j, 0))
	keys := random.Split(random.New(2), 2)
	model := [2]nn.Embedding{nn.NewEmbedding(keys[0], n, 3), nn.NewEmbedding(keys[1], n, 3)}
	losses, _ := descend(model, 0.1, 150, func(m [2]nn.Embedding, _ *fx.Array) (*fx.Array, [2]nn.Embedding) {
		return nn.MeanSquaredError(m[0].Apply(i).Mul(m[1].Apply(j)).Sum(-1), target), m
	})
	if first, last := losses[0], losses[len(losses)-1]; first < 1 || last > 0.01 {
		t.Errorf("the loss went from %.3f to %.4f; want below 0.01", first, last)
	}
}
