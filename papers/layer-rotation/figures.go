package layerrotation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	var list []*study.Figure
	for _, network := range r.Values("test_accuracy", "network") {
		if network == nameToy {
			list = append(list, featuresFigure(r))
			continue
		}
		suffix := suffixes[network]
		list = append(list, rotationFigure(r, network, suffix), accuracyFigure(r, network, suffix), stepsFigure(r, network, suffix))
	}
	return list
}

// suffixes tell the figures of networks apart. The perceptron and the 25-layer
// network, which no run has together, have none.
var suffixes = map[string]string{nameSmall: "-cnn", nameVGG: "-vgg", nameResNet: "-resnet", nameWide: "-wrn"}

// shown are the trainings of a network that a figure has room for, the best of
// each kind, in the order of recording.
func shown(r *study.Results, network string) []run {
	var list []run
	add := func(kind func(run) bool) {
		var top run
		for _, u := range runs(r, network) {
			if kind(u) && (top.method == "" || median(r, u) > median(r, top)) {
				top = u
			}
		}
		for _, u := range list {
			if u == top {
				return
			}
		}
		if top.method != "" {
			list = append(list, top)
		}
	}
	layca := func(u run) bool { return u.method == nameLayca && u.alpha == "0" }
	add(layca)
	for _, rate := range []string{"3^-1", "3^-2", "3^-3", "3^-4", "3^-5"} {
		if swept(r, network) || rate == "3^-5" {
			add(func(u run) bool { return layca(u) && u.rate == rate })
		}
	}
	for _, alpha := range []string{"-0.6", "0.6"} {
		add(func(u run) bool { return u.method == nameLayca && u.alpha == alpha })
	}
	for _, method := range []string{nameSGD, nameDecay, nameWarm, nameAdam, nameAdam + withLayca} {
		add(func(u run) bool { return u.method == method })
	}
	order := runs(r, network)
	slices.SortFunc(list, func(a, b run) int { return slices.Index(order, a) - slices.Index(order, b) })
	return list
}

// swept reports whether the trainings of a network differ in Layca's rate alone.
func swept(r *study.Results, network string) bool {
	return !slices.ContainsFunc(runs(r, network), func(u run) bool { return u.method != nameLayca || u.alpha != "0" })
}

// raised writes the exponent of a rate above the line.
func raised(rate string) string {
	base, exponent, ok := strings.Cut(rate, "^")
	if !ok {
		return rate
	}
	return base + "^{" + strings.ReplaceAll(exponent, "-", "−") + "}"
}

func median(r *study.Results, u run) float64 {
	return r.Sample("test_accuracy", u.labels()...).Median()
}

// rotationFigure is how far each layer has turned, a panel for each training.
func rotationFigure(r *study.Results, network, suffix string) *study.Figure {
	f := &study.Figure{Name: "rotation" + suffix, Ordered: true, Columns: 3, Title: "How far each layer turns away from its start, and what the " + network + " knows in the end",
		Caption: "Cosine distance of each layer from its first values, median over the seeds; the title has the test accuracy. Of networks with many layers some are shown."}
	for _, u := range shown(r, network) {
		panel := &study.Lines{Title: fmt.Sprintf("%s: %s%%", u.title(), points(median(r, u))), X: study.Axis{Label: "epochs"},
			Y: study.Axis{Label: "distance from start", Min: study.At(0), Max: study.At(1.05)}}
		for _, layer := range thinned(r.Values("rotation", "layer", u.labels()...)) {
			c := r.Band(study.Range, "rotation", append(u.labels(), "layer", layer)...).Curve("layer " + layer)
			c.Low, c.High = nil, nil
			panel.Curves = append(panel.Curves, c)
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}

const drawnLayers = 8

// thinned is so many of the layers as a legend has room for, evenly spread from the
// first to the last.
func thinned(layers []string) []string {
	if len(layers) <= drawnLayers {
		return layers
	}
	some := make([]string, drawnLayers)
	for i := range some {
		some[i] = layers[i*(len(layers)-1)/(drawnLayers-1)]
	}
	return some
}

// family is the group of a training in the figure of accuracies.
func (u run) family() string {
	switch {
	case u.method == nameLayca && u.alpha != "0":
		return "Layca, unequal layers"
	case u.method == nameLayca:
		return "Layca"
	case strings.HasSuffix(u.method, withLayca):
		return "adaptive + Layca"
	case strings.HasPrefix(u.method, nameSGD):
		return u.method
	}
	return "adaptive"
}

// accuracyFigure is test accuracy against final rotation, a point for each
// training of each seed: coloured by the method, or, where all have the same, by the
// rate.
func accuracyFigure(r *study.Results, network, suffix string) *study.Figure {
	sweep := swept(r, network)
	panel := &study.Lines{X: study.Axis{Label: "final rotation, mean of all layers", Min: study.At(0), Max: study.At(1.05)}, Y: study.Axis{Label: "test accuracy", Unit: "%"}}
	places := map[string]int{}
	for _, u := range runs(r, network) {
		name := u.family()
		if sweep {
			name = "Layca, " + raised(u.rate)
		}
		at, ok := places[name]
		if !ok {
			at = len(panel.Curves)
			places[name] = at
			panel.Curves = append(panel.Curves, study.Curve{Label: name, Draw: study.Points})
		}
		c := &panel.Curves[at]
		turned, right := r.Sample("rotation_mean", u.labels()...), r.Sample("test_accuracy", u.labels()...)
		for i := range turned {
			c.X, c.Y = append(c.X, turned[i]), append(c.Y, 100*right[i])
		}
	}
	f := &study.Figure{Name: "accuracy" + suffix, Title: "Test accuracy by how far the layers turned, " + network, Panels: []study.Panel{panel}, Ordered: sweep,
		Caption: "Test accuracy against the mean final rotation of the layers: every training of every seed."}
	if sweep {
		f.Caption += " Colours are Layca's rates."
	}
	return f
}

// stepsFigure is by how much hidden layers turn in a step.
func stepsFigure(r *study.Results, network, suffix string) *study.Figure {
	panel := &study.Lines{X: study.Axis{Label: "epochs", Min: study.At(0)}, Y: study.Axis{Label: "tangent of a step's angle", Log: true}}
	sweep := swept(r, network)
	drawn := map[string]bool{}
	for _, u := range shown(r, network) {
		held := strings.HasSuffix(u.method, withLayca)
		if u.alpha != "0" || held && drawn[u.rate] {
			continue // it would lie on the line of the same rate
		}
		drawn[u.rate] = held
		name := u.title()
		if sweep {
			name = "Layca, " + raised(u.rate)
		}
		c := r.Band(study.Range, "tangent", u.labels()...).Curve(name)
		c.Low, c.High = nil, nil
		if len(c.X) == 1 {
			c.Draw = study.Points
		}
		panel.Curves = append(panel.Curves, c)
	}
	return &study.Figure{Name: "steps" + suffix, Title: "How far hidden layers turn in one step, " + network, Panels: []study.Panel{panel}, Ordered: sweep,
		Caption: "Mean tangent of the angle of a step over hidden layers and an epoch's steps, median over the seeds. Distances from the start saturate at 1; these do not. " +
			"Layca holds them at its rate, whatever the method under it, and its two falls can be seen."}
}

// featuresFigure is what the first layer of the toy looks for.
func featuresFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "features", Columns: 2, Title: "What the units of the first layer look for, by how far they turned",
		Caption: "Kernels of twelve hidden units as images, first seed; grey is 0."}
	f.Panels = append(f.Panels, &study.ImageGrid{Title: "before training", Images: r.First().ImageSet("features_before", "network", nameToy), Columns: 6})
	for _, u := range runs(r, nameToy) {
		turned := r.First().Curve("rotation", append(u.labels(), "layer", "1")...)
		f.Panels = append(f.Panels, &study.ImageGrid{Title: fmt.Sprintf("Layca, %s: turned by %.2f, test %s%%", raised(u.rate), turned.Y[len(turned.Y)-1], points(median(r, u))),
			Images: r.First().ImageSet("features", u.labels()...), Columns: 6})
	}
	return f
}
