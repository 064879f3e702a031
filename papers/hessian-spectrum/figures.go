package hessianspectrum

import (
	"fmt"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{classFigure(r), widthFigure(r)}
	if f := noiseFigure(r); f != nil {
		list = append(list, f)
	}
	if r.Has("loss", "data", "images", "step", 0) {
		list = append(list, imageFigure(r))
	}
	return append(list, lineFigure(r))
}

// eigenvalueAxis has both signs and many powers of ten.
func eigenvalueAxis(linear float64) study.Axis {
	return study.Axis{Label: "eigenvalue", SymLog: linear}
}

// classFigure is the ordered spectra at the start and after training, one panel
// for each number of clusters, of the first seed.
func classFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "classes", Title: "Spectra by the number of clusters k, before and after training",
		Caption: "All eigenvalues of the Hessian in order, by their place; both axes logarithmic, the vertical one with both signs. Dots: the outliers that the ratio rule " +
			"counts after 100 steps. The tail on the right is the negative part. First seed, width 16, no weight decay."}
	for _, k := range classesOf(r) {
		panel := &study.Lines{Title: fmt.Sprintf("k = %s, outliers: %v", k, r.First().Scalar("outliers", standard(k, "0", judged)...)),
			X: study.Axis{Label: "place in order", Log: true}, Y: eigenvalueAxis(1e-4)}
		for _, step := range []int{0, judged, late} {
			panel.Curves = append(panel.Curves, r.First().Curve("spectrum", standard(k, "0", step)...).Curve(stepName(step)))
		}
		s, n := r.First().Curve("spectrum", standard(k, "0", judged)...), int(r.First().Scalar("outliers", standard(k, "0", judged)...))
		panel.Curves = append(panel.Curves, study.Curve{Label: "outliers", X: s.X[:n], Y: s.Y[:n], Draw: study.Points})
		f.Panels = append(f.Panels, panel)
	}
	return f
}

func stepName(step int) string {
	if step == 0 {
		return "start"
	}
	return fmt.Sprintf("step %d", step)
}

// widthFigure shows that width stretches the bulk and leaves the outliers.
func widthFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "widths", Ordered: true, Title: "The spectrum by the number of parameters",
		Caption: "Eigenvalues after 100 steps on 5 clusters for networks of different width. Left: by their place as a share of all, where the outliers shrink into the edge. " +
			"Right: the twelve largest, which hardly depend on the width, with the gap after the fourth. First seed."}
	all := &study.Lines{Title: "all eigenvalues", X: study.Axis{Label: "place / number of parameters"}, Y: eigenvalueAxis(1e-4)}
	top := &study.Lines{Title: "the twelve largest", X: study.Axis{Label: "place in order"}, Y: study.Axis{Label: "eigenvalue", Log: true}}
	for _, h := range widthsOf(r) {
		s := r.First().Curve("spectrum", byWidth(h)...)
		m := r.First().Scalar("parameters", byWidth(h)...)
		share := make([]float64, len(s.X))
		for i, x := range s.X {
			share[i] = x / m
		}
		label := fmt.Sprintf("width %d, %v parameters", h, m)
		all.Curves = append(all.Curves, study.Curve{Label: label, X: share, Y: s.Y})
		top.Curves = append(top.Curves, study.Curve{Label: label, X: s.X[:12], Y: s.Y[:12], Draw: study.Both})
	}
	f.Panels = []study.Panel{all, top}
	return f
}

// noiseFigure shows that the gap closes where clusters overlap; nil if the run
// has only one noise level.
func noiseFigure(r *study.Results) *study.Figure {
	noises := noisesOf(r)
	if len(noises) < 2 {
		return nil
	}
	panel := &study.Lines{X: study.Axis{Label: "place in order"}, Y: study.Axis{Label: "eigenvalue / largest", Log: true}}
	for _, s := range noises {
		c := r.First().Curve("spectrum", byNoise(s)...)
		const shown = 15
		share := make([]float64, shown)
		for i := range share {
			share[i] = c.Y[i] / c.Y[0]
		}
		panel.Curves = append(panel.Curves, study.Curve{Label: "noise " + s, X: c.X[:shown], Y: share, Draw: study.Both})
	}
	return &study.Figure{Name: "noise", Ordered: true, Title: "The gap behind the outliers as clusters overlap", Panels: []study.Panel{panel},
		Caption: "The fifteen largest eigenvalues after 100 steps on 5 clusters, width 16, first seed. Noise is the deviation of every coordinate; the means have norm 1 and " +
			"are 1.41 apart. With noise 1 there is no count to speak of."}
}

// imageFigure is the spectrum of the network on images, and the one that
// quadrature finds without the matrix.
func imageFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "images", Title: "Images: all eigenvalues, and the quadrature that needs no matrix",
		Caption: "Left: all eigenvalues of the network on images, in order. Right: those after 100 steps, beside the quadrature's nodes, each at the number of " +
			"eigenvalues that it and those before it stand for. First seed."}
	left := &study.Lines{Title: "training", X: study.Axis{Label: "place in order", Log: true}, Y: eigenvalueAxis(1e-4)}
	for _, step := range []int{0, judged, late} {
		left.Curves = append(left.Curves, r.First().Curve("spectrum", "data", "images", "step", step).Curve(stepName(step)))
	}
	right := &study.Lines{Title: "quadrature", X: study.Axis{Label: "place in order", Log: true, Min: study.At(0.5)}, Y: eigenvalueAxis(1e-4)}
	nodes := r.First().Curve("spectrum", "data", "density").Curve("Lanczos quadrature")
	nodes.Draw = study.Points
	right.Curves = append(right.Curves, left.Curves[1], nodes)
	f.Panels = []study.Panel{left, right}
	return f
}

// lineFigure is the loss along the lines, over the seeds.
func lineFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "lines", Title: "The loss on lines from the large-batch solution",
		Caption: "Loss on the straight line from the large-batch network (0) to others (1), median and range over the seeds. The network from another start is behind a barrier; small batches at times get behind one."}
	for _, set := range []string{"train", "test"} {
		panel := &study.Lines{Title: set, X: study.Axis{Label: "place on the line"}, Y: study.Axis{Label: "loss", Unit: "nats"}}
		for _, to := range []string{toSmall, toControl, toSmallStart, toIndependent} {
			panel.Curves = append(panel.Curves, r.Band(study.Range, "line", "to", to, "set", set).Curve(to))
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}
