// Package classify trains networks that classify images, as many experiments do:
// the same first values and the same order of the images for every method, an
// epoch at a time as one compiled program, with the trace of every step. Methods
// whose step takes several minibatches (Settings.Stream) get the same images, and
// make as many fewer steps.
//
//	sets, err := classify.Open(env, data.Options{Size: 14, Train: 4000, Test: 2000}, 64)
//	trainer := classify.NewTrainer(classify.Settings[nn.MLP]{
//		Optimizer: func(c classify.Choice) optim.Optimizer[nn.MLP] {
//			return optim.FromRule[nn.MLP](optim.NewAdam(c.Schedule()))
//		},
//	})
//	run := classify.Run[nn.MLP]{Start: trainer.Start(net, rate), Sets: sets, Batch: 64, Epochs: 4, Seed: env.Seed, Rate: rate}
//	end, trace, err := trainer.Train(env, "adam", run)
//	loss, accuracy := trainer.Score(end.Net, sets.Test)
package classify
