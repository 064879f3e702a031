package energypreconditioned

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	list := []*study.Table{quadraticTable(r)}
	if r.Common.Has("iterations", "problem", "Rosenbrock", "precond", precondI, "method", nameFixed, "eta", 2e-3) {
		list = append(list, valleyTable(r, precondI, valleySteps), valleyTable(r, precondGN, newtonSteps))
	}
	list = append(list, designTable(r))
	if len(r.Values("solved", "metric", "problem", "state")) > 0 {
		list = append(list, stateTable(r))
	}
	if len(r.Values("solved", "metric", "problem", "plane")) > 0 {
		list = append(list, planeTable(r))
	}
	return list
}

// steps writes a number of iterations, or that there is none.
func steps(v float64) string {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return "-"
	}
	return fmt.Sprint(math.Round(v))
}

func quadraticTable(r *study.Results) *study.Table {
	columns := []string{"T", "method"}
	list := measuredFactors(r)
	for _, f := range list {
		columns = append(columns, fmt.Sprint(f))
	}
	t := study.NewTable("Quadratic: iterations to 1e-6, by base step / limit (backtracking has none)", columns...)
	for _, precond := range []string{precondI, "D^-1/2"} {
		for _, method := range []string{nameAEPG, nameFixed, nameAEGD, nameSearch} {
			row, some := []any{precond, method}, false
			for _, f := range list {
				at := []any{"problem", "quadratic", "precond", precond, "method", method, "factor", f}
				text := ""
				if r.Common.Has("iterations", at...) {
					text, some = steps(r.Common.Scalar("iterations", at...)), true
				}
				row = append(row, text)
			}
			if some {
				t.Add(row...)
			}
		}
	}
	return t
}

func valleyTable(r *study.Results, precond string, etas []float64) *study.Table {
	columns := []string{"method"}
	for _, eta := range etas {
		columns = append(columns, fmt.Sprintf("eta=%v", eta))
	}
	t := study.NewTable("Rosenbrock, T: "+precond+": iterations to 1e-6 (else the effective step at the end and the loss)", columns...)
	add := func(label string, at ...any) {
		row := []any{label}
		for _, eta := range etas {
			where := append(append([]any{}, at...), "eta", eta)
			n := r.Common.Scalar("iterations", where...)
			text := steps(n)
			if math.IsInf(n, 0) && r.Common.Has("effective", where...) {
				text = fmt.Sprintf("%.0e, %.1e", r.Common.Scalar("effective", where...), r.Common.Scalar("final", where...))
			}
			row = append(row, text)
		}
		t.Add(row...)
	}
	for _, c := range valleyShifts {
		add(fmt.Sprintf("AEPG, c = %v", c), "problem", "Rosenbrock", "precond", precond, "method", nameAEPG, "c", c)
	}
	add(nameFixed, "problem", "Rosenbrock", "precond", precond, "method", nameFixed)
	return t
}

func designTable(r *study.Results) *study.Table {
	t := study.NewTable("D-optimal design: iterations to a gap of 1e-4 and first step outside the simplex, medians over the seeds",
		"method", "c", "eta", "iterations", "converge", "first outside")
	for _, id := range r.IDs() {
		if id.Name != "iterations" || id.Labels.Get("problem") != "design" {
			continue
		}
		l := id.Labels
		at := []any{"problem", "design", "method", l.Get("method"), "shift", l.Get("shift"), "eta", l.Get("eta")}
		n := r.Sample("iterations", at...)
		converge := n.Count(func(v float64) bool { return !math.IsInf(v, 0) })
		eta := l.Get("eta")
		if l.Get("method") == nameMultiply {
			eta = ""
		}
		t.Add(l.Get("method"), l.Get("shift"), eta, steps(n.Median()), fmt.Sprintf("%d of %d", converge, len(n)), steps(r.Sample("outside", at...).Median()))
	}
	return t
}

func stateTable(r *study.Results) *study.Table {
	t := study.NewTable("Mixture of two Gaussians: share of the starts that reach 1e-8, and their median steps (medians over the seeds)",
		"metric", "method", "tuned base step", "share", "steps")
	for _, m := range stateMetrics() {
		for _, method := range []string{nameAEPG, nameFixed} {
			at := []any{"problem", "state", "metric", m.name, "method", method}
			t.Add(m.name, method, r.Common.Scalar("base_step", "metric", m.name, "method", method),
				r.Sample("solved", at...).Summary(), steps(r.Sample("steps", at...).Median()))
		}
	}
	return t
}

func planeTable(r *study.Results) *study.Table {
	t := study.NewTable("The same in the plane: share of the starts that reach 1e-8, and their median steps", "metric", "eta", "share", "steps")
	for _, metric := range r.Values("solved", "metric", "problem", "plane") {
		for _, eta := range planeSteps {
			at := []any{"problem", "plane", "metric", metric, "eta", eta}
			t.Add(metric, eta, r.Sample("solved", at...).Summary(), steps(r.Sample("steps", at...).Median()))
		}
	}
	return t
}
