package gravity

import (
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

const batchSize = 128

// trainer trains a network with one update rule, which is watched. The rule's key
// plays no part after the start.
type trainer = classify.Trainer[nn.Sequential]

type training = classify.Training[nn.Sequential]

func newTrainer(rule, squash optim.Rule) *trainer {
	return classify.NewTrainer(classify.Settings[nn.Sequential]{
		Optimizer: func(classify.Choice) optim.Optimizer[nn.Sequential] {
			return optim.FromRule[nn.Sequential](watched{rule, squash})
		},
		Watch: []string{"steepest"},
	})
}

// outcome is what one training came to.
type outcome struct {
	trainLoss, trainAccuracy float64   // over the whole training set, at the end
	loss                     []float64 // mean of each epoch's minibatches, in nats
	validation               []float64 // accuracy after each epoch
	steepest                 []float64 // max|g| at each step
	bound, change            float64   // see watchedState
	way                      []nn.Sequential
}

// train trains a network from the start with the seed's order of the images, and
// tries it on the test images after every epoch. With keep it remembers the
// networks on the way, the first included.
func train(env *study.Env, t *trainer, d *classify.Sets, name string, start training, seed uint64, epochs int, keep bool) (outcome, error) {
	var o outcome
	if keep {
		o.way = append(o.way, start.Net)
	}
	end, _, err := t.Train(env, name, classify.Run[nn.Sequential]{
		Start: start, Sets: d, Batch: batchSize, Epochs: epochs, Seed: seed,
		After: func(now training, epoch classify.Trace) {
			o.loss = append(o.loss, study.Sample(epoch.Loss).Mean())
			o.steepest = append(o.steepest, epoch.Values["steepest"]...)
			_, accuracy := t.Score(now.Net, d.Test)
			o.validation = append(o.validation, accuracy)
			if keep {
				o.way = append(o.way, now.Net)
			}
		},
	})
	if err != nil {
		return outcome{}, err
	}
	o.trainLoss, o.trainAccuracy = t.Score(end.Net, d.Train)
	state := end.State.(watchedState)
	o.bound, o.change = state.Bound.Item(), state.Change.Item()
	return o, nil
}

// start is a task's network with the seed's first values, and the rule's state
// there with the seed's first v.
func (e experiment) start(t task, d *classify.Sets, a arm, o options, seed uint64) training {
	net := t.network.start(d, seed)
	rule := e.methods.rule(a, o, random.FoldIn(random.New(seed), partVelocity))
	return training{Net: net, State: optim.FromRule[nn.Sequential](watched{rule, e.methods.squash}).Init(net)}
}
