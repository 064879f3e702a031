package sinkhornnewton

import (
	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	list := []*study.Table{solverTable(r)}
	if r.Common.Has("relaxed_iterations", "omega", 1) {
		list = append(list, relaxedTable(r))
	}
	if r.Has("outside") || len(r.Values("outside", "case")) > 0 {
		list = append(list, sparsityTable(r))
	}
	return list
}

// solverTable is what each method took on each problem.
func solverTable(r *study.Results) *study.Table {
	t := study.NewTable("Medians over the seeds; iterations until the marginal error is 1e-11",
		"problem", "method", "kept a row", "before", "iterations", "Newton", "CG", "passes", "error", "seconds")
	for _, c := range r.Values("error", "case") {
		for _, m := range r.Values("error", "method", "case", c) {
			for _, kept := range r.Values("error", "kept", "case", c, "method", m) {
				for _, warmup := range r.Values("error", "warmup", "case", c, "method", m, "kept", kept) {
					at := []any{"case", c, "method", m, "kept", kept, "warmup", warmup}
					optional := func(name string) any {
						if !r.Has(name, at...) {
							return ""
						}
						return r.Sample(name, at...).Median()
					}
					t.Add(c, m, blank(kept), blank(warmup), never(r.Sample("iterations", at...)), optional("newton"), optional("cg"),
						optional("passes"), r.Sample("error", at...).Median(), raced(r, c, m, kept, warmup))
				}
			}
		}
	}
	return t
}

func blank(v string) string {
	if v == "0" {
		return ""
	}
	return v
}

// never writes "not reached" for a median that is infinite.
func never(s study.Sample) any {
	if m := s.Median(); m < 1e15 {
		return m
	}
	return "not reached"
}

// raced is the median time of the two that were raced.
func raced(r *study.Results, c, m, kept, warmup string) any {
	if m == nameSinkhorn || m == nameSparse && kept == "15" && warmup == "20" {
		return r.Timing("seconds", "case", c, "method", m).Median()
	}
	return ""
}

func relaxedTable(r *study.Results) *study.Table {
	t := study.NewTable("Sinkhorn with over-relaxation on one lap problem", "omega", "iterations", "error")
	for _, omega := range []float64{1, 1.3, 1.6} {
		t.Add(omega, r.Common.Scalar("relaxed_iterations", "omega", omega), r.Common.Scalar("relaxed_error", "omega", omega))
	}
	return t
}

func sparsityTable(r *study.Results) *study.Table {
	t := study.NewTable("Mass of the plan outside its largest elements after 20 Sinkhorn iterations, at the same eta", "problem", "2 a row", "5 a row", "15 a row")
	for _, c := range r.Values("outside", "case") {
		row := []any{c}
		for _, kept := range keptShown {
			row = append(row, r.Sample("outside", "case", c, "kept", kept).Median())
		}
		t.Add(row...)
	}
	return t
}
