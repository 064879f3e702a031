package teleportation

import (
	"context"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// Part B: networks trained with and without teleports.

const batchSize = 20

// sharedImages are the same for all seeds, which differ in first values, in the order
// of the images and in the batches of teleports.
func sharedImages(env *study.Env, p plan) (*classify.Sets, error) {
	sets, err := classify.Open(env, data.Options{Size: p.side, Train: p.train, Test: p.test}, largeBatch)
	if err != nil {
		return nil, err
	}
	return sets.Flat(), nil
}

// network has the paper's layers without biases, with kernels drawn evenly from
// -1/sqrt(inputs) to 1/sqrt(inputs).
func network(key *fx.Array, d fx.DType, p plan, sets *classify.Sets) nn.MLP {
	sizes := append(append([]int{sets.Train.Features()}, p.hidden...), sets.Classes)
	return nn.NewMLP(key, sizes, leaky, nn.LayerOptions{DType: d, NoBias: true, Kernel: nn.TorchUniform})
}

// run is one training of a family.
type run struct {
	variant variant
	factor  float64 // of the family's learning rate
	jump    jumped  // of its teleports, if it has any
}

func (f family) runs(p plan) []run {
	var list []run
	for _, v := range variants() {
		for _, factor := range p.factors {
			if factor == 1 || v.grid {
				list = append(list, run{variant: v, factor: factor})
			}
		}
	}
	return list
}

func (r run) labels() []any { return []any{"teleport", r.variant.name, "rate_factor", r.factor} }

// trainings is part B for one seed.
func (e experiment) trainings(ctx context.Context, env *study.Env, p plan) error {
	sets, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	for _, f := range p.families() {
		if err := e.trainFamily(ctx, env, p, sets, f); err != nil {
			return err
		}
	}
	return nil
}

// trainFamily makes all trainings with one optimizer, side by side.
func (e experiment) trainFamily(ctx context.Context, env *study.Env, p plan, sets *classify.Sets, f family) error {
	key := random.FoldIn(random.New(env.Seed), partTraining)
	net := network(random.FoldIn(key, 0), fx.Float32, p, sets)
	runs := f.runs(p)
	var list []lane
	for _, r := range runs {
		list = append(list, f.start(net, f.rate*r.factor))
	}
	lanes := side(list)
	batches, err := data.NewBatches(sets.Train.N(), batchSize, env.Seed, data.BatchOptions{DropLast: true})
	if err != nil {
		return err
	}
	losses := make([][]float64, len(runs))
	take := func() error {
		loss, _, err := score(env, lanes.Net, sets.Train)
		for i, l := range loss {
			losses[i] = append(losses[i], l)
		}
		return err
	}
	if err := take(); err != nil {
		return err
	}
	for epoch := range env.Steps(f.name, p.epochs) {
		order := batches.Order(batches.PerEpoch())
		if epoch == f.at {
			if lanes, err = e.begin(env, f, p, runs, lanes, sets.Train, order.SliceAxis(0, 0, teleports), random.FoldIn(key, 1)); err != nil {
				return err
			}
			order = order.SliceAxis(0, teleports, fx.End)
		}
		if lanes, err = f.train(env, course{lanes, sets.Train, shared(order, len(runs))}); err != nil {
			return err
		}
		if err := take(); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	test, accuracy, err := score(env, lanes.Net, sets.Test)
	if err != nil {
		return err
	}
	for i, r := range runs {
		o := env.Record.With("part", "B", "optimizer", f.name).With(r.labels()...)
		o.Series("train_loss", counted(len(losses[i])), losses[i])
		o.Scalar("loss_after_one", losses[i][f.at+1])
		o.Scalar("final_loss", losses[i][p.epochs])
		o.Scalar("test_loss", test[i])
		o.Scalar("test_accuracy", accuracy[i])
		if r.variant.batch > 0 {
			r.record(o)
		}
	}
	return nil
}

// record takes down what the teleports did to the gradient.
func (r run) record(o *study.Recorder) {
	before, after := r.jump.Before.Float64s(), r.jump.After.Float64s()
	gain := make(study.Sample, len(before))
	for k := range before {
		gain[k] = after[k] / before[k]
	}
	o.Scalar("first_gain", gain[0])
	o.Scalar("typical_gain", gain.Median())
	o.Series("gradient_before", counted(len(before)), before)
	o.Series("gradient_after", counted(len(after)), after)
}

// begin makes the first steps of the epoch in which there are teleports, each kind
// of beginning in its own way.
func (e experiment) begin(env *study.Env, f family, p plan, runs []run, lanes lane, images classify.Images, steps, key *fx.Array) (lane, error) {
	all := apart(lanes)
	for from := 0; from < len(runs); {
		to, v := from+1, runs[from].variant
		for to < len(runs) && runs[to].variant.name == v.name {
			to++
		}
		group := jumping{Lanes: side(all[from:to]), Images: images, Steps: steps, Key: random.FoldIn(key, 0)}
		var end lane
		var err error
		switch {
		case v.batch > 0:
			end, err = e.teleport(env, f, v, group, runs[from:to], random.FoldIn(key, 1))
		case v.name == nameReset:
			program, fault := f.resetProgram(env)
			if fault != nil {
				return lane{}, fault
			}
			end = program(group)
		case v.extra != nil:
			// Steps of its own first, in another order of the images.
			other, fault := data.NewBatches(images.N(), batchSize, env.Seed+1<<32, data.BatchOptions{DropLast: true})
			if fault != nil {
				return lane{}, fault
			}
			if end, err = f.train(env, course{group.Lanes, images, shared(other.Order(v.extra(p, other.PerEpoch())), to-from)}); err == nil {
				end, err = f.train(env, course{end, images, shared(steps, to-from)})
			}
		default:
			end, err = f.train(env, course{group.Lanes, images, shared(steps, to-from)})
		}
		if err != nil {
			return lane{}, err
		}
		copy(all[from:to], apart(end))
		from = to
	}
	return side(all), nil
}

// teleport makes the beginning of a group of trainings that teleport.
func (e experiment) teleport(env *study.Env, f family, v variant, group jumping, runs []run, key *fx.Array) (lane, error) {
	program, err := e.jumpProgram(env, f, v)
	if err != nil {
		return lane{}, err
	}
	rows := make([]*fx.Array, teleports)
	for k := range rows {
		rows[k] = random.Choice(random.FoldIn(key, k), group.Images.N(), v.batch).AsType(fx.Int32)
	}
	group.Teleport = fx.Stack(0, rows...)
	end := program(group)
	fx.Eval(end)
	for i := range runs {
		runs[i].jump = jumped{Before: end.Before.Index(i), After: end.After.Index(i)}
	}
	return end.Lanes, nil
}
