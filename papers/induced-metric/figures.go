package inducedmetric

import (
	"fmt"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{lengthsFigure(r), planeFigure(r)}
	if r.Has("train_loss", arm{nameClip, 1, 1}.labels()...) {
		list = append(list, ratesFigure(r))
	}
	if r.Has("train_loss") {
		list = append(list, curvesFigure(r))
	}
	if task := sweptTask(r); task != "" {
		list = append(list, sweepFigure(r, task))
	}
	return list
}

// lengthsFigure is the length of a step against that of the gradient, and what the
// factor does in a training.
func lengthsFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "lengths", Columns: 2, Title: "Length of a step against the length of the gradient",
		Caption: "Single steps of the plain variant at rate 0.1, for gradients of any direction; the dashed line is gradient descent."}
	lengths := &study.Lines{Title: "a step", X: study.Axis{Label: "length of the gradient", Log: true}, Y: study.Axis{Label: "length of the step", Log: true, Min: study.At(1e-5), Max: study.At(10)}}
	for _, xi := range lengthXis {
		lengths.Curves = append(lengths.Curves, r.First().Curve("length_of", "method", namePlain, "xi", xi).Curve(fmt.Sprintf("plain, ξ = %v", xi)))
	}
	lengths.Curves = append(lengths.Curves, study.Curve{Label: "η|g|", X: []float64{1e-3, 1e3}, Y: []float64{1e-3 * lengthRate, 1e3 * lengthRate}, Reference: true})
	factors := &study.Lines{Title: "in a training", X: study.Axis{Label: "epochs", Min: study.At(0)}, Y: study.Axis{Label: "factor", Min: study.At(0), Max: study.At(1)}}
	for _, a := range []arm{{namePlain, 0.01, 0.3}, {namePlain, 0.1, 0.3}, {namePlain, 1, 0.3}, {nameRMS, 1e-3, 3e-3}} {
		if _, ok := sampleOf(r, "train_loss", a); ok {
			factors.Curves = append(factors.Curves, r.Band(study.Range, "factor", a.labels()...).Curve(fmt.Sprintf("%s, ξ = %v", a.method, a.xi)))
		}
	}
	f.Panels = []study.Panel{lengths}
	if len(factors.Curves) > 0 {
		f.Panels = append(f.Panels, factors)
		f.Title += ", and the metric's factor"
		f.Caption = "Left: s" + f.Caption[1:] + " Right: the metric's factor in trainings at rate 0.3 (Adam-like variant, rms, at 0.003), mean of a quarter of an epoch, median and range of the seeds."
	}
	return f
}

// planeFigure is the table of part A as bars.
func planeFigure(r *study.Results) *study.Figure {
	names := functions(r)
	short := make([]string, len(names)) // so that all fit below the bars
	for i, name := range names {
		if short[i] = name; len(name) > 6 {
			short[i] = name[:5] + "."
		}
	}
	f := &study.Figure{Name: "plane", Columns: 2, Title: "Functions in the plane: steps to the minimum",
		Caption: "Fewest steps over the grid from the paper's start, at most 1000; where there is no bar no setting arrives."}
	if slices.Contains(names, nameRastrigin) {
		f.Caption += " Two steps of SGD on Rastrigin's function are an accident: with rate 1 and momentum 0.5 it lands on the minimum exactly."
	}
	bars := &study.Bars{Title: "fewest steps of the grid", Y: study.Axis{Label: "steps", Log: true, Min: study.At(1), Max: study.At(1000)}, Groups: short}
	for _, method := range searched(r) {
		s := study.BarSeries{Label: method}
		for _, function := range names {
			n := fewest(r, function, method)
			if math.IsInf(n, 1) {
				n = 0 // a logarithmic axis has no place for it
			}
			s.Values = append(s.Values, n)
		}
		bars.Series = append(bars.Series, s)
	}
	f.Panels = []study.Panel{bars}
	if r.Has("scatter_arrived", "function", nameBeale, "method", nameLog) {
		shares := &study.Bars{Title: "random starts", Y: study.Axis{Label: "share that arrives", Max: study.At(1)}, Groups: short}
		for _, method := range searched(r) {
			s := study.BarSeries{Label: method}
			for _, function := range names {
				sample := make(study.Sample, len(r.Seeds))
				if labels := []any{"function", function, "method", method}; r.Has("scatter_arrived", labels...) {
					sample = r.Sample("scatter_arrived", labels...)
				}
				s.AddSample(sample)
			}
			shares.Series = append(shares.Series, s)
		}
		f.Panels = append(f.Panels, shares)
		f.Caption += " Right: the share of random starts from which the same setting arrives, median and range of the seeds."
	}
	return f
}

// ratesFigure is the training loss against the learning rate.
func ratesFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "rates", Columns: 2, Title: fmt.Sprintf("Largest rate that trains: SGD %v, plain %v at ξ = 0.1 and %v at ξ = 1",
		largestRate(r, nameSGD, 0), largestRate(r, namePlain, 0.1), largestRate(r, namePlain, 1)),
		Caption: "Training loss after the last epoch, median and range of the seeds; an untrained network has 2.3. The longest step is η/(2√ξ) with the metric and η times the threshold with clipping."}
	for _, m := range []struct {
		title  string
		groups []group
	}{
		{"plain metric", []group{groups[0], groups[4], groups[5], groups[6]}},
		{"clipping", []group{groups[0], groups[1], groups[2], groups[3]}},
	} {
		panel := &study.Lines{Title: m.title, X: study.Axis{Label: "learning rate", Log: true}, Y: study.Axis{Label: "training loss", Unit: "nats", Log: true, Max: study.At(4)}}
		for _, g := range m.groups {
			name := nameSGD
			switch g.method {
			case namePlain:
				name = fmt.Sprintf("plain, ξ = %v", g.xi)
			case nameClip:
				name = fmt.Sprintf("clipped at %v", g.xi)
			}
			c := study.Curve{Label: name, Draw: study.Both, X: g.rates}
			for _, rate := range g.rates {
				s := r.Sample("train_loss", arm{g.method, g.xi, rate}.labels()...)
				c.Y, c.Low, c.High = append(c.Y, s.OrElse(math.Inf(1)).Median()), append(c.Low, s.Min()), append(c.High, s.Max())
			}
			panel.Curves = append(panel.Curves, c)
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// curvesFigure is the training of every method at its best setting.
func curvesFigure(r *study.Results) *study.Figure {
	loss := &study.Lines{Title: "training", X: study.Axis{Label: "epochs", Min: study.At(0)}, Y: study.Axis{Label: "training loss", Unit: "nats", Log: true}}
	bars := &study.Bars{Title: "test accuracy", Y: study.Axis{Label: "test accuracy", Min: study.At(0.9), Max: study.At(1)}, Groups: []string{""}}
	for _, method := range []string{nameSGD, nameClip, namePlain, nameLog, nameRMS, nameAdamW, nameMuon} {
		best, least := leastLoss(r, method)
		if math.IsInf(least, 1) {
			continue
		}
		b := r.Band(study.Range, "loss", best.labels()...)
		loss.Curves = append(loss.Curves, study.Curve{Label: method, X: b.X, Y: b.Median})
		accurate, _ := mostAccurate(r, method)
		s := study.BarSeries{Label: method}
		s.AddSample(r.Sample("test_accuracy", accurate.labels()...))
		bars.Series = append(bars.Series, s)
	}
	_, rms := mostAccurate(r, nameRMS)
	_, adamW := mostAccurate(r, nameAdamW)
	return &study.Figure{Name: "methods", Columns: 2, Panels: []study.Panel{loss, bars},
		Title: fmt.Sprintf("Each method at its best: rms comes to %.2f%% of the test images, AdamW to %.2f%%", 100*rms, 100*adamW),
		Caption: "Left: loss of the minibatches at the setting with the least training loss, mean of a quarter of an epoch, median of the seeds. " +
			"Right: test accuracy at the setting where it is highest, median and range."}
}
