package thermodynamicngd

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
)

// tuned are the methods of part C, each with its labels.
func tuned() []row {
	list := []row{{method: nameSGD}, {method: nameAdam}}
	for _, s := range []tngdSetting{{start: optim.StartWarm, tau: 0.5}, {start: optim.StartGradient, tau: 2}} {
		for _, method := range []string{nameTNGD, nameTNGDAdam} {
			if method == nameTNGDAdam || s.start == optim.StartWarm {
				list = append(list, row{method, tngdLabels(s.start, s.tau), fmt.Sprintf("%s, %s start, time %v", method, startName(s.start), s.tau), s.tau})
			}
		}
	}
	for i, m := range list {
		if m.name == "" {
			list[i].name = m.method
		}
		list[i].labels = append([]any{"part", partTuning, "method", m.method}, m.labels...)
	}
	return list
}

// bestTuned is the rate of a method with the lowest median loss at the end.
func bestTuned(r *study.Results, m row) (rate string) {
	least := math.Inf(1)
	for _, at := range r.Values("tuning_end", "rate", m.labels...) {
		s := r.Sample("tuning_end", append([]any{"rate", at}, m.labels...)...).OrElse(math.Inf(1))
		if rate == "" || s.Median() < least {
			least, rate = s.Median(), at
		}
	}
	return rate
}

func tuningTable(r *study.Results) *study.Table {
	t := study.NewTable(fmt.Sprintf("Tuning of %.0f parameters, loss in nats, median (range); %.3g held out before it; * the lowest of a method's rates",
		r.Common.Scalar("tuned_parameters"), r.Common.Scalar("untuned")), "method", "rate", "training, last steps", "held out", "products a step")
	for _, m := range tuned() {
		lowest := bestTuned(r, m)
		for _, rate := range r.Values("tuning_end", "rate", m.labels...) {
			mark := ""
			if rate == lowest {
				mark = " *"
			}
			at := append([]any{"rate", rate}, m.labels...)
			t.Add(m.name, rate+mark, cell(r.Sample("tuning_end", at...)), cell(r.Sample("tuning_held", at...)), study.FormatNumber(m.products()))
		}
	}
	return t
}

// tuningFigure is the loss against steps and against work.
func tuningFigure(r *study.Results) *study.Figure {
	y := study.Axis{Label: "training loss", Unit: "nats"}
	steps := &study.Lines{Title: "against steps", X: study.Axis{Label: "steps", Min: study.At(0)}, Y: y}
	work := &study.Lines{Title: "against the work", X: study.Axis{Label: "gradients and products with F", Log: true}, Y: y}
	for _, m := range tuned() {
		c := r.Band(study.Range, "tuning_loss", append([]any{"rate", bestTuned(r, m)}, m.labels...)...).Curve(m.name)
		steps.Curves = append(steps.Curves, c)
		cost := c
		cost.X = make([]float64, len(c.X))
		for i, x := range c.X {
			cost.X[i] = x * m.products()
		}
		work.Curves = append(work.Curves, cost)
	}
	return &study.Figure{Name: "tuning", Columns: 2, Panels: []study.Panel{steps, work},
		Title: "Tuning of a language model by changes of low rank: training loss of each method",
		Caption: "Loss of the minibatches, means of neighbouring steps; median and range over the seeds, each method at the rate of its grid with the lowest " +
			"loss at the end. A product with F costs about as much as a gradient."}
}
