package oasis

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{courseFigure(r, "logistic")}
	if len(r.Values("course", "kappa", "loss", "squares")) > 0 {
		list = append(list, courseFigure(r, "squares"))
	}
	if r.Has("iterations", "kappa", middle) {
		list = append(list, gridFigure(r))
	}
	list = append(list, stepsFigure(r))
	if tasks := r.Values("test_loss", "task"); len(tasks) > 0 {
		list = append(list, contestFigure(r, tasks))
	}
	return list
}

// methodNames are the methods of descents, in the order of legends.
var methodNames = []string{nameOASIS, nameAdGD, nameDescent, nameAdam, nameAdaHessian}

func legend(method string) string {
	switch method {
	case nameAdam:
		return "Adam, best of 6 rates"
	case nameAdaHessian:
		return "AdaHessian, best of 4 rates"
	case nameDescent:
		return "gradient descent, line search"
	}
	return method
}

// courseFigure is the gap, or the gradient, along the way.
func courseFigure(r *study.Results, loss string) *study.Figure {
	kappas := r.Values("course", "kappa", "loss", loss)
	f := &study.Figure{Name: "gap", Columns: len(kappas), Title: courseTitle(r),
		Caption: "F - F* of logistic regression with penalty 1/n, the whole data at every iteration; median and quartiles over the seeds. OASIS has beta2 = 0.99 " +
			"and alpha = 1e-5; Adam and AdaHessian have the best rate of their grid, seed by seed. An iteration of OASIS and AdaHessian costs three gradients."}
	y := study.Axis{Label: "F - F*", Log: true, Min: study.At(1e-12), Max: study.At(1e4)}
	if loss == "squares" {
		f.Name, f.Title = "squares", "A loss that is not convex: nonlinear least squares"
		f.Caption = "The gradient's norm of nonlinear least squares, sigmoid output, no penalty; median and quartiles over the seeds."
		y = study.Axis{Label: "|g| / |g₀|", Log: true, Min: study.At(1e-6), Max: study.At(3)}
	}
	for _, kappa := range kappas {
		panel := &study.Lines{Title: rowsTitle(kappa), X: study.Axis{Label: "iteration", Min: study.At(0)}, Y: y}
		if loss == "logistic" {
			panel.X.Max = study.At(map[string]float64{"0": 150, "2": 500}[kappa])
			if *panel.X.Max == 0 {
				panel.X.Max = nil
			}
		}
		for _, m := range methodNames {
			band := r.Band(study.Quartiles, "course", "kappa", kappa, "loss", loss, "method", m)
			panel.Curves = append(panel.Curves, band.Curve(legend(m)))
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// rowsTitle says which rows a descent was on.
func rowsTitle(kappa string) string {
	if kappa == givenRows {
		return "given rows"
	}
	return "κ = " + kappa
}

func courseTitle(r *study.Results) string {
	if !r.Has("iterations", "kappa", middle) {
		return "Logistic regression on the given rows"
	}
	own := leastOf(r, middle, 1e-4, of(nameOASIS)[:1]).Median()
	adam := leastOf(r, middle, 1e-4, of(nameAdam)).Median()
	return fmt.Sprintf("κ = 2: OASIS without tuning comes within 1e-4 in %s iterations, Adam at its best rate in %s", count(own), count(adam))
}

// gridFigure is the iterations over the settings, beside Adam's over its rates.
func gridFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "settings", SharedScale: true,
		Title: "Iterations of OASIS at its settings, and of Adam at its rates",
		Caption: "Iterations to a gap of 1e-4, median over the seeds; never: not reached in at least half of them. " +
			"Left: OASIS over its two constants. Right: Adam over its learning rate."}
	axis := study.Axis{Label: "iterations to 1e-4", Log: true}
	kappas := r.Values("course", "kappa", "loss", "logistic")
	adam := study.Grid{RowName: "κ", ColName: "learning rate", Rows: kappas}
	for _, kappa := range kappas {
		g := study.Grid{RowName: "β₂", ColName: "α"}
		for _, alpha := range alphas {
			g.Cols = append(g.Cols, fmt.Sprint(alpha))
		}
		for _, beta2 := range beta2s {
			g.Rows = append(g.Rows, fmt.Sprint(beta2))
			var row study.Floats
			for _, alpha := range alphas {
				row = append(row, median(r, kappa, "beta2", beta2, "alpha", alpha, "method", nameOASIS))
			}
			g.Values = append(g.Values, row)
		}
		if kappa != "0" {
			f.Panels = append(f.Panels, &study.HeatMap{Title: "OASIS, κ = " + kappa, Grid: g, Value: axis, Missing: "never"})
		}
		var row study.Floats
		for _, rate := range adamRates {
			row = append(row, median(r, kappa, "rate", rate, "method", nameAdam))
		}
		adam.Values = append(adam.Values, row)
	}
	for _, rate := range adamRates {
		adam.Cols = append(adam.Cols, fmt.Sprint(rate))
	}
	f.Panels = append(f.Panels, &study.HeatMap{Title: "Adam", Grid: adam, Value: axis, Missing: "never"})
	return f
}

func median(r *study.Results, kappa string, labels ...any) float64 {
	return r.Sample("iterations", append([]any{"kappa", kappa, "loss", "logistic", "target", gapTargets[0]}, labels...)...).Median()
}

// stepsFigure is the step size along the way, on the whole data and on
// minibatches.
func stepsFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "steps", Title: "The step sizes of OASIS and AdGD against κ",
		Caption: "Left and middle: the adaptive step size eta_k on the whole data, of the first seed. Right: on minibatches, means of " +
			"five steps, median and quartiles over the seeds. Where the gradients of two minibatches are subtracted the step size collapses."}
	kappas := r.Values("course", "kappa", "loss", "logistic")
	for _, m := range []string{nameOASIS, nameAdGD} {
		panel := &study.Lines{Title: m, X: study.Axis{Label: "iteration", Min: study.At(0), Max: study.At(100)},
			Y: study.Axis{Label: "step size η", Log: true, Min: study.At(1e-4), Max: study.At(100)}}
		for _, kappa := range kappas {
			s := r.First().Curve("eta", "kappa", kappa, "loss", "logistic", "method", m)
			panel.Curves = append(panel.Curves, study.Curve{Label: rowsTitle(kappa), X: s.X, Y: s.Y})
		}
		f.Panels = append(f.Panels, panel)
	}
	if len(r.Values("step_size", "method", "task", taskLogistic)) > 0 {
		panel := &study.Lines{Title: "minibatches, κ = 2", X: study.Axis{Label: "step", Min: study.At(0)}, Y: study.Axis{Label: "step size η", Log: true}}
		for _, m := range []string{nameOASIS, nameOther} {
			panel.Curves = append(panel.Curves, r.Band(study.Quartiles, "step_size", "task", taskLogistic, "method", m).Curve(m))
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// contestTitle says how OASIS compares with tuned Adam.
func contestTitle(r *study.Results, tasks []string) string {
	title := "Untuned OASIS has the test loss of tuned Adam times"
	for i, task := range tasks {
		_, loss := bestRate(r, task, nameAdam)
		if i > 0 {
			title += ","
		}
		title += fmt.Sprintf(" %.2f (%s)", r.Sample("test_loss", "task", task, "method", nameOASIS).Median()/loss, task)
	}
	return title
}

// contestFigure is the trainings by minibatches.
func contestFigure(r *study.Results, tasks []string) *study.Figure {
	f := &study.Figure{Name: "minibatches", Columns: len(tasks), Title: contestTitle(r, tasks),
		Caption: "Median and quartiles over the seeds. Left: logistic regression, batches of 64, kappa = 2. Right: a network on images, batches of 128, with momentum " +
			"and alpha = 0.1. Adam and momentum have the rate with the least median loss."}
	for _, task := range tasks {
		panel := &study.Lines{Title: task, X: study.Axis{Label: "epoch", Min: study.At(0)}, Y: study.Axis{Label: "test loss", Unit: "nats", Log: true}}
		for _, m := range r.Values("test_loss", "method", "task", task) {
			labels, name := []any{"task", task, "method", m}, m
			if rate, loss := bestRate(r, task, m); !math.IsInf(loss, 1) {
				labels, name = append(labels, "rate", rate), m+", tuned"
			}
			if m == nameShort || m == nameFew {
				continue
			}
			panel.Curves = append(panel.Curves, r.Band(study.Quartiles, "test_loss", labels...).Curve(name))
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}
