package forwardgradient

import (
	"context"
	"fmt"
	"time"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/gradient"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part E: time and memory of both modes.

// pass is what a compiled pass takes.
type pass struct {
	Net   nn.Sequential
	Batch images
	Key   *fx.Array
}

// The passes, by name: f alone, and f with a gradient or an estimate of it.
const nameValue = "value alone"

var passNames = []string{nameValue, nameForward, nameReverse}

// passOf is one of the passes.
func (e experiment) passOf(name string) func(pass) gradient.Estimate[nn.Sequential] {
	return func(x pass) gradient.Estimate[nn.Sequential] {
		f := func(net nn.Sequential) *fx.Array { return crossEntropy(net, x.Batch) }
		switch name {
		case nameForward:
			return e.method.network(gradient.Directions{}).Estimate(x.Key, f, x.Net)
		case nameReverse:
			return reverse[nn.Sequential]{}.Estimate(x.Key, f, x.Net)
		}
		// The result has the form of the others'; its gradient is no work.
		return gradient.Estimate[nn.Sequential]{Value: f(x.Net)}
	}
}

func (e experiment) costs(ctx context.Context, env *study.Env, p plan) error {
	if err := e.memory(ctx, env, p); err != nil {
		return err
	}
	if len(p.timed) == 0 {
		return nil
	}
	d, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	key := random.FoldIn(random.New(env.Seed), partCost)
	for _, m := range p.timed {
		x := pass{m.build(key, d.side, d.classes), d.first(batchSize), key}
		e.race(env, x, "model", m.name)
		if err := e.raceOfTrainings(env, p, d, m); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	for _, depth := range p.depths {
		e.race(env, stackPass(key, depth, p.width), "depth", depth)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// stackPass is a pass through layers of one width, on random inputs.
func stackPass(key *fx.Array, depth, width int) pass {
	const classes = 10
	keys := random.Split(key, 3)
	return pass{stack(keys[0], depth, width, classes),
		images{random.Normal(keys[1], fx.Float32, batchSize, width), random.Randint(keys[2], fx.Int32, 0, classes, batchSize)}, key}
}

// memory records what the plans of the compiled passes take, which does not
// depend on the machine. What a mode keeps of the layers are its temporaries,
// for the estimate without the direction: that is as large as the parameters and
// is needed until the slope is known.
func (e experiment) memory(ctx context.Context, env *study.Env, p plan) error {
	for i := range env.Steps("memory", len(p.depths)) {
		depth := p.depths[i]
		x := stackPass(random.New(env.Seed), depth, p.width)
		direction := 0
		for _, a := range fx.Leaves(x.Net) {
			direction += a.Size() * a.DType().Size()
		}
		for _, name := range passNames {
			m := fx.MemoryOf(e.passOf(name), x)
			r := env.Record.With("depth", depth, "method", name)
			r.Scalar("peak_bytes", float64(m.Peak()))
			if name == nameForward {
				m.Temporaries -= direction
			}
			r.Scalar("layer_bytes", float64(m.Temporaries))
		}
	}
	return ctx.Err()
}

const timings = 20 // of each program

// race times the passes of a network and records their medians, in seconds, and
// the ratios of the two with gradients to the one without.
func (e experiment) race(env *study.Env, x pass, labels ...any) {
	var programs []func()
	for _, name := range passNames {
		run := fx.Jit(e.passOf(name))
		programs = append(programs, func() { run(x) })
	}
	medians := raceAll(env, fmt.Sprintf("time, %v", labels[1]), programs)
	r := env.Record.With(labels...)
	for i, name := range passNames {
		r.With("method", name).Timing("seconds", medians[i])
	}
	r.Timing("R_f", medians[1]/medians[0])
	r.Timing("R_b", medians[2]/medians[0])
}

// raceOfTrainings times the steps of trainings by both methods.
func (e experiment) raceOfTrainings(env *study.Env, p plan, d *dataSet, m model) error {
	const steps = 5
	var programs []func()
	methods := []string{nameForward, nameReverse}
	for _, method := range methods {
		order, err := data.NewBatches(d.n, batchSize, env.Seed, data.BatchOptions{DropLast: true})
		if err != nil {
			return err
		}
		run := e.trainer(method, p.decay)
		at := e.start(trial{m, method, smallRate}, p, d, env.Seed)
		programs = append(programs, func() {
			at = run(batches{at, d.images, nextOrder(order, steps), fx.Scalar(smallRate)}).Training
		})
	}
	for i, median := range raceAll(env, "time of a step, "+m.name, programs) {
		env.Record.With("model", m.name, "method", methods[i]).Timing("step_seconds", median/steps)
	}
	return nil
}

// raceAll times programs in turn, after a call that compiles, and returns the
// median seconds of each. A timing of a short program is of several calls.
func raceAll(env *study.Env, name string, programs []func()) []float64 {
	const shortest = 2e-3
	calls := make([]int, len(programs))
	for i, run := range programs {
		run()
		calls[i] = 1 + int(shortest/seconds(run, 1))
	}
	all := make([]study.Sample, len(programs))
	for range env.Steps(name, timings) {
		for i, run := range programs {
			all[i] = append(all[i], seconds(run, calls[i])/float64(calls[i]))
		}
	}
	var medians []float64
	for _, s := range all {
		medians = append(medians, s.Median())
	}
	return medians
}

func seconds(run func(), calls int) float64 {
	start := time.Now()
	for range calls {
		run()
	}
	return time.Since(start).Seconds()
}
