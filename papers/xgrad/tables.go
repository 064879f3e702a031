package xgrad

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	list := []*study.Table{}
	if r.Has("early_loss") || len(r.Values("early_loss", "base")) > 0 {
		list = append(list, lossTable(r, "Training loss after epoch 2", "early_loss"))
	}
	list = append(list, lossTable(r, "Training loss after the last epoch", "loss"), lossTable(r, "Mean training loss of all epochs", "area"),
		accuracyTable(r), stabilityTable(r))
	if len(r.Values("characters_loss", "s")) > 0 {
		list = append(list, charactersTable(r))
	}
	return append(list, timeTable(r))
}

// ahead lists the numbers of updates ahead of a measurement.
func ahead(r *study.Results, name string) []string { return r.Values(name, "s") }

func columns(values []string) []string {
	var names []string
	for _, v := range values {
		names = append(names, "s = "+v)
	}
	return names
}

// lossTable lists the loss without prediction, and with prediction over it.
func lossTable(r *study.Results, title, name string) *study.Table {
	all := ahead(r, name)
	t := study.NewTable(title+": without prediction, and with it in relation (median of pairs)",
		append([]string{"base", "rate", "s = 0"}, columns(all[1:])...)...)
	for _, base := range r.Values(name, "base") {
		for _, rate := range r.Values(name, "rate", "base", base) {
			sample := func(s string) study.Sample { return r.Sample(name, "base", base, "rate", rate, "s", s) }
			row := []any{base, rate, brief(sample("0").Median())}
			for _, s := range all[1:] {
				cell := "-"
				if r.Has(name, "base", base, "rate", rate, "s", s) {
					cell = ratio(sample(s).Over(sample("0")).Median())
				}
				row = append(row, cell)
			}
			t.Add(row...)
		}
	}
	return t
}

// accuracyTable lists the accuracy, and what prediction adds in points.
func accuracyTable(r *study.Results) *study.Table {
	all := ahead(r, "accuracy")
	t := study.NewTable("Test accuracy after the last epoch in percent, and points won (median of pairs)",
		append([]string{"base", "rate", "s = 0"}, columns(all[1:])...)...)
	for _, base := range r.Values("accuracy", "base") {
		for _, rate := range r.Values("accuracy", "rate", "base", base) {
			sample := func(s string) study.Sample { return r.Sample("accuracy", "base", base, "rate", rate, "s", s) }
			row := []any{base, rate, fmt.Sprintf("%.2f", percent*sample("0").Median())}
			for _, s := range all[1:] {
				cell := "-"
				if r.Has("accuracy", "base", base, "rate", rate, "s", s) {
					cell = fmt.Sprintf("%+.2f", points(sample(s).Minus(sample("0"))).Median())
				}
				row = append(row, cell)
			}
			t.Add(row...)
		}
	}
	return t
}

// stabilityTable sets the limits that were found beside those of the formula.
func stabilityTable(r *study.Results) *study.Table {
	t := study.NewTable("Parabolas: largest stable lr h", "mu", "s", "measured", "2(1+mu)/(1+2s)")
	for _, s := range r.Common.Scalars {
		if s.Name == "stable" {
			mu, ahead := s.Labels.Get("mu"), s.Labels.Get("s")
			t.Add(mu, ahead, fmt.Sprintf("%.4f", float64(s.Value)), fmt.Sprintf("%.4f", r.Common.Scalar("limit", "mu", mu, "s", ahead)))
		}
	}
	return t
}

func charactersTable(r *study.Results) *study.Table {
	t := study.NewTable("Character model, AdamW: loss on held-out text, nats for each character", "s", "loss", "ratio to s = 0")
	without := r.Sample("characters_loss", "s", 0)
	for _, s := range r.Values("characters_loss", "s") {
		loss := r.Sample("characters_loss", "s", s)
		t.Add(s, loss.Summary(), fmt.Sprintf("%.3f", loss.Over(without).Median()))
	}
	return t
}

func timeTable(r *study.Results) *study.Table {
	t := study.NewTable(fmt.Sprintf("Time of a step, network of %.0f weights, batch of %d", r.Common.Scalar("timed_weights"), timedBatch),
		"base", "without prediction", "with s = 1 / without")
	for _, base := range []string{nameSGDM, nameAdam} {
		t.Add(base, fmt.Sprintf("%.2f ms", 1000*r.Common.Timing("step_seconds", "base", base)),
			fmt.Sprintf("%.3f", r.Common.Timing("step_ratio", "base", base)))
	}
	return t
}

func brief(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "div"
	}
	return fmt.Sprintf("%.3g", v)
}

// ratio writes a quotient; large ones roughly.
func ratio(v float64) string {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return "div"
	case v >= 10:
		return fmt.Sprintf("%.3g", v)
	}
	return fmt.Sprintf("%.3f", v)
}
