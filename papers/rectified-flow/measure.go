package rectifiedflow

import (
	"math"

	"github.com/fluxion-go/fluxion/flow"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/transport"
)

// powers are the p of the costs E|Z_1 - Z_0|^p.
var powers = []float64{1, 1.5, 2, 4}

// crossingRounds is how many random times each pair gets in the loss V.
const crossingRounds = 8

// motion is a flow and the points that it is to move.
type motion struct {
	V flow.Field
	Z *fx.Array
}

// moved is where they go.
type moved struct {
	Path         *fx.Array // [steps+1, n, d]
	Straightness *fx.Array
	Back         *fx.Array // where the way back from the ends leads
}

// mover moves points of d dimensions by a number of Euler steps, compiled once
// for all seeds.
func mover(env *study.Env, name string, steps int) (func(motion) moved, error) {
	return study.Once(env, name, func() (func(motion) moved, error) {
		return fx.Jit(func(m motion) moved {
			s := flow.Euler(steps)
			path, _ := flow.Path(m.V, m.Z, s)
			back, _ := flow.Backward(m.V, path.Index(steps), s)
			return moved{path, flow.Straightness(m.V, m.Z, s), back}
		}), nil
	})
}

// crossing is the loss V of a flow on pairs.
func crossing(env *study.Env, w way, key *fx.Array, v flow.Field, pairs flow.Pairs) (float64, error) {
	type question struct {
		Key   *fx.Array
		V     flow.Field
		Pairs flow.Pairs
	}
	f, err := study.Once(env, "crossing of "+w.name, func() (func(question) *fx.Array, error) {
		return fx.Jit(func(q question) *fx.Array {
			return flow.CrossingLoss(q.Key, q.V, q.Pairs, w.Interpolant, crossingRounds)
		}), nil
	})
	if err != nil {
		return 0, err
	}
	return f(question{key, v, pairs}).Item(), nil
}

// measure takes down what a round of flow v, which was fitted to pairs, came to.
func (e experiment) measure(env *study.Env, r *study.Recorder, p plan, s sampled, v flow.Field, pairs flow.Pairs, w way, key *fx.Array) error {
	crossed, err := crossing(env, w, key, v, pairs)
	if err != nil {
		return err
	}
	move, err := mover(env, "fine steps in the plane", p.fine)
	if err != nil {
		return err
	}
	all := move(motion{v, pairs.X0})
	z := flow.Pairs{X0: pairs.X0, X1: all.Path.Index(p.fine)}
	r.Scalar("crossing", crossed)
	r.Scalar("straightness", all.Straightness.Item())
	for _, power := range powers {
		r.With("power", power).Scalar("cost", z.Cost(power).Item())
	}
	r.Scalar("cost_of_pairs", pairs.Cost(2).Item())
	r.Scalar("round_trip", flow.Pairs{X0: z.X0, X1: all.Back}.Cost(1).Item())

	judged := move(motion{v, s.starts})
	r.Scalar("judged_cost", flow.Pairs{X0: s.starts, X1: judged.Path.Index(p.fine)}.Cost(2).Item())
	recordPaths(r, move(motion{v, s.shown}).Path)
	return distances(env, r, s, v, p.euler)
}

// distances takes down how far the flow's ends are from the target, for several
// numbers of Euler steps.
func distances(env *study.Env, r *study.Recorder, s sampled, v flow.Field, steps []int) error {
	for _, n := range steps {
		end, _ := flow.Forward(v, s.starts, flow.Euler(n))
		d, err := transport.Wasserstein(end, s.targets, 2)
		if err != nil {
			return err
		}
		r.With("euler", n).Scalar("w2", d)
	}
	return nil
}

// lossPoints is about how many points a loss curve is recorded with.
const lossPoints = 50

func recordLoss(r *study.Recorder, history []float64) {
	block := max(1, len(history)/lossPoints)
	for end := block; end <= len(history); end += block {
		r.Point("loss", float64(end), study.Sample(history[end-block:end]).Mean())
	}
}

func recordCloud(r *study.Recorder, name string, points *fx.Array) {
	rows := points.AsType(fx.Float64)
	r.Series(name, rows.SliceAxis(1, 0, 1).Flatten().Float64s(), rows.SliceAxis(1, 1, 2).Flatten().Float64s())
}

// recordPaths takes down paths, [steps+1, n, 2], as one series, in which a NaN
// ends each path.
func recordPaths(r *study.Recorder, path *fx.Array) {
	const points = 20
	values := path.AsType(fx.Float64).Float64s()
	steps, n := path.Dim(0)-1, path.Dim(1)
	var x, y []float64
	for i := range n {
		for j := 0; j <= points; j++ {
			at := (j*steps/points*n + i) * 2
			x, y = append(x, values[at]), append(y, values[at+1])
		}
		x, y = append(x, math.NaN()), append(y, math.NaN())
	}
	r.Series("paths", x, y)
}
