package consensusbased

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/swarm"
)

// Part A: searches in the canyon, from around (8, 8) for the origin.

const (
	swarmSteps = 250  // of CBO and hopping, the paper's
	basin      = 0.25 // a run that ends that near to the minimum has found it
	spreadAt   = 0.5  // deviation of the starting points
	shown      = 6    // runs that figures show
)

var canyon = data.GrandCanyon3(data.RippledCanyon)

func corner() *fx.Array { return fx.New([]float64{8, 8}) }

// search makes the runs of all methods for one seed.
func (e experiment) search(ctx context.Context, env *study.Env, p plan) error {
	type arm struct {
		labels []any
		path   func(key *fx.Array) *fx.Array // [steps, 2] for one run
		early  bool                          // look at it after earlySteps, too
	}
	var arms []arm
	for _, name := range []string{orderPaper, orderCode} {
		for _, n := range p.counts {
			method := e.methods.cbo(orders[name])
			arms = append(arms, arm{[]any{"method", nameCBO, "n", n, "order", name}, func(key *fx.Array) *fx.Array {
				keys := random.Split(key, 2)
				s, course := method.Run(canyon, method.Init(keys[1], swarm.Cloud(keys[0], corner(), spreadAt, n)), swarmSteps)
				return fx.Concatenate(0, course.Consensus, method.Consensus(canyon, s).ExpandDims(0))
			}, false})
		}
	}
	for _, s := range p.hops {
		method := e.methods.hopping(200, 100, s)
		arms = append(arms, arm{[]any{"method", nameHopping, "s", s}, func(key *fx.Array) *fx.Array {
			_, course := method.Run(canyon, method.Init(key, corner()), swarmSteps)
			return course.Consensus
		}, false})
	}
	for _, d := range p.descents {
		arms = append(arms, arm{d.labels(d.steps), func(key *fx.Array) *fx.Array {
			keys := random.Split(key, 2)
			start := random.Normal(keys[0], fx.Float64, 2).MulScalar(spreadAt).Add(corner())
			return d.run(canyon, keys[1], start)
		}, d.steps == paperDescent})
	}
	keys := random.SplitArray(random.FoldIn(random.New(env.Seed), partSearch), p.runs)
	for i := range env.Steps("searches", len(arms)) {
		program, err := study.Once(env, fmt.Sprint(arms[i].labels), func() (func(*fx.Array) *fx.Array, error) {
			return fx.Jit(fx.Vmap(arms[i].path)), nil
		})
		if err != nil {
			return err
		}
		r, paths := env.Record.With(arms[i].labels...), program(keys)
		recordEnds(r, paths)
		recordPaths(r, paths)
		if arms[i].early {
			recordEnds(env.Record.With(p.descents[i-len(arms)+len(p.descents)].labels(earlySteps)...), paths.SliceAxis(1, 0, earlySteps))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// recordEnds takes down what became of runs, [runs, steps, 2].
func recordEnds(r *study.Recorder, paths *fx.Array) {
	runs, steps := paths.Dim(0), paths.Dim(1)
	distance := paths.Norm(-1).Float64s()
	var ends study.Sample
	found, passed := 0, 0
	for i := range runs {
		of := distance[i*steps : (i+1)*steps]
		end := of[steps-1]
		if math.IsNaN(end) {
			end = math.Inf(1)
		}
		ends = append(ends, end)
		if end <= basin {
			found++
		}
		if slices.ContainsFunc(of, func(d float64) bool { return d <= basin }) {
			passed++
		}
	}
	r.Scalar("runs", float64(runs))
	r.Scalar("found", float64(found)/float64(runs))
	r.Scalar("passed", float64(passed)/float64(runs))
	r.Scalar("distance", ends.Median())
}

// recordPaths takes down some of the runs for the figures, thinned.
func recordPaths(r *study.Recorder, paths *fx.Array) {
	runs, steps := paths.Dim(0), paths.Dim(1)
	at := paths.Float64s()
	for i := range min(runs, shown) {
		run := r.With("run", i)
		add := func(k int) {
			place := 2 * (i*steps + k)
			run.Point("path", at[place], at[place+1])
		}
		for k := 0; k < steps-1; k += max(1, steps/125) {
			add(k)
		}
		add(steps - 1)
	}
}

// landscape records the canyon on a grid, for the figures: one curve for each
// row of points.
func landscape(r *study.Recorder) {
	const n = 101
	line := fx.Linspace(fx.Float64, low, high, n)
	x, y := line.ExpandDims(0).BroadcastTo(n, n), line.ExpandDims(1).BroadcastTo(n, n)
	z := canyon(fx.Stack(2, x, y)).Float64s()
	places := line.Float64s()
	for i := range n {
		r.With("row", i).Series("height", places, z[i*n:(i+1)*n])
	}
}

// The window of the figures.
const low, high = -2.0, 9.0
