package saddlefreenewton

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{escapeFigure(r), spectrumFigure(r), toyFigure(r)}
	for _, f := range []*study.Figure{switchFigure(r), indexFigure(r), krylovFigure(r), encoderFigure(r)} {
		if f != nil {
			list = append(list, f)
		}
	}
	return list
}

// escapeFigure is the loss against steps and seconds, and the lowest curvature, for
// each network of part A.
func escapeFigure(r *study.Results) *study.Figure {
	nets := r.Values("final_loss", "hidden", "part", "A")
	f := &study.Figure{Name: "escape", Columns: len(nets), Title: escapeTitle(r, nets),
		Caption: "Median and range over the seeds, from values near the saddle at 0. A step of SGD is an epoch here. Bottom: the lowest eigenvalue of the " +
			"Hessian along the way, which rises as the saddles are left behind."}
	if len(nets) == 1 {
		f.Columns = 2
	}
	row := func(panel func(hidden string) *study.Lines) {
		for _, hidden := range nets {
			f.Panels = append(f.Panels, panel(hidden))
		}
	}
	loss := study.Axis{Label: "loss", Unit: "nats", Log: true}
	row(func(hidden string) *study.Lines {
		panel := &study.Lines{Title: hidden + " hidden units", X: study.Axis{Label: "steps (SGD: epochs)", Min: study.At(0)}, Y: loss}
		end := 0.0
		for _, m := range newtonMethods {
			c := r.Band(study.Range, "loss", "part", "A", "hidden", hidden, "method", m).Curve(m)
			end = max(end, c.X[len(c.X)-1])
			panel.Curves = append(panel.Curves, c)
		}
		for _, rate := range r.Values("loss", "rate", "part", "A", "hidden", hidden) {
			if rate == "0.03" {
				continue // between the others
			}
			c := r.Band(study.Range, "loss", "part", "A", "hidden", hidden, "rate", rate).Curve("SGD, rate " + rate)
			panel.Curves = append(panel.Curves, cut(c, int(end)+1))
		}
		return panel
	})
	row(func(hidden string) *study.Lines {
		panel := &study.Lines{Title: "against time", X: study.Axis{Label: "time", Unit: "s", Log: true}, Y: loss}
		timed := func(c study.Curve, labels ...any) {
			seconds := r.Timing("seconds_per_step", labels...).Median()
			for i := range c.X {
				c.X[i] *= seconds
			}
			panel.Curves = append(panel.Curves, c)
		}
		for _, m := range newtonMethods {
			labels := []any{"part", "A", "hidden", hidden, "method", m}
			timed(r.Band(study.Range, "loss", labels...).Curve(m), labels...)
		}
		for _, rate := range r.Values("loss", "rate", "part", "A", "hidden", hidden) {
			labels := []any{"part", "A", "hidden", hidden, "rate", rate}
			if rate != "0.03" {
				timed(r.Band(study.Range, "loss", labels...).Curve("SGD, rate "+rate), labels...)
			}
		}
		return panel
	})
	row(func(hidden string) *study.Lines {
		panel := &study.Lines{Title: "lowest curvature", X: study.Axis{Label: "steps", Min: study.At(0)}, Y: study.Axis{Label: "lowest eigenvalue"}}
		for _, m := range newtonMethods[:2] {
			panel.Curves = append(panel.Curves, r.Band(study.Range, "lowest", "part", "A", "hidden", hidden, "method", m).Curve(m))
		}
		return panel
	})
	return f
}

func escapeTitle(r *study.Results, nets []string) string {
	hidden := nets[len(nets)-1]
	free, newton := after(r, 10, "part", "A", "hidden", hidden, "method", nameFree).Median(), after(r, 10, "part", "A", "hidden", hidden, "method", nameNewton).Median()
	return fmt.Sprintf("%s hidden units after 10 steps: loss %.2f with saddle-free Newton, %.2f with damped Newton", hidden, free, newton)
}

// cut is the first n points of a curve.
func cut(c study.Curve, n int) study.Curve {
	if len(c.X) <= n {
		return c
	}
	c.X, c.Y = c.X[:n], c.Y[:n]
	if c.Low != nil {
		c.Low, c.High = c.Low[:n], c.High[:n]
	}
	return c
}

// spectrumFigure is the eigenvalues before and after.
func spectrumFigure(r *study.Results) *study.Figure {
	nets := r.Values("final_loss", "hidden", "part", "A")
	f := &study.Figure{Name: "spectrum", Columns: max(2, len(nets)), Title: "Eigenvalues of the Hessian, at the start and where the methods end",
		Caption: "Eigenvalues of the Hessian in ascending order, first seed: at the start, and where the methods end. The axis is linear between -0.001 and 0.001."}
	first := r.First()
	for _, hidden := range nets {
		panel := &study.Lines{Title: hidden + " hidden units", X: study.Axis{Label: "eigenvalue's number"}, Y: study.Axis{Label: "eigenvalue", SymLog: 1e-3}}
		add := func(label string, labels ...any) {
			c := first.Curve("spectrum", append([]any{"part", "A", "hidden", hidden}, labels...)...)
			panel.Curves = append(panel.Curves, study.Curve{Label: label, X: c.X, Y: c.Y})
		}
		for _, m := range newtonMethods {
			add(m, "at", "end", "method", m)
		}
		add("start", "at", "start")
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// toyFigure is the trajectories around the toy saddles.
func toyFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "toys", Columns: 2, Title: "A plain saddle and a monkey saddle",
		Caption: "Damping 0.1. Left: from (1, 1)/1000, y, whose curvature is negative, along the way; gradient descent is at its limit of stability. Right: the monkey " +
			"saddle from (0.2, 0.02), with level lines of the function, which has no gradient and no curvature at 0."}
	factor := &study.Lines{Title: "5x² - y²: distance along y", X: study.Axis{Label: "steps", Min: study.At(0)}, Y: study.Axis{Label: "|y|", Log: true, Min: study.At(1e-15)}}
	monkey := &study.Lines{Title: "x³ - 3xy²", X: study.Axis{Label: "x", Min: study.At(-1), Max: study.At(1)}, Y: study.Axis{Label: "y", Min: study.At(-1), Max: study.At(1)}}
	k := &study.Contours{Levels: []float64{-1, -0.5, -0.2, -0.05, -0.01, 0, 0.01, 0.05, 0.2, 0.5, 1}}
	const n = 80
	for i := range n + 1 {
		k.X, k.Y = append(k.X, -1+2*float64(i)/n), append(k.Y, -1+2*float64(i)/n)
	}
	for _, y := range k.Y {
		var line []float64
		for _, x := range k.X {
			line = append(line, toyList[1].f(fx.New([]float64{x, y})).Item())
		}
		k.Z = append(k.Z, line)
	}
	monkey.Contours = k
	for _, m := range []string{nameFree, nameNewton, nameSGD} {
		label := m
		if m == nameSGD {
			label = "gradient descent"
		}
		c := r.Common.Curve("y", "part", "C", "toy", nameClassical, "method", m)
		abs := study.Curve{Label: label, X: c.X, Draw: study.Both}
		for _, y := range c.Y {
			abs.Y = append(abs.Y, math.Abs(y))
		}
		factor.Curves = append(factor.Curves, abs)
		x, y := r.Common.Curve("x", "part", "C", "toy", nameMonkey, "method", m), r.Common.Curve("y", "part", "C", "toy", nameMonkey, "method", m)
		way := study.Curve{Label: label, Draw: study.Both}
		for i := range x.Y {
			if math.Abs(x.Y[i]) <= 1 && math.Abs(y.Y[i]) <= 1 {
				way.X, way.Y = append(way.X, x.Y[i]), append(way.Y, y.Y[i])
			}
		}
		monkey.Curves = append(monkey.Curves, way)
	}
	f.Panels = []study.Panel{factor, monkey}
	return f
}

// switchFigure is part B; nil if it was not done.
func switchFigure(r *study.Results) *study.Figure {
	if len(r.Values("loss", "method", "part", "B")) == 0 {
		return nil
	}
	end := func(method string) float64 { return after(r, switchSteps, "part", "B", "method", method).Median() }
	panel := &study.Lines{X: study.Axis{Label: "steps after the switch (SGD: epochs)", Min: study.At(0)}, Y: study.Axis{Label: "loss", Unit: "nats", Log: true}}
	for _, m := range append(append([]string{}, newtonMethods...), nameSGD) {
		panel.Curves = append(panel.Curves, r.Band(study.Range, "loss", "part", "B", "method", m).Curve(m))
	}
	return &study.Figure{Name: "switch", Panels: []study.Panel{panel},
		Title:   fmt.Sprintf("8 steps after SGD: to %.3f saddle-free, %.3f with damped Newton", end(nameFree), end(nameNewton)),
		Caption: "5 hidden units, 60 epochs of SGD at 0.01 with momentum; median and range over the seeds."}
}

// indexFigure is part D; nil if it was not done.
func indexFigure(r *study.Results) *study.Figure {
	if !r.Has("near", "part", "D") {
		return nil
	}
	losses, indices := critical(r)
	if len(losses) == 0 {
		return nil
	}
	panel := &study.Lines{X: study.Axis{Label: "loss with ridge", Unit: "nats"}, Y: study.Axis{Label: "share of negative eigenvalues", Min: study.At(0)},
		Curves: []study.Curve{{Label: "near-critical points", X: losses, Y: indices, Draw: study.Points}}}
	return &study.Figure{Name: "index", Panels: []study.Panel{panel},
		Title:   fmt.Sprintf("Critical points: their loss and how many directions lead down, correlation %.2f", correlation(losses, indices)),
		Caption: "Points with a gradient of at most 0.02 of a network with 2 hidden units, 300 images, found by Levenberg-Marquardt from points along a training moved by noise; all seeds."}
}

// krylovFigure is part E; nil if it was not done.
func krylovFigure(r *study.Results) *study.Figure {
	nets := r.Values("loss", "hidden", "part", "E")
	if len(nets) == 0 {
		return nil
	}
	f := &study.Figure{Name: "krylov", Columns: len(nets), Ordered: true, Title: "The loss by the size of the Krylov space",
		Caption: "Saddle-free Newton in Krylov spaces of k dimensions and the last step's; median and range over the seeds. The exact step needs all eigenvalues: of 565 " +
			"parameters at 5 hidden units, of 2785 at 25."}
	for _, hidden := range nets {
		panel := &study.Lines{Title: hidden + " hidden units", X: study.Axis{Label: "steps", Min: study.At(0)}, Y: study.Axis{Label: "loss", Unit: "nats", Log: true}}
		for _, k := range r.Values("loss", "k", "part", "E", "hidden", hidden) {
			panel.Curves = append(panel.Curves, r.Band(study.Range, "loss", "part", "E", "hidden", hidden, "k", k).Curve("k = "+k))
		}
		if hidden == "5" {
			exact := cut(r.Band(study.Range, "loss", "part", "A", "hidden", 5, "method", nameFree).Curve("exact"), krylovSteps+1)
			panel.Curves = append(panel.Curves, exact)
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// encoderFigure is part F; nil if it was not done.
func encoderFigure(r *study.Results) *study.Figure {
	if len(r.Values("error", "method", "part", "F")) == 0 {
		return nil
	}
	panel := &study.Lines{X: study.Axis{Label: "steps after the switch (SGD: epochs)", Min: study.At(0)}, Y: study.Axis{Label: "squared error of an image"}}
	for _, m := range []string{nameFree, nameSGD} {
		panel.Curves = append(panel.Curves, r.Band(study.Range, "error", "part", "F", "phase", "after", "method", m).Curve(m))
	}
	return &study.Figure{Name: "autoencoder", Panels: []study.Panel{panel}, Title: "Deep autoencoder: saddle-free Newton in a Krylov space, and more of SGD",
		Caption: "Sum of the squared errors of an image's pixels, mean over the images that choose the damping."}
}
