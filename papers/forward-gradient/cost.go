package forwardgradient

import (
	"context"
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/gradient"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// Part E: time and memory of both modes.

// pass is what a compiled pass takes.
type pass struct {
	Net   nn.Sequential
	Batch classify.Images
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
		x := pass{m.build(key, d), d.Train.Slice(0, batchSize), key}
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
		classify.Images{
			Pixels: random.Normal(keys[1], fx.Float32, batchSize, width),
			Labels: random.Randint(keys[2], fx.Int32, 0, classes, batchSize),
		}, key}
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
	seconds := env.Race(fmt.Sprintf("time, %v", labels[1]), timings, programs...)
	r := env.Record.With(labels...)
	for i, name := range passNames {
		r.With("method", name).Timing("seconds", seconds[i].Median())
	}
	r.Timing("R_f", seconds[1].Median()/seconds[0].Median())
	r.Timing("R_b", seconds[2].Median()/seconds[0].Median())
}

// raceOfTrainings times the steps of trainings by both methods.
func (e experiment) raceOfTrainings(env *study.Env, p plan, d *classify.Sets, m model) error {
	const steps = 5
	var programs []func()
	methods := []string{nameForward, nameReverse}
	for _, method := range methods {
		batches, err := data.NewBatches(d.Train.N(), batchSize, env.Seed, data.BatchOptions{DropLast: true})
		if err != nil {
			return err
		}
		run := e.trainer(method, p.decay)
		at := e.start(trial{m, method, smallRate}, p, d, env.Seed)
		programs = append(programs, func() {
			at, _ = run.Steps(at, d.Train, batches.Order(steps), smallRate, random.New(env.Seed))
		})
	}
	for i, seconds := range env.Race("time of a step, "+m.name, timings, programs...) {
		env.Record.With("model", m.name, "method", methods[i]).Timing("step_seconds", seconds.Median()/steps)
	}
	return nil
}
