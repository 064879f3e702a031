package gradientregularization

import (
	"fmt"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{sideFigure(r), mechanismFigure(r)}
	if len(r.Values("accuracy", "method")) > 0 {
		list = append(list, imagesFigure(r))
	}
	return append(list, costFigure(r))
}

// sideFigure is error and effective alpha against eps, negative for steps down.
func sideFigure(r *study.Results) *study.Figure {
	plain := setting{method: namePlain}
	ratio := of(r, "error", caseMean, ladder[0]).Over(of(r, "error", caseMean, plain)).Median()
	f := &study.Figure{Name: "side", Columns: 2, Title: fmt.Sprintf("The error against the length of the step up: F-GR has %.2f times that of gradient descent", ratio),
		Caption: "Diagonal linear networks, rows with a common mean. Negative eps are backward differences (B-GR), positive ones forward (F-GR), 0 is double backpropagation. " +
			"Medians over the seeds, each relative to gradient descent; the band is from the smallest to the largest seed."}
	for _, m := range []struct{ name, title, label string }{
		{"error", "error of the coefficients", "error / that of gradient descent"},
		{"alpha", "effective α", "effective α / that of gradient descent"},
	} {
		panel := &study.Lines{Title: m.title, X: study.Axis{Label: "ε, the step up"}, Y: study.Axis{Label: m.label}}
		for _, gamma := range []float64{0.1, strong} {
			if !r.Has("error", append([]any{"case", caseMean}, setting{method: nameDouble, gamma: gamma}.labels()...)...) {
				continue
			}
			c := study.Curve{Label: fmt.Sprintf("γ = %v", gamma), Draw: study.Both}
			for _, s := range sweep(gamma)[1:] {
				x := s.eps
				if s.method == nameBackward {
					x = -x
				}
				sample := of(r, m.name, caseMean, s).Over(of(r, m.name, caseMean, plain))
				c.X, c.Y, c.Low, c.High = append(c.X, x), append(c.Y, sample.Median()), append(c.Low, sample.Min()), append(c.High, sample.Max())
			}
			panel.Curves = append(panel.Curves, c)
		}
		panel.Curves = append(panel.Curves, study.HorizontalLine("gradient descent", 1, -0.06, 0.06))
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// mechanismFigure is the effective alpha of every coordinate against theory.
func mechanismFigure(r *study.Results) *study.Figure {
	panel := &study.Lines{X: study.Axis{Label: "α exp(-4γ ∫ q q' dt)"}, Y: study.Axis{Label: "effective α at the end"}}
	low, high := 1.0, 0.0
	for _, s := range fine[1:] {
		c := r.First().Curve("alpha_measured", append([]any{"case", caseFine}, s.labels()...)...)
		for _, v := range c.X {
			low, high = min(low, v), max(high, v)
		}
		panel.Curves = append(panel.Curves, study.Curve{Label: s.method + s.constants(), X: c.X, Y: c.Y, Draw: study.Points})
	}
	panel.Curves = append(panel.Curves, study.Curve{Label: "equal", X: []float64{low, high}, Y: []float64{low, high}, Reference: true})
	return &study.Figure{Name: "mechanism", Title: "Each coordinate's effective α, measured and in theory", Panels: []study.Panel{panel},
		Caption: "The first seed, rate 1e-3: a point for each coordinate; the effective α is √(Plus Minus). Gradient descent stays at 0.1. The smaller, the more the network prefers sparse solutions."}
}

// imagesFigure is the test accuracy over gamma and eps.
func imagesFigure(r *study.Results) *study.Figure {
	plain, at := bestArm(r, namePlain)
	best, _ := bestArm(r, nameForward)
	f := &study.Figure{Name: "images", SharedScale: true, Columns: 2,
		Title: fmt.Sprintf("Images: %.2f%% with F-GR at its best, %.2f%% with plain momentum (%s)", 100*best.Median(), 100*plain.Median(), at),
		Caption: "Median test accuracy over the seeds. DB is double backpropagation, where eps does not matter; γ = 0 is plain momentum. " +
			"Differences are of the size of the seeds' spread."}
	for _, rate := range rates {
		g := study.Grid{RowName: "γ", ColName: "ε", Rows: []string{"0"}, Cols: []string{"DB"}}
		base := 100 * r.Sample("accuracy", arm{setting{method: namePlain}, rate}.labels()...).Median()
		first := study.Floats{base}
		for _, eps := range epsilons {
			g.Cols, first = append(g.Cols, fmt.Sprint(eps)), append(first, base)
		}
		g.Values = append(g.Values, first)
		for _, gamma := range gammas {
			g.Rows = append(g.Rows, fmt.Sprint(gamma))
			row := study.Floats{100 * r.Sample("accuracy", arm{setting{method: nameDouble, gamma: gamma}, rate}.labels()...).Median()}
			for _, eps := range epsilons {
				row = append(row, 100*r.Sample("accuracy", arm{setting{nameForward, gamma, eps}, rate}.labels()...).Median())
			}
			g.Values = append(g.Values, row)
		}
		f.Panels = append(f.Panels, &study.HeatMap{Title: fmt.Sprintf("rate %v", rate), Grid: g, Value: study.Axis{Label: "test accuracy", Unit: "%"}})
	}
	return f
}

// costFigure is the time of steps.
func costFigure(r *study.Results) *study.Figure {
	bars := &study.Bars{XLabel: "hidden layers", Y: study.Axis{Label: "time of a step / plain", Min: study.At(0)}}
	bars.Groups = depthsOf(r)
	for _, method := range timed[1:] {
		s := study.BarSeries{Label: method}
		for _, depth := range bars.Groups {
			s.Values = append(s.Values, r.Common.Timing("over_plain", "depth", depth, "method", method))
		}
		bars.Series = append(bars.Series, s)
	}
	return &study.Figure{Name: "cost", Title: "What a step costs, by finite differences and by double backpropagation", Panels: []study.Panel{bars},
		Caption: "Perceptrons of width 256, batches of 128, medians of interleaved steps. DB differentiates the gradient forward, along itself; twice reverse " +
			"differentiates the penalty backward."}
}
