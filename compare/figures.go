package compare

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
)

// Figures are the task's first metric against steps, gradient evaluations and
// seconds; the other metrics; and the learning rates that were tried.
func (r *Result) Figures() []*study.Figure {
	first := r.Metrics[0]
	main := &study.Figure{
		Name: "comparison", Title: fmt.Sprintf("%s: %s", r.Task, first.Name),
		Caption: "Median over the seeds with the quartiles; each method at its best learning rate of the grid.",
	}
	for _, x := range []axis{
		{"steps", "", func(p Places) study.Floats { return p.Step }},
		{"gradient evaluations", "", func(p Places) study.Floats { return p.Evaluations }},
		{"time", "s", func(p Places) study.Floats { return p.Seconds }},
	} {
		main.Panels = append(main.Panels, r.panel(first, x, ""))
	}
	list := []*study.Figure{main}
	if others := r.Metrics[1:]; len(others) > 0 {
		f := &study.Figure{Name: "metrics", Title: r.Task + ": the other metrics", Caption: "The other metrics of the same runs."}
		for _, m := range others {
			f.Panels = append(f.Panels, r.panel(m, axis{"gradient evaluations", "", func(p Places) study.Floats { return p.Evaluations }}, m.Name))
		}
		list = append(list, f)
	}
	if f := r.rateFigure(); f != nil {
		list = append(list, f)
	}
	return list
}

// axis is one of the ways to lay out a curve.
type axis struct {
	label, unit string
	of          func(Places) study.Floats
}

func (r *Result) panel(m Metric, x axis, title string) *study.Lines {
	l := &study.Lines{Title: title, X: study.Axis{Label: x.label, Unit: x.unit}}
	for _, s := range r.Standings {
		l.Curves = append(l.Curves, curve(s, m, x))
	}
	l.Y = heights(m, l.Curves)
	return l
}

// lowest is the least part of the largest value that a logarithmic axis shows:
// what is smaller is rounding, and zero has no place on it at all.
const lowest = 1e-16

// heights is the axis of a metric: logarithmic for what is to be small and never
// negative.
func heights(m Metric, curves []study.Curve) study.Axis {
	a := study.Axis{Label: m.Name}
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range curves {
		for _, y := range c.Y {
			if finite(y) {
				low, high = math.Min(low, y), math.Max(high, y)
			}
		}
	}
	a.Log = !m.Higher && low >= 0 && high > 0 && finite(high)
	if a.Log && low < lowest*high {
		a.Min = study.At(lowest * high)
	}
	return a
}

// curve is the median over a method's runs, point by point: runs differ in when
// they came to a point where steps take several evaluations, and in time.
func curve(s Standing, m Metric, x axis) study.Curve {
	c := study.Curve{Label: s.Method}
	longest := 0
	for _, run := range s.Runs {
		longest = max(longest, len(run.Curve.Step))
	}
	for i := range longest {
		var xs, ys study.Sample
		for _, run := range s.Runs {
			at := x.of(run.Curve)
			if i < len(at) {
				xs = append(xs, at[i])
				ys = append(ys, run.Values[m.Name][i])
				continue
			}
			ys = append(ys, worst(m)) // it has diverged
		}
		y := ys.Median()
		c.X, c.Y = append(c.X, xs.Median()), append(c.Y, y)
		low, high := ys.Quantile(0.25), ys.Quantile(0.75)
		if !finite(y) {
			low, high = math.NaN(), math.NaN()
		}
		c.Low, c.High = append(c.Low, low), append(c.High, high)
		if !finite(y) {
			break // a cross marks the end
		}
	}
	if len(s.Runs) < 2 {
		c.Low, c.High = nil, nil
	}
	return c
}

// rateFigure is the criterion over the learning rates, nil if there was no
// choice.
func (r *Result) rateFigure() *study.Figure {
	l := &study.Lines{X: study.Axis{Label: "learning rate", Log: true}}
	for _, s := range r.Standings {
		if len(s.Tuning) == 0 {
			continue
		}
		l.Curves = append(l.Curves, study.Curve{Label: s.Method, X: s.Rates, Y: s.Tuning, Draw: study.Both})
	}
	if len(l.Curves) == 0 {
		return nil
	}
	l.Y = heights(r.Criterion, l.Curves)
	return &study.Figure{Name: "rates", Title: r.Task + ": the learning rates tried",
		Caption: "The criterion at the end of the tuning runs; the best rate of each method is used.", Panels: []study.Panel{l}}
}
