package forwardgradient

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/fluxion-go/fluxion/gradient"
	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	list := []*study.Table{planeTable(r), trainingTable(r), bestTable(r), varianceTable(r), memoryTable(r)}
	if len(timedModels(r)) > 0 {
		list = append(list, timeTable(r))
	}
	return list
}

// planeTable counts the runs of part A, of all seeds.
func planeTable(r *study.Results) *study.Table {
	t := study.NewTable("Test functions: runs that come below 0.01, and runs that are lost", "function", "method", "runs", "arrive", "diverge", "median steps")
	for _, s := range surfaces() {
		for _, method := range []string{nameReverse, nameForward} {
			of := func(name string) study.Sample { return r.Sample(name, "function", s.name, "method", method) }
			steps := of("arrival").OrElse(math.Inf(1)).Median()
			t.Add(s.name, method, sum(of("runs")), sum(of("arrived")), sum(of("diverged")), orElse(steps, "-"))
		}
	}
	return t
}

// trainingTable lists final losses by learning rate.
func trainingTable(r *study.Results) *study.Table {
	t := study.NewTable("Final loss, median over the seeds (mean of the last 100 minibatches), and how much the loss falls",
		"model", "rate", nameReverse, nameForward, nameDifference, "fall, forward / backpropagation")
	for _, m := range r.Values("final_loss", "model") {
		for _, rate := range r.Values("final_loss", "rate", "model", m) {
			row := []any{m, rate}
			for _, method := range []string{nameReverse, nameForward, nameDifference} {
				cell := ""
				if r.Has("final_loss", "model", m, "method", method, "rate", rate) {
					cell = brief(typical(r.Sample("final_loss", "model", m, "method", method, "rate", rate)))
				}
				row = append(row, cell)
			}
			ratio := ""
			if r.Has("final_loss", "model", m, "method", nameForward, "rate", rate) {
				fall := func(method string) float64 {
					labels := []any{"model", m, "method", method, "rate", rate}
					return r.Sample("initial_loss", labels...).Minus(r.Sample("final_loss", labels...)).Mean()
				}
				ratio = brief(fall(nameForward) / fall(nameReverse))
			}
			t.Add(append(row, ratio)...)
		}
	}
	return t
}

// bestTable gives each method its own best rate of the grid.
func bestTable(r *study.Results) *study.Table {
	t := study.NewTable("Each method at its own best learning rate of the grid", "model", "method", "rate", "final loss")
	for _, m := range r.Values("final_loss", "model") {
		for _, method := range r.Values("final_loss", "method", "model", m) {
			best, lowest := "", math.Inf(1)
			for _, rate := range r.Values("final_loss", "rate", "model", m, "method", method) {
				if v := typical(r.Sample("final_loss", "model", m, "method", method, "rate", rate)); v < lowest {
					best, lowest = rate, v
				}
			}
			t.Add(m, method, best, brief(lowest))
		}
	}
	return t
}

// theory is the relative variance of a setting of part D.
func theory(law string, k, d int) float64 {
	for _, l := range surveyLaws {
		if l.String() == law {
			return gradient.Directions{Law: l, Count: k}.Variance(d)
		}
	}
	panic("no law " + law)
}

func varianceTable(r *study.Results) *study.Table {
	t := study.NewTable("Mean square error of the estimate, relative to the squared gradient", "function", "law", "K", "d", "measured", "theory", "mean |cosine|")
	for _, id := range r.Common.Scalars {
		if id.Name != "variance" || id.Labels.Get("target") == "" { // that of claim 1 has none
			continue
		}
		l := id.Labels
		k, d := int(l.Number("K")), int(l.Number("d"))
		cosine := r.Common.Scalar("cosine", "target", l.Get("target"), "d", d, "law", l.Get("law"), "K", k)
		t.Add(l.Get("target"), l.Get("law"), k, d, brief(float64(id.Value)), brief(theory(l.Get("law"), k, d)), brief(cosine))
	}
	return t
}

func memoryTable(r *study.Results) *study.Table {
	t := study.NewTable("Memory of the compiled passes in KiB: what they keep of the layers / all with arguments and results", "hidden layers", nameValue, nameForward, nameReverse)
	for _, depth := range commonValues(r, "layer_bytes", "depth") {
		row := []any{depth}
		for _, name := range passNames {
			of := func(what string) float64 { return r.Common.Scalar(what, "depth", depth, "method", name) / 1024 }
			row = append(row, fmt.Sprintf("%.0f / %.0f", of("layer_bytes"), of("peak_bytes")))
		}
		t.Add(row...)
	}
	return t
}

func timeTable(r *study.Results) *study.Table {
	t := study.NewTable("Time of a pass, and in proportion to it (median of 20)", "network", "value alone, ms", "R_f", "R_b", "R_f / R_b")
	row := func(title, key, value string) {
		ms := 1e3 * r.Common.Timing("seconds", key, value, "method", nameValue)
		f, b := r.Common.Timing("R_f", key, value), r.Common.Timing("R_b", key, value)
		t.Add(title, brief(ms), brief(f), brief(b), brief(f/b))
	}
	for _, m := range timedModels(r) {
		row(m, "model", m)
	}
	for _, depth := range commonValues(r, "layer_bytes", "depth") {
		row(depth+" hidden layers", "depth", depth)
	}
	return t
}

// commonValues are the values of a label of what the common part recorded, in
// order; what has no target, of claim 1, is left out.
func commonValues(r *study.Results, name, key string) []string {
	var values []string
	for _, s := range r.Common.Scalars {
		if v := s.Labels.Get(key); s.Name == name && v != "" && !slices.Contains(values, v) && (name != "variance" || s.Labels.Get("target") != "") {
			values = append(values, v)
		}
	}
	return values
}

// typical is the median over the seeds, in which one that is not finite is larger
// than all others.
func typical(s study.Sample) float64 { return s.OrElse(math.Inf(1)).Median() }

func sum(s study.Sample) float64 {
	total := 0.0
	for _, v := range s {
		total += v
	}
	return total
}

// brief writes a measurement with three digits, for tables of many columns.
func brief(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "div"
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

func orElse(v float64, word string) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return word
	}
	return study.FormatNumber(v)
}

func number(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(err)
	}
	return v
}
