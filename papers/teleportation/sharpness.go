package teleportation

import (
	"context"
	"math"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
	"github.com/fluxion-go/fluxion/symmetry"
)

// Part C: the sharpness and the curvature of where trainings end, and teleports to
// other ones on the way.

// Names of what a teleport changes, and in which direction.
const (
	nameStay    = "no teleport"
	nameFlatter = "to lower sharpness"
	nameSharper = "to higher sharpness"
	nameLess    = "to lower curvature"
	nameMore    = "to higher curvature"
)

// change is a teleport of part C.
type change struct {
	name      string
	direction symmetry.Direction
	sharpness bool // else curvature
}

var changes = []change{
	{nameFlatter, symmetry.Min, true}, {nameSharper, symmetry.Max, true},
	{nameLess, symmetry.Min, false}, {nameMore, symmetry.Max, false},
}

// The keys of directions and curves are the same for all runs and seeds, so that
// values can be compared.
func directionsKey() *fx.Array { return random.New(partSharpness) }

// looking is what the compiled measures and teleports of part C take.
type looking struct {
	Nets   nn.MLP // side by side
	Images classify.Images
}

type seen struct{ Sharpness, Curvature *fx.Array }

// objective of part C on images, which are also those that the action holds.
func (p plan) objective(sharpness bool, directions int, s classify.Images) symmetry.Objective[nn.MLP] {
	if sharpness {
		o := symmetry.NewSharpnessOptions()
		o.Directions = directions
		return symmetry.Sharpness[nn.MLP](directionsKey(), o)
	}
	return symmetry.Curvature(projection(s.Pixels), directionsKey(), p.curves)
}

// look measures sharpness and curvature of networks side by side.
func look(env *study.Env, p plan, in looking) (seen, error) {
	program, err := study.Once(env, "look", func() (func(looking) seen, error) {
		return fx.Jit(func(in looking) seen {
			return fx.Vmap(func(net nn.MLP) seen {
				loss := lossOn(in.Images)
				small := in.Images.Slice(0, p.held)
				return seen{p.objective(true, p.directions, in.Images)(loss, net), p.objective(false, 0, small)(loss, net)}
			})(in.Nets)
		}), nil
	})
	if err != nil {
		return seen{}, err
	}
	return program(in), nil
}

// move teleports networks side by side.
func move(env *study.Env, p plan, c change, in looking) (moved nn.MLP, objective *fx.Array, err error) {
	type end struct {
		Nets      nn.MLP
		Objective *fx.Array
	}
	program, err := study.Once(env, "move "+c.name, func() (func(looking) end, error) {
		return fx.Jit(func(in looking) end {
			return fx.Vmap(func(net nn.MLP) end {
				s := in.Images.Slice(0, p.held)
				t := symmetry.NewTeleport(projection(s.Pixels), p.objective(c.sharpness, p.fewDirections, s))
				t.Direction, t.Rate, t.Cap = c.direction, p.curvatureRate, math.Inf(1)
				if c.sharpness {
					t.Rate, t.Cap = p.sharpnessRate, 2
				}
				q, trace := t.Move(lossOn(s), net)
				return end{q, trace.Objective}
			})(in.Nets)
		}), nil
	})
	if err != nil {
		return nn.MLP{}, nil, err
	}
	e := program(in)
	return e.Nets, e.Objective, nil
}

// sharpness is part C for one seed: some trainings by SGD, which differ in first
// values and in the order of the images; half-way some of them are teleported in
// each way, and go on beside the others.
func (e experiment) sharpness(ctx context.Context, env *study.Env, p plan) error {
	sets, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	key := random.FoldIn(random.New(env.Seed), partSharpness)
	f := families()[0]
	var list []lane
	var orders []*data.Batches
	for i := range p.trainings {
		list = append(list, f.start(network(random.FoldIn(key, i), fx.Float32, p, sets), f.rate))
		b, err := data.NewBatches(sets.Train.N(), batchSize, env.Seed<<16+uint64(i), data.BatchOptions{DropLast: true})
		if err != nil {
			return err
		}
		orders = append(orders, b)
	}
	lanes := side(list)
	around := sets.Train.Slice(0, p.around)
	// Lane number k goes through the images as training number source[k] does.
	source := make([]int, p.trainings)
	for i := range source {
		source[i] = i
	}
	for epoch := range env.Steps("sharpness", p.epochs) {
		if epoch == p.epochs/2 {
			if lanes, source, err = e.divide(env, p, lanes, source, around); err != nil {
				return err
			}
		}
		rows := make([]*fx.Array, len(orders))
		for i, b := range orders {
			rows[i] = b.Order(b.PerEpoch())
		}
		columns := make([]*fx.Array, len(source))
		for k, i := range source {
			columns[k] = rows[i]
		}
		if lanes, err = f.train(env, course{lanes, sets.Train, fx.Stack(1, columns...)}); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return e.recordEnds(env, p, lanes, sets, around)
}

// divide teleports the first trainings in each way; the new lanes come behind the
// old ones, change by change.
func (e experiment) divide(env *study.Env, p plan, lanes lane, source []int, around classify.Images) (lane, []int, error) {
	all := apart(lanes)
	group := side(all[:p.teleported])
	for _, c := range changes {
		nets, objective, err := move(env, p, c, looking{group.Net, around})
		if err != nil {
			return lane{}, nil, err
		}
		loss := func(n nn.MLP) []float64 { l, _, _ := score(env, n, around); return l }
		before, after := loss(group.Net), loss(nets)
		for i, l := range apart(lane{nets, group.State, group.Rate}) {
			all, source = append(all, l), append(source, i)
			v := objective.Index(i).Float64s()
			r := env.Record.With("part", "C", "teleport", c.name, "run", i)
			r.Scalar("objective_ratio", v[len(v)-1]/v[0])
			r.Scalar("loss_ratio", after[i]/before[i])
		}
	}
	return side(all), source, nil
}

// recordEnds takes down where the trainings ended.
func (e experiment) recordEnds(env *study.Env, p plan, lanes lane, sets *classify.Sets, around classify.Images) error {
	loss, accuracy, err := score(env, lanes.Net, sets.Test)
	if err != nil {
		return err
	}
	train, _, err := score(env, lanes.Net, sets.Train)
	if err != nil {
		return err
	}
	s, err := look(env, p, looking{lanes.Net, around})
	if err != nil {
		return err
	}
	sharp, bent := s.Sharpness.Float64s(), s.Curvature.Float64s()
	r := env.Record.With("part", "C")
	n := p.trainings
	r.Series("sharpness", loss[:n], sharp[:n])
	r.Series("curvature", loss[:n], bent[:n])
	r.Series("trained", loss[:n], train[:n])
	take := func(name string, i, k int) {
		r := r.With("teleport", name, "run", i)
		r.Scalar("validation_loss", loss[k])
		r.Scalar("training_loss", train[k])
		r.Scalar("validation_accuracy", accuracy[k])
		r.Scalar("sharpness", sharp[k])
		r.Scalar("curvature", bent[k])
	}
	for i := range p.teleported {
		take(nameStay, i, i)
		for j, c := range changes {
			take(c.name, i, n+j*p.teleported+i)
		}
	}
	return nil
}
