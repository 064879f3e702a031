package rnngradientclipping

import (
	"fmt"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/study"
)

// sequelsOf are the names of the text and music tasks that a run has.
func sequelsOf(r *study.Results) []string { return r.Values("cost", "sequel") }

// measureOf is what the cost of a sequel is called.
func measureOf(name string) string {
	if name == nameMusic {
		return "nats per step"
	}
	return "bits per character"
}

// sequelTables are the costs on text and music, what to compare them with, and the
// tuning; none if a run has neither.
func sequelTables(r *study.Results) []*study.Table {
	names := sequelsOf(r)
	if len(names) == 0 {
		return nil
	}
	costs := study.NewTable("Text and music: cost on the test part, where that of validation was least (medians over the seeds)",
		"task", "measure", "model", "rate", "alpha", "cost", "lowest", "highest")
	tuning := study.NewTable("Text and music: tuning, cost of validation on a seed apart", "task", "arm", "rate", "alpha", "cost")
	for _, name := range names {
		for _, arm := range everyArm {
			labels := []any{"sequel", name, "arm", arm}
			c := r.Sample("cost", labels...)
			costs.Add(name, measureOf(name), arm, r.Common.Scalar("sequel_rate", labels...), r.Common.Scalar("sequel_alpha", labels...),
				c.Median(), c.Min(), c.Max())
		}
		for _, s := range r.Common.Scalars {
			if s.Name == "mark" && s.Labels.Get("sequel") == name {
				costs.Add(name, measureOf(name), s.Labels.Get("mark"), "", "", float64(s.Value), "", "")
			}
			if s.Name == "tuning_cost" && s.Labels.Get("sequel") == name {
				var rate, alpha float64
				fmt.Sscanf(s.Labels.Get("at"), "%g/%g", &rate, &alpha)
				tuning.Add(name, s.Labels.Get("arm"), rate, alpha, float64(s.Value))
			}
		}
	}
	return []*study.Table{costs, tuning}
}

// sequelFigure is how the cost on text and music falls.
func sequelFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "sequels", Title: "Text and music: the cost of validation in training",
		Caption: "Median and range over the seeds; each arm at its best rate (and alpha). Grey, music: the least for a model that knows all the past, and, above it, the same if no phrase were repeated. Grey, text: counts of pairs of characters."}
	for _, name := range sequelsOf(r) {
		panel := &study.Lines{Title: name, X: study.Axis{Label: "updates"}, Y: study.Axis{Label: measureOf(name)}}
		end, low, high := 0.0, math.Inf(1), 0.0
		for _, arm := range everyArm {
			c := study.MakeBand(study.Range, r.Curves("cost_course", "sequel", name, "arm", arm)).Curve(arm)
			panel.Curves = append(panel.Curves, c)
			end = math.Max(end, c.X[len(c.X)-1])
			low, high = math.Min(low, slices.Min(c.Y)), math.Max(high, slices.Max(c.Y))
		}
		for _, s := range r.Common.Scalars {
			if s.Name == "mark" && s.Labels.Get("sequel") == name && float64(s.Value) < high && float64(s.Value) > low/2 {
				panel.Curves = append(panel.Curves, study.HorizontalLine(s.Labels.Get("mark"), float64(s.Value), 0, end))
			}
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}
