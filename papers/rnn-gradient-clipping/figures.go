package rnngradientclipping

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{successFigure(r), normFigure(r), signalFigure(r), wallFigure(r), matrixFigure(r)}
	if len(sequelsOf(r)) > 0 {
		list = append(list, sequelFigure(r))
	}
	return list
}

// title is short, for panels.
func (p part) title() string { return fmt.Sprintf("%s, T = %d", p.start, p.length) }

// ofOrder are the groups on temporal order.
func ofOrder(r *study.Results) []part {
	var list []part
	for _, p := range groups(r) {
		if p.task == nameOrder {
			list = append(list, p)
		}
	}
	return list
}

// successFigure is how many runs solve the task, and after how many updates.
func successFigure(r *study.Results) *study.Figure {
	share := &study.Bars{Title: "runs that solve temporal order", XLabel: "start and T", Y: study.Axis{Label: "share of the runs", Min: study.At(0), Max: study.At(1.05)}}
	speed := &study.Bars{Title: "updates until it is solved", XLabel: "start and T", Y: study.Axis{Label: "updates", Min: study.At(0)}}
	for _, p := range ofOrder(r) {
		label := fmt.Sprintf("%s, %d", strings.TrimSuffix(p.start, " tanh"), p.length)
		share.Groups, speed.Groups = append(share.Groups, label), append(speed.Groups, label)
	}
	for _, arm := range everyArm {
		a, b := study.BarSeries{Label: arm}, study.BarSeries{Label: arm}
		for _, p := range ofOrder(r) {
			if !p.has(r, arm) {
				a.Values, b.Values = append(a.Values, 0), append(b.Values, 0)
				b.Low, b.High = append(b.Low, 0), append(b.High, 0)
				continue
			}
			u := p.sample(r, "updates", arm)
			a.Values = append(a.Values, float64(solved(u))/float64(len(u)))
			b.AddSample(u.OrElse(p.sample(r, "limit", arm).Max()))
		}
		share.Series, speed.Series = append(share.Series, a), append(speed.Series, b)
	}
	return &study.Figure{Name: "success", Columns: 2, Title: "Temporal order: runs that solve it, and after how many updates",
		Caption: "Temporal order, by start and length. Bars of updates: median and range over the seeds; a run that does not solve the task counts with the limit.",
		Panels:  []study.Panel{share, speed}}
}

// held is an arm's curve over the seeds, in which a run that is done goes on with
// its last value for as long as others run.
func held(r *study.Results, name string, p part, arm string) study.Curve {
	curves := r.Curves(name, p.labels(arm)...)
	var longest study.Floats
	for _, c := range curves {
		if len(c.X) > len(longest) {
			longest = c.X
		}
	}
	for i, c := range curves {
		y := slices.Clone(c.Y)
		for len(y) < len(longest) {
			y = append(y, y[len(y)-1])
		}
		curves[i].X, curves[i].Y = longest, y
	}
	return study.MakeBand(study.Range, curves).Curve(arm)
}

// normFigure is the gradient's norm along the way.
func normFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "norms", Title: "Gradient norms, clipped and not",
		Caption: "Largest norm of the gradient (with the regulariser's, before clipping) in each 100 updates; median and range over the seeds. A run that has solved the task keeps its last value; a curve ends where all are done."}
	for _, p := range ofOrder(r) {
		panel := &study.Lines{Title: p.title(), X: study.Axis{Label: "updates"}, Y: study.Axis{Label: "largest gradient norm", Log: true, Min: study.At(1e-2), Max: study.At(1e3)}}
		end := 0.0
		for _, arm := range everyArm {
			if p.has(r, arm) {
				c := held(r, "largest_norm", p, arm)
				panel.Curves = append(panel.Curves, c)
				end = math.Max(end, c.X[len(c.X)-1])
			}
		}
		panel.Curves = append(panel.Curves, study.HorizontalLine("threshold", threshold, 0, end))
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// signalFigure is how error signals fade with distance.
func signalFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "signals", Columns: 2, Title: "Error signals by their distance from the end of the sequence",
		Caption: "Mean of |delta| over 200 sequences, relative to that at the last step: median and range over the seeds. Before training all arms are the same. A flat curve is a signal that is kept."}
	panel := func(p part, title string, labels ...any) {
		lines := &study.Lines{Title: p.title() + ", " + title, X: study.Axis{Label: "steps before the end"}, Y: study.Axis{Label: "|delta_k| / |delta_T|", Log: true, Min: study.At(1e-4), Max: study.At(30)}}
		for _, arm := range everyArm {
			var curves []study.Series
			for _, c := range r.Curves("signal", append(p.labels(arm), labels...)...) {
				relative := c
				relative.Y = nil
				for _, v := range c.Y {
					relative.Y = append(relative.Y, v/c.Y[0])
				}
				curves = append(curves, relative)
			}
			if len(curves) > 0 {
				lines.Curves = append(lines.Curves, study.MakeBand(study.Range, curves).Curve(arm))
			}
		}
		f.Panels = append(f.Panels, lines)
	}
	for _, p := range []part{followedTanh, followedLong} {
		if r.Has("kept", p.labels(nameCR)...) {
			panel(p, "before training", "followed", true, "when", "before")
			panel(p, fmt.Sprintf("after %d updates at rate %v", p.limit, followed.rate), "followed", true, "when", "after")
		}
	}
	main := part{task: nameOrder, start: nameSmartTanh, length: mainLength(r)}
	panel(main, "before training", "when", "before")
	panel(main, "at the end, tuned arms", "when", "after")
	return f
}

// wallFigure is the error surface of the one-unit network.
func wallFigure(r *study.Results) *study.Figure {
	g := r.Common.Grid("wall")
	level := &study.Contours{X: numbers(g.Cols), Y: numbers(g.Rows), Levels: []float64{1, 2, 4, 6, 8, 10, 12, 14, 16}}
	for _, row := range g.Values {
		level.Z = append(level.Z, row)
	}
	g.Rows, g.Cols, g.Values = short(level.Y), short(level.X), slices.Clone(g.Values)
	slices.Reverse(g.Rows) // b upwards
	slices.Reverse(g.Values)
	surface := &study.HeatMap{Title: "loss after 50 steps", Grid: g, Plain: true, Value: study.Axis{Label: "loss"}}
	far := &study.Lines{Title: "the same, from afar", X: study.Axis{Label: "w"}, Y: study.Axis{Label: "b"}}
	near := &study.Lines{Title: "two descents, near the wall", Contours: level,
		X: study.Axis{Label: "w", Min: study.At(wallW[0]), Max: study.At(wallW[1])}, Y: study.Axis{Label: "b", Min: study.At(wallB[0]), Max: study.At(wallB[1])}}
	for _, arm := range []string{nameSGD, nameC} {
		c := r.Common.Curve("path", "arm", arm).Curve(arm)
		c.Draw = study.Both
		far.Curves, near.Curves = append(far.Curves, c), append(near.Curves, c)
	}
	return &study.Figure{Name: "wall", Columns: 3, Title: "The wall in the error surface of one unit, and steps at it",
		Caption: "x_t = w sigmoid(x_{t-1}) + b from x_0 = 0.5, loss (x_50 - 0.7)^2. Descents of 40 steps at rate 0.02 from (5.6, -2.78); where lines of equal loss lie close together is the wall.",
		Panels:  []study.Panel{surface, near, far}}
}

// numbers are the values of a grid's axis.
func numbers(labels []string) []float64 {
	list := make([]float64, len(labels))
	for i, l := range labels {
		list[i], _ = strconv.ParseFloat(l, 64)
	}
	return list
}

// short are labels of two decimals.
func short(values []float64) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = strconv.FormatFloat(v, 'f', 2, 64)
	}
	return list
}

// matrixFigure is what training does to the recurrent matrix.
func matrixFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "matrix", Columns: 2, Title: "The recurrent matrix in training",
		Caption: "Spectral radius and largest singular value; median and range over the seeds; a run that has solved the task keeps its last value. Below 1 the singular value makes signals vanish for certain."}
	for i, p := range ofOrder(r) {
		if i > 0 && (p.start != nameSmartTanh || p.length != longLength(r)) {
			continue
		}
		for _, q := range []struct{ name, label string }{{"radius", "spectral radius"}, {"stretch", "largest singular value"}} {
			panel := &study.Lines{Title: p.title(), X: study.Axis{Label: "updates"}, Y: study.Axis{Label: q.label}}
			end := 0.0
			for _, arm := range everyArm {
				if p.has(r, arm) {
					c := held(r, q.name, p, arm)
					panel.Curves = append(panel.Curves, c)
					end = math.Max(end, c.X[len(c.X)-1])
				}
			}
			panel.Curves = append(panel.Curves, study.HorizontalLine("1", 1, 0, end))
			f.Panels = append(f.Panels, panel)
		}
	}
	return f
}
