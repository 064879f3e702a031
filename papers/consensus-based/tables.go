package consensusbased

import (
	"fmt"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	list := []*study.Table{searchTable(r), likenessTable(r)}
	if r.Has("contraction", "noise", nameAniso) {
		list = append(list, stabilityTable(r))
	}
	if len(r.Values("accuracy", "network")) > 0 {
		list = append(list, learningTable(r))
	}
	return list
}

// searchTable is what became of the searches in the canyon.
func searchTable(r *study.Results) *study.Table {
	t := study.NewTable("Searches in the canyon: median over the seeds (range); within 0.25 of the minimum",
		"method", "setting", "evaluations", "end there", "pass by", "median distance at the end")
	for _, id := range r.IDs() {
		if id.Name != "found" {
			continue
		}
		l := id.Labels
		at := selection(l)
		setting, cost := "", ""
		switch l.Get("method") {
		case nameCBO:
			setting, cost = "N = "+l.Get("n")+", "+l.Get("order"), fmt.Sprintf("%.0f values", l.Number("n")*swarmSteps)
		case nameHopping:
			setting, cost = "s = "+l.Get("s"), fmt.Sprint(200*swarmSteps, " values")
		case nameGD:
			setting = "step " + l.Get("step")
		case nameLangevin:
			setting = "sigma = " + l.Get("sigma")
		}
		if cost == "" {
			cost = l.Get("steps") + " gradients"
		}
		t.Add(l.Get("method"), setting, cost, r.Sample("found", at...).Summary(), r.Sample("passed", at...).Summary(),
			r.Sample("distance", at...).Summary())
	}
	return t
}

// selection is labels as arguments of Sample.
func selection(l study.Labels) []any {
	var at []any
	for _, x := range l {
		at = append(at, x.Key, x.Value)
	}
	return at
}

// likenessTable compares hops with the gradient step and the proximal one.
func likenessTable(r *study.Results) *study.Table {
	t := study.NewTable("Hops: distances relative to the proximal step or to -tau grad, medians over the seeds",
		"place", "alpha", "alpha s |grad|", "N", "mean, proximal", "mean, gradient", "cosine, -grad", "one hop, proximal", "slope in N")
	for _, place := range r.Values("excess", "place") {
		for _, alpha := range r.Values("excess", "alpha", "place", place) {
			for _, n := range r.Values("excess", "n", "place", place, "alpha", alpha) {
				at := []any{"place", place, "alpha", alpha}
				of := func(name string) string {
					return fmt.Sprintf("%.3g", r.Sample(name, append(append([]any{}, at...), "n", n)...).Median())
				}
				t.Add(place, alpha, fmt.Sprintf("%.2f", r.First().Scalar("sharpness", at...)), n, of("off_prox"), of("off_gradient"), of("cosine"),
					of("single"), fmt.Sprintf("%.2f", r.Sample("slope", at...).Median()))
			}
		}
	}
	return t
}

func stabilityTable(r *study.Results) *study.Table {
	t := study.NewTable("|x|^2 in 20 dimensions, lambda = sigma = 1", "noise", "variance after 20 units of time / before", "predicted factor for one step")
	for _, noise := range r.Values("contraction", "noise") {
		t.Add(noise, r.Sample("contraction", "noise", noise).Summary(), r.First().Scalar("growth", "noise", noise))
	}
	return t
}

func learningTable(r *study.Results) *study.Table {
	t := study.NewTable("Test accuracy at the end", "network", "method", "particles", "settings", "accuracy")
	for _, id := range r.IDs() {
		if id.Name != "accuracy" {
			continue
		}
		l := id.Labels
		network, method, n := l.Get("network"), l.Get("method"), l.Get("n")
		pace := l.Get("pace")
		if method == nameGD {
			method, n, pace = "SGD", "", fmt.Sprintf("rate %v (tuned)", r.Common.Scalar("rate", "network", network))
		}
		t.Add(network, method, n, pace, r.Sample("accuracy", selection(l)...).Summary())
	}
	return t
}
