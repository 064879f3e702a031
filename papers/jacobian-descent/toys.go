package jacobiandescent

import (
	"fmt"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
	mo "github.com/fluxion-go/fluxion/multiobjective"
	"github.com/fluxion-go/fluxion/study"
)

// Part A: trajectories on the paper's two functions of the plane (its appendix
// on trajectories), in float64.

// toy is a pair of convex quadratics (x-v)'M(x-v) and how it is descended.
type toy struct {
	name   string
	forms  [2]quadratic
	starts [][2]float64
	rate   float64
	steps  int
	keep   int // a point of the trajectory is recorded every so many steps
	window [2]span
}

// span is a part of an axis of the plane.
type span struct{ from, to float64 }

// quadratic is (x-v)'M(x-v) for a symmetric M.
type quadratic struct {
	m [2][2]float64
	v [2]float64
}

// at gives the value and the gradient 2 M (x-v).
func (q quadratic) at(x [2]float64) (value float64, gradient [2]float64) {
	d := [2]float64{x[0] - q.v[0], x[1] - q.v[1]}
	for i := range d {
		gradient[i] = 2 * (float64(q.m[i][0]*d[0]) + float64(q.m[i][1]*d[1]))
	}
	return (float64(gradient[0]*d[0]) + float64(gradient[1]*d[1])) / 2, gradient
}

const (
	nameEWQ = "EWQ"
	nameCQF = "CQF"
)

// The first starts are the ones that claims speak of.
var toys = []toy{
	{
		name:  nameEWQ, // element-wise quadratic: (x1^2, x2^2)
		forms: [2]quadratic{{m: [2][2]float64{{1, 0}, {0, 0}}}, {m: [2][2]float64{{0, 0}, {0, 1}}}},
		starts: [][2]float64{{3, -0.01}, {0.01, 3}, {3, 3}, {-2, 1}, {-1, -3}, {2, -2}, {-3, 0.5}, {0.5, -1.5},
			{-0.02, -2}},
		rate: 0.1, steps: 200, keep: 2, window: [2]span{{-3.4, 3.4}, {-3.4, 3.4}},
	},
	{
		name: nameCQF, // convex quadratic form, whose objectives are scaled and turned apart
		forms: [2]quadratic{
			{m: turned(1, 0.01, 1), v: [2]float64{1, 0}},
			{m: turned(3, 0.01, -1), v: [2]float64{-1, 0}},
		},
		starts: [][2]float64{{0, 0}, {0.5, 3}, {-1.5, 2}},
		rate:   0.01, steps: 3000, keep: 5, window: [2]span{{-2, 1.5}, {-0.5, 4.8}},
	},
}

// Cosine and sine of pi/16, by which the forms of CQF are turned.
const cos16, sin16 = 0.98078528040323044913, 0.19509032201612826785

// optimal is the set of Pareto optima, the minima of all averages of the two
// forms, and the values there.
func (t toy) optimal() (path, values [2][]float64) {
	const points = 400
	for k := range points + 1 {
		share := float64(k) / points
		// (a M1 + b M2) x = a M1 v1 + b M2 v2
		var m [2][2]float64
		var rhs [2]float64
		for f, weight := range [2]float64{share, 1 - share} {
			for i := range rhs {
				for j := range rhs {
					m[i][j] += float64(weight * t.forms[f].m[i][j])
					rhs[i] += float64(weight * t.forms[f].m[i][j] * t.forms[f].v[j])
				}
			}
		}
		det := float64(m[0][0]*m[1][1]) - float64(m[0][1]*m[1][0])
		if det == 0 {
			continue
		}
		x := [2]float64{
			(float64(rhs[0]*m[1][1]) - float64(m[0][1]*rhs[1])) / det,
			(float64(m[0][0]*rhs[1]) - float64(m[1][0]*rhs[0])) / det,
		}
		for i := range x {
			f, _ := t.forms[i].at(x)
			path[i], values[i] = append(path[i], x[i]), append(values[i], f)
		}
	}
	return path, values
}

// turned is U diag(a, b) U' for the rotation U by pi/16 in the given sense.
func turned(a, b, sense float64) [2][2]float64 {
	c, s := cos16, sense*sin16
	cross := float64(c * s * (a - b))
	return [2][2]float64{
		{float64(a*c*c) + float64(b*s*s), cross},
		{cross, float64(a*s*s) + float64(b*c*c)},
	}
}

// trajectories descends both functions: from every start with the aggregators
// that are drawn, and from the first with the others.
func (e experiment) trajectories(env *study.Env, others bool) error {
	for _, t := range toys {
		for _, w := range e.weightings(mo.ConeOptions{}) {
			starts := len(t.starts)
			switch {
			case slices.Contains(drawn, w.String()):
			case others:
				starts = 1
			default:
				starts = 0
			}
			for s := range starts {
				r := env.Record.With("toy", t.name, "method", w.String(), "start", s)
				if err := t.descend(env, w, s, r); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// descend follows Jacobian descent and records where it goes, how often and by
// how much an objective rises, and where it ends. An aggregator without a
// direction, as Nash-MTL where the objectives conflict completely, stops there.
func (t toy) descend(env *study.Env, w mo.Weighting, start int, r *study.Recorder) error {
	x := t.starts[start]
	var path, values [2][]float64
	rises, largest := 0, 0.0
	before := [2]float64{}
	for step := range env.Steps(fmt.Sprintf("%s, %v", t.name, w), t.steps+1) {
		f0, g0 := t.forms[0].at(x)
		f1, g1 := t.forms[1].at(x)
		if step > 0 {
			if rise := max(f0-before[0], f1-before[1]); rise > 0 {
				largest = max(largest, rise)
				if rise > riseTolerance {
					rises++
				}
			}
		}
		before = [2]float64{f0, f1}
		if step%t.keep == 0 {
			for i := range x {
				path[i], values[i] = append(path[i], x[i]), append(values[i], before[i])
			}
		}
		if step == t.steps {
			break
		}
		cross := float64(g0[0]*g1[0]) + float64(g0[1]*g1[1])
		g := []float64{float64(g0[0]*g0[0]) + float64(g0[1]*g0[1]), cross, cross, float64(g1[0]*g1[0]) + float64(g1[1]*g1[1])}
		weights, err := w.Weights(fx.New(g, 2, 2), nil)
		if err != nil {
			r.Note("stopped", fmt.Sprintf("after %d steps: %v", step, err))
			break
		}
		v := weights.Float64s()
		for i := range x {
			x[i] -= float64(t.rate * (float64(v[0]*g0[i]) + float64(v[1]*g1[i])))
		}
	}
	if slices.Contains(drawn, w.String()) {
		r.Series("path", path[0], path[1])
		r.Series("values", values[0], values[1])
	}
	r.Scalar("rises", float64(rises))
	r.Scalar("largest_rise", largest)
	r.Scalar("x1", x[0])
	r.Scalar("x2", x[1])
	r.Scalar("f1", before[0])
	r.Scalar("f2", before[1])
	return nil
}
