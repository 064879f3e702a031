package gradientregularization

import (
	"fmt"
	"strings"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	var list []*study.Table
	for _, which := range r.Values("error", "case") {
		list = append(list, recoveryTable(r, which))
	}
	if r.Has("accuracy") || len(r.Values("accuracy", "method")) > 0 {
		list = append(list, imagesTable(r))
	}
	return append(list, costTable(r), identitiesTable(r))
}

// recoveryTable lists the diagonal networks of a case.
func recoveryTable(r *study.Results, which string) *study.Table {
	t := study.NewTable("Diagonal linear networks, "+which+": medians", "method", "constants", "error", "/ plain", "|β|₁", "effective α",
		"log α off theory, worst", "training loss")
	for _, c := range cases {
		if c.name != which {
			continue
		}
		for _, s := range c.settings {
			if !r.Has("error", append([]any{"case", which}, s.labels()...)...) {
				continue
			}
			ratio := of(r, "error", which, s).Over(of(r, "error", which, setting{method: namePlain}))
			t.Add(s.method, strings.TrimPrefix(s.constants(), ", "), of(r, "error", which, s).Summary(), fmt.Sprintf("%.3f", ratio.Median()),
				fmt.Sprintf("%.3f", of(r, "l1", which, s).Median()), fmt.Sprintf("%.4f", of(r, "alpha", which, s).Median()),
				fmt.Sprintf("%.2g", of(r, "alpha_off", which, s).Max()), fmt.Sprintf("%.1e", of(r, "loss", which, s).Median()))
		}
	}
	return t
}

// imagesTable lists the trainings on images.
func imagesTable(r *study.Results) *study.Table {
	t := study.NewTable("Images: medians; flatness at a training loss of 0.02", "method", "constants", "test accuracy", "|grad L|", "λ max", "|grad L| at the end")
	for _, a := range arms() {
		flat := func(name, when string) string {
			labels := append([]any{"when", when}, a.labels()...)
			if !r.Has(name, labels...) {
				return "-"
			}
			return fmt.Sprintf("%.3g", r.Sample(name, labels...).Median())
		}
		t.Add(a.method, a.String(), r.Sample("accuracy", a.labels()...).Summary(), flat("gradient", "level"), flat("top_eigenvalue", "level"), flat("gradient", "end"))
	}
	return t
}

// costTable lists the times of steps.
func costTable(r *study.Results) *study.Table {
	t := study.NewTable("Time of a step, width 256, batch 128", "hidden layers", "method", "ms", "/ plain")
	for _, depth := range depthsOf(r) {
		of := func(name, method string) float64 { return r.Common.Timing(name, "depth", depth, "method", method) }
		for _, method := range timed {
			t.Add(depth, method, fmt.Sprintf("%.2f", 1000*of("seconds", method)), fmt.Sprintf("%.2f", of("over_plain", method)))
		}
	}
	return t
}

// depthsOf are the depths whose steps were timed.
func depthsOf(r *study.Results) []string {
	var depths []string
	for _, s := range r.Common.Timings {
		if s.Name == "seconds" && s.Labels.Get("method") == namePlain {
			depths = append(depths, s.Labels.Get("depth"))
		}
	}
	return depths
}

func identitiesTable(r *study.Results) *study.Table {
	t := study.NewTable("Identities", "what", "median (range)")
	for _, method := range []string{nameForward, nameBackward} {
		t.Add(method+": error / that at half eps", r.Sample("order_ratio", "method", method).Summary())
	}
	t.Add("γ = ε: distance from the gradient at the ascended point", r.Sample("ascended_off").Summary())
	t.Add("quadratic: distance of F-GR from DB", r.Sample("quadratic_off").Summary())
	return t
}
