package implicitdifferentiation

import (
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{precisionFigure(r), tuningFigure(r), costFigure(r)}
	if r.Has("auc", "method", codingNames[0]) {
		list = append(list, distilFigure(r), imagesFigure(r), codingFigure(r), packingFigure(r))
	}
	return append(list, catalogueFigure(r))
}

// precisionFigure is the error of the Jacobians against that of the iterates.
func precisionFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "precision", Columns: 2, Title: "The error of implicit and unrolled Jacobians against the iterate's",
		Caption: "First seed; gradient descent comes from the right. The dashed line is the theorem's bound. On the lasso the implicit Jacobian is exact, " +
			"to rounding, once the active set is found."}
	first := r.First()
	for _, problem := range []string{"ridge", "lasso"} {
		low := map[string][2]float64{"ridge": {5e-4, 1e-4}, "lasso": {1e-9, 1e-12}}[problem]
		panel := &study.Lines{Title: problem, X: study.Axis{Label: "error of the iterate", Log: true, Min: study.At(low[0])},
			Y: study.Axis{Label: "error of the Jacobian", Log: true, Min: study.At(low[1])}}
		for _, way := range []string{nameImplicit, nameUnrolled} {
			panel.Curves = append(panel.Curves, first.Curve(way, "problem", problem).Curve(way))
		}
		if problem == "ridge" {
			x := first.Curve(nameImplicit, "problem", problem).X
			bound := first.Scalar("bound")
			low, high := math.Max(1e-9, x[len(x)-1]), x[0]
			panel.Curves = append(panel.Curves, study.Curve{Label: "bound", X: []float64{low, high}, Y: []float64{bound * low, bound * high}, Reference: true})
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// costFigure is bars of time and memory.
func costFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "cost", Columns: 2, Title: "What implicit and unrolled derivatives cost",
		Caption: "A step of gradient descent on the weight of a support vector machine, by the same iterations from the same start: mirror descent (MD), projected " +
			"gradient (PG) and block coordinate descent (BCD), at a number of features. Implicit derivatives go through either fixed point. Memory is what the " +
			"compiled step plans."}
	seconds := &study.Bars{Title: "time of a step", XLabel: "features, solver", Y: study.Axis{Label: "time", Unit: "s", Log: true}}
	memory := &study.Bars{Title: "memory of a step", XLabel: "features, solver", Y: study.Axis{Label: "memory", Unit: "MB", Log: true}}
	for _, w := range ways() {
		seconds.Series = append(seconds.Series, study.BarSeries{Label: w.String()})
	}
	memory.Series = slices.Clone(seconds.Series)
	tuned(r, func(features float64, solver string, w way, at []any) {
		i := slices.Index(ways(), w)
		if i == 0 {
			seconds.Groups = append(seconds.Groups, study.FormatNumber(features)+" "+short[solver])
		}
		took := math.NaN()
		if ran(r.Common, at...) {
			took = r.Common.Timing("seconds", at...)
		}
		seconds.Series[i].Values = append(seconds.Series[i].Values, took)
		memory.Series[i].Values = append(memory.Series[i].Values, r.Common.Scalar("planned_megabytes", at...))
	})
	memory.Groups = seconds.Groups
	f.Panels = []study.Panel{seconds, memory}
	return f
}

// tuningFigure is the validation loss along the outer steps.
func tuningFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "tuning", Columns: 3, Title: "Tuning the weight by implicit and unrolled gradients",
		Caption: "Validation loss of the support vector machine along the steps of gradient descent on the logarithm of its weight, for each solver. " +
			"The lines lie upon each other where the solver has converged."}
	features := claimedFeatures(r)
	panels := map[string]*study.Lines{}
	for _, solver := range solverNames() {
		panels[solver] = &study.Lines{Title: solver, X: study.Axis{Label: "outer step"}, Y: study.Axis{Label: "validation loss"}}
		f.Panels = append(f.Panels, panels[solver])
	}
	tuned(r, func(at float64, solver string, w way, labels []any) {
		if at == features && ran(r.Common, labels...) {
			c := r.Common.Curve("validation_loss", labels...).Curve(w.String())
			if w.kind == nameUnrolled {
				c.Draw = study.Points
			}
			panels[solver].Curves = append(panels[solver].Curves, c)
		}
	})
	return f
}

// short names of the solvers.
var short = map[string]string{nameMirror: "MD", nameProjected: "PG", nameBlocks: "BCD"}

func distilFigure(r *study.Results) *study.Figure {
	panel := &study.Lines{X: study.Axis{Label: "outer step"}, Y: study.Axis{Label: "outer loss", Log: true}}
	for _, way := range []string{nameImplicit, nameUnrolled} {
		c := r.Band(study.Range, "outer_loss", "way", way).Curve(way)
		if way == nameUnrolled {
			c.Draw = study.Points
		}
		panel.Curves = append(panel.Curves, c)
	}
	return &study.Figure{Name: "distillation", Title: "Distillation: the loss of a model that has seen ten images",
		Caption: "Loss on the training set of a softmax regression that has seen the ten distilled images only; median and range of the seeds. The two ways lie upon each other.", Panels: []study.Panel{panel}}
}

func imagesFigure(r *study.Results) *study.Figure {
	first := r.Seeds[0].Record
	f := &study.Figure{Name: "digits", Columns: 1, Title: "The distilled images, and ten real ones",
		Caption: "Every image is stretched to the full range. A distilled image of a class also says, in dark, what the class is not."}
	for _, name := range []string{"distilled", "real"} {
		f.Panels = append(f.Panels, &study.ImageGrid{Title: name, Images: first.ImageSet(name), Columns: distilClasses})
	}
	return f
}

func codingFigure(r *study.Results) *study.Figure {
	panel := &study.Bars{Y: study.Axis{Label: "AUC on the test set", Min: study.At(0.5)}, Groups: codingNames}
	bars := study.BarSeries{Label: "median and range"}
	for _, name := range codingNames {
		bars.AddSample(r.Sample("auc", "method", name))
	}
	panel.Series = []study.BarSeries{bars}
	return &study.Figure{Name: "coding", Title: "Codes learned for the task", Panels: []study.Panel{panel},
		Caption: "Area under the ROC curve of four classifiers on the made-up study, five splits. Settings are chosen on a set apart."}
}

// packingFigure shows a packing with arrows, and how errors come and go along FIRE.
func packingFigure(r *study.Results) *study.Figure {
	errors := &study.Lines{Title: "error on the way", X: study.Axis{Label: "force at which FIRE stops", Log: true}, Y: study.Axis{Label: "relative error", Log: true}}
	for _, way := range []string{nameImplicit, nameUnrolled} {
		errors.Curves = append(errors.Curves, r.Band(study.Range, "off_at_force", "way", way).Curve(way))
	}
	atEnd := &study.Bars{Title: "error at the end", Y: study.Axis{Label: "relative error", Log: true}, Groups: []string{nameImplicit, nameUnrolled}}
	bars := study.BarSeries{Label: "median and range"}
	bars.AddSample(overPackings(r, "implicit_off"))
	bars.AddSample(overPackings(r, "unrolled_off"))
	atEnd.Series = []study.BarSeries{bars}
	return &study.Figure{Name: "packing", Columns: 3, Title: "Where packed discs go as the smaller ones grow",
		Caption: "Left: one packing in its periodic box (dashed); the lines from the discs' centres are the derivatives of their positions, to scale for a diameter that " +
			"grows by 0.15. Middle: a packing of each seed, whose FIRE stops at a larger force; it comes from the right. Right: all packings, at a force of 1e-10. " +
			"Errors are against finite differences.",
		Panels: []study.Panel{discsPanel(r.First()), errors, atEnd}}
}

// panelShape is the width of a panel's area over its height: the discs are round.
const panelShape = 1.27

// discsPanel draws the first packing, with its neighbours as far as they are seen.
func discsPanel(first *study.Record) *study.Lines {
	side := first.Scalar("side")
	margin := (panelShape - 1) / 2 * side
	panel := &study.Lines{Title: "a packing", X: study.Axis{Label: "x", Min: study.At(-margin), Max: study.At(side + margin)}, Y: study.Axis{Label: "y", Min: study.At(0), Max: study.At(side)}}
	for _, x := range []float64{0, side} {
		panel.Curves = append(panel.Curves, study.Curve{X: []float64{x, x}, Y: []float64{0, side}, Reference: true})
	}
	for _, small := range []float64{0, 1} {
		at, moves := first.Curve("disc", "packing", 0, "small", small), first.Curve("moves", "packing", 0, "small", small)
		label, radius := "large", 0.5
		if small == 1 {
			label, radius = "small", smallDiameter/2.
		}
		for k := range at.X {
			for _, image := range [][2]float64{{0, 0}, {1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {1, -1}, {-1, 1}, {-1, -1}} {
				x, y := at.X[k]+image[0]*side, at.Y[k]+image[1]*side
				if x+radius < -margin || x-radius > side+margin || y+radius < 0 || y-radius > side {
					continue
				}
				outline := study.Curve{Label: label}
				const corners = 24
				for c := range corners + 1 {
					angle := 2 * math.Pi * float64(c) / corners
					outline.X = append(outline.X, x+radius*math.Cos(angle))
					outline.Y = append(outline.Y, y+radius*math.Sin(angle))
				}
				panel.Curves = append(panel.Curves, outline, study.Curve{Label: "movement",
					X: []float64{x, x + arrowScale*moves.X[k]}, Y: []float64{y, y + arrowScale*moves.Y[k]}})
			}
		}
	}
	return panel
}

// arrowScale is the change of the diameter for which arrows are drawn.
const arrowScale = 0.15

func catalogueFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "catalogue", Columns: 2, SharedScale: true, Title: "The error of the derivative by optimality condition",
		Caption: "Largest relative error of a Jacobian over the seeds. Differences themselves are good to about 1e-10; five conditions have a formula."}
	for _, m := range []struct{ name, against string }{{"against_differences", "central differences"}, {"against_formula", "the formula"}} {
		g := study.Grid{Cols: []string{""}}
		for _, name := range r.Values(m.name, "mapping") {
			g.Rows, g.Values = append(g.Rows, name), append(g.Values, []float64{r.Sample(m.name, "mapping", name).Max()})
		}
		f.Panels = append(f.Panels, &study.HeatMap{Title: "error against " + m.against, Grid: g,
			Value: study.Axis{Label: "relative error", Log: true, Min: study.At(1e-17), Max: study.At(mappingTo)}})
	}
	return f
}
