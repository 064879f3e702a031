package jacobiandescent

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	mo "github.com/fluxion-go/fluxion/multiobjective"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part B: the three properties on random Jacobians whose gradients have lengths
// from 1e-2 to 1e2, in float64, with exact projections.

// kind is one kind of Jacobian.
type kind struct {
	name                   string
	objectives, parameters int
}

// kinds are what the claims speak of: fewer gradients than parameters, which are
// then independent.
var kinds = []kind{{"2", 2, 10}, {"3", 3, 10}, {"5", 5, 10}}

// dependent has five gradients in the plane. It is looked at because some
// aggregators are non-conflicting for independent gradients alone.
var dependent = kind{"dependent", 5, 2}

// Tolerances: of an inner product with a gradient below zero, relative to both
// lengths, and of a direction's length, relative to the longest gradient's, below
// which the direction is zero but for rounding.
const conflictTolerance, zeroTolerance = 1e-8, 1e-9

// logUniform is 10 to a uniform power between -decades and decades.
func logUniform(key *fx.Array, decades float64, shape ...int) *fx.Array {
	return random.Uniform(key, fx.Float64, -decades, decades, shape...).MulScalar(math.Ln10).Exp()
}

// draw draws a Jacobian.
func (k kind) draw(direction, length *fx.Array) *fx.Array {
	j := random.Normal(direction, fx.Float64, k.objectives, k.parameters)
	return j.Div(j.Norm(1).ExpandDims(1)).Mul(logUniform(length, 2, k.objectives, 1))
}

// properties tries every aggregator on count Jacobians, the kinds in turn, and
// on a third as many of dependent gradients.
func (e experiment) properties(env *study.Env, count int) error {
	all := e.aggregators(mo.ConeOptions{})
	marks := make([]propertyMarks, len(all))
	key := random.FoldIn(random.New(env.Seed), partProperties)
	for n := range env.Steps("properties", count) {
		parts := random.Split(random.FoldIn(key, n), 8)
		k := kinds[n%len(kinds)]
		j := k.draw(parts[0], parts[1])
		a, b := logUniform(parts[2], 1, k.objectives, 1), logUniform(parts[3], 1, k.objectives, 1)
		for i, agg := range all {
			if err := marks[i].add(k, agg, j, a, b, parts[4]); err != nil {
				return err
			}
		}
		if n%len(kinds) == 0 {
			j := dependent.draw(parts[5], parts[6])
			for i, agg := range all {
				marks[i].addDependent(agg, j, parts[7])
			}
		}
	}
	for i, agg := range all {
		marks[i].record(env.Record.With("method", agg.String()))
	}
	return nil
}

// propertyMarks is what one aggregator did.
type propertyMarks struct {
	tried, conflicts map[string]int // by kind
	refused          int            // dependent gradients for which there was no direction
	linearity, span  study.Sample
}

// add tries an aggregator on one Jacobian, and on rows scaled by a, by b and by
// a + b.
func (p *propertyMarks) add(k kind, agg mo.Aggregator, j, a, b, key *fx.Array) error {
	var made [4]*fx.Array
	for i, scaled := range []*fx.Array{j, a.Mul(j), b.Mul(j), a.Add(b).Mul(j)} {
		d, err := agg.Apply(scaled, key)
		if err != nil {
			return err
		}
		made[i] = d
	}
	p.count(k, j, made[0])
	p.linearity = append(p.linearity, relative(made[3].Sub(made[1]).Sub(made[2]), made[3]))
	// What the span of the gradients leaves of the direction.
	q, _ := fx.QR(j.Div(j.Norm(1).ExpandDims(1)).T())
	p.span = append(p.span, relative(made[0].Sub(q.MatMul(q.T().MatMul(made[0]))), made[0]))
	return nil
}

// addDependent tries an aggregator where it may have no direction.
func (p *propertyMarks) addDependent(agg mo.Aggregator, j, key *fx.Array) {
	d, err := agg.Apply(j, key)
	if err != nil {
		p.refused++
		return
	}
	p.count(dependent, j, d)
}

func (p *propertyMarks) count(k kind, j, d *fx.Array) {
	if p.tried == nil {
		p.tried, p.conflicts = map[string]int{}, map[string]int{}
	}
	p.tried[k.name]++
	if relative(d, j.Norm(1).Max()) > zeroTolerance && mo.Conflicts(j, d) < -conflictTolerance {
		p.conflicts[k.name]++
	}
}

func relative(part, whole *fx.Array) float64 {
	size := whole.Norm().Item()
	if size == 0 {
		return 0
	}
	return part.Norm().Item() / size
}

func (p *propertyMarks) record(r *study.Recorder) {
	for _, k := range append(kinds[:len(kinds):len(kinds)], dependent) {
		r := r.With("gradients", k.name)
		r.Scalar("matrices", float64(p.tried[k.name]))
		r.Scalar("conflicts", float64(p.conflicts[k.name]))
	}
	r.Scalar("refused", float64(p.refused))
	r.Scalar("linearity_max", p.linearity.Max())
	r.Scalar("linearity_median", p.linearity.Median())
	r.Scalar("span_max", p.span.Max())
}

// sum adds up counts.
func sum(s study.Sample) int {
	n := 0
	for _, v := range s {
		n += int(v)
	}
	return n
}

// tally adds up the conflicts of an aggregator, and the Jacobians on which it was
// tried, over the seeds and over kinds with at least so many objectives; 0 stands
// for dependent gradients.
func tally(r *study.Results, method string, objectives int) (conflicts, matrices int) {
	add := func(k kind) {
		conflicts += sum(r.Sample("conflicts", "method", method, "gradients", k.name))
		matrices += sum(r.Sample("matrices", "method", method, "gradients", k.name))
	}
	if objectives == 0 {
		add(dependent)
		return conflicts, matrices
	}
	for _, k := range kinds {
		if k.objectives >= objectives {
			add(k)
		}
	}
	return conflicts, matrices
}
