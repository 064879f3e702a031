package thermodynamicngd

import (
	"fmt"
	"math"
	"strconv"

	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{deviceFigure(r)}
	if r.Has("tuning_end") {
		return append(list, tuningFigure(r))
	}
	list = append(list, trainingFigure(r))
	if len(r.Values("final_loss", "start", "part", partMethods)) > 1 {
		list = append(list, timeFigure(r))
	}
	if len(kappas(r)) > 0 {
		list = append(list, toleranceFigure(r))
	}
	return list
}

// deviceFigure is the readout's way from the gradient to the natural gradient.
func deviceFigure(r *study.Results) *study.Figure {
	x := study.Axis{Label: "time of the device", SymLog: 0.5, Min: study.At(0), Max: study.At(settled)}
	curve := func(name, label string) study.Curve {
		c := r.Common.Curve(name, "part", "device").Curve(label)
		c.Draw = study.Both
		return c
	}
	way := &study.Lines{Title: "direction of the readout", X: x, Y: study.Axis{Label: "cosine", Min: study.At(0), Max: study.At(1.02)},
		Curves: []study.Curve{curve("cosine_solution", "with the natural gradient"), curve("cosine_gradient", "with the gradient")}}
	left := &study.Lines{Title: "distance from the natural gradient", X: x, Y: study.Axis{Label: "relative error", Log: true},
		Curves: []study.Curve{curve("error", "readout")}}
	taus := r.Common.Curve("error", "part", "device").X
	law := study.Curve{Label: "e^(-λt), the slowest direction", Reference: true}
	start := r.Common.Curve("error", "part", "device").Y[0]
	for _, t := range taus {
		law.X, law.Y = append(law.X, t), append(law.Y, start*math.Exp(-damping*t))
	}
	left.Curves = append(left.Curves, law)
	return &study.Figure{Name: "device", Columns: 2, Panels: []study.Panel{way, left},
		Title:   "Where the readout of the device is, against its time",
		Caption: "Without noise, from the gradient, on a minibatch of an untrained network; damping λ = 0.2. The axis of time is linear below 0.5."}
}

// shown are the methods in the order of legends, each with its labels.
func shown(r *study.Results) []row {
	list := []row{{method: nameSGD}, {method: nameMomentum}, {method: nameAdam}, {method: nameExact}}
	for _, m := range r.Values("final_loss", "method", "part", partMethods) {
		if m == cgName(10) || m == cgName(40) {
			list = append(list, row{method: m})
		}
	}
	for _, start := range []optim.DeviceStart{optim.StartGradient, optim.StartWarm} {
		for _, tau := range []float64{0.5, 2, 5} {
			list = append(list, row{nameTNGD, tngdLabels(start, tau), fmt.Sprintf("TNGD, %s start, time %v", startName(start), tau), tau})
		}
	}
	list = append(list, row{method: nameTNGDAdam, tau: 2})
	var have []row
	for _, m := range list {
		if len(r.Values("final_loss", "rate", append([]any{"part", partMethods, "method", m.method}, m.labels...)...)) > 0 {
			if m.name == "" {
				m.name = m.method
			}
			have = append(have, m)
		}
	}
	return have
}

// row is a method whose rates are one row of tables.
type row struct {
	method string
	labels []any
	name   string
	tau    float64
}

// at are the labels of a row at a rate.
func (m row) at(rate string) []any {
	return append([]any{"part", partMethods, "method", m.method, "rate", rate}, m.labels...)
}

// products is what a step costs; by the method's name for conjugate gradients.
func (m row) products() float64 {
	a := arm{method: m.method, tngdSetting: tngdSetting{tau: m.tau}}
	fmt.Sscanf(m.method, "NGD-CG %d", &a.products)
	return a.cost()
}

// trainingFigure is the training loss against steps and against products.
func trainingFigure(r *study.Results) *study.Figure {
	y := study.Axis{Label: "training loss", Unit: "nats", Log: true}
	steps := &study.Lines{Title: "against steps", X: study.Axis{Label: "steps", Min: study.At(0)}, Y: y}
	cost := &study.Lines{Title: "against the work", X: study.Axis{Label: "gradients and products with F", Log: true}, Y: y}
	for _, m := range shown(r) {
		if m.method == nameTNGD && (m.labels[1] == "gradient" || m.tau == 5) || m.method == cgName(40) {
			continue // in the next figure; as CG 10
		}
		_, rate := best(r, "final_loss", m.method, m.labels...)
		c := r.Band(study.Range, "loss", m.at(rate)...).Curve(m.name)
		if m.method != cgName(10) { // which is next to exact
			steps.Curves = append(steps.Curves, c)
		}
		if m.method == nameExact {
			continue // as many as it needs to converge
		}
		work := c
		work.X = make([]float64, len(c.X))
		for i, x := range c.X {
			work.X[i] = x * m.products()
		}
		cost.Curves = append(cost.Curves, work)
	}
	return &study.Figure{Name: "training", Columns: 2, Panels: []study.Panel{steps, cost},
		Title: "Training loss of each method, against steps and against work",
		Caption: "Loss on all training images; median and range over the seeds, each method at the rate of its grid with the lowest final loss. " +
			"A product with F costs about as much as a gradient. Ten steps of conjugate gradients are next to exact."}
}

// timeFigure is the final loss against the device's time.
func timeFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "time", Columns: 2, Title: "Final training loss against the time of the device, from two starts",
		Caption: "Loss on all training images at the end, median and range over the seeds. Dashed: the exact natural gradient at the same rate."}
	for _, eta := range r.Values("final_loss", "rate", "part", partMethods, "method", nameTNGD) {
		panel := &study.Lines{Title: "rate " + eta, X: study.Axis{Label: "time of the device", Log: true}, Y: study.Axis{Label: "final training loss", Unit: "nats", Log: true}}
		var ends []float64
		for _, start := range []optim.DeviceStart{optim.StartGradient, optim.StartWarm} {
			c := study.Curve{Label: startName(start) + " start", Draw: study.Both}
			for _, tau := range r.Values("final_loss", "tau", "part", partMethods, "method", nameTNGD, "start", startName(start)) {
				s := r.Sample("final_loss", "part", partMethods, "method", nameTNGD, "rate", eta, "start", startName(start), "tau", tau)
				x, _ := strconv.ParseFloat(tau, 64)
				c.X, c.Y = append(c.X, x), append(c.Y, s.Median())
				c.Low, c.High = append(c.Low, s.Min()), append(c.High, s.Max())
			}
			ends = c.X
			panel.Curves = append(panel.Curves, c)
		}
		if len(ends) > 0 && len(r.Values("final_loss", "rate", "part", partMethods, "method", nameExact, "rate", eta)) > 0 {
			exact := r.Sample("final_loss", "part", partMethods, "method", nameExact, "rate", eta).Median()
			panel.Curves = append(panel.Curves, study.HorizontalLine("exact natural gradient", exact, ends[0], ends[len(ends)-1]))
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// toleranceFigure is the final loss against noise and delays.
func toleranceFigure(r *study.Results) *study.Figure {
	noise := &study.Bars{Title: "noise", XLabel: "strength of the noise", Y: study.Axis{Label: "final training loss", Unit: "nats"}}
	s := study.BarSeries{Label: "warm TNGD, time 0.5, rate 0.3"}
	for _, kappa0 := range append([]float64{0}, kappas(r)...) {
		noise.Groups = append(noise.Groups, study.FormatNumber(kappa0))
		s.AddSample(noisy(r, kappa0))
	}
	noise.Series = []study.BarSeries{s}
	f := &study.Figure{Name: "tolerance", Columns: 2, Panels: []study.Panel{noise}, Title: toleranceTitle(r),
		Caption: "Loss on all training images at the end, median and range over the seeds. A late matrix is that of an earlier minibatch and earlier parameters, with " +
			"the current gradient; a late readout is a whole solution of an earlier step."}
	if delays := r.Values("final_loss", "delay", "part", partDelay); len(delays) > 0 {
		delay := &study.Bars{Title: "delay", XLabel: "steps", Y: noise.Y, Groups: append([]string{"0"}, delays...)}
		for _, kind := range []struct{ key, label string }{{"delay", "late matrix"}, {"lag", "late readout"}} {
			s := study.BarSeries{Label: kind.label}
			s.AddSample(noisy(r, 0))
			for _, d := range delays {
				s.AddSample(r.Sample("final_loss", "part", partDelay, kind.key, d))
			}
			delay.Series = append(delay.Series, s)
		}
		f.Panels = append(f.Panels, delay)
	}
	return f
}

func toleranceTitle(r *study.Results) string {
	k := kappas(r)
	if len(k) == 0 {
		return "Noise and delays"
	}
	return fmt.Sprintf("Noise of strength %s changes the loss by %.1f%%", study.FormatNumber(k[0]), 100*math.Abs(noisy(r, k[0]).Over(noisy(r, 0)).Median()-1))
}

// kappas are the strengths of noise, beyond 0, that the run has.
func kappas(r *study.Results) []float64 {
	var list []float64
	for _, k := range r.Values("final_loss", "kappa0", "part", partNoise) {
		v, _ := strconv.ParseFloat(k, 64)
		list = append(list, v)
	}
	return list
}
