package gradientnormalizedsmoothness

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/study"
)

func log2(v float64) float64 { return fx.Scalar(v).Log2().Item() }
func ln(v float64) float64   { return fx.Scalar(v).Log().Item() }

// place is a problem, and whether it is the same for all seeds.
type place struct {
	problem string
	common  bool
}

// places are the problems of a run, in the order of figures.
func places(r *study.Results) []place {
	var all []place
	for _, p := range r.Values("iterations", "problem") {
		all = append(all, place{p, false})
	}
	seen := map[string]bool{}
	for _, s := range r.Common.Scalars {
		if p := s.Labels.Get("problem"); s.Name == "iterations" && !seen[p] {
			seen[p] = true
			all = append(all, place{p, true})
		}
	}
	return all
}

// methodsOf are the methods of a problem.
func (p place) methods(r *study.Results) []string {
	if !p.common {
		return r.Values("iterations", "method", "problem", p.problem)
	}
	var all []string
	for _, s := range r.Common.Scalars {
		if s.Name == "iterations" && s.Labels.Get("problem") == p.problem {
			all = append(all, s.Labels.Get("method"))
		}
	}
	return all
}

// sample is a measurement of a problem, of one element where it is common.
func (p place) sample(r *study.Results, name, method string) study.Sample {
	if p.common {
		return study.Sample{common(r, name, p.problem, method)}
	}
	return of(r, name, p.problem, method)
}

func (p place) seconds(r *study.Results, method string) float64 {
	labels := []any{"problem", p.problem, "method", method}
	if p.common {
		return r.Common.Timing("seconds_per_step", labels...)
	}
	return r.Timing("seconds_per_step", labels...).Median()
}

func tables(r *study.Results) []*study.Table {
	var list []*study.Table
	for _, p := range places(r) {
		t := study.NewTable(title(p.problem)+": iterations to "+study.FormatNumber(goalOf(p.problem)), "method", "iterations", "steps made", "last residual", "trials / step")
		for _, m := range p.methods(r) {
			each := p.sample(r, "trials", m).Over(p.sample(r, "steps", m))
			t.Add(m, span(p.sample(r, "iterations", m)), fmt.Sprint(p.sample(r, "steps", m).Median()), fmt.Sprintf("%.2g", p.sample(r, "final", m).Median()),
				fmt.Sprintf("%.2f", each.Median()))
		}
		list = append(list, t)
	}
	return list
}

// goalOf is the residual that a problem counts as solved at.
func goalOf(name string) float64 {
	all, err := plans().Full.problems("")
	if err != nil {
		panic(err)
	}
	if p, ok := find(all, name); ok {
		return p.goal
	}
	return logisticOf(nil).goal
}

func span(s study.Sample) string {
	word := func(v float64) string {
		if math.IsInf(v, 1) {
			return "never"
		}
		return study.FormatNumber(v)
	}
	low, middle, high := s.OrElse(math.Inf(1)).Min(), s.OrElse(math.Inf(1)).Median(), s.OrElse(math.Inf(1)).Max()
	if low == high {
		return word(middle)
	}
	return fmt.Sprintf("%s (%s..%s)", word(middle), word(low), word(high))
}
