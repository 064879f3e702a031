package oasis

import (
	"fmt"
	"math"
	"strings"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	var list []*study.Table
	for _, loss := range []string{"logistic", "squares"} {
		for _, kappa := range r.Values("final", "kappa", "loss", loss) {
			list = append(list, descentTable(r, loss, kappa))
		}
	}
	if r.Has("drift_multiple") {
		t := study.NewTable("Invariance: largest difference of iterates, as a part of their largest element", "change", "median (range)")
		t.Add("1024 times the loss", r.Sample("drift_multiple").Summary())
		t.Add("1000 times the loss", r.Sample("drift_rounded").Summary())
		t.Add("features in other units, exact diagonal", r.Sample("drift_units").Summary())
		list = append(list, t)
	}
	for _, task := range r.Values("test_loss", "task") {
		list = append(list, contestTable(r, task))
	}
	return list
}

// descentTable lists what every descent came to.
func descentTable(r *study.Results, loss, kappa string) *study.Table {
	targets, what := gapTargets, "gap"
	if loss == "squares" {
		targets, what = gradientTargets, "|g|/|g_0|"
	}
	title := fmt.Sprintf("%s loss, %s: medians (inf: not reached)", strings.ToUpper(loss[:1])+loss[1:], rowsTitle(kappa))
	t := study.NewTable(title, "method", "setting",
		fmt.Sprintf("iterations to %v", targets[0]), fmt.Sprintf("to %v", targets[1]),
		fmt.Sprintf("gradients to %v", targets[0]), "final "+what)
	for _, a := range (plan{}).arms() {
		labels := append([]any{"kappa", kappa, "loss", loss}, a.labels()...)
		if !r.Has("final", labels...) {
			continue
		}
		median := func(name string, target float64) string {
			return count(r.Sample(name, append([]any{"target", target}, labels...)...).Median())
		}
		setting := ""
		switch {
		case a.method == nameOASIS:
			setting = fmt.Sprintf("β₂ %v, α %v", a.beta2, a.alpha)
		case a.rate > 0:
			setting = fmt.Sprintf("rate %v", a.rate)
		}
		t.Add(a.method, setting, median("iterations", targets[0]), median("iterations", targets[1]), median("gradients", targets[0]),
			fmt.Sprintf("%.2g", r.Sample("final", labels...).Median()))
	}
	return t
}

func count(v float64) string {
	if math.IsInf(v, 1) {
		return "inf"
	}
	return fmt.Sprintf("%.0f", v)
}

// contestTable lists the trainings by minibatches.
func contestTable(r *study.Results, task string) *study.Table {
	t := study.NewTable("Minibatches, "+task+": median (range)", "method", "rate", "test loss", "test accuracy")
	for _, method := range r.Values("test_loss", "method", "task", task) {
		rates := r.Values("test_loss", "rate", "task", task, "method", method)
		best, _ := bestRate(r, task, method)
		if len(rates) == 0 {
			rates = []string{""}
		}
		for _, rate := range rates {
			labels, shown := []any{"task", task, "method", method}, "adaptive"
			if rate != "" {
				labels, shown = append(labels, "rate", rate), rate
			}
			if rate != "" && rate == best {
				shown += " (best)"
			}
			t.Add(method, shown, r.Sample("test_loss", labels...).Summary(), r.Sample("test_accuracy", labels...).Summary())
		}
	}
	return t
}
