package orthogonaltrustregion

import (
	"fmt"
	"strconv"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	list := []*study.Table{boundsTable(r), factorsTable(r)}
	for _, network := range r.Values("train_loss", "network") {
		list = append(list, trainingsTable(r, network))
	}
	if len(r.Values("held_loss", "method")) > 0 {
		list = append(list, textTable(r))
	}
	return list
}

// number reads a label.
func number(label string) float64 {
	v, err := strconv.ParseFloat(label, 64)
	if err != nil {
		panic(err)
	}
	return v
}

// boundsTable sets the measured sizes beside their bounds, for the longer steps.
func boundsTable(r *study.Results) *study.Table {
	t := study.NewTable("Quadratic function, longer steps: means over the seeds", "norm", "noise", "alpha",
		"momentum's error", "bound", "gradient", "least gradient / theorem")
	for _, norm := range r.Values("lemma", "norm") {
		best, noises := bestAlphas(r, norm)
		lengths := r.Values("lemma", "length", "norm", norm)
		for i, noise := range noises {
			for _, alpha := range r.Values("lemma", "alpha", "norm", norm) {
				of := func(name string) float64 {
					return r.Sample(name, "norm", norm, "noise", noise, "alpha", alpha, "length", lengths[len(lengths)-1]).Mean()
				}
				mark := ""
				if number(alpha) == best[i] {
					mark = " (best)"
				}
				t.Add(norm, noise, alpha, brief(of("error")), brief(of("error_bound")), brief(of("gradient"))+mark, brief(of("theorem")))
			}
		}
	}
	return t
}

// factorsTable is what Newton and Schulz's steps make of singular values.
func factorsTable(r *study.Results) *study.Table {
	t := study.NewTable("Singular values after five Newton-Schulz steps: extremes of the seeds", "matrix", "largest", "least of those above 0.003", "below 0.003 at first")
	for _, f := range factors {
		of := func(name string) study.Sample { return r.Sample(name, "matrix", f.name) }
		t.Add(f.name, brief(of("largest").Max()), brief(of("least").Min()), fmt.Sprintf("%.0f to %.0f", of("unseen").Min(), of("unseen").Max()))
	}
	return t
}

// trainingsTable lists what every training of a perceptron came to.
func trainingsTable(r *study.Results, network string) *study.Table {
	t := study.NewTable("Trainings of the perceptron "+network+": median (range)", "method", "rate", "alpha", "decay",
		"training loss", "training accuracy", "test accuracy")
	seen := map[string]bool{}
	for _, id := range r.IDs() {
		if id.Name != "train_loss" || id.Labels.Get("network") != network || seen[id.String()] {
			continue
		}
		seen[id.String()] = true
		labels := []any{"network", network}
		for _, key := range []string{"method", "rate", "alpha", "decay"} {
			labels = append(labels, key, id.Labels.Get(key))
		}
		alpha := id.Labels.Get("alpha")
		if alpha == "0" {
			alpha = "-"
		}
		accuracy := r.Sample("test_accuracy", labels...)
		t.Add(id.Labels.Get("method"), id.Labels.Get("rate"), alpha, id.Labels.Get("decay"), brief(r.Sample("train_loss", labels...).Median()),
			fmt.Sprintf("%.4f", r.Sample("train_accuracy", labels...).Median()),
			fmt.Sprintf("%.4f (%.4f..%.4f)", accuracy.Median(), accuracy.Min(), accuracy.Max()))
	}
	return t
}

func textTable(r *study.Results) *study.Table {
	t := study.NewTable("Language models: loss on held-out text, nats per character", "method", "rate", "median", "range")
	for _, method := range r.Values("held_loss", "method") {
		for _, rate := range r.Values("held_loss", "rate", "method", method) {
			s := r.Sample("held_loss", "method", method, "rate", rate)
			t.Add(method, rate, fmt.Sprintf("%.4f", s.Median()), fmt.Sprintf("%.4f..%.4f", s.Min(), s.Max()))
		}
	}
	return t
}

func brief(v float64) string { return fmt.Sprintf("%.3g", v) }
