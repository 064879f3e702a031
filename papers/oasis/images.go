package oasis

import (
	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// The rates of the networks' baselines, five each.
var (
	imageAdamRates     = []float64{0.0003, 0.001, 0.003, 0.01, 0.03}
	imageMomentumRates = []float64{0.003, 0.01, 0.03, 0.1, 0.3}
)

// deepAlpha is the truncation of the paper's runs on networks.
const deepAlpha = 0.1

// images is a network on the images, with the momentum variant of OASIS.
func (e experiment) images(env *study.Env, p plan) (contest[nn.Sequential], error) {
	sets, err := classify.Open(env, data.Options{Size: p.side, Train: p.trainImages, Test: p.testImages}, p.batch)
	if err != nil {
		return contest[nn.Sequential]{}, err
	}
	return contest[nn.Sequential]{
		name: taskImages, sets: sets, batch: p.batch, epochs: p.imageEpochs, start: network(p, sets, env.Seed),
		arms: []entrant[nn.Sequential]{
			{nameOASIS, nil, func(_ classify.Choice, key *fx.Array) optim.Optimizer[nn.Sequential] {
				o := optim.NewOASIS[nn.Sequential](key)
				o.Beta1, o.Alpha, o.FullBatch = 0.9, deepAlpha, e.twoBatches
				return o
			}},
			{nameAdam, imageAdamRates, func(c classify.Choice, _ *fx.Array) optim.Optimizer[nn.Sequential] {
				return optim.FromRule[nn.Sequential](optim.NewAdam(c.Schedule()))
			}},
			{nameSGD, imageMomentumRates, func(c classify.Choice, _ *fx.Array) optim.Optimizer[nn.Sequential] {
				return optim.FromRule[nn.Sequential](optim.NewMomentum(c.Schedule(), 0.9))
			}},
		},
	}, nil
}

// network is a perceptron of 128 hidden units, or ResNet-20.
func network(p plan, sets *classify.Sets, seed uint64) nn.Sequential {
	keys := random.Split(random.FoldIn(random.New(seed), partNetwork), 2)
	if p.resnet {
		return nn.Sequential{nn.NewResNet(keys[0], sets.Train.Pixels.Dim(3), sets.Classes)}
	}
	return nn.Sequential{nn.Func(nn.Flatten), nn.NewLinear(keys[0], sets.Train.Features(), 128), nn.Func(nn.Relu),
		nn.NewLinear(keys[1], 128, sets.Classes)}
}
