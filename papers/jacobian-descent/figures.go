package jacobiandescent

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{trajectoryFigure(r, nameEWQ), trajectoryFigure(r, nameCQF), learningFigure(r), propertyFigure(r)}
	if f := batchFigure(r); f != nil {
		list = append(list, f)
	}
	return list
}

// drawn are the aggregators whose trajectories are recorded and drawn.
var drawn = []string{nameMean, nameMGDA, nameDualProj, nameUPGrad}

// trajectoryFigure is a row of planes, one for each aggregator, above the same
// trajectories as values of the objectives.
func trajectoryFigure(r *study.Results, name string) *study.Figure {
	t := toys[slices.IndexFunc(toys, func(t toy) bool { return t.name == name })]
	f := &study.Figure{Name: "trajectories-" + strings.ToLower(name), Columns: len(drawn)}
	if name == nameEWQ {
		f.Title = "(x1², x2²): the ways from several starts"
		f.Caption = "Top: the plane, with level lines of the mean objective and nine starts (dots at the ends). Bottom: the two objectives along the way. " +
			"The gradients are perpendicular here, so that there is nothing to project."
	} else {
		f.Title = "Two turned valleys: the ways, and both objectives along them"
		f.Caption = "Top: the plane, with level lines of the mean objective and three starts (dots at the ends). Bottom: the two objectives along the way; " +
			"a path that never turns up or right raises none. Dashed: the Pareto optima."
	}
	for _, m := range drawn {
		f.Panels = append(f.Panels, &study.Lines{Title: m, Contours: t.contours(),
			X: planeAxis("x1", t.window[0]), Y: planeAxis("x2", t.window[1]), Curves: t.curves(r, m, "path")})
	}
	for _, m := range drawn {
		f.Panels = append(f.Panels, &study.Lines{Title: m, X: valueAxis("objective 1", name), Y: valueAxis("objective 2", name),
			Curves: t.curves(r, m, "values")})
	}
	return f
}

func planeAxis(label string, s span) study.Axis {
	return study.Axis{Label: label, Min: study.At(s.from), Max: study.At(s.to)}
}

// valueAxis is logarithmic for CQF, whose objectives are of different sizes;
// those of EWQ end at nothing.
func valueAxis(label, name string) study.Axis {
	if name == nameEWQ {
		return study.Axis{Label: label}
	}
	return study.Axis{Label: label, Log: true, Min: study.At(0.03), Max: study.At(5)}
}

// curves are the trajectories of one aggregator, with a dot where each ends, and
// the Pareto optima where they are more than a point.
func (t toy) curves(r *study.Results, method, name string) []study.Curve {
	var list []study.Curve
	if path, values := t.optimal(); t.name == nameCQF {
		best := map[string][2][]float64{"path": path, "values": values}[name]
		list = append(list, study.Curve{Label: "Pareto optima", X: best[0], Y: best[1], Reference: true})
	}
	for s, start := range t.starts {
		c := r.Common.Curve(name, "toy", t.name, "method", method, "start", s)
		label := ""
		if len(t.starts) <= 3 {
			label = fmt.Sprintf("from (%v, %v)", start[0], start[1])
		}
		n := len(c.X) - 1
		list = append(list, c.Curve(label), study.Curve{Label: label, X: c.X[n:], Y: c.Y[n:], Draw: study.Points})
	}
	return list
}

// contours are level lines of the mean of the objectives.
func (t toy) contours() *study.Contours {
	const points = 121
	k := &study.Contours{Levels: []float64{0.02, 0.1, 0.3, 1, 2, 4, 8, 14, 20}}
	for i := range points {
		at := float64(i) / (points - 1)
		k.X = append(k.X, t.window[0].from+float64(at*(t.window[0].to-t.window[0].from)))
		k.Y = append(k.Y, t.window[1].from+float64(at*(t.window[1].to-t.window[1].from)))
	}
	for _, y := range k.Y {
		row := make([]float64, points)
		for j, x := range k.X {
			f1, _ := t.forms[0].at([2]float64{x, y})
			f2, _ := t.forms[1].at([2]float64{x, y})
			row[j] = (f1 + f2) / 2
		}
		k.Z = append(k.Z, row)
	}
	return k
}

// learningFigure is the training loss and the turn away from the mean gradient.
func learningFigure(r *study.Results) *study.Figure {
	loss := &study.Lines{Title: "training loss", X: study.Axis{Label: "epoch"}, Y: study.Axis{Label: "training loss", Unit: "nats", Log: true}}
	cosine := &study.Lines{Title: "direction of the updates", X: study.Axis{Label: "epoch"}, Y: study.Axis{Label: "cosine with the mean gradient"}}
	for _, m := range r.Values("area", "method", "batch", batchSize) {
		loss.Curves = append(loss.Curves, meanCurve(r, "loss", m))
		if m != nameMean {
			cosine.Curves = append(cosine.Curves, meanCurve(r, "cosine", m))
		}
	}
	return &study.Figure{Name: "training", Columns: 2, Panels: []study.Panel{loss, cosine},
		Title: fmt.Sprintf("Every example an objective, batches of %d: UPGrad's area under the loss is %.2f of Mean's", batchSize,
			areaRatio(r, nameUPGrad, batchSize).Median()),
		Caption: "Mean and standard error over the seeds; each point is the mean over an epoch. Each aggregator has its own tuned learning rate."}
}

// meanCurve is the mean of a series over the seeds, with its standard error.
func meanCurve(r *study.Results, name, method string) study.Curve {
	curves := r.Curves(name, "method", method, "batch", batchSize)
	c := study.Curve{Label: method, X: curves[0].X}
	for i := range c.X {
		var s study.Sample
		for _, k := range curves {
			if i < len(k.Y) {
				s = append(s, k.Y[i])
			}
		}
		mean := s.Mean()
		c.Y = append(c.Y, mean)
		if len(curves) > 1 {
			e := s.Std() / math.Sqrt(float64(len(s)))
			c.Low, c.High = append(c.Low, mean-e), append(c.High, mean+e)
		}
	}
	return c
}

// propertyFigure is the table of properties as colours.
func propertyFigure(r *study.Results) *study.Figure {
	methods := r.Values("linearity_max", "method")
	conflicts := study.Grid{Rows: methods, ColName: "gradients (flat: five in a plane)", Cols: []string{"2", "3", "5", "flat"}}
	residual := study.Grid{Rows: methods, ColName: "largest relative residual", Cols: []string{"linearity", "span"}}
	for _, m := range methods {
		var row []float64
		for _, k := range append(kinds[:len(kinds):len(kinds)], dependent) {
			row = append(row, 100*float64(sum(r.Sample("conflicts", "method", m, "gradients", k.name)))/
				float64(sum(r.Sample("matrices", "method", m, "gradients", k.name))))
		}
		conflicts.Values = append(conflicts.Values, row)
		residual.Values = append(residual.Values, []float64{r.Sample("linearity_max", "method", m).Max(), r.Sample("span_max", "method", m).Max()})
	}
	return &study.Figure{Name: "properties", Columns: 2, Title: "Which aggregators conflict, are linear under scaling, and are weighted",
		Caption: "Left: how often a step raises some objective to first order, on random Jacobians with 2, 3 and 5 independent gradients, and with 5 in a plane. " +
			"Right: the largest residual of A((a+b)J) = A(aJ) + A(bJ) over random scalings of the rows, and of the direction outside the span of the gradients; " +
			"1e-14 is rounding. Nash-MTL gives no direction where a combination of the gradients vanishes.",
		Panels: []study.Panel{
			&study.HeatMap{Title: "conflicting steps", Grid: conflicts, Value: study.Axis{Label: "conflicts", Unit: "%"}},
			&study.HeatMap{Title: "linear under scaling, weighted", Grid: residual, Value: study.Axis{Label: "residual", Log: true, Min: study.At(1e-16), Max: study.At(1)}},
		}}
}

// batchFigure is UPGrad's area over Mean's against the batch size; nil if only
// one was tried.
func batchFigure(r *study.Results) *study.Figure {
	c := study.Curve{Draw: study.Both}
	for _, b := range []int{4, 16, 32, 64} {
		if r.Has("area", "method", nameUPGrad, "batch", b) {
			ratios := areaRatio(r, nameUPGrad, b)
			c.X, c.Y = append(c.X, float64(b)), append(c.Y, ratios.Median())
			c.Low, c.High = append(c.Low, ratios.Min()), append(c.High, ratios.Max())
		}
	}
	if len(c.X) < 2 {
		return nil
	}
	panel := &study.Lines{X: study.Axis{Label: "batch size", Log: true}, Y: study.Axis{Label: "UPGrad's area / Mean's"},
		Curves: []study.Curve{c, study.HorizontalLine("", 1, 4, 64)}}
	return &study.Figure{Name: "batches", Title: "UPGrad's area under the loss over Mean's, against the batch size", Panels: []study.Panel{panel},
		Caption: "Area under the training loss, both tuned at every batch size; median and range over the seeds. Below 1 UPGrad is faster."}
}
