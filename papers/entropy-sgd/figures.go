package entropysgd

import (
	"fmt"
	"strings"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{entropyFigure(r)}
	for _, network := range networks(r) {
		list = append(list, curvesFigure(r, network))
	}
	if r.Has("matched") {
		list = append(list, spectrumFigure(r))
	}
	return list
}

// entropyFigure is the double well, its negative local entropy, and where that is
// lowest.
func entropyFigure(r *study.Results) *study.Figure {
	left := &study.Lines{Title: "smoothed landscapes", X: study.Axis{Label: "x"}, Y: study.Axis{Label: "above the lowest place", Min: study.At(0), Max: study.At(4)}}
	for _, gamma := range drawn {
		left.Curves = append(left.Curves, r.Common.Curve("entropy", "gamma", gamma).Curve(fmt.Sprintf("−F, γ = %v", gamma)))
	}
	loss := r.Common.Curve("loss").Curve("f")
	loss.Reference = true
	left.Curves = append(left.Curves, loss)
	right := &study.Lines{Title: "where −F is lowest", X: study.Axis{Label: "γ", Log: true}, Y: study.Axis{Label: "x", Min: study.At(-1.3), Max: study.At(1.3)}}
	lowest := r.Common.Curve("lowest").Curve("lowest place")
	lowest.Draw = study.Points
	right.Curves = append(right.Curves, lowest)
	return &study.Figure{Name: "entropy", Title: "A double well and its local entropy", Panels: []study.Panel{left, right}, Columns: 2,
		Caption: "A double well f whose lowest place is narrow, and its negative local entropy. For weak couplings the wide well is the lowest; as gamma grows f comes back."}
}

// curvesFigure is loss and accuracy against gradients.
func curvesFigure(r *study.Results, network trained) *study.Figure {
	f := &study.Figure{Name: "curves", Columns: 3, Title: network.title("Training, by the gradients that were computed"),
		Caption: "Median over the seeds (their range for the two methods). One step of Entropy-SGD costs as many gradients as its walk has steps."}
	test, accuracy := study.Axis{Label: "test loss", Unit: "nats", Log: true, Max: study.At(2)}, study.Axis{Label: "test accuracy", Min: study.At(0.7), Max: study.At(1)}
	if network != "" {
		f.Name += "-" + strings.ToLower(string(network))
		test.Max, accuracy.Min, accuracy.Max = nil, nil, nil
	}
	for _, labels := range r.Values("test_loss", "labels", network.labels()...) {
		for _, c := range []struct {
			name string
			y    study.Axis
		}{{"train", study.Axis{Label: "training loss", Unit: "nats", Log: true}}, {"test", test}, {"accuracy", accuracy}} {
			panel := &study.Lines{X: study.Axis{Label: "gradients", Min: study.At(0)}, Y: c.y}
			if network == "" {
				panel.Title = "labels " + labels
			}
			for _, method := range r.Values("test_loss", "method", network.labels("labels", labels)...) {
				curve := r.Band(study.Range, c.name, network.labels("labels", labels, "method", method)...).Curve(method)
				if method != nameSGD && method != nameEntropy {
					curve.Low, curve.High = nil, nil
				}
				panel.Curves = append(panel.Curves, curve)
			}
			f.Panels = append(f.Panels, panel)
		}
	}
	return f
}

// spectrumFigure is the number of eigenvalues of the Hessian above a value.
func spectrumFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "spectrum", Columns: 2, Title: "The Hessian's positive eigenvalues, first seed",
		Caption: "How many eigenvalues lie above a value, by Lanczos quadrature with two probes: to the left where both trainings have come equally far, to the right at their ends."}
	for _, where := range r.Values("rise", "where") {
		panel := &study.Lines{Title: map[string]string{"matched": "equally far", "end": "at the end"}[where],
			X: study.Axis{Label: "eigenvalue", Log: true, Min: study.At(1e-3)}, Y: study.Axis{Label: "eigenvalues above", Log: true, Min: study.At(0.5)}}
		for _, method := range r.Values("rise", "method", "where", where) {
			if r.First().Has("rise", "where", where, "method", method) {
				c := r.First().Curve("spectrum", "where", where, "method", method).Curve(method)
				c.Draw = study.Both
				panel.Curves = append(panel.Curves, c)
			}
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}
