package laprop

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part A: the search for the minimum of Rosenbrock's function with noise on
// the gradient. All runs at all noise levels go side by side as the elements of
// two arrays, because update rules work element by element.

const (
	searchRate = 4e-4 // the paper's learning rate
	searchMu   = 0.9
	goal       = 0.1 // distance to the minimum at which a run has arrived
	stretch    = 100 // steps in one call of the compiled program
)

// point is a place in the plane, or many: X and Y have the same shape.
type point struct{ X, Y *fx.Array }

// rosenbrock is (1-x)^2 + 100 (y-x^2)^2, for each point: a curved valley that
// leads to the minimum, 0 at (1, 1). It is data.Rosenbrock, but its gradient adds up
// in another order, and with it the published runs.
func rosenbrock(p point) *fx.Array {
	slope, valley := fx.Const(1).Sub(p.X), p.Y.Sub(p.X.Square())
	return slope.Square().Add(valley.Square().MulScalar(100))
}

// distance2 is the squared distance to the minimum.
func distance2(p point) *fx.Array {
	return p.X.SubScalar(1).Square().Add(p.Y.SubScalar(1).Square())
}

// descent is the state of all runs of one method. Arrays are [noise levels,
// runs] unless they say otherwise.
type descent struct {
	At      point
	State   optim.State
	Step    *fx.Array // steps made, an int32 scalar
	Arrived *fx.Array // the step at which the run arrived, int32; 0 before that
}

// leg is what the compiled program takes: a descent to continue, and the key
// of its noise. The key is the same for all methods, so that they meet the same
// noise.
type leg struct {
	Descent descent
	Key     *fx.Array
}

// searcher runs one update rule.
type searcher struct {
	optimizer optim.Optimizer[point]
	levels    []float64 // noise levels sigma
	runs      int
	advance   func(leg) descent // the compiled program: makes stretch steps
}

func newSearcher(rule optim.Rule, levels []float64, runs int) *searcher {
	s := &searcher{optimizer: optim.FromRule[point](rule), levels: levels, runs: runs}
	s.advance = fx.Jit(s.steps, fx.Donate("Descent"))
	return s
}

// sharedSearcher is one searcher, compiled once, for all seeds.
func sharedSearcher(env *study.Env, name string, rule optim.Rule, levels []float64, runs int) (*searcher, error) {
	return study.Once(env, name, func() (*searcher, error) { return newSearcher(rule, levels, runs), nil })
}

// start puts all runs at (0, 0).
func (s *searcher) start() descent {
	zeros := func(d fx.DType) *fx.Array { return fx.Zeros(d, len(s.levels), s.runs) }
	at := point{zeros(fx.Float64), zeros(fx.Float64)}
	return descent{At: at, State: s.optimizer.Init(at), Step: fx.Scalar(int32(0)), Arrived: zeros(fx.Int32)}
}

// steps makes the steps of one stretch.
func (s *searcher) steps(l leg) descent {
	sigma := fx.New(s.levels, len(s.levels), 1)
	noise := random.Normal(random.FoldIn(l.Key, l.Descent.Step), fx.Float64, stretch, 2, s.runs)
	end, _ := fx.Scan(func(d descent, z *fx.Array) (descent, []*fx.Array) {
		// The gradient of sigma <z, p> is sigma z. The sum over the runs keeps
		// them apart: each point's gradient is that of its own term.
		loss := func(p point) *fx.Array {
			noise := p.X.Mul(z.Index(0)).Add(p.Y.Mul(z.Index(1))).Mul(sigma)
			return rosenbrock(p).Add(noise).Sum()
		}
		var next descent
		next.At, next.State, _ = s.optimizer.Step(loss, d.At, d.State)
		next.Step = d.Step.AddScalar(1)
		now := distance2(next.At).Less(fx.Const(goal * goal)).And(d.Arrived.Equal(fx.Const(0)))
		next.Arrived = fx.Where(now, next.Step, d.Arrived)
		return next, nil
	}, l.Descent, noise)
	return end
}

// follow makes up to limit steps, and shows every stretch to watch, which says
// whether to go on. In the progress display a whole search is one step: it takes
// about as long as an epoch of part B.
func (s *searcher) follow(ctx context.Context, env *study.Env, name string, limit int, watch func(descent) bool) error {
	task := env.Task(name, 1)
	key := random.FoldIn(random.New(env.Seed), partSearch)
	d := s.start()
	for steps := 0; steps < limit; steps += stretch {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		d = s.advance(leg{d, key})
		if !watch(d) {
			break
		}
	}
	task.Finish()
	return nil
}

// search runs part A for one seed.
func (e experiment) search(ctx context.Context, env *study.Env, p plan) error {
	for _, m := range e.methods.searchers() {
		for _, nu := range p.searchNus {
			name := fmt.Sprintf("Rosenbrock, %s, nu %v", m.name, nu)
			s, err := sharedSearcher(env, name, m.at(searchRate, searchMu, nu), p.sigmas, p.runs)
			if err != nil {
				return err
			}
			if err := s.search(ctx, env, env.Record.With("method", m.name, "nu", nu), name, p.limit); err != nil {
				return err
			}
		}
	}
	return nil
}

// search lets all runs look for the minimum and records how they came near it.
func (s *searcher) search(ctx context.Context, env *study.Env, r *study.Recorder, name string, limit int) error {
	var last descent
	var steps []float64
	distances := make([][]float64, len(s.levels))
	err := s.follow(ctx, env, name, limit, func(d descent) bool {
		last = d
		steps = append(steps, d.Step.Item())
		away := distance2(d.At).Sqrt().Float64s()
		for i := range s.levels {
			median := study.Sample(away[i*s.runs : (i+1)*s.runs]).Median()
			distances[i] = append(distances[i], median)
		}
		return slices.Min(d.Arrived.Int32s()) == 0
	})
	if err != nil {
		return err
	}
	for i, sigma := range s.levels {
		r := r.With("sigma", sigma)
		r.Series("distance", steps, distances[i])
		recordArrivals(r, last.Arrived.Int32s()[i*s.runs:(i+1)*s.runs], limit)
	}
	return nil
}

// recordArrivals takes down the step at which each run arrived, +Inf for one
// that did not within the limit. In the median such a run counts with the limit
// itself, which favours the method that it belongs to.
func recordArrivals(r *study.Recorder, arrived []int32, limit int) {
	var run []float64
	var steps study.Sample
	for i, step := range arrived {
		run, steps = append(run, float64(i)), append(steps, float64(step))
		if step == 0 || int(step) > limit {
			steps[i] = math.Inf(1)
		}
	}
	r.Series("arrival", run, steps)
	r.Scalar("steps", steps.OrElse(float64(limit)).Median())
}
