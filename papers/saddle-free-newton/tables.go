package saddlefreenewton

import (
	"fmt"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	list := []*study.Table{escapeTable(r)}
	if len(r.Values("loss", "method", "part", "B")) > 0 {
		list = append(list, switchTable(r))
	}
	if len(r.Values("loss", "k", "part", "E")) > 0 {
		list = append(list, krylovTable(r))
	}
	if r.Has("converged", "part", "D") {
		list = append(list, searchTable(r))
	}
	return list
}

// cell is the median of a sample with its range, "-" where there is nothing.
func cell(s study.Sample) string {
	if len(s) == 0 || len(s.Finite()) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3g (%.3g..%.3g)", s.Median(), s.Min(), s.Max())
}

func escapeTable(r *study.Results) *study.Table {
	t := study.NewTable("A. Loss from a start near the saddle at 0, median (range)", "hidden", "method", "10 steps", "20 steps", "last", "index at the end")
	for _, hidden := range r.Values("final_loss", "hidden", "part", "A") {
		t.Add(hidden, "start", cell(after(r, 0, "part", "A", "hidden", hidden, "method", nameFree)), "", "", cell(r.Sample("index", "part", "A", "hidden", hidden, "at", "start")))
		for _, m := range newtonMethods {
			labels := []any{"part", "A", "hidden", hidden, "method", m}
			t.Add(hidden, m, cell(after(r, 10, labels...)), cell(after(r, 20, labels...)), cell(r.Sample("final_loss", labels...)),
				cell(r.Sample("index", append(labels, "at", "end")...)))
		}
		for _, rate := range r.Values("final_loss", "rate", "part", "A", "hidden", hidden) {
			labels := []any{"part", "A", "hidden", hidden, "method", nameSGD, "rate", rate}
			t.Add(hidden, "SGD "+rate+" (epochs)", cell(after(r, 10, labels...)), cell(after(r, 20, labels...)), cell(r.Sample("final_loss", labels...)), "")
		}
	}
	return t
}

func switchTable(r *study.Results) *study.Table {
	t := study.NewTable("B. Loss after SGD (8 epochs more) and the switch to other methods (8 steps)", "method", "at the switch", "after 4", "after 8")
	for _, m := range append([]string{nameSGD}, newtonMethods...) {
		labels := []any{"part", "B", "method", m}
		t.Add(m, cell(after(r, 0, labels...)), cell(after(r, 4, labels...)), cell(after(r, switchSteps, labels...)))
	}
	return t
}

func krylovTable(r *study.Results) *study.Table {
	t := study.NewTable("E. Loss of saddle-free Newton in Krylov spaces", "hidden", "dimensions", "10 steps", "20 steps")
	for _, hidden := range r.Values("loss", "hidden", "part", "E") {
		for _, k := range r.Values("loss", "k", "part", "E", "hidden", hidden) {
			labels := []any{"part", "E", "hidden", hidden, "k", k}
			t.Add(hidden, k, cell(after(r, 10, labels...)), cell(after(r, krylovSteps, labels...)))
		}
	}
	return t
}

func searchTable(r *study.Results) *study.Table {
	t := study.NewTable("D. Searches for critical points, of each seed", "near-critical", "with a gradient of 1e-5", "median |g|")
	t.Add(cell(r.Sample("near", "part", "D")), cell(r.Sample("converged", "part", "D")), cell(r.Sample("grad_norm", "part", "D")))
	return t
}
