package consensusbased

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{pathFigure(r)}
	if len(r.Values("found", "s", "method", nameHopping)) > 0 {
		list = append(list, foundFigure(r))
	}
	list = append(list, likenessFigure(r))
	if r.Has("contraction", "noise", nameAniso) {
		list = append(list, stabilityFigure(r))
	}
	for _, d := range r.Values("solved", "dim") {
		list = append(list, phaseFigure(r, d))
	}
	if len(r.Values("accuracy", "network")) > 0 {
		list = append(list, learningFigure(r))
	}
	return list
}

// levels of the contours: dense near the minimum, where the ripples are.
var levels = []float64{0.5, 1, 2, 4, 6, 8, 11, 15, 20, 25, 30, 36, 44, 54}

// pathFigure draws runs of each method over the canyon.
func pathFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "paths", Columns: 2, Title: "The way of the consensus through a valley",
		Caption: fmt.Sprintf("Consensus points, or iterates, of %d runs of the first seed from around (8, 8), over level lines of the function; the minimum is at (0, 0).", shown)}
	contours := &study.Contours{Levels: levels}
	for i := range 101 {
		row := r.Common.Curve("height", "row", i)
		contours.X = row.X
		contours.Y = append(contours.Y, row.X[i])
		contours.Z = append(contours.Z, row.Y)
	}
	first := r.First()
	panel := func(title string, at ...any) {
		if !first.Has("found", at...) {
			return
		}
		axis := func(label string) study.Axis {
			return study.Axis{Label: label, Min: study.At(low), Max: study.At(high)}
		}
		p := &study.Lines{Title: title, X: axis("x1"), Y: axis("x2"), Contours: contours}
		end := study.Curve{Label: "end of a run", Draw: study.Points}
		for i := range min(shown, int(first.Scalar("runs", at...))) {
			s := first.Curve("path", append(append([]any{}, at...), "run", i)...)
			p.Curves = append(p.Curves, study.Curve{Label: "path", X: s.X, Y: s.Y})
			n := len(s.X) - 1
			end.X, end.Y = append(end.X, s.X[n]), append(end.Y, s.Y[n])
		}
		p.Curves = append(p.Curves, end, study.Curve{Label: "minimum", X: []float64{0}, Y: []float64{0}, Draw: study.Points})
		f.Panels = append(f.Panels, p)
	}
	panel("CBO, N = 200", "method", nameCBO, "n", 200, "order", orderPaper)
	panel("hopping, s = 0.7", "method", nameHopping, "s", 0.7)
	panel("gradient descent", "method", nameGD, "step", paperStep, "steps", paperDescent)
	panel("Langevin, σ = 10", "method", nameLangevin, "sigma", paperSigma, "step", paperStep, "steps", paperDescent)
	return f
}

// foundFigure is the share of runs that find the minimum, by method and setting.
func foundFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "found", Columns: 3, Title: "How many runs find the minimum",
		Caption: "Share of 50 runs that end within 0.25 of the minimum: median and range of the seeds. Enough particles, or a wide enough cloud, cross the " +
			"ripples. Noise added to the gradient crosses them, too, if it is strong and has the time, but where it passes the minimum it does not stay."}
	share := study.Axis{Label: "share of the runs", Min: study.At(0), Max: study.At(1.02)}
	byN := &study.Lines{Title: "CBO", X: study.Axis{Label: "particles N", Log: true}, Y: share}
	for _, order := range []string{orderPaper, orderCode} {
		byN.Curves = append(byN.Curves, spanned(r, order, "found", "n", "method", nameCBO, "order", order))
	}
	byS := &study.Lines{Title: "hopping", X: study.Axis{Label: "deviation s"}, Y: share,
		Curves: []study.Curve{spanned(r, "hopping", "found", "s", "method", nameHopping)}}
	bySigma := &study.Lines{Title: "Langevin", X: study.Axis{Label: "noise σ", Log: true}, Y: share, Curves: []study.Curve{
		spanned(r, "ends there", "found", "sigma", "method", nameLangevin, "steps", paperDescent),
		spanned(r, "ends there, 4000 steps", "found", "sigma", "method", nameLangevin, "steps", earlySteps),
		spanned(r, "passes by", "passed", "sigma", "method", nameLangevin, "steps", paperDescent)}}
	f.Panels = []study.Panel{byN, byS, bySigma}
	return f
}

// spanned is a scalar against one of its labels, median and range of the seeds.
func spanned(r *study.Results, label, name, key string, at ...any) study.Curve {
	c := study.Curve{Label: label, Draw: study.Both}
	for _, v := range r.Values(name, key, at...) {
		s := r.Sample(name, append(append([]any{}, at...), key, v)...)
		c.X = append(c.X, study.MakeLabels(key, v).Number(key))
		c.Y, c.Low, c.High = append(c.Y, s.Median()), append(c.Low, s.Min()), append(c.High, s.Max())
	}
	return c
}

// likenessFigure is how far hops are from the proximal and the gradient step.
func likenessFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "likeness", Columns: 2, Ordered: true, Title: "How alike hops and proximal steps are",
		Caption: "Root mean square distance of one hop from the proximal step, relative to its length, against the number of samples. It falls like their " +
			"root while α s |grad| is small; above about 3 (α = 80) the weights fall to a few samples, and more of them hardly help."}
	names := map[string]string{placeBowl: "(x1² + 4 x2²)/2", placeWaves: "the same under waves"}
	for _, place := range r.Values("single", "place") {
		p := &study.Lines{Title: names[place], X: study.Axis{Label: "samples N", Log: true}, Y: study.Axis{Label: "relative error of one hop", Log: true}}
		for _, alpha := range r.Values("single", "alpha", "place", place) {
			p.Curves = append(p.Curves, spanned(r, "α = "+alpha, "single", "n", "place", place, "alpha", alpha))
		}
		base := p.Curves[0]
		p.Curves = append(p.Curves, rootLaw(base))
		f.Panels = append(f.Panels, p)
	}
	return f
}

// rootLaw is the line of slope -1/2 through a curve's first point.
func rootLaw(c study.Curve) study.Curve {
	law := study.Curve{Label: "1/√N", Reference: true, X: c.X}
	for _, x := range c.X {
		law.Y = append(law.Y, c.Y[0]*math.Sqrt(c.X[0]/x))
	}
	return law
}

// stabilityFigure is the variance of the swarm with the two kinds of noise.
func stabilityFigure(r *study.Results) *study.Figure {
	p := &study.Lines{X: study.Axis{Label: "time"}, Y: study.Axis{Label: "variance / first variance", Log: true, Min: study.At(1e-16), Max: study.At(1e16)}}
	for _, noise := range []string{nameIsotropic, nameAniso} {
		p.Curves = append(p.Curves, r.Band(study.Range, "variance", "noise", noise).Curve(noise))
	}
	return &study.Figure{Name: "stability", Title: "The swarm's variance in 20 dimensions, by kind of noise",
		Caption: "|x|² with λ = σ = 1. Isotropic noise needs 2λ > dσ², anisotropic 2λ > σ². The upper curve goes on beyond the figure.", Panels: []study.Panel{p}}
}

// phaseFigure is the share of runs that solve Rastrigin's function.
func phaseFigure(r *study.Results, dim string) *study.Figure {
	f := &study.Figure{Name: "phases-" + dim, Columns: 2, SharedScale: true, Title: "Which σ and α find the minimum of Rastrigin's function in " + dim + " dimensions",
		Caption: "Share of the runs, mean over the seeds, that end in the basin of the minimum: 100 particles from around (2, ..., 2), 20 units of time. " +
			"Too little noise is stuck, too much does not settle."}
	for _, noise := range []string{nameIsotropic, nameAniso} {
		grid := r.Pivot(study.Sample.Mean, "solved", "sigma", "alpha", "dim", dim, "noise", noise)
		grid.RowName, grid.ColName = "σ", "α"
		f.Panels = append(f.Panels, &study.HeatMap{Title: noise, Grid: grid, Value: study.Axis{Label: "share of the runs", Min: study.At(0), Max: study.At(1)}})
	}
	return f
}

// learningFigure is the test accuracy against the epochs.
func learningFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "learning", Columns: 2, Title: "Learning without a gradient, and what it costs",
		Caption: "Test accuracy, median and range of the seeds. An epoch costs CBO as many passes forward as it has particles; SGD, with its tuned rate, one forward and back. " +
			"With the script's settings the swarm has contracted within an epoch."}
	for _, network := range r.Values("accuracy", "network") {
		p := &study.Lines{Title: network, X: study.Axis{Label: "epoch"}, Y: study.Axis{Label: "test accuracy", Min: study.At(0), Max: study.At(1)}}
		for _, n := range r.Values("accuracy", "n", "network", network, "method", nameCBO) {
			for _, pace := range r.Values("accuracy", "pace", "network", network, "method", nameCBO, "n", n) {
				band := r.Band(study.Range, "accuracy_course", "network", network, "method", nameCBO, "n", n, "pace", pace)
				p.Curves = append(p.Curves, band.Curve(fmt.Sprintf("CBO, N = %s, %s", n, pace)))
			}
		}
		p.Curves = append(p.Curves, r.Band(study.Range, "accuracy_course", "network", network, "method", nameGD).Curve("SGD"))
		f.Panels = append(f.Panels, p)
	}
	return f
}
