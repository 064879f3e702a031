package xgrad

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{gainFigure(r), curvesFigure(r), stabilityFigure(r)}
	if len(r.Values("characters_loss", "s")) > 0 {
		list = append(list, charactersFigure(r))
	}
	return list
}

// gainFigure is the training loss against s, relative to that without
// prediction, a panel for each base.
func gainFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "gain", Columns: 2, Title: gainTitle(r),
		Caption: "Training loss with s updates ahead over that without, after the last epoch: each seed paired with itself (same first values, same " +
			"batches), median and quartiles. Below 1 prediction helps; what is above 2 is cut off."}
	for _, base := range r.Values("loss", "base") {
		if base == nameNesterov {
			continue
		}
		panel := &study.Lines{Title: base, X: study.Axis{Label: "updates ahead s"},
			Y: study.Axis{Label: "loss / loss without", Log: true, Min: study.At(0.3), Max: study.At(2)}}
		last := 0.0
		for _, c := range settingsOf(r, base) {
			curve := study.Curve{Label: fmt.Sprintf("rate %v", c.rate), Draw: study.Both}
			for _, v := range ahead(r, "loss") {
				s, err := strconv.Atoi(v)
				if err != nil {
					panic(err)
				}
				quotient := of(r, "loss", c, s).Over(of(r, "loss", c, 0)).OrElse(math.Inf(1))
				curve.X, curve.Y = append(curve.X, float64(s)), append(curve.Y, quotient.Median())
				curve.Low, curve.High = append(curve.Low, quotient.Quantile(0.25)), append(curve.High, quotient.Quantile(0.75))
				last = max(last, float64(s))
			}
			panel.Curves = append(panel.Curves, curve)
		}
		panel.Curves = append(panel.Curves, study.HorizontalLine("no change", 1, 0, last))
		f.Panels = append(f.Panels, panel)
	}
	return f
}

func gainTitle(r *study.Results) string {
	change := func(c setting) float64 {
		return 100 * (of(r, "loss", c, 2).Over(of(r, "loss", c, 0)).Median() - 1)
	}
	adam, sgd := setting{nameAdam, 1e-3}, setting{nameSGDM, 0.01}
	if !r.Has("loss", trial{adam, 2}.labels()...) || !r.Has("loss", trial{sgd, 2}.labels()...) {
		return "What looking ahead does to the training loss"
	}
	return fmt.Sprintf("Looking two updates ahead: the training loss changes by %+.0f%% (Adam, 0.001) and %+.0f%% (SGDM, 0.01)", change(adam), change(sgd))
}

// curvesFigure is the training loss along the way.
func curvesFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "curves", Columns: 3, Title: "Training loss along the way",
		Caption: "Loss over the whole training set at the real weights after each epoch, median over the seeds (their ranges overlap; pairs do not). Nesterov stands beside SGDM."}
	for _, c := range []setting{{nameSGDM, 0.01}, {nameAdam, 1e-3}, {nameAdamW, 1e-3}} {
		if !r.Has("loss", trial{c, 0}.labels()...) {
			continue
		}
		panel := &study.Lines{Title: fmt.Sprintf("%s, rate %v", c.base, c.rate), X: study.Axis{Label: "epochs"},
			Y: study.Axis{Label: "training loss", Unit: "nats", Log: true}}
		for _, s := range []int{0, 1, 2, 4} {
			if t := (trial{c, s}); r.Has("loss", t.labels()...) {
				panel.Curves = append(panel.Curves, median(r, fmt.Sprintf("s = %d", s), "curve", t.labels()...))
			}
		}
		if t := (trial{setting{nameNesterov, c.rate}, 0}); c.base == nameSGDM && r.Has("loss", t.labels()...) {
			panel.Curves = append(panel.Curves, median(r, nameNesterov, "curve", t.labels()...))
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// median is a curve without its spread, where those of several would hide each
// other.
func median(r *study.Results, label, name string, labels ...any) study.Curve {
	c := r.Band(study.Range, name, labels...).Curve(label)
	c.Low, c.High = nil, nil
	return c
}

// stabilityFigure is the limit of stability against s.
func stabilityFigure(r *study.Results) *study.Figure {
	panel := &study.Lines{X: study.Axis{Label: "updates ahead s"}, Y: study.Axis{Label: "largest stable lr h", Log: true}}
	var all, mus []float64
	for _, s := range r.Common.Scalars {
		if s.Name != "stable" {
			continue
		}
		if v := s.Labels.Number("s"); !slices.Contains(all, v) {
			all = append(all, v)
		}
		if v := s.Labels.Number("mu"); !slices.Contains(mus, v) {
			mus = append(mus, v)
		}
	}
	for _, mu := range mus {
		measured := study.Curve{Label: fmt.Sprintf("measured, μ = %v", mu), Draw: study.Points, X: all}
		for _, s := range all {
			measured.Y = append(measured.Y, r.Common.Scalar("stable", "mu", mu, "s", s))
		}
		panel.Curves = append(panel.Curves, measured)
	}
	for i, mu := range mus {
		formula := study.Curve{Reference: true}
		if i == 0 {
			formula.Label = "2(1+μ)/(1+2s)"
		}
		for s := 0.0; s <= slices.Max(all); s += 0.1 {
			formula.X, formula.Y = append(formula.X, s), append(formula.Y, 2*(1+mu)/(1+float64(2*s)))
		}
		panel.Curves = append(panel.Curves, formula)
	}
	return &study.Figure{Name: "stability", Title: "The largest stable learning rate against the updates ahead", Panels: []study.Panel{panel},
		Caption: "Momentum on parabolas of curvature h: the largest lr h from which it comes to rest, beside the formula."}
}

// charactersFigure is part C.
func charactersFigure(r *study.Results) *study.Figure {
	panel := &study.Lines{X: study.Axis{Label: "training steps"}, Y: study.Axis{Label: "loss on held-out text", Unit: "nats", Log: true}}
	for _, s := range r.Values("characters_loss", "s") {
		panel.Curves = append(panel.Curves, median(r, "s = "+s, "characters", "s", s))
	}
	return &study.Figure{Name: "characters", Title: "A character model (LSTM of 64 units, AdamW)", Panels: []study.Panel{panel},
		Caption: "Cross-entropy of the next character of made-up sentences, median over the seeds."}
}
