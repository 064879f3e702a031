package rectifiedflow

import (
	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/transport"
)

// gallery holds the images, [n, side, side, channels] with values in [-1, 1],
// and a classifier by whose features sets of images are compared.
type gallery struct {
	train, test    *fx.Array
	side, channels int
	features       func(*fx.Array) *fx.Array
	accuracy       float64 // of the classifier, on the test images
}

const (
	judgeSeed   = 77
	judgeEpochs = 6
	judgeBatch  = 50
	judgeRate   = 2e-3
)

// newGallery trains the classifier. It is a judge like the Inception network of
// the Frechet inception distance, but small and of the data's own kind.
func newGallery(train, test *data.Images) (*gallery, error) {
	x, y := train.Arrays()
	tx, ty := test.Arrays()
	g := &gallery{train: centre(x), test: centre(tx), side: train.Height, channels: train.Channels}
	net, err := trainJudge(g, y, len(train.Classes))
	if err != nil {
		return nil, err
	}
	g.accuracy = nn.Accuracy(net.Apply(g.test), ty).Item()
	compiled := fx.Jit(func(in struct {
		Net nn.ConvNet
		X   *fx.Array
	}) *fx.Array {
		return in.Net.Features(in.X)
	})
	g.features = func(x *fx.Array) *fx.Array {
		return compiled(struct {
			Net nn.ConvNet
			X   *fx.Array
		}{net, x})
	}
	return g, nil
}

func centre(x *fx.Array) *fx.Array { return x.MulScalar(2).AddScalar(-1) }

func trainJudge(g *gallery, labels *fx.Array, classes int) (nn.ConvNet, error) {
	type session struct {
		Net    nn.ConvNet
		State  optim.State
		X, Y   *fx.Array
		Batch  *fx.Array // rows of the next batch
		Losses *fx.Array
	}
	batches, err := data.NewBatches(g.train.Dim(0), judgeBatch, judgeSeed, data.BatchOptions{DropLast: true})
	if err != nil {
		return nn.ConvNet{}, err
	}
	steps := judgeEpochs * batches.PerEpoch()
	opt := optim.FromRule[nn.ConvNet](optim.NewAdam(optim.Cosine(judgeRate, 0, steps)))
	step := fx.Jit(func(s session) session {
		x, y := s.X.Take(s.Batch, 0), s.Y.Take(s.Batch, 0)
		s.Net, s.State, _ = opt.Step(func(n nn.ConvNet) *fx.Array { return nn.SoftmaxCrossEntropy(n.Apply(x), y).Mean() }, s.Net, s.State)
		return s
	}, fx.Donate("Net"), fx.Donate("State"))
	net := nn.NewConvNet(random.New(judgeSeed), g.side, g.side, g.channels, classes)
	s := session{Net: net, State: opt.Init(net), X: g.train, Y: labels}
	for range steps {
		rows := batches.Next()
		next := make([]int32, len(rows))
		for i, r := range rows {
			next[i] = int32(r)
		}
		s.Batch = fx.New(next)
		s = step(s)
	}
	return s.Net, nil
}

func (g *gallery) shape() []int { return []int{g.side, g.side, g.channels} }

// distance is the Frechet distance of two sets of images: the squared
// Wasserstein distance of the normal distributions that have the moments of
// their features.
func (g *gallery) distance(a, b *fx.Array) float64 {
	moments := func(x *fx.Array) transport.Gaussian {
		return transport.MomentsOf(g.features(x).AsType(fx.Float64))
	}
	return transport.BuresWasserstein(moments(a), moments(b)).Item()
}

// show records the first images.
func (g *gallery) show(r *study.Recorder, x *fx.Array) {
	pixels := x.SliceAxis(0, 0, min(shownImages, x.Dim(0))).AddScalar(1).DivScalar(2).Clip(0, 1).Float32s()
	size := g.side * g.side * g.channels
	var images [][]float32
	for ; len(pixels) >= size; pixels = pixels[size:] {
		images = append(images, pixels[:size])
	}
	r.Images("images", g.side, g.side, g.channels, images...)
}
