package gravity

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{curvesFigure(r), formulasFigure(r)}
	if r.Has("best", "task", nameMLP) || len(r.Values("best", "task")) > 0 {
		list = append(list, steepFigure(r))
	}
	for _, f := range []*study.Figure{ratesFigure(r), distanceFigure(r)} {
		if f != nil {
			list = append(list, f)
		}
	}
	return list
}

// shown are the trainings of a task that figures show, with their names there.
func shown(r *study.Results, task string) (arms []arm, names []string) {
	add := func(a arm, note string) {
		if a.rate > 0 && !slices.Contains(arms, a) && r.Has("best", "task", task, "method", a.method, "rate", a.rate) {
			arms, names = append(arms, a), append(names, a.method+note)
		}
	}
	rms := rmsRate
	if task == nameVGG19 {
		rms = rmsRate19
	}
	add(arm{nameGravity, gravityRate}, "")
	add(arm{nameControl, gravityRate}, "")
	add(arm{nameAdam, adamRate}, ", paper's rate")
	add(arm{nameRMSProp, rms}, ", paper's rate")
	add(arm{nameAdam, tunedRate(r, nameAdam)}, ", tuned")
	add(arm{nameRMSProp, tunedRate(r, nameRMSProp)}, ", tuned")
	return arms, names
}

// curvesFigure is validation accuracy and training loss along the way.
func curvesFigure(r *study.Results) *study.Figure {
	tasks := r.Values("best", "task")
	f := &study.Figure{Name: "curves", Columns: len(tasks), Title: curvesTitle(r, tasks[0]),
		Caption: "Median and range over the seeds. The paper's rates are 0.1 for Gravity, 1e-4 for Adam, 5e-5 for RMSProp " +
			"(2.5e-5 for VGG-19); tuned ones are the best of 2.5e-4, 1e-3, 3e-3 and 1e-2 for the perceptron."}
	for _, m := range []struct {
		name string
		axis study.Axis
	}{
		{"validation", study.Axis{Label: "validation accuracy", Min: study.At(0.6), Max: study.At(1)}},
		{"loss", study.Axis{Label: "training loss", Unit: "nats", Log: true, Min: study.At(1e-5), Max: study.At(3)}},
	} {
		for _, task := range tasks {
			if m.name == "validation" {
				lowest := r.Sample("best", "task", task, "method", nameGravity, "rate", gravityRate).Median()
				if lowest < 0.85 {
					m.axis.Min = study.At(0)
				}
			}
			panel := &study.Lines{Title: task, X: study.Axis{Label: "epochs", Min: study.At(0)}, Y: m.axis}
			arms, names := shown(r, task)
			for i, a := range arms {
				band := r.Band(study.Range, m.name, "task", task, "method", a.method, "rate", a.rate)
				panel.Curves = append(panel.Curves, band.Curve(names[i]))
			}
			f.Panels = append(f.Panels, panel)
		}
	}
	return f
}

func curvesTitle(r *study.Results, task string) string {
	best := func(method string, rate float64) float64 {
		return 100 * r.Sample("best", "task", task, "method", method, "rate", rate).Median()
	}
	title := fmt.Sprintf("%s: Gravity untuned comes to %.1f%%", task, best(nameGravity, gravityRate))
	if rate := tunedRate(r, nameAdam); rate > 0 {
		title += fmt.Sprintf(", Adam to %.1f%% at the paper's rate and %.1f%% tuned", best(nameAdam, adamRate), best(nameAdam, rate))
	} else {
		title += fmt.Sprintf(", Adam at the paper's rate to %.1f%%", best(nameAdam, adamRate))
	}
	return title
}

// formulasFigure is the two formulas of the method.
func formulasFigure(r *study.Results) *study.Figure {
	squash := &study.Lines{Title: "squashing: ζ(g) for m = 1 / max|g|", X: study.Axis{Label: "gradient element g", Min: study.At(0), Max: study.At(2)},
		Y: study.Axis{Label: "ζ", Min: study.At(0), Max: study.At(1)}}
	for _, largest := range []float64{0.5, 1, 2} {
		// The curve ends where g is the largest element itself.
		const n = 100
		g := make([]float64, n+1)
		for i := range g {
			g[i] = largest * float64(i) / n
		}
		zeta, _ := optim.SquashGradient().Update([]*fx.Array{fx.New(g)}, nil, []*fx.Array{fx.New(g)})
		squash.Curves = append(squash.Curves, study.Curve{Label: fmt.Sprintf("max|g| = %v", largest), X: g, Y: zeta[0].Float64s()})
	}
	squash.Curves = append(squash.Curves, study.Curve{Label: "ζ = g", X: []float64{0, 1}, Y: []float64{0, 1}, Reference: true})

	average := &study.Lines{Title: "averaging: decay rate b at step t", X: study.Axis{Label: "t of the step", Min: study.At(0), Max: study.At(100)},
		Y: study.Axis{Label: "b", Min: study.At(0.45), Max: study.At(0.95)}}
	for start, name := range []string{"t from 0 (Keras)", "t from 1 (PyTorch)"} {
		steps := fx.Arange(fx.Int32, 101)
		h := optim.HarmonicWarmEMA{Beta: mu, StartStep: start}
		average.Curves = append(average.Curves, study.Curve{Label: name, X: count(101), Y: h.DecayRate(steps).Float64s()})
	}
	average.Curves = append(average.Curves, study.HorizontalLine("β", mu, 0, 100))
	return &study.Figure{Name: "formulas", Columns: 2, Panels: []study.Panel{squash, average},
		Title: "What Gravity makes of a gradient, and how its average warms up",
		Caption: "Left: the elements of one tensor whose largest is 0.5, 1 or 2; each curve ends at that element, which becomes G/(1+G⁴). " +
			"Right: the weight of the past in v, for both counts of t."}
}

// steepFigure is how steep gradients are: max|g| along the way and in all.
func steepFigure(r *study.Results) *study.Figure {
	task := r.Values("best", "task")[0]
	worst := 100 * r.Sample("steep_share", "task", task, "method", nameGravity, "rate", gravityRate).Max()
	f := &study.Figure{Name: "steep", Columns: 2, Title: fmt.Sprintf("The steepest gradients: max|g| exceeds 1 at %.1f%% of Gravity's steps, %s", worst, task),
		Caption: "The largest element of the gradient over all tensors. Left: the median and the largest of an epoch's steps, median and range over the " +
			"seeds. Right: the share of all steps in each bin, median and range. Squashing changes what is above 0.3 by more than 1%."}
	labels := []any{"task", task, "method", nameGravity, "rate", gravityRate}
	trace := &study.Lines{Title: "along the way", X: study.Axis{Label: "epochs", Min: study.At(0)}, Y: study.Axis{Label: "max|g|", Log: true}}
	largest := r.Band(study.Range, "steepest_largest", labels...)
	trace.Curves = append(trace.Curves, largest.Curve("largest of the epoch"), r.Band(study.Range, "steepest_median", labels...).Curve("median of the epoch"),
		study.HorizontalLine("squashed by 1%", gentle, largest.X[0], largest.X[len(largest.X)-1]))

	bars := &study.Bars{Title: "all steps", XLabel: "max|g| from", Y: study.Axis{Label: "share of steps"}}
	curves := r.Curves("steepest_share", labels...)
	series := study.BarSeries{Label: "all steps"}
	for i, low := range steepBins {
		var s study.Sample
		for _, c := range curves {
			s = append(s, c.Y[i])
		}
		name := strconv.FormatFloat(low, 'g', -1, 64)
		if i == 0 {
			name = "0"
		}
		bars.Groups = append(bars.Groups, name)
		series.AddSample(s)
	}
	bars.Series = []study.BarSeries{series}
	f.Panels = []study.Panel{trace, bars}
	return f
}

// ratesFigure is accuracy against the learning rate; nil if no grid was trained.
func ratesFigure(r *study.Results) *study.Figure {
	if tunedRate(r, nameAdam) == 0 {
		return nil
	}
	f := &study.Figure{Name: "rates", Columns: 2, Title: "Validation accuracy against the learning rate",
		Caption: "Perceptron, median and range over the seeds. The paper's rates are 0.1, 1e-4 and 5e-5. The best epoch is what the paper reports; the final one shows what wobbles."}
	for _, m := range []struct{ name, title string }{{"best", "best epoch"}, {"final", "final epoch"}} {
		panel := &study.Lines{Title: m.title, X: study.Axis{Label: "learning rate", Log: true}, Y: study.Axis{Label: "validation accuracy"}}
		for _, method := range tunedMethods {
			var rates []float64
			for _, v := range r.Values("best", "rate", "task", nameMLP, "method", method) {
				rate, err := strconv.ParseFloat(v, 64)
				if err != nil {
					panic(err)
				}
				rates = append(rates, rate)
			}
			slices.Sort(rates)
			c := study.Curve{Label: method, Draw: study.Both, X: rates}
			for _, rate := range rates {
				s := of(r, m.name, method, rate)
				c.Y, c.Low, c.High = append(c.Y, s.Median()), append(c.Low, s.Min()), append(c.High, s.Max())
			}
			panel.Curves = append(panel.Curves, c)
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// distanceFigure is how far Gravity is from averaged momentum; nil if that was
// not followed.
func distanceFigure(r *study.Results) *study.Figure {
	labels := func(method string) []any { return []any{"task", nameMLP, "method", method, "rate", gravityRate} }
	if len(r.Values("distance", "method", "task", nameMLP)) == 0 {
		return nil
	}
	panel := &study.Lines{X: study.Axis{Label: "epochs", Min: study.At(0)},
		Y: study.Axis{Label: "distance / length of the control's way", Min: study.At(0)}}
	for _, method := range r.Values("distance", "method", "task", nameMLP) {
		panel.Curves = append(panel.Curves, r.Band(study.Range, "distance", labels(method)...).Curve(method))
	}
	return &study.Figure{Name: "distance", Title: "Gravity and averaged momentum: how far apart they are", Panels: []study.Panel{panel},
		Caption: "Distance of the perceptron's parameters from those of averaged momentum at the same rate, over how far the latter have come from the start; " +
			"median and range over the seeds. The random first v is most of the difference."}
}
