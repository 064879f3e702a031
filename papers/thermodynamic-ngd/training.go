package thermodynamicngd

import (
	"math"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// train makes a training of one seed. All seeds share the compiled program.
func (e experiment) train(env *study.Env, p plan, sets *classify.Sets, a arm) error {
	program := a
	program.rate = 0 // an argument of the program
	trainer, err := study.Once(env, program.String(), func() (*classify.Trainer[net], error) {
		return classify.NewTrainer(classify.Settings[net]{Optimizer: func(c classify.Choice) optim.Optimizer[net] {
			return e.methods.build(a, c, noiseKey(0)) // the state has the seed's own key
		}}), nil
	})
	if err != nil {
		return err
	}
	batches, err := data.NewBatches(sets.Train.N(), p.batch, env.Seed, data.BatchOptions{DropLast: true})
	if err != nil {
		return err
	}
	m := network(p, sets, env.Seed)
	order := batches.Order(p.every)
	first := classify.Choice{Rate: fx.Scalar(a.rate), Batch: sets.Train.Take(order.Index(0))}
	now := classify.Training[net]{Net: m, State: e.methods.build(a, first, noiseKey(env.Seed)).Init(m)}

	loss, _ := trainer.Score(m, sets.Train)
	steps, losses := []float64{0}, []float64{loss}
	task := env.Task(a.String(), p.steps)
	key := noiseKey(0) // of layers that draw, of which there are none
	for at := p.every; at <= p.steps; at += p.every {
		now, _ = trainer.Steps(now, sets.Train, order, a.rate, key)
		loss, _ = trainer.Score(now.Net, sets.Train)
		if math.IsNaN(loss) {
			loss = math.Inf(1)
		}
		steps, losses = append(steps, float64(at)), append(losses, loss)
		order = batches.Order(p.every)
		task.Add(p.every)
	}
	task.Finish()
	_, accuracy := trainer.Score(now.Net, sets.Test)
	r := env.Record.With(a.labels()...)
	r.Series("loss", steps, losses)
	r.Scalar("final_loss", losses[len(losses)-1])
	r.Scalar("accuracy", accuracy)
	if i := p.early / p.every; a.part == partMethods && i < len(losses) {
		r.Scalar("early_loss", losses[i])
	}
	return nil
}

// cost is how many products with the curvature, of which a gradient counts as one, a
// step takes.
func (a arm) cost() float64 {
	switch {
	case a.tau > 0:
		return 1 + math.Round(a.tau/dt)
	case a.products > 0:
		return 1 + float64(a.products)
	}
	return 1
}
