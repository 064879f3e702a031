package thermodynamicngd

import (
	"github.com/fluxion-go/fluxion/curvature"
	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// net is the network that is trained.
type net = nn.Sequential

// sharedImages are the same for all seeds, which differ in the networks' first
// values and in the order of the images.
func sharedImages(env *study.Env, p plan) (*classify.Sets, error) {
	if isText(env.Data.Name) { // part A is on images all the same
		other := *env
		other.Data = study.DataSet{Name: dataGlyphs}
		env = &other
	}
	return classify.Open(env, data.Options{Size: p.side, Train: p.train, Test: p.test}, p.batch)
}

// network is a perceptron of one hidden layer; or the published one, a convolution
// and two dense layers.
func network(p plan, sets *classify.Sets, seed uint64) net {
	keys := random.Split(random.FoldIn(random.New(seed), partNetwork), 3)
	if !p.conv {
		return net{nn.Func(nn.Flatten), nn.NewLinear(keys[0], sets.Train.Features(), p.hidden), nn.Func((*fx.Array).Tanh),
			nn.NewLinear(keys[1], p.hidden, sets.Classes)}
	}
	const channels = 8
	window := nn.NewConv2D(keys[2], [2]int{5, 5}, sets.Train.Pixels.Dim(3), channels, fx.ConvOptions{Strides: [2]int{2, 2}})
	side := ((p.side-5)/2 + 1) / 2
	return net{window, nn.Func((*fx.Array).Tanh), nn.AvgPool2D{Window: [2]int{2, 2}}, nn.Func(nn.Flatten),
		nn.NewLinear(keys[0], side*side*channels, p.hidden), nn.Func((*fx.Array).Tanh), nn.NewLinear(keys[1], p.hidden, sets.Classes)}
}

// crossEntropy is the loss of a minibatch's logits.
func crossEntropy(s classify.Images) func(logits *fx.Array) *fx.Array {
	return func(logits *fx.Array) *fx.Array { return nn.SoftmaxCrossEntropy(logits, s.Labels).Mean() }
}

// fisher is the Fisher information of a minibatch, which for the cross-entropy of
// logits is the Gauss-Newton matrix, as an operator.
func fisher(s classify.Images) func(net) func(net) net {
	return func(m net) func(net) net {
		return curvature.GaussNewton(func(m net) *fx.Array { return m.Apply(s.Pixels) }, crossEntropy(s), m)
	}
}

// fisherFactors is the same by its factors, classes of them for each image.
func fisherFactors(s classify.Images) func(net) net {
	return func(m net) net {
		return curvature.GaussNewtonFactors(func(m net, x *fx.Array) *fx.Array { return m.Apply(x.ExpandDims(0)).Squeeze(0) },
			curvature.SoftmaxRoot, m, s.Pixels)
	}
}
