package sinkhornnewton

import (
	"fmt"
	"strconv"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{courseFigure(r, false), courseFigure(r, true), patternFigure(r)}
	if len(r.Values("outside", "case")) > 0 {
		list = append(list, sparsityFigure(r))
	}
	return list
}

// courseFigure is the marginal error against iterations, or against seconds.
func courseFigure(r *study.Results, bySeconds bool) *study.Figure {
	f := &study.Figure{Name: "error", Columns: 2, Title: "The error against the iterations",
		Caption: "Marginal error of the first seed. SNS keeps 15 elements a row and begins with 20 Sinkhorn iterations. The dashed line is the error that is asked for."}
	x := study.Axis{Label: "iterations", Log: true}
	if bySeconds {
		f.Name, f.Title = "seconds", "The same against seconds"
		f.Caption = "Each curve's time is that of the whole solution, spread evenly over its Sinkhorn and its Newton iterations."
		x = study.Axis{Label: "time", Unit: "s", Log: true}
	}
	first := r.First()
	for _, c := range r.Values("error", "case") {
		panel := &study.Lines{Title: c, X: x, Y: study.Axis{Label: "marginal error", Log: true, Min: study.At(1e-13), Max: study.At(2)}}
		for _, m := range []struct{ name, kept, warmup string }{{nameSinkhorn, "0", "0"}, {nameDense, "0", "20"}, {nameSparse, "15", "20"}} {
			at := []any{"case", c, "method", m.name, "kept", m.kept, "warmup", m.warmup}
			if !first.Has("error", at...) || bySeconds && m.name == nameDense {
				continue
			}
			s := first.Curve("course", at...)
			curve := study.Curve{Label: m.name, Y: s.Y}
			for _, i := range s.X {
				curve.X = append(curve.X, i+1)
			}
			if bySeconds {
				curve.X = clock(first, c, m.name, s.X)
			}
			panel.Curves = append(panel.Curves, curve)
		}
		longest := panel.Curves[0].X
		panel.Curves = append(panel.Curves, study.HorizontalLine("1e-11", fine, longest[0], longest[len(longest)-1]))
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// clock gives the iterations of a solution times: those of the sparse solver
// before Newton's take what Sinkhorn's take, and Newton's the rest.
func clock(first *study.Record, c, method string, iterations []float64) []float64 {
	plain := first.Timing("seconds", "case", c, "method", nameSinkhorn) / first.Scalar("sinkhorn", "case", c, "method", nameSinkhorn)
	end := iterations[len(iterations)-1]
	each := plain
	if method == nameSparse {
		whole := first.Timing("seconds", "case", c, "method", nameSparse)
		each = max(0, whole-claimedWarmup*plain) / (end - claimedWarmup)
	}
	times := make([]float64, len(iterations))
	for i, n := range iterations {
		n++ // a logarithmic axis has no 0
		if method == nameSparse && n > claimedWarmup {
			times[i] = claimedWarmup*plain + (n-claimedWarmup)*each
			continue
		}
		times[i] = n * plain
	}
	return times
}

// patternFigure shows which elements the sparse Hessian keeps at the solution.
func patternFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "pattern", Columns: 2, Title: "Where the 15 n largest elements of the plan are",
		Caption: "First seed. The points are in order of their first coordinate, so near points are near the diagonal; the images' pixels are row by row. " +
			"The random costs have no structure at all, and are nearest to an assignment."}
	first := r.First()
	for _, c := range r.Values("error", "case") {
		s := first.Curve("pattern", "case", c)
		f.Panels = append(f.Panels, &study.Lines{Title: c, X: study.Axis{Label: "column"}, Y: study.Axis{Label: "row"},
			Curves: []study.Curve{{Label: "kept", X: s.X, Y: s.Y, Draw: study.Points}}})
	}
	return f
}

// sparsityFigure is the mass outside the largest elements along the iterations.
func sparsityFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "sparsity", Columns: 3, Title: "How sparse the plan is after Sinkhorn iterations",
		Caption: "Mass outside the largest elements, median and range over the seeds. On lap 15 a row leave less than 1e-9. Right: an assignment of " +
			"6 to 6 with the bound of theorem 1, which falls like the root of the iterations."}
	for _, c := range r.Values("outside", "case") {
		panel := &study.Lines{Title: c, X: study.Axis{Label: "Sinkhorn iterations"}, Y: study.Axis{Label: "mass outside", Log: true, Min: study.At(1e-9), Max: study.At(1)}}
		for _, kept := range keptShown {
			panel.Curves = append(panel.Curves, r.Band(study.Range, "outside", "case", c, "kept", kept).Curve(strconv.Itoa(kept)+" a row"))
		}
		f.Panels = append(f.Panels, panel)
	}
	small, bound := r.Common.Curve("small_outside"), r.Common.Curve("small_bound")
	f.Panels = append(f.Panels, &study.Lines{
		Title:  fmt.Sprintf("n = 6, gap Δ = %s", study.FormatNumber(small.Labels.Number("delta"))),
		X:      study.Axis{Label: "Sinkhorn iterations", Log: true},
		Y:      study.Axis{Label: "mass outside", Log: true},
		Curves: []study.Curve{small.Curve("1 a row"), {Label: "theorem 1", X: bound.X, Y: bound.Y, Reference: true}}})
	return f
}
