package inducedmetric

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	list := []*study.Table{planeTable(r)}
	if r.Has("scatter_arrived", "function", nameBeale, "method", nameLog) {
		list = append(list, scatterTable(r))
	}
	if r.Has("train_loss") {
		list = append(list, trainingsTable(r))
	}
	if task := sweptTask(r); task != "" {
		list = append(list, sweepTable(r, task), settingsTable(r, task))
	}
	return list
}

// functions and searched are what part A has recorded, in order.
func functions(r *study.Results) []string {
	var names []string
	for _, l := range landscapes {
		if r.Common.Has("fewest", "function", l.name, "method", nameSGD) {
			names = append(names, l.name)
		}
	}
	return names
}

func searched(r *study.Results) []string {
	var names []string
	for _, s := range published.searchers() {
		if r.Common.Has("fewest", "function", nameBeale, "method", s.name) {
			names = append(names, s.name)
		}
	}
	return names
}

// planeTable lists the fewest steps and the settings that took them.
func planeTable(r *study.Results) *study.Table {
	t := study.NewTable("Functions in the plane: fewest steps over the grid, at most 1000", "function", "method", "steps",
		"settings that arrive", "rate", "momentum", "xi", "second moment")
	for _, function := range functions(r) {
		for _, method := range searched(r) {
			of := func(name string) float64 {
				return r.Common.Scalar(name, "function", function, "method", method)
			}
			row := []any{function, method, "-", fmt.Sprintf("%.1f%%", 100*of("arrived")), "-", "-", "-", "-"}
			if n := of("fewest"); !math.IsInf(n, 1) {
				row[2], row[4], row[5] = fmt.Sprint(n), fmt.Sprint(of("best_rate")), fmt.Sprint(of("best_momentum"))
				for i, name := range []string{"best_xi", "best_second"} {
					if v := of(name); v > 0 {
						row[6+i] = fmt.Sprint(v)
					}
				}
			}
			t.Add(row...)
		}
	}
	return t
}

// scatterTable is what the best settings are worth from elsewhere.
func scatterTable(r *study.Results) *study.Table {
	t := study.NewTable("The same settings from random starts: share that arrives (median steps), mean of the seeds", append([]string{"function"}, searched(r)...)...)
	for _, function := range functions(r) {
		row := []any{function}
		for _, method := range searched(r) {
			entry := "-"
			if labels := []any{"function", function, "method", method}; r.Has("scatter_arrived", labels...) {
				entry = fmt.Sprintf("%.0f%%", 100*r.Sample("scatter_arrived", labels...).Mean())
				if n := r.Sample("scatter_steps", labels...).Mean(); n < mostSteps {
					entry += fmt.Sprintf(" (%.0f)", n)
				}
			}
			row = append(row, entry)
		}
		t.Add(row...)
	}
	return t
}

// trainingsTable lists every method at its best rate, for each xi.
func trainingsTable(r *study.Results) *study.Table {
	n := r.Sample("parameters").Median()
	t := study.NewTable(fmt.Sprintf("Networks of %.0f parameters, best rate of each row by the training loss: medians", n), "method", "xi or threshold", "rate",
		"training loss", "test accuracy", "best epoch", "largest rate not lost")
	for _, g := range groups {
		best, loss := leastLoss(r, g.method, g.xi)
		if math.IsInf(loss, 1) {
			continue
		}
		xi := "-"
		if g.xi > 0 {
			xi = fmt.Sprint(g.xi)
		}
		accuracy := func(name string) string { return fmt.Sprintf("%.4f", r.Sample(name, best.labels()...).Median()) }
		t.Add(g.method, xi, fmt.Sprint(best.rate), fmt.Sprintf("%.3g", loss), accuracy("test_accuracy"), accuracy("best_accuracy"), fmt.Sprint(largestRate(r, g.method, g.xi)))
	}
	return t
}
