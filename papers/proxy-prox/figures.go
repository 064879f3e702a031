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
	f := &study.Figure{Name: "delta", Columns: 2, Title: "Gradients of the objective against what the proxy misses",
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
	return &study.Figure{Name: "criterion", Columns: 2, Panels: []study.Panel{outer, inner}, Title: "How exactly the inner problem is solved",
		Caption: "Outer steps to a thousandth of F - F*, without noise, with the inner problem solved by gradient descent until its gradient is at most κ |x - x_t| / η; median and " +
			"range over the seeds, at the η that is best with exact solutions."}
}

// labelFigure is the excess loss against labelled batches.
func labelFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "labels", Columns: 2, Title: "Logistic regression with a proxy of inputs without labels",
		Caption: "Expected loss above the teacher's, median and range over the seeds; each method at its best rate, and the last parameters or the average " +
			"of the second half, whichever is better at the end: averages are the parameters themselves until half-way, where the curves bend."}
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
	return f
}

// imageFigure is the loss of networks against gradients.
func imageFigure(r *study.Results) *study.Figure {
	panel := &study.Lines{X: study.Axis{Label: "gradients of the objective", Min: study.At(0)}, Y: study.Axis{Label: "loss on the objective's test images", Unit: "nats", Log: true}}
	for _, method := range imageMethods {
		_, at := loss(r, method)
		c := r.Band(study.Range, "course", append([]any{"part", "C", "method", method}, at...)...).Curve(method)
		c.Low, c.High = nil, nil // six bands would lie upon each other
		panel.Curves = append(panel.Curves, c)
	}
	objective, proxy := domainsOf(r.Config)
	return &study.Figure{Name: "images", Panels: []study.Panel{panel}, Title: "A perceptron's loss against gradients of the objective",
		Caption: fmt.Sprintf("The objective is %s, %d at a time; the proxy is %s. Median over the seeds, at the best setting of each grid; the table has the ranges at the end.", objective, objectiveBatch, proxy)}
}
