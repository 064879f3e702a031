package orthogonaltrustregion

import (
	"fmt"
	"slices"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{boundsFigure(r)}
	if len(rates(r, nameMuon)) > 0 {
		list = append(list, orderFigure(r))
	}
	if len(rates(r, nameAdam)) > 0 {
		list = append(list, methodsFigure(r))
	}
	list = append(list, factorsFigure(r), decayFigure(r))
	if len(r.Values("ahead_error", "alpha")) > 0 {
		list = append(list, aheadFigure(r))
	}
	if len(r.Values("text_loss", "method")) > 0 {
		list = append(list, textFigure(r))
	}
	return list
}

// sampled is a curve of medians with ranges over numbers x.
func sampled(label string, x []float64, at func(x float64) study.Sample) study.Curve {
	c := study.Curve{Label: label, Draw: study.Both, X: slices.Sorted(slices.Values(x))}
	for _, v := range c.X {
		s := at(v)
		c.Y, c.Low, c.High = append(c.Y, s.Median()), append(c.Low, s.Min()), append(c.High, s.Max())
	}
	return c
}

func numbers(labels []string) []float64 {
	var out []float64
	for _, label := range labels {
		out = append(out, number(label))
	}
	return out
}

// boundsFigure is the momentum's error against alpha, with the lemma's bound.
func boundsFigure(r *study.Results) *study.Figure {
	norms := r.Values("error", "norm")
	f := &study.Figure{Name: "bounds", Columns: len(norms), Ordered: true, Title: "The momentum's error and the lemma's bound, against α",
		Caption: "Quadratic function, longer steps, second half of 200. Above: the error of the momentum in the dual norm, mean of each seed's walks, median and range of the seeds; " +
			"dashed the bound for each noise. Below: the gradient that the walk is left with, least at the best α."}
	for _, m := range []struct{ name, label string }{{"error", "error of the momentum"}, {"gradient", "gradient"}} {
		for _, norm := range norms {
			lengths := r.Values(m.name, "length", "norm", norm)
			panel := &study.Lines{Title: norm + " norm", X: study.Axis{Label: "α", Log: true}, Y: study.Axis{Label: m.label + ", dual norm", Log: true}}
			var bounds []study.Curve
			for i, noise := range r.Values(m.name, "noise", "norm", norm) {
				at := func(name string) func(alpha float64) study.Sample {
					return func(alpha float64) study.Sample {
						return r.Sample(name, "norm", norm, "noise", noise, "alpha", alpha, "length", lengths[len(lengths)-1])
					}
				}
				x := numbers(r.Values(m.name, "alpha", "norm", norm))
				panel.Curves = append(panel.Curves, sampled("noise "+noise, x, at(m.name)))
				if m.name == "error" {
					bound := sampled("bound", x, at("error_bound"))
					bound.Low, bound.High, bound.Draw, bound.Reference = nil, nil, study.Joined, true
					if i > 0 {
						bound.Label = ""
					}
					bounds = append(bounds, bound)
				}
			}
			panel.Curves = append(panel.Curves, bounds...)
			f.Panels = append(f.Panels, panel)
		}
	}
	return f
}

// orderFigure sets the two orders side by side.
func orderFigure(r *study.Results) *study.Figure {
	_, muon := leastLoss(r, nameMuon)
	_, orthogonal := leastLoss(r, nameOrthogonal)
	loss := study.Axis{Label: "final training loss", Unit: "nats", Log: true}
	byAlpha := &study.Lines{Title: fmt.Sprintf("weight of a new gradient, rate %v", usualRate), X: study.Axis{Label: "α", Log: true}, Y: loss}
	byRate := &study.Lines{Title: fmt.Sprintf("learning rate, α = %v", usualAlpha), X: study.Axis{Label: "learning rate", Log: true}, Y: loss}
	for _, method := range []string{nameMuon, nameOrthogonal} {
		var x []float64
		for _, a := range averaging(method) {
			if r.Has("train_loss", append([]any{"network", nameLarge}, a.labels()...)...) {
				x = append(x, a.alpha)
			}
		}
		byAlpha.Curves = append(byAlpha.Curves, sampled(method, x, func(alpha float64) study.Sample {
			return of(r, "train_loss", arm{method: method, rate: usualRate, alpha: alpha})
		}))
		x = nil
		for _, a := range rates(r, method) {
			x = append(x, a.rate)
		}
		byRate.Curves = append(byRate.Curves, sampled(method, x, func(rate float64) study.Sample {
			return of(r, "train_loss", arm{method: method, rate: rate, alpha: usualAlpha})
		}))
	}
	return &study.Figure{Name: "order", Columns: 2, Panels: []study.Panel{byAlpha, byRate},
		Title: fmt.Sprintf("Averaging before or after orthogonalising: at its best rate Muon's loss is %.2g of the other order's", muon/orthogonal),
		Caption: "Perceptron with two hidden layers of 128. At α = 1 nothing is averaged and both are the same method. A smaller α helps Muon, " +
			"which averages gradients, and does nothing for Orthogonal-SGDM, which averages steps. Median and range over the seeds."}
}

// methodsFigure compares Muon with the other methods.
func methodsFigure(r *study.Results) *study.Figure {
	curves := &study.Lines{Title: "each at its best rate", X: study.Axis{Label: "epochs", Min: study.At(0)}, Y: study.Axis{Label: "training loss", Unit: "nats", Log: true}}
	grids := &study.Lines{Title: "all rates", X: study.Axis{Label: "learning rate", Log: true}, Y: study.Axis{Label: "test accuracy", Min: study.At(0.92), Max: study.At(1)}}
	_, muon := mostAccurate(r, nameMuon)
	_, adam := mostAccurate(r, nameAdam)
	for _, method := range append([]string{nameMuon}, baselines...) {
		best, _ := mostAccurate(r, method)
		band := r.Band(study.Range, "loss", append([]any{"network", nameLarge}, best.labels()...)...)
		band.Low, band.High = nil, nil
		curves.Curves = append(curves.Curves, study.Curve{Label: method, X: band.X, Y: band.Median})
		var x []float64
		for _, a := range rates(r, method) {
			x = append(x, a.rate)
		}
		c := sampled(method, x, func(rate float64) study.Sample {
			a := best
			a.rate = rate
			return of(r, "test_accuracy", a)
		})
		grids.Curves = append(grids.Curves, c)
	}
	return &study.Figure{Name: "methods", Columns: 2, Panels: []study.Panel{curves, grids},
		Title: fmt.Sprintf("Muon reaches %.2f%% of the test images, Adam %.2f%%, each at the best of four rates", 100*muon, 100*adam),
		Caption: "Perceptron with two hidden layers of 128, rates that fall linearly to zero. Left: loss of the minibatches, mean of a quarter of an epoch, median of the seeds. " +
			"Right: median and range; accuracies below 92% are not shown."}
}

// factorsFigure is the bias of the wrong order, and Newton and Schulz's steps.
func factorsFigure(r *study.Results) *study.Figure {
	bias := &study.Lines{Title: "mean of noisy gradients", X: study.Axis{Label: "gradients averaged", Log: true}, Y: study.Axis{Label: "distance from the true factor", Log: true}}
	names := map[string]string{nameMuon: "factor of the mean", nameOrthogonal: "mean of the factors"}
	for _, order := range []string{nameMuon, nameOrthogonal} {
		c := r.Band(study.Range, "bias", "order", order).Curve(names[order])
		c.Draw = study.Both
		bias.Curves = append(bias.Curves, c)
	}
	schulz := &study.Lines{Title: "five Newton-Schulz steps", X: study.Axis{Label: "singular value / Frobenius norm", Log: true}, Y: study.Axis{Label: "singular value after", Min: study.At(0), Max: study.At(1.4)}}
	for _, f := range factors {
		s := r.First().Curve("singular", "matrix", f.name)
		schulz.Curves = append(schulz.Curves, study.Curve{Label: f.name, X: s.X, Y: s.Y, Draw: study.Points})
	}
	schulz.Curves = append(schulz.Curves, study.HorizontalLine("exact", 1, 5e-5, 0.5))
	return &study.Figure{Name: "factors", Columns: 2, Panels: []study.Panel{bias, schulz},
		Title: "Orthogonal factors: averaged before or after, and by Newton-Schulz steps",
		Caption: "Left: gradients diag(1, 0.5, 0.1, 0.05) with noise of deviation 0.3; distance in the Frobenius norm over that of the identity, median and range of the seeds. " +
			"Right: singular values of three matrices of the first seed before and after Muon's rough factor; the exact one makes them all 1."}
}

// decayFigure is the ball of weight decay.
func decayFigure(r *study.Results) *study.Figure {
	norms := &study.Lines{Title: "norm of the iterates", X: study.Axis{Label: "steps", Min: study.At(0)}, Y: study.Axis{Label: "spectral norm", Log: true}}
	var bounds []study.Curve
	for i, radius := range walls {
		norms.Curves = append(norms.Curves, r.Band(study.Range, "norm", "radius", radius).Curve(fmt.Sprintf("η/β = %v", radius)))
		bound := r.First().Curve("norm_bound", "radius", radius).Curve("bound")
		bound.Reference = true
		if i > 0 {
			bound.Label = ""
		}
		bounds = append(bounds, bound)
	}
	norms.Curves = append(norms.Curves, bounds...)
	f := &study.Figure{Name: "decay", Columns: 2, Panels: []study.Panel{norms}, Title: "The iterates' norm with weight decay",
		Caption: "Left: walks with noise from outside of the ball of radius η/β, with the bound. " +
			"Median and range of the seeds."}
	if len(r.Values("gap", "minimum")) > 0 {
		f.Title += ", and the gap of the loss in the ball"
		f.Caption += " Right: f minus its least value in the ball after runs of K steps with β = 2 ln K/K, for a free minimum inside of the ball and one three times as far out."
		gap := &study.Lines{Title: "loss above the least in the ball", X: study.Axis{Label: "steps K of the run", Log: true}, Y: study.Axis{Label: "gap", Log: true}}
		for _, t := range targets {
			c := r.Band(study.Range, "gap", "minimum", t.name).Curve("minimum " + t.name)
			c.Draw = study.Both
			gap.Curves = append(gap.Curves, c)
		}
		// The rate of the theory through the first point of the second curve.
		last := gap.Curves[len(gap.Curves)-1]
		theory := study.Curve{Label: "K^(-1/3)", Reference: true, X: last.X}
		for _, k := range last.X {
			theory.Y = append(theory.Y, last.Y[0]*cubeRoot(last.X[0]/k))
		}
		gap.Curves = append(gap.Curves, theory)
		f.Panels = append(f.Panels, gap)
	}
	return f
}

// aheadFigure is what extrapolation does.
func aheadFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "ahead", Columns: 2, Title: "Momentum with gradients taken ahead of the parameters",
		Caption: "Quartic function with noise, spectral norm, 200 steps: median and range of the seeds. A small α averages more noise away and lags more; extrapolation takes most of the lag."}
	for _, m := range []struct{ name, title, label string }{{"ahead_error", "momentum", "mean error, dual norm"}, {"ahead_gradient", "gradient", "least gradient, dual norm"}} {
		panel := &study.Lines{Title: m.title, X: study.Axis{Label: "α", Log: true}, Y: study.Axis{Label: m.label, Log: true}}
		for _, name := range []string{namePlain, nameAhead} {
			x := numbers(r.Values(m.name, "alpha", "gradients", name))
			panel.Curves = append(panel.Curves, sampled(name, x, func(alpha float64) study.Sample { return r.Sample(m.name, "gradients", name, "alpha", alpha) }))
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// textFigure is the training of language models.
func textFigure(r *study.Results) *study.Figure {
	panel := &study.Lines{X: study.Axis{Label: "steps", Min: study.At(0)}, Y: study.Axis{Label: "training loss", Unit: "nats per character"}}
	for _, method := range r.Values("text_loss", "method") {
		for _, rate := range r.Values("text_loss", "rate", "method", method) {
			c := r.Band(study.Range, "text_loss", "method", method, "rate", rate).Curve(method + ", " + rate)
			panel.Curves = append(panel.Curves, c)
		}
	}
	return &study.Figure{Name: "text", Title: "A small language model: Muon for its matrices, or Adam for all", Panels: []study.Panel{panel},
		Caption: "Mean of 50 steps, median and range of the seeds. Beside Muon, Adam trains embeddings and vectors at 3e-3."}
}
