package rectifiedflow

import (
	"context"

	"github.com/fluxion-go/fluxion/flow"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/transport"
)

// sampled is one seed's points in the plane.
type sampled struct {
	key             *fx.Array
	independent     flow.Pairs // what the first round learns from
	starts, targets *fx.Array  // what distances are measured on, evenly over the clusters
	shown           *fx.Array  // starts of the paths in figures
}

const shownPaths = 45

func draw(seed uint64, p plan) sampled {
	from, to := triangles()
	keys := random.Split(random.FoldIn(random.New(seed), partPoints), 6)
	return sampled{
		key:         keys[0],
		independent: flow.Pairs{X0: from.Sample(keys[1], fx.Float32, p.stored), X1: to.Sample(keys[2], fx.Float32, p.stored)},
		starts:      even(from, keys[3], p.judged),
		targets:     even(to, keys[4], p.judged),
		shown:       even(from, keys[5], shownPaths),
	}
}

// points transports points in the plane, by the method and by its baselines.
func (e experiment) points(ctx context.Context, env *study.Env, p plan) error {
	s := draw(env.Seed, p)
	_, cost, err := transport.Matching(s.starts, s.targets, 2)
	if err != nil {
		return err
	}
	env.Record.Scalar("optimal_cost", cost)
	floor, err := transport.Wasserstein(s.targets, again(s, p), 2)
	if err != nil {
		return err
	}
	env.Record.Scalar("w2_floor", floor)
	for _, power := range powers {
		env.Record.With("method", nameLinear, "round", 0, "power", power).Scalar("cost", s.independent.Cost(power).Item())
	}
	recordCloud(env.Record, "source", s.starts)
	recordCloud(env.Record, "target", s.targets)
	for i, w := range e.ways(p) {
		if err := e.chain(ctx, env, p, s, w, random.FoldIn(s.key, i)); err != nil {
			return err
		}
	}
	if !p.baselines {
		return nil
	}
	return e.regression(ctx, env, p, s)
}

// again is another even sample of the target: its distance from the first is
// what a perfect flow would have.
func again(s sampled, p plan) *fx.Array {
	_, to := triangles()
	return even(to, random.FoldIn(s.key, 1000), p.judged)
}

// chain rectifies, reflows and rectifies again (algorithm 1): the first round
// learns from the independent coupling, each further one from the paths of the
// flow before it, which is also what it starts from. The method's second flow
// is distilled besides. The baselines have two rounds.
func (e experiment) chain(ctx context.Context, env *study.Env, p plan, s sampled, w way, key *fx.Array) error {
	rounds := p.rounds
	if w.name != nameLinear {
		rounds = 2
	}
	from, _ := triangles()
	keys := random.Split(key, 4*rounds+1)
	f := fitting{what: w.name, d: 2, way: w.Interpolant, steps: p.steps, rate: rate(env, p, w.name)}
	v, pairs := newField(keys[0], 2, p), s.independent
	for k := 1; k <= rounds; k++ {
		own := keys[4*k-3:]
		record := env.Record.With("method", w.name, "round", k)
		var history []float64
		var err error
		if v, history, err = f.fit(ctx, env, p, own[0], v, pairs); err != nil {
			return err
		}
		recordLoss(record, history)
		if err := e.measure(env, record, p, s, v, pairs, w, own[1]); err != nil {
			return err
		}
		if k == rounds && (w.name != nameLinear || k > 2) {
			break
		}
		if pairs, err = e.reflow(v, from.Sample(own[2], fx.Float32, p.stored), flow.Euler(p.fine)); err != nil {
			return err
		}
		if w.name == nameLinear && k == 2 {
			if err := e.distill(ctx, env, p, s, v, pairs, own[3]); err != nil {
				return err
			}
		}
	}
	return nil
}

// distill trains the second flow for one Euler step on pairs of its own.
func (e experiment) distill(ctx context.Context, env *study.Env, p plan, s sampled, v flow.Field, pairs flow.Pairs, key *fx.Array) error {
	f := fitting{what: "distillation", d: 2, way: flow.Linear(), times: []float64{0}, steps: p.distill, rate: rate(env, p, nameLinear)}
	student, _, err := f.fit(ctx, env, p, key, v, pairs)
	if err != nil {
		return err
	}
	return distances(env, env.Record.With("method", nameDistilled, "round", 2), s, student, []int{1})
}

// regression fits the ends of independent pairs to their starts: a map of one
// step that knows nothing of flows. Its best answer is the mean of the target.
func (e experiment) regression(ctx context.Context, env *study.Env, p plan, s sampled) error {
	keys := random.Split(random.FoldIn(s.key, 500), 2)
	f := fitting{what: nameRegression, d: 2, way: flow.Linear(), times: []float64{0}, steps: p.steps, rate: rate(env, p, nameRegression)}
	v, _, err := f.fit(ctx, env, p, keys[0], newField(keys[1], 2, p), s.independent)
	if err != nil {
		return err
	}
	return distances(env, env.Record.With("method", nameRegression, "round", 1), s, v, []int{1})
}
