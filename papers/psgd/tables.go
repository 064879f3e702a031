package psgd

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	list := []*study.Table{fitTable(r)}
	for _, noise := range r.Values("error", "noise")[1:] {
		list = append(list, noiseTable(r, noise))
	}
	list = append(list, valleyTable(r))
	if r.Has("xor_steps") {
		list = append(list, xorTable(r))
	}
	if r.Has("train_loss") {
		list = append(list, imageTable(r))
	}
	if r.Has("text_train") {
		list = append(list, textTable(r))
	}
	t := study.NewTable("Invariance: two paths of 50 steps in different parameters", "quantity", "median (range)")
	t.Add("largest distance", r.Sample("drift").Summary())
	t.Add("way gone", r.Sample("moved").Summary())
	return append(list, t)
}

func fitTable(r *study.Results) *study.Table {
	t := study.NewTable("Relative error of P towards |H|^-1 at the end, median (range); inf: lost", append([]string{"method"}, matrixNames...)...)
	for _, method := range r.Values("error", "method", "noise", 0.0) {
		row, cond := []any{method}, []any{method + ", cond(PH)"}
		for _, m := range matrixNames {
			row = append(row, fitted(r, "error", method, m, 0).Summary())
			cond = append(cond, fitted(r, "cond", method, m, 0).Summary())
		}
		t.Add(row...)
		if method == nameNewton {
			t.Add(cond...)
		}
	}
	return t
}

func noiseTable(r *study.Results, noise string) *study.Table {
	size := number(noise)
	marks := r.Values("error_at", "pairs", "noise", noise)
	t := study.NewTable(fmt.Sprintf("Noise of deviation %s on h: relative error, median", noise),
		append([]string{"matrix", "method", "positive definite in"}, columns(marks)...)...)
	for _, m := range matrixNames[:2] {
		for _, method := range r.Values("error", "method", "noise", noise) {
			definite := fitted(r, "definite", method, m, size)
			row := []any{m, method, fmt.Sprintf("%d of %d", definite.Count(func(v float64) bool { return v == 1 }), len(definite))}
			for _, k := range marks {
				row = append(row, brief(fitted(r, "error_at", method, m, size, "pairs", k).Median()))
			}
			t.Add(row...)
		}
	}
	return t
}

func columns(marks []string) []string {
	var names []string
	for _, k := range marks {
		names = append(names, k+" pairs")
	}
	return names
}

func valleyTable(r *study.Results) *study.Table {
	t := study.NewTable("Rosenbrock: steps to f < 1e-8 (inf: not reached)", "method", "step of the fit", "learning rate", "steps", "final f")
	for _, fit := range valleyFitSteps {
		for _, rate := range valleyRates {
			labels := []any{"method", namePSGD, "fit", fit, "rate", rate}
			t.Add(namePSGD, fit, rate, r.Sample("valley_steps", labels...).Summary(), r.Sample("valley_loss", labels...).Summary())
		}
	}
	for _, b := range []struct {
		name  string
		rates []float64
	}{{nameDescent, descentRates}, {nameAdam, adamRates}} {
		for _, rate := range b.rates {
			labels := []any{"method", b.name, "rate", rate}
			t.Add(b.name, "", rate, count(r.Common.Scalar("valley_steps", labels...)), brief(r.Common.Scalar("valley_loss", labels...)))
		}
	}
	return t
}

func xorTable(r *study.Results) *study.Table {
	t := study.NewTable("Delayed exclusive or: steps to a loss below 0.1 (inf: not reached)", "length", "method", "rate", "solved", "steps", "gradients", "last loss")
	for _, length := range r.Values("xor_steps", "length") {
		for _, method := range r.Values("xor_steps", "method", "length", length) {
			for _, rate := range r.Values("xor_steps", "rate", "method", method, "length", length) {
				labels := []any{"length", length, "method", method, "rate", rate}
				steps := r.Sample("xor_steps", labels...)
				t.Add(length, method, rate, fmt.Sprintf("%d of %d", len(steps.Finite()), len(steps)), steps.Summary(),
					count(r.Sample("xor_cost", labels...).Median()), r.Sample("xor_loss", labels...).Summary())
			}
		}
	}
	return t
}

func imageTable(r *study.Results) *study.Table {
	t := study.NewTable("Images: median (range)", "method", "rate", "gradients a step", "training loss", "test loss", "test accuracy")
	for _, method := range r.Values("train_loss", "method") {
		chosen, _ := best(r, "train_loss", method)
		for _, rate := range r.Values("train_loss", "rate", "method", method) {
			labels, shown := []any{"method", method, "rate", rate}, rate
			if rate == chosen {
				shown += " (best)"
			}
			t.Add(method, shown, fmt.Sprint(r.First().Scalar("step_cost", labels...)), r.Sample("train_loss", labels...).Summary(),
				r.Sample("test_loss", labels...).Summary(), r.Sample("test_accuracy", labels...).Summary())
		}
	}
	return t
}

func textTable(r *study.Results) *study.Table {
	t := study.NewTable("Language models: loss in nats per character, median (range)", "method", "rate", "gradients a step", "training", "held out")
	for _, method := range r.Values("text_train", "method") {
		chosen, _ := best(r, "text_train", method)
		for _, rate := range r.Values("text_train", "rate", "method", method) {
			labels, shown := []any{"method", method, "rate", rate}, rate
			if rate == chosen {
				shown += " (best)"
			}
			t.Add(method, shown, fmt.Sprint(r.First().Scalar("text_cost", labels...)),
				r.Sample("text_train", labels...).Summary(), r.Sample("text_held", labels...).Summary())
		}
	}
	return t
}

func count(v float64) string {
	if math.IsInf(v, 1) {
		return "inf"
	}
	return fmt.Sprintf("%.0f", v)
}

func brief(v float64) string {
	if math.IsInf(v, 0) {
		return "inf"
	}
	return fmt.Sprintf("%.3g", v)
}
