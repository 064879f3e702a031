package rectifiedflow

import (
	"fmt"
	"math"
	"strconv"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{pathFigure(r), distanceFigure(r), straightFigure(r), lineFigure(r)}
	return append(list, imageFigures(r)...)
}

// pathFigure shows paths of every flow between the two distributions.
func pathFigure(r *study.Results) *study.Figure {
	first := r.First()
	f := &study.Figure{Name: "paths", Columns: 3,
		Title: "Paths from three clusters to three others, round by round",
		Caption: "Seed " + strconv.FormatUint(r.Seeds[0].Seed, 10) + ". S is the mean squared distance of the velocity from the straight line's. " +
			"The diffusion's paths arrive as well, but a reflow does not straighten them."}
	methods, rounds := flows(r, "straightness")
	for _, m := range methods {
		for _, k := range rounds[m] {
			if m == nameSpeed && k == "1" {
				continue // it looks like VP's
			}
			paths := first.Curve("paths", "method", m, "round", k)
			panel := &study.Lines{
				Title: fmt.Sprintf("%s, round %s: S = %s", m, k, study.FormatNumber(first.Scalar("straightness", "method", m, "round", k))),
				X:     study.Axis{Label: "x", Min: study.At(-7.5), Max: study.At(7.5)}, Y: study.Axis{Label: "y", Min: study.At(-7.5), Max: study.At(7.5)},
				Curves: append([]study.Curve{cloud("start", first.Curve("source")), cloud("target", first.Curve("target"))}, split("paths", paths)...),
			}
			f.Panels = append(f.Panels, panel)
		}
	}
	return f
}

// split makes a curve of each path of a series in which a NaN ends each.
func split(label string, s study.Series) []study.Curve {
	var curves []study.Curve
	begin := 0
	for i, x := range s.X {
		if math.IsNaN(x) {
			curves = append(curves, study.Curve{Label: label, X: s.X[begin:i], Y: s.Y[begin:i]})
			begin = i + 1
		}
	}
	return curves
}

// cloud is at most 300 points of a series.
func cloud(label string, s study.Series) study.Curve {
	n := min(300, len(s.X))
	return study.Curve{Label: label, X: s.X[:n], Y: s.Y[:n], Draw: study.Points}
}

// distanceFigure is the distance from the target against the number of steps.
func distanceFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "steps", Title: "The error against the number of Euler steps",
		Caption: "Wasserstein distance W2 of the flow's ends from the target, median and range over the seeds. The line is the distance of two samples of the target itself."}
	methods, rounds := flows(r, "straightness")
	for _, m := range methods {
		panel := &study.Lines{Title: m, X: study.Axis{Label: "Euler steps", Log: true}, Y: study.Axis{Label: "W2 from the target", Log: true}}
		for _, k := range rounds[m] {
			c := study.Curve{Label: "round " + k, Draw: study.Both}
			for _, n := range r.Values("w2", "euler", "method", m, "round", k) {
				w2 := r.Sample("w2", "method", m, "round", k, "euler", n)
				x, _ := strconv.ParseFloat(n, 64)
				c.X, c.Y = append(c.X, x), append(c.Y, w2.Median())
				c.Low, c.High = append(c.Low, w2.Min()), append(c.High, w2.Max())
			}
			panel.Curves = append(panel.Curves, c)
		}
		if m == nameLinear && r.Has("w2", "method", nameDistilled) {
			panel.Curves = append(panel.Curves, study.Curve{Label: "round 2, distilled", Draw: study.Points, X: []float64{1},
				Y: []float64{r.Sample("w2", "method", nameDistilled).Median()}})
		}
		panel.Curves = append(panel.Curves, study.HorizontalLine("two samples", r.Sample("w2_floor").Median(), 1, 100))
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// straightFigure is straightness and crossing by rounds.
func straightFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "straightness", Title: "Straightness S and crossing V against the rounds of rectification",
		Caption: "Median and range over the seeds. V is the loss that training ends with: 0 if and only if the lines between pairs do not cross."}
	methods, rounds := flows(r, "straightness")
	for _, q := range []struct{ name, title string }{{"straightness", "straightness S"}, {"crossing", "crossing V"}} {
		panel := &study.Lines{Title: q.title, X: study.Axis{Label: "round"}, Y: study.Axis{Label: q.title, Log: true}}
		for _, m := range methods {
			c := study.Curve{Label: m, Draw: study.Both}
			for _, k := range rounds[m] {
				s := r.Sample(q.name, "method", m, "round", k)
				x, _ := strconv.ParseFloat(k, 64)
				c.X, c.Y, c.Low, c.High = append(c.X, x), append(c.Y, s.Median()), append(c.Low, s.Min()), append(c.High, s.Max())
			}
			panel.Curves = append(panel.Curves, c)
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// lineFigure is the map that the flow learns on the line.
func lineFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "line", Title: "On the line: the map that the flow learns",
		Caption: "Start and end of the flow from the humps at -2 and 2 to those at -3 (70%) and 1 (30%). Part of the right hump must cross over."}
	panel := &study.Lines{X: study.Axis{Label: "start Z0"}, Y: study.Axis{Label: "end Z1"}}
	for _, s := range r.Seeds {
		panel.Curves = append(panel.Curves, s.Record.Curve("map").Curve(fmt.Sprintf("seed %d", s.Seed)))
	}
	f.Panels = []study.Panel{panel}
	return f
}
