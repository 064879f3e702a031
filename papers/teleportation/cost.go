package teleportation

import (
	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// cost times the first eight steps with teleports before them against an epoch
// without, in turns, for one training by momentum: how many steps a teleport costs.
func (e experiment) cost(env *study.Env, p plan) error {
	sets, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	batches, err := data.NewBatches(sets.Train.N(), batchSize, 0, data.BatchOptions{DropLast: true})
	if err != nil {
		return err
	}
	order := batches.Order(batches.PerEpoch())
	f := families()[1]
	lanes := side([]lane{f.start(network(random.New(0), fx.Float32, p, sets), f.rate)})
	var programs []func()
	var names []string
	for _, v := range variants() {
		if v.batch == 0 || v.random {
			continue
		}
		program, err := e.jumpProgram(env, f, v)
		if err != nil {
			return err
		}
		in := jumping{Lanes: lanes, Images: sets.Train, Steps: order.SliceAxis(0, 0, teleports), Key: random.New(0)}
		in.Teleport = fx.Arange(fx.Int32, teleports*v.batch).Rem(fx.Scalar(int32(sets.Train.N()))).Reshape(teleports, v.batch)
		programs = append(programs, func() { fx.Eval(program(in)) })
		names = append(names, v.name)
	}
	var fault error
	programs = append(programs, func() {
		if _, err := f.train(env, course{lanes, sets.Train, shared(order, 1)}); err != nil {
			fault = err
		}
	})
	seconds := env.Race("cost of a teleport", p.rounds, programs...)
	step := seconds[len(names)].Median() / float64(order.Dim(0))
	env.Record.With("part", "B").Timing("seconds_per_step", step)
	for i, name := range names {
		whole := seconds[i].Over(seconds[len(names)]).Median() * float64(order.Dim(0))
		// The steps that are made between the teleports do not count.
		env.Record.With("part", "B", "teleport", name).Timing("steps_of_equal_time", whole-teleports)
	}
	return fault
}
