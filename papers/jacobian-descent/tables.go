package jacobiandescent

import (
	"fmt"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	return []*study.Table{propertyTable(r), toyTable(r), trainingTable(r)}
}

// propertyTable is the paper's table 1, measured.
func propertyTable(r *study.Results) *study.Table {
	t := study.NewTable("Properties on random Jacobians of independent gradients, and conflicts where gradients are dependent (five in a plane)",
		"aggregator", "conflicts", "residual of linearity", "outside the span", "non-conflicting", "linear", "weighted",
		"conflicts, dependent", "no direction")
	for _, m := range r.Values("linearity_max", "method") {
		k, n := tally(r, m, 2)
		kd, nd := tally(r, m, 0)
		refused := sum(r.Sample("refused", "method", m))
		linear, span := r.Sample("linearity_max", "method", m).Max(), r.Sample("span_max", "method", m).Max()
		t.Add(m, fmt.Sprintf("%d/%d", k, n), study.FormatNumber(linear), study.FormatNumber(span),
			yes(k == 0), yes(linear <= linearUpTo), yes(span <= linearUpTo), fmt.Sprintf("%d/%d", kd, nd), refused)
	}
	return t
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// toyTable is where the trajectories from the first starts end.
func toyTable(r *study.Results) *study.Table {
	t := study.NewTable("Trajectories from the first start", "function", "aggregator", "steps that raise an objective", "largest rise",
		"final f1", "final f2")
	for _, toy := range toys {
		for _, m := range toyMethods(r, toy.name) {
			get := func(name string) string { return study.FormatNumber(float64(ended(r, name, toy.name, m).Value)) }
			t.Add(toy.name, m, get("rises"), get("largest_rise"), get("f1"), get("f2"))
		}
	}
	return t
}

// toyMethods lists the aggregators that have trajectories.
func toyMethods(r *study.Results, toy string) []string {
	var list []string
	for _, s := range r.Common.Scalars {
		if s.Name == "f1" && s.Labels.Get("toy") == toy && s.Labels.Get("start") == "0" {
			list = append(list, s.Labels.Get("method"))
		}
	}
	return list
}

// trainingTable is part C.
func trainingTable(r *study.Results) *study.Table {
	t := study.NewTable("Training with every example as an objective", "batch", "aggregator", "learning rate", "area", "area / Mean's",
		"final loss", "seconds per epoch / Mean's")
	for _, s := range r.Common.Scalars {
		if s.Name != "rate" {
			continue
		}
		m, b := s.Labels.Get("method"), int(s.Labels.Number("batch"))
		area, final := r.Sample("area", "method", m, "batch", b), r.Sample("final_loss", "method", m, "batch", b)
		var seconds study.Sample
		for _, seed := range r.Seeds {
			seconds = append(seconds, seed.Record.Timing("epoch_seconds", "method", m, "batch", b)/
				seed.Record.Timing("epoch_seconds", "method", nameMean, "batch", b))
		}
		t.Add(b, m, float64(s.Value), area.Summary(), areaRatio(r, m, b).Summary(), final.Summary(), fmt.Sprintf("%.2f", seconds.Median()))
	}
	return t
}
