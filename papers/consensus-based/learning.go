package consensusbased

import (
	"context"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
	"github.com/fluxion-go/fluxion/swarm"
)

// Part E: a network whose weights are found without a gradient, and by gradient
// descent.

const (
	batchSize  = 60
	startWidth = 0.4 // deviation of the first weights
)

// pace is how a swarm learns.
type pace struct {
	name       string
	dt, sigma2 float64
	alpha      float64
	cooled     bool // σ falls like 1/log2(epoch + 2), α doubles with every epoch
}

// The first are the settings of the authors' script for MNIST, where an epoch
// has fifteen times as many steps. The other were the best of twelve that were
// tried on the glyphs with seed 1000, which no scale judges: dt 0.01 to 0.1, σ²
// 0.4 to 2.5, α 50 to 5000, first weights of deviation 0.1 to 1.
var (
	paceScript = pace{"script", 0.1, 0.4, 50, true}
	paceSlow   = pace{"slow", 0.02, 1, 5000, false}
)

// learner is a network and the swarm that looks for its weights.
type learner struct {
	network   string
	particles int
	pace      pace
}

func (l learner) String() string {
	return fmt.Sprintf("%s, %d particles, %s", l.network, l.particles, l.pace.name)
}

func openImages(env *study.Env, p plan) (*classify.Sets, error) {
	return classify.OpenPlain(env, data.Options{Size: p.side, Train: p.train, Test: p.test}, batchSize)
}

// network is the network with first values: a softmax regression, or two
// convolutions (4 and 8 channels, each halved by pooling) before it.
func network(name string, d *classify.Sets, key *fx.Array) nn.Sequential {
	shape := d.Train.Pixels.Shape()
	keys := random.Split(key, 3)
	if name == "linear" {
		return nn.Sequential{nn.Func(nn.Flatten), nn.NewLinear(keys[0], d.Train.Features(), d.Classes)}
	}
	same := fx.ConvOptions{Padding: fx.Border{Same: true}}
	pool := nn.MaxPool2D{Window: [2]int{2, 2}}
	return nn.Sequential{
		nn.NewConv2D(keys[0], [2]int{5, 5}, shape[3], 4, same), nn.Func(nn.Relu), pool,
		nn.NewConv2D(keys[1], [2]int{5, 5}, 4, 8, same), nn.Func(nn.Relu), pool,
		nn.Func(nn.Flatten), nn.NewLinear(keys[2], (shape[1]/4)*(shape[2]/4)*8, d.Classes),
	}
}

type (
	trainer  = classify.Trainer[nn.Sequential]
	training = classify.Training[nn.Sequential]
)

// swarmOf is the learner's optimizer; the key draws its particles and its noise.
func (e experiment) swarmOf(l learner, batches int, key *fx.Array) swarm.Optimizer[nn.Sequential] {
	method := e.methods.cbo(swarm.Sequential)
	method.Noise, method.Dt = swarm.Anisotropic, l.pace.dt
	sigma := math.Sqrt(l.pace.sigma2)
	method.Alpha, method.Sigma = optim.Constant(l.pace.alpha), optim.Constant(sigma)
	if l.pace.cooled {
		method.Alpha, method.Sigma = swarm.Doubling(l.pace.alpha, batches), swarm.LogCooling(sigma, batches)
	}
	return swarm.Optimizer[nn.Sequential]{CBO: method, N: l.particles, Deviation: startWidth, Key: key}
}

// sgd trains by gradient descent.
func sgd(env *study.Env, network string) (*trainer, error) {
	return study.Once(env, network+", SGD", func() (*trainer, error) {
		return classify.NewTrainer(classify.Settings[nn.Sequential]{Optimizer: func(c classify.Choice) optim.Optimizer[nn.Sequential] {
			return optim.FromRule[nn.Sequential](optim.NewSGD(c.Schedule()))
		}}), nil
	})
}

// train trains for so many epochs and gives the mean loss of the minibatches and
// the test accuracy of each.
func train(env *study.Env, t *trainer, d *classify.Sets, name string, start training, rate float64, seed uint64, epochs int) (losses, accuracies []float64, err error) {
	_, _, err = t.Train(env, name, classify.Run[nn.Sequential]{Start: start, Sets: d, Batch: batchSize, Epochs: epochs, Seed: seed, Rate: rate,
		After: func(now training, epoch classify.Trace) {
			_, accuracy := t.Score(now.Net, d.Test)
			losses, accuracies = append(losses, study.Sample(epoch.Loss).Mean()), append(accuracies, accuracy)
		}})
	return losses, accuracies, err
}

func learningKey(seed uint64) *fx.Array { return random.FoldIn(random.New(seed), partImages) }

// learn trains all networks for one seed.
func (e experiment) learn(ctx context.Context, env *study.Env, p plan) error {
	if len(p.learners) == 0 {
		return nil
	}
	d, err := openImages(env, p)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, l := range p.learners {
		batches := d.Train.N() / batchSize
		t, err := study.Once(env, l.String(), func() (*trainer, error) {
			// The key plays no part after the start.
			return classify.NewTrainer(classify.Settings[nn.Sequential]{Optimizer: func(classify.Choice) optim.Optimizer[nn.Sequential] {
				return e.swarmOf(l, batches, random.New(0))
			}}), nil
		})
		if err != nil {
			return err
		}
		zero := fx.Map(fx.ZerosLike, network(l.network, d, random.New(0))) // the particles' centre
		start := training{Net: zero, State: e.swarmOf(l, batches, learningKey(env.Seed)).Init(zero)}
		if err := record(ctx, env, t, d, p, l.String(), start, 0, "network", l.network, "method", nameCBO, "n", l.particles, "pace", l.pace.name); err != nil {
			return err
		}
		if seen[l.network] {
			continue
		}
		seen[l.network] = true
		if t, err = sgd(env, l.network); err != nil {
			return err
		}
		rate := env.Common.Scalar("rate", "network", l.network)
		start = t.Start(network(l.network, d, learningKey(env.Seed)), rate)
		if err := record(ctx, env, t, d, p, l.network+", SGD", start, rate, "network", l.network, "method", nameGD, "n", 1, "pace", ""); err != nil {
			return err
		}
	}
	return nil
}

// record trains and takes down how it went.
func record(ctx context.Context, env *study.Env, t *trainer, d *classify.Sets, p plan, name string, start training, rate float64, labels ...any) error {
	losses, accuracies, err := train(env, t, d, name, start, rate, env.Seed, p.epochs)
	if err != nil || ctx.Err() != nil {
		return err
	}
	r := env.Record.With(labels...)
	r.Scalar("accuracy", accuracies[len(accuracies)-1])
	for i := range losses {
		r.Point("loss", float64(i+1), losses[i])
		r.Point("accuracy_course", float64(i+1), accuracies[i])
	}
	return nil
}

// The learning rates of gradient descent, of which tuning takes the one with the
// lowest last loss on a seed that is not judged.
var learnRates = []float64{0.03, 0.1, 0.3, 1}

const tuningSeed = 1_000_000

// tune chooses the learning rate of gradient descent for each network.
func tune(ctx context.Context, env *study.Env, p plan) error {
	d, err := openImages(env, p)
	if err != nil {
		return err
	}
	for _, l := range p.learners {
		if env.Record.Record().Has("rate", "network", l.network) {
			continue
		}
		t, err := sgd(env, l.network)
		if err != nil {
			return err
		}
		best, lowest := learnRates[0], math.Inf(1)
		for _, rate := range learnRates {
			start := t.Start(network(l.network, d, learningKey(tuningSeed)), rate)
			losses, _, err := train(env, t, d, fmt.Sprintf("%s, SGD at %v", l.network, rate), start, rate, tuningSeed, p.epochs)
			if err != nil || ctx.Err() != nil {
				return err
			}
			last := losses[len(losses)-1]
			env.Record.With("network", l.network, "at", rate).Scalar("tuning_loss", last)
			if last < lowest {
				best, lowest = rate, last
			}
		}
		env.Record.With("network", l.network).Scalar("rate", best)
	}
	return nil
}
