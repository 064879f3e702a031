package laprop

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{gridFigure(r), spikeFigure(r), searchFigure(r), distanceFigure(r), learningFigure(r)}
	if sweep := depthFigure(r); sweep != nil {
		list = append(list, sweep)
	}
	return list
}

// divergedAt is the loss from which figures call a training diverged: far above
// that of an untrained network, log 10 = 2.3. Colours end there.
const divergedAt = 10

// networkTitle describes a network by its hidden layers.
func networkTitle(name string) string {
	if depth, width, ok := strings.Cut(name, " x "); ok {
		return depth + " hidden layers of " + width
	}
	return "one hidden layer of 128"
}

// drawnNetworks are those networks of grid and learning curves that the run has.
func drawnNetworks(r *study.Results) []string {
	return slices.DeleteFunc([]string{shallowName, deepName}, func(name string) bool { return !r.Has("train_loss", "network", name) })
}

// gridFigure is the loss over (mu, nu), a row of panels for each network.
func gridFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "grid", SharedScale: true, Columns: 3,
		Title: fmt.Sprintf("Over all pairs of decay rates Adam diverges in %s, LaProp in %s", divergedShare(r, nameAdam), divergedShare(r, nameLaProp)),
		Caption: "Final training loss, median over the seeds. Brightest and grey cells have diverged: a loss of 10 or more, or not finite (div). " +
			"An untrained network has 2.3. To the right of ν = μ² Adam's steps have no bound. Adam (1e-8) has its usual ε, the others 1e-15."}
	for _, network := range drawnNetworks(r) {
		for _, method := range []string{nameLaProp, nameAdam, nameUsualAdam} {
			g := r.Pivot(typical, "train_loss", "mu", "nu", "network", network, "method", method)
			g.RowName, g.ColName = "momentum decay μ", "second-moment decay ν"
			f.Panels = append(f.Panels, &study.HeatMap{Title: method + ", " + networkTitle(network), Grid: g,
				Value: study.Axis{Label: "training loss", Unit: "nats", Log: true, Min: study.At(0.05), Max: study.At(divergedAt)}})
		}
	}
	return f
}

// divergedShare counts the trainings of a method that diverged, over both
// networks, all decay rates and all seeds.
func divergedShare(r *study.Results, method string) string {
	diverged, all := 0, 0
	for _, network := range drawnNetworks(r) {
		for _, mu := range r.Values("train_loss", "mu", "network", network) {
			for _, nu := range r.Values("train_loss", "nu", "network", network) {
				loss := r.Sample("train_loss", "network", network, "method", method, "mu", mu, "nu", nu)
				diverged += loss.Count(func(v float64) bool { return math.IsNaN(v) || v >= divergedAt })
				all += len(loss)
			}
		}
	}
	return fmt.Sprintf("%d of %d trainings", diverged, all)
}

// spikeFigure is the size of the steps after a single gradient of 1.
func spikeFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "spike", Title: "Steps after a spike of the gradient",
		Caption: "A gradient of 1, then zeros, at μ = 0.9. Where ν is below μ² = 0.81 Adam's steps grow. At ν = 0.999 the curves coincide. " +
			"ε is 0, and the second moment is not corrected for its start."}
	for _, nu := range spikeNus {
		panel := &study.Lines{Title: fmt.Sprintf("ν = %v, μ/√ν = %.2f", nu, spikeMu/math.Sqrt(nu)),
			X: study.Axis{Label: "steps since the spike"},
			Y: study.Axis{Label: "size of the step", Unit: "learning rates", Log: true, Min: study.At(1e-6), Max: study.At(1e10)}}
		for _, method := range []string{nameLaProp, nameAdam} {
			panel.Curves = append(panel.Curves, r.Common.Curve("spike", "method", method, "nu", nu).Curve(method))
		}
		panel.Curves = append(panel.Curves, study.HorizontalLine("LaProp's bound 1/√(1−ν)", 1/math.Sqrt(1-nu), 0, spikeSteps-1))
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// searchFigure is the steps to the minimum against nu, a panel for each noise.
func searchFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "rosenbrock", Title: "Noisy Rosenbrock: at ν = 0.3 LaProp takes " + ratioSpan(r) + " times Adam's steps",
		Caption: "Steps until a search is within 0.1 of the minimum: median and quartiles of all searches of all seeds. " +
			"One that was given up counts with the limit."}
	limit := option(r, "limit")
	nus := sortedNumbers(r.Values("steps", "nu"))
	for _, sigma := range r.Values("steps", "sigma") {
		panel := &study.Lines{Title: "noise σ = " + sigma, X: study.Axis{Label: "second-moment decay ν"},
			Y: study.Axis{Label: "steps to the minimum", Min: study.At(0), Max: study.At(1.05 * limit)}}
		for _, method := range []string{nameLaProp, nameAdam, nameAMSGrad} {
			c := study.Curve{Label: method, Draw: study.Both}
			for _, nu := range nus {
				steps := arrivals(r, method, nu, sigma).OrElse(limit)
				c.X, c.Y = append(c.X, number(nu)), append(c.Y, steps.Median())
				c.Low, c.High = append(c.Low, steps.Quantile(0.25)), append(c.High, steps.Quantile(0.75))
			}
			panel.Curves = append(panel.Curves, c)
		}
		panel.Curves = append(panel.Curves, study.HorizontalLine("given up", limit, number(nus[0]), number(nus[len(nus)-1])))
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// ratioSpan is the range over the noise levels of the median ratio of steps at
// nu = 0.3.
func ratioSpan(r *study.Results) string {
	var ratios study.Sample
	for _, sigma := range r.Values("steps", "sigma") {
		steps := func(method string) study.Sample {
			return r.Sample("steps", "method", method, "nu", 0.3, "sigma", sigma)
		}
		ratios = append(ratios, steps(nameLaProp).Over(steps(nameAdam)).Median())
	}
	if len(ratios) == 1 {
		return fmt.Sprintf("%.2f", ratios[0])
	}
	return fmt.Sprintf("%.2f to %.2f", ratios.Min(), ratios.Max())
}

// distanceFigure is the way to the minimum at the smallest nu.
func distanceFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "distance", Title: "Noisy Rosenbrock: the way to the minimum at ν = 0.3",
		Caption: "Distance to the minimum, median of a seed's searches; median and range over the seeds. All methods start with steps of one " +
			"learning rate; Adam slows down as the valley bends. A curve ends where all searches have arrived."}
	for _, sigma := range r.Values("steps", "sigma") {
		panel := &study.Lines{Title: "noise σ = " + sigma, X: study.Axis{Label: "steps"},
			Y: study.Axis{Label: "distance to the minimum", Log: true, Min: study.At(goal / 2), Max: study.At(2)}}
		for _, method := range []string{nameLaProp, nameAdam, nameAMSGrad} {
			panel.Curves = append(panel.Curves, untilArrival(r.Band(study.Range, "distance", "method", method, "nu", 0.3, "sigma", sigma).Curve(method)))
		}
		panel.Curves = append(panel.Curves, study.HorizontalLine("arrived", goal, 0, option(r, "limit")))
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// untilArrival cuts a curve off half-way below the goal. The searches of a seed
// end when all have arrived, so that it would end raggedly.
func untilArrival(c study.Curve) study.Curve {
	for i, y := range c.Y {
		if !(y > goal/2) {
			c.X, c.Y = c.X[:i], c.Y[:i]
			if c.Low != nil {
				c.Low, c.High = c.Low[:i], c.High[:i]
			}
			break
		}
	}
	return c
}

// learningFigure is the training loss along the way at the default decay rates
// and at a mismatched pair.
func learningFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "learning", Columns: 2, Title: "Learning curves at μ = 0.9, with Adam's default ν and with ν = 0.5",
		Caption: "Training loss, mean of 15 minibatches; median and range over the seeds. Where Adam's curve leaves the picture it goes on to the losses of " +
			"the figure grid."}
	for _, network := range drawnNetworks(r) {
		for _, nu := range []float64{0.999, 0.5} {
			panel := &study.Lines{Title: fmt.Sprintf("%s, ν = %v", networkTitle(network), nu), X: study.Axis{Label: "training steps"},
				Y: study.Axis{Label: "training loss", Unit: "nats", Log: true}}
			for _, method := range []string{nameLaProp, nameAdam, nameUsualAdam} {
				band := r.Band(study.Range, "loss", "network", network, "method", method, "mu", 0.9, "nu", nu)
				panel.Curves = append(panel.Curves, band.Curve(method))
			}
			if nu == 0.5 {
				panel.Y.Min = study.At(map[string]float64{shallowName: 0.05, deepName: 1}[network])
				panel.Y.Max = study.At(map[string]float64{shallowName: 1e4, deepName: 30}[network])
			}
			f.Panels = append(f.Panels, panel)
		}
	}
	return f
}

// depthFigure is the loss against the depth; nil if no sweep was run.
func depthFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "depth", Title: "How deep a network can be trained: layers of 32 units, μ = 0.9",
		Caption: "Final training loss, median and range over the seeds. An untrained network has 2.3. Trainings that diverged stand at 10."}
	for _, nu := range sweepNus {
		panel := &study.Lines{Title: fmt.Sprintf("ν = %v", nu), X: study.Axis{Label: "hidden layers"},
			Y: study.Axis{Label: "training loss", Unit: "nats", Log: true, Max: study.At(1.3 * divergedAt)}}
		for _, method := range []string{nameLaProp, nameAdam, nameUsualAdam} {
			panel.Curves = append(panel.Curves, depthCurve(r, method, nu))
		}
		if len(panel.Curves[0].X) < 2 {
			continue
		}
		panel.Curves = append(panel.Curves, study.HorizontalLine("diverged", divergedAt, float64(depths[0]), float64(depths[len(depths)-1])))
		f.Panels = append(f.Panels, panel)
	}
	if len(f.Panels) == 0 {
		return nil
	}
	return f
}

// depthCurve is one method's loss. All losses beyond divergedAt count as equal.
func depthCurve(r *study.Results, method string, nu float64) study.Curve {
	c := study.Curve{Label: method, Draw: study.Both}
	for _, depth := range depths {
		labels := []any{"network", stackName(depth), "method", method, "mu", 0.9, "nu", nu}
		if !r.Has("train_loss", labels...) {
			continue
		}
		loss := r.Sample("train_loss", labels...).OrElse(divergedAt)
		for i := range loss {
			loss[i] = min(loss[i], divergedAt)
		}
		c.X, c.Y = append(c.X, float64(depth)), append(c.Y, loss.Median())
		c.Low, c.High = append(c.Low, loss.Min()), append(c.High, loss.Max())
	}
	return c
}

// option is the value of a numeric option of the run.
func option(r *study.Results, name string) float64 { return number(r.Config.Options[name]) }

// number reads a label's value or an option's.
func number(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(err)
	}
	return v
}

func sortedNumbers(texts []string) []string {
	sorted := slices.Clone(texts)
	slices.SortFunc(sorted, func(a, b string) int { return int(math.Copysign(1, number(a)-number(b))) })
	return sorted
}
