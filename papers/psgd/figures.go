package psgd

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{fitFigure(r)}
	if len(r.Values("error", "method", "noise", 0.0)) > 1 {
		list = append(list, structureFigure(r), noiseFigure(r))
	}
	list = append(list, valleyFigure(r))
	if r.Has("xor_steps") {
		list = append(list, xorFigure(r))
		if len(r.Seeds) > 1 && r.Config.Scale != study.Quick {
			list = append(list, successFigure(r))
		}
	}
	if r.Has("train_loss") {
		list = append(list, imageFigure(r))
	}
	if r.Has("text_train") {
		list = append(list, textFigure(r))
	}
	return list
}

// number reads a label's value.
func number(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(err)
	}
	return v
}

var errorAxis = study.Axis{Label: "relative error of P", Log: true, Min: study.At(0.01), Max: study.At(3)}

// errorBand is the error of part A over the seeds; a fit that is lost ends its curve.
func errorBand(r *study.Results, labels ...any) study.Band {
	return r.Band(study.Range, "error", labels...)
}

func fitFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "fit", Columns: 2, Title: "The fit of P to the inverse of |H|, by family",
		Caption: "Relative error of P against the number of pairs (v, Hv), step 0.1; median and range over the seeds. The closed form is (mean hh')^(-1/2). " +
			"A curve that ends leaves the axis: below where a method is exact, above where it is lost; one that cannot be seen lies under another."}
	for _, m := range matrixNames {
		panel := &study.Lines{Title: m, X: study.Axis{Label: "pairs", Log: true}, Y: errorAxis}
		for _, method := range r.Values("error", "method", "noise", 0.0) {
			panel.Curves = append(panel.Curves, errorBand(r, "matrix", m, "method", method, "noise", 0.0).Curve(method))
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// structureFigure is the error at the end, family by matrix.
func structureFigure(r *study.Results) *study.Figure {
	g := study.Grid{RowName: "family", ColName: "Hessian"}
	g.Cols = append(g.Cols, matrixNames...)
	for _, f := range published.fitted() {
		g.Rows = append(g.Rows, f.name)
		var row study.Floats
		for _, m := range matrixNames {
			row = append(row, math.Max(fitted(r, "error", f.name, m, 0).Median(), 1e-3)) // Kronecker on its own is exact
		}
		g.Values = append(g.Values, row)
	}
	return &study.Figure{Name: "structure", Title: "Error of the fit, by family and structure of the Hessian",
		Caption: "Relative error of P after all pairs, median over the seeds; 0.001 stands for anything smaller. Positive definite and indefinite matrices have no structure.",
		Panels:  []study.Panel{&study.HeatMap{Grid: g, Value: study.Axis{Label: "relative error of P", Log: true, Min: study.At(0.01), Max: study.At(1)}}}}
}

func noiseFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "noise", Title: "The fit with noise on the products with the Hessian",
		Caption: "Relative error on the positive definite Hessian with noise of deviation σ on h, step 0.01; median and range over the seeds. With noise the fit aims at " +
			"(H² + σ²)^(-1/2), where the closed form is."}
	for _, noise := range r.Values("error", "noise")[1:] {
		panel := &study.Lines{Title: "σ = " + noise, X: study.Axis{Label: "pairs", Log: true}, Y: errorAxis}
		panel.Y.Min = study.At(0.05)
		panel.Y.Max = study.At(30)
		for _, method := range r.Values("error", "method", "noise", noise) {
			panel.Curves = append(panel.Curves, errorBand(r, "matrix", matrixSPD, "method", method, "noise", noise).Curve(method))
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}

func valleyFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "rosenbrock", Columns: 2,
		Title: "Rosenbrock's valley: f by steps",
		Caption: "Left: PSGD at its settings, median and range over the seeds. Right: beside gradient descent and Adam at the rate with the fewest steps, or the lowest end. " +
			"A step of PSGD costs about three gradients."}
	y := study.Axis{Label: "f", Log: true, Min: study.At(1e-12), Max: study.At(100)}
	left := &study.Lines{Title: "settings of PSGD", X: study.Axis{Label: "step", Min: study.At(0)}, Y: y}
	right := &study.Lines{Title: "beside first-order methods", X: study.Axis{Label: "step", Min: study.At(0)}, Y: y}
	for _, fit := range valleyFitSteps {
		for _, rate := range valleyRates {
			c := r.Band(study.Range, "valley", "method", namePSGD, "fit", fit, "rate", rate).Curve(fmt.Sprintf("PSGD, step %v, rate %v", fit, rate))
			left.Curves = append(left.Curves, c)
			if fit == 0.1 && rate == 0.5 {
				right.Curves = append(right.Curves, c)
			}
		}
	}
	for _, b := range []struct {
		name  string
		rates []float64
	}{{nameDescent, descentRates}, {nameAdam, adamRates}} {
		chosen := b.rates[0]
		for _, rate := range b.rates {
			if steps(r, b.name, rate) < steps(r, b.name, chosen) {
				chosen = rate
			}
		}
		right.Curves = append(right.Curves, untilGoal(r.Common.Curve("valley", "method", b.name, "rate", chosen).Curve(fmt.Sprintf("%s, rate %v", b.name, chosen))))
	}
	f.Panels = []study.Panel{left, right}
	return f
}

// untilGoal cuts a curve off two decades below the goal: Adam leaves the minimum again.
func untilGoal(c study.Curve) study.Curve {
	for i, y := range c.Y {
		if y < valleyGoal/100 {
			c.X, c.Y = c.X[:i+1], c.Y[:i+1]
			break
		}
	}
	return c
}

// steps of a baseline of part B to the goal; without that, more the higher its end.
func steps(r *study.Results, method string, rate float64) float64 {
	labels := []any{"method", method, "rate", rate}
	if k := r.Common.Scalar("valley_steps", labels...); !math.IsInf(k, 1) {
		return k
	}
	return 2*plainSteps + r.Common.Scalar("valley_loss", labels...)
}

func xorFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "xor", Title: "Delayed exclusive or: training loss by steps",
		Caption: "Loss of minibatches, means of 20 steps, median and quartiles over the seeds; a seed counts with 0.1 once its loss has been below that, which ends its training. " +
			"PSGD has the learning rate 0.01, on longer sequences 0.05, and clipping at 1. A loss of log 2 is a guess."}
	for _, length := range r.Values("xor_steps", "length") {
		panel := &study.Lines{Title: "length " + length, X: study.Axis{Label: "step", Min: study.At(0)}, Y: study.Axis{Label: "loss", Unit: "nats", Min: study.At(0), Max: study.At(0.8)}}
		for _, method := range r.Values("xor_steps", "method", "length", length) {
			for _, rate := range r.Values("xor_steps", "rate", "method", method, "length", length) {
				c := untilSolved(r, "length", length, "method", method, "rate", rate).Curve(armName(method, rate))
				panel.Curves = append(panel.Curves, c)
			}
		}
		panel.Curves = append(panel.Curves, study.HorizontalLine("log 2", math.Ln2, 0, lastX(panel.Curves)))
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// untilSolved is the loss of part C over the seeds, those that have solved it counting
// with the goal.
func untilSolved(r *study.Results, labels ...any) study.Band {
	all := r.Curves("xor", labels...)
	var longest study.Series
	for _, c := range all {
		if len(c.X) > len(longest.X) {
			longest = c
		}
	}
	for i, c := range all {
		y := slices.Clone(longest.Y)
		for k := range y {
			y[k] = xorGoal
			if k < len(c.Y) {
				y[k] = c.Y[k]
			}
		}
		all[i].X, all[i].Y = longest.X, y
	}
	return study.MakeBand(study.Quartiles, all)
}

func lastX(curves []study.Curve) float64 {
	last := 1.0
	for _, c := range curves {
		if n := len(c.X); n > 0 {
			last = math.Max(last, c.X[n-1])
		}
	}
	return last
}

func armName(method, rate string) string {
	if method == nameKron || method == nameLRA {
		return "PSGD, " + method
	}
	return method + ", rate " + rate
}

// successFigure is the step at which each seed's training is done.
func successFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "success", SharedScale: true, Title: "Delayed exclusive or: steps until it is solved, by seed",
		Caption: "Steps until the loss of a minibatch is below 0.1, for each seed; never: not within the limit. A step of PSGD costs three gradients."}
	for _, length := range r.Values("xor_steps", "length") {
		g := study.Grid{RowName: "method", ColName: "seed"}
		for _, s := range r.Seeds {
			g.Cols = append(g.Cols, fmt.Sprint(s.Seed))
		}
		for _, method := range r.Values("xor_steps", "method", "length", length) {
			for _, rate := range r.Values("xor_steps", "rate", "method", method, "length", length) {
				g.Rows = append(g.Rows, armName(method, rate))
				g.Values = append(g.Values, study.Floats(r.Sample("xor_steps", "length", length, "method", method, "rate", rate)))
			}
		}
		f.Panels = append(f.Panels, &study.HeatMap{Title: "length " + length, Grid: g, Missing: "never", Value: study.Axis{Label: "steps", Log: true}})
	}
	return f
}

func imageFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "images", Columns: 3, Title: "Images: training loss by steps, gradients and time",
		Caption: "Training loss, means of 5 steps, at each method's best rate; median and quartiles over the seeds. Middle: a product with the Hessian counts two gradients. " +
			"Right: by the time of a step measured on the machine of the run."}
	loss := study.Axis{Label: "training loss", Unit: "nats", Log: true}
	perStep := &study.Lines{Title: "by steps", X: study.Axis{Label: "step", Min: study.At(0)}, Y: loss}
	perGradient := &study.Lines{Title: "by gradients", X: study.Axis{Label: "gradients' worth of work", Min: study.At(0)}, Y: loss}
	perSecond := &study.Lines{Title: "by time", X: study.Axis{Label: "time", Unit: "s", Min: study.At(0)}, Y: loss}
	for _, method := range r.Values("train_loss", "method") {
		rate, _ := best(r, "train_loss", method)
		c := r.Band(study.Quartiles, "loss", "method", method, "rate", rate).Curve(method)
		perStep.Curves = append(perStep.Curves, c)
		perGradient.Curves = append(perGradient.Curves, stretched(c, r.First().Scalar("step_cost", "method", method, "rate", rate)))
		if seconds, ok := stepSeconds(r, method); ok {
			perSecond.Curves = append(perSecond.Curves, stretched(c, seconds))
		}
	}
	f.Panels = []study.Panel{perStep, perGradient}
	if len(perSecond.Curves) > 0 {
		f.Panels = append(f.Panels, perSecond)
	}
	return f
}

// stretched is a curve with its x times a factor.
func stretched(c study.Curve, by float64) study.Curve {
	x := make([]float64, len(c.X))
	for i, v := range c.X {
		x[i] = v * by
	}
	c.X = x
	return c
}

// stepSeconds is the measured time of a step, if it was measured.
func stepSeconds(r *study.Results, method string) (float64, bool) {
	for _, t := range r.Common.Timings {
		if t.Name == "step_seconds" && t.Labels.Get("method") == method {
			return float64(t.Value), true
		}
	}
	return 0, false
}

// textFigure is the training of language models.
func textFigure(r *study.Results) *study.Figure {
	loss := study.Axis{Label: "training loss", Unit: "nats per character"}
	perStep := &study.Lines{Title: "by steps", X: study.Axis{Label: "step", Min: study.At(0)}, Y: loss}
	perGradient := &study.Lines{Title: "by gradients", X: study.Axis{Label: "gradients' worth of work", Min: study.At(0)}, Y: loss}
	for _, method := range r.Values("text_train", "method") {
		rate, _ := best(r, "text_train", method)
		c := r.Band(study.Quartiles, "text", "method", method, "rate", rate).Curve(method + ", " + rate)
		perStep.Curves = append(perStep.Curves, c)
		perGradient.Curves = append(perGradient.Curves, stretched(c, r.First().Scalar("text_cost", "method", method, "rate", rate)))
	}
	return &study.Figure{Name: "text", Columns: 2, Title: "A language model: training loss by steps and by gradients", Panels: []study.Panel{perStep, perGradient},
		Caption: "Training loss of each method at its best rate, by the mean loss of the last tenth of the steps; median and quartiles over the seeds. A product with the Hessian counts two gradients."}
}
