package proxyprox

import (
	"fmt"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{deltaFigure(r), criterionFigure(r), labelFigure(r)}
	if r.Has("loss", "part", "C", "method", nameProxy) {
		list = append(list, imageFigure(r))
	}
	return list
}

// deltaFigure is the number of gradients against delta.
func deltaFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "delta", Columns: 2, Title: "What the proxy misses decides how many gradients are needed",
		Caption: "Gradients of the objective until F - F* has fallen to a thousandth (with noise: a hundredth) of its start; median and range over the seeds, each method " +
			"at the rate of its grid with the lowest median."}
	for _, sigma := range r.Values("gradients", "sigma", "part", "A") {
		title := "without noise"
		if sigma != "0" {
			title = "noise of norm " + sigma
		}
		panel := &study.Lines{Title: title, X: study.Axis{Label: "δ, smoothness of the difference", Log: true}, Y: study.Axis{Label: "gradients of the objective", Log: true}}
		var x []float64
		for _, method := range []string{nameProx, nameSGD, nameTuned} {
			label := method
			if method == nameTuned {
				label = "SGD from the proxy's minimiser"
			}
			c := study.Curve{Label: label, Draw: study.Both}
			for _, delta := range deltas(r) {
				s, _ := tuned(r, delta, number(sigma), method)
				c.X, c.Y = append(c.X, number(delta)), append(c.Y, s.Median())
				c.Low, c.High = append(c.Low, s.Min()), append(c.High, s.Max())
			}
			x = c.X
			panel.Curves = append(panel.Curves, c)
		}
		if sigma == "0" {
			last := panel.Curves[0].Y[len(x)-1]
			line := study.Curve{Label: "in proportion to δ", Reference: true}
			for _, d := range x {
				line.X, line.Y = append(line.X, d), append(line.Y, last*d/x[len(x)-1])
			}
			panel.Curves = append(panel.Curves, line)
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// criterionFigure is what the inner problem's criterion costs.
func criterionFigure(r *study.Results) *study.Figure {
	outer := &study.Bars{Title: "gradients of the objective", XLabel: "criterion κ", Y: study.Axis{Label: "outer steps"}}
	inner := &study.Bars{Title: "gradients of the proxy", XLabel: "criterion κ", Y: study.Axis{Label: "gradients of the proxy"}}
	for i, delta := range r.Values("outer", "delta", "part", "A") {
		a, b := study.BarSeries{Label: "δ = " + delta}, study.BarSeries{Label: "δ = " + delta}
		for _, c := range r.Values("outer", "criterion", "part", "A", "delta", delta) {
			labels := []any{"part", "A", "delta", delta, "criterion", c}
			a.AddSample(r.Sample("outer", labels...))
			if i == 0 {
				outer.Groups = append(outer.Groups, c)
			}
			if c == "exact" {
				continue
			}
			b.AddSample(r.Sample("proxy_gradients", labels...))
			if i == 0 {
				inner.Groups = append(inner.Groups, c)
			}
		}
		outer.Series, inner.Series = append(outer.Series, a), append(inner.Series, b)
	}
	return &study.Figure{Name: "criterion", Columns: 2, Panels: []study.Panel{outer, inner}, Title: "A rough inner solution is enough, a careless one is not",
		Caption: "Outer steps to a thousandth of F - F*, without noise, with the inner problem solved by gradient descent until its gradient is at most κ |x - x_t| / η; median and " +
			"range over the seeds, at the η that is best with exact solutions."}
}

// labelFigure is the excess loss against labelled batches.
func labelFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "labels", Columns: 2, Caption: "Expected loss above the teacher's, median and range over the seeds; each method at its best rate, and the last parameters or the average " +
		"of the second half, whichever is better at the end."}
	for _, regime := range r.Values("excess", "regime", "part", "B") {
		title := "40 batches of 500"
		if regime == regimeNoisy {
			title = "400 batches of 8"
		}
		panel := &study.Lines{Title: title, X: study.Axis{Label: "gradients of the objective", Min: study.At(0)}, Y: study.Axis{Label: "excess loss", Unit: "nats", Log: true}}
		for _, method := range []string{nameSGD, nameAdam, nameProx} {
			_, rate := excess(r, regime, method)
			labels := []any{"part", "B", "regime", regime, "method", method, "rate", rate}
			last, average := r.Band(study.Range, "last", labels...), r.Band(study.Range, "average", labels...)
			if n := len(last.Median) - 1; average.Median[n] < last.Median[n] {
				last = average
			}
			panel.Curves = append(panel.Curves, last.Curve(method))
		}
		f.Panels = append(f.Panels, panel)
	}
	prox, _ := excess(r, regimeSmooth, nameProx)
	sgd, _ := excess(r, regimeSmooth, nameSGD)
	f.Title = fmt.Sprintf("Inputs without labels: excess loss %.4f, SGD's %.4f", prox.Median(), sgd.Median())
	return f
}

// imageFigure is the loss of networks against gradients.
func imageFigure(r *study.Results) *study.Figure {
	panel := &study.Lines{X: study.Axis{Label: "gradients of the objective", Min: study.At(0)}, Y: study.Axis{Label: "loss on the objective's test images", Unit: "nats", Log: true}}
	for _, method := range imageMethods {
		_, at := loss(r, method)
		panel.Curves = append(panel.Curves, r.Band(study.Range, "course", append([]any{"part", "C", "method", method}, at...)...).Curve(method))
	}
	prox, _ := loss(r, nameProx)
	fine, _ := loss(r, nameTuned)
	return &study.Figure{Name: "images", Panels: []study.Panel{panel}, Title: fmt.Sprintf("Networks: loss %.2f with the proxy's help, %.2f by fine-tuning", prox.Median(), fine.Median()),
		Caption: "Digits turned by 30 degrees and coloured, 16 at a time; the proxy is clean digits. Median and range over the seeds, at the best setting of each grid."}
}
