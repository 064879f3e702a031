package forwardgradient

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{planeFigure(r), learningFigure(r)}
	if f := ratesFigure(r); f != nil {
		list = append(list, f)
	}
	return append(list, stabilityFigure(r), varianceFigure(r), costFigure(r))
}

// drawnSeeds is how many seeds' paths a panel shows.
const drawnSeeds = 3

// planeFigure is the paths over the contours of the test functions.
func planeFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "functions", Title: "Test functions: the ways down",
		Caption: fmt.Sprintf("The first run of each of up to %d seeds over contours. All start at the same place; of Rosenbrock every 25th step is drawn. From the steep start "+
			"(1, 1.5) on Beale's function %.0f of %.0f runs with forward gradients diverge at the same learning rate 0.01: there a noisy step is too long.",
			drawnSeeds, pooled(r, nameSteep, "diverged"), pooled(r, nameSteep, "runs"))}
	for _, s := range surfaces() {
		panel := &study.Lines{Title: fmt.Sprintf("%s, from (%v, %v)", functionOf(s), s.x, s.y), Contours: s.contours(),
			X: study.Axis{Label: "x", Min: study.At(s.window[0]), Max: study.At(s.window[1])},
			Y: study.Axis{Label: "y", Min: study.At(s.window[2]), Max: study.At(s.window[3])}}
		for i, seed := range r.Seeds {
			if i == drawnSeeds {
				break
			}
			panel.Curves = append(panel.Curves, s.inside(seed.Record.Curve("path", "function", s.name, "method", nameForward).Curve(nameForward)))
		}
		panel.Curves = append(panel.Curves, s.inside(r.First().Curve("path", "function", s.name, "method", nameReverse).Curve(nameReverse)))
		x, y := s.minimum()
		panel.Curves = append(panel.Curves, study.Curve{Label: "minimum", X: []float64{x}, Y: []float64{y}, Draw: study.Points})
		f.Panels = append(f.Panels, panel)
	}
	return f
}

func functionOf(s surface) string {
	if s.name == nameSteep {
		return nameBeale
	}
	return s.name
}

func (s surface) minimum() (x, y float64) {
	if s.name == nameRosenbrock {
		return 1, 1
	}
	return 3, 0.5
}

// inside cuts a path off where it has left the picture by far.
func (s surface) inside(c study.Curve) study.Curve {
	for i := range c.X {
		if !(math.Abs(c.X[i]) < 10) || !(math.Abs(c.Y[i]) < 10) {
			c.X, c.Y = c.X[:i], c.Y[:i]
			break
		}
	}
	return c
}

func (s surface) contours() *study.Contours {
	const points = 121
	k := &study.Contours{Levels: []float64{0.03, 0.15, 0.6, 2, 5, 12, 30, 80, 200, 500}}
	for i := range points {
		at := float64(i) / (points - 1)
		k.X = append(k.X, s.window[0]+float64(at*(s.window[1]-s.window[0])))
		k.Y = append(k.Y, s.window[2]+float64(at*(s.window[3]-s.window[2])))
	}
	for _, y := range k.Y {
		row := make([]float64, points)
		for j, x := range k.X {
			row[j] = s.value(x, y)
		}
		k.Z = append(k.Z, row)
	}
	return k
}

// learningFigure is the loss of the logistic regression against steps, and
// against time where it was measured.
func learningFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "learning", Columns: 2,
		Title: "Logistic regression at a small learning rate and at a large one",
		Caption: "Training loss, mean of 20 minibatches; median and range over the seeds. Time is steps times the median time of a step, measured while nothing " +
			"else runs."}
	axes := []string{"steps"}
	if len(timedModels(r)) > 0 {
		axes = append(axes, "time")
	}
	for _, against := range axes {
		for _, rate := range []float64{smallRate, largeRate} {
			panel := &study.Lines{Title: fmt.Sprintf("learning rate %v", rate), X: study.Axis{Label: "training steps"},
				Y: study.Axis{Label: "training loss", Unit: "nats", Log: rate == largeRate}}
			if rate == largeRate {
				panel.Y.Max = study.At(10)
			}
			for _, method := range []string{nameReverse, nameForward, nameDifference} {
				labels := trial{logistic, method, rate}.labels()
				if !r.Has("final_loss", labels...) {
					continue
				}
				c := r.Band(study.Range, "loss", labels...).Curve(method)
				if against == "time" {
					if method == nameDifference { // its steps are not timed
						continue
					}
					panel.X = study.Axis{Label: "time", Unit: "s"}
					c.X = times(c.X, r.Common.Timing("step_seconds", "model", logistic.name, "method", method))
				}
				panel.Curves = append(panel.Curves, c)
			}
			f.Panels = append(f.Panels, panel)
		}
	}
	return f
}

func times(x []float64, by float64) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[i] = x[i] * by
	}
	return out
}

// ratesFigure is the final loss against the learning rate; nil if there are too
// few rates.
func ratesFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "rates", Columns: 2, Title: "The final loss against the learning rate",
		Caption: "Final loss, median and range over the seeds. Up to some rate both methods make the same progress; beyond it the noise of the estimate wins, " +
			"while backpropagation goes on to its own best. Trainings that diverged stand at 10."}
	for _, m := range r.Values("final_loss", "model") {
		panel := &study.Lines{Title: m, X: study.Axis{Label: "learning rate", Log: true},
			Y: study.Axis{Label: "final training loss", Unit: "nats", Log: true}}
		for _, method := range []string{nameReverse, nameForward, nameDifference} {
			c := study.Curve{Label: method, Draw: study.Both}
			if method == nameDifference {
				c.Draw = study.Points
			}
			for _, rate := range r.Values("final_loss", "rate", "model", m, "method", method) {
				loss := r.Sample("final_loss", "model", m, "method", method, "rate", rate).OrElse(10)
				for i := range loss {
					loss[i] = min(loss[i], 10)
				}
				c.X, c.Y = append(c.X, number(rate)), append(c.Y, loss.Median())
				if c.Draw != study.Points {
					c.Low, c.High = append(c.Low, loss.Min()), append(c.High, loss.Max())
				}
			}
			if len(c.X) > 0 {
				panel.Curves = append(panel.Curves, c)
			}
		}
		if len(panel.Curves[0].X) > 2 {
			f.Panels = append(f.Panels, panel)
		}
	}
	if len(f.Panels) == 0 {
		return nil
	}
	return f
}

// stabilityFigure is the mean factor of |p|² on the quadratic.
func stabilityFigure(r *study.Results) *study.Figure {
	const d = stabilityDims
	exact := study.Curve{Label: "1 − 2η + η²(d+2)", Reference: true}
	for i := range 61 {
		m := 0.2 + float64(float64(i)*1.35/60)
		eta := m * 2 / (d + 2)
		exact.X, exact.Y = append(exact.X, m), append(exact.Y, 1-float64(2*eta)+float64(eta*eta*(d+2)))
	}
	c := r.Common.Curve("factor").Curve("measured")
	c.Draw = study.Points
	return &study.Figure{Name: "stability", Title: fmt.Sprintf("Stable learning rates on a quadratic in %d dimensions, and the limit 2/(d+2)", d),
		Caption: fmt.Sprintf("Mean change of |p|² in a step of forward-gradient descent on |p|²/2, over many walkers and steps. It passes 1 at %.3f times "+
			"2/(d+2). Gradient descent is stable up to 2, which is %d times as far.", r.Common.Scalar("threshold"), d+2),
		Panels: []study.Panel{&study.Lines{X: study.Axis{Label: "learning rate η in units of 2/(d+2)"}, Y: study.Axis{Label: "mean factor of |p|² in a step"},
			Curves: []study.Curve{exact, c, study.HorizontalLine("", 1, multiples[0], multiples[len(multiples)-1])}}}}
}

// varianceFigure is the relative variance against the number of parameters.
func varianceFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "variance", Columns: 2, Ordered: true, Title: "The relative variance, measured and in theory",
		Caption: "Mean square error of the estimate relative to the squared gradient, over thousands of estimates at one point; dashed, the theory."}
	for _, target := range []string{nameQuadratic, nameNetwork} {
		for _, law := range surveyLaws {
			panel := &study.Lines{Title: fmt.Sprintf("%s, %v directions", target, law), X: study.Axis{Label: "parameters d", Log: true},
				Y: study.Axis{Label: "relative variance", Log: true}}
			for _, k := range commonValues(r, "variance", "K") {
				measured := study.Curve{Label: "K = " + k, Draw: study.Points}
				line := study.Curve{Reference: true}
				for _, d := range commonValues(r, "variance", "d") {
					measured.X = append(measured.X, number(d))
					measured.Y = append(measured.Y, r.Common.Scalar("variance", "target", target, "d", d, "law", law.String(), "K", k))
				}
				for _, d := range []int{10, 20, 50, 100, 1000, 10_000} {
					line.X, line.Y = append(line.X, float64(d)), append(line.Y, theory(law.String(), int(number(k)), d))
				}
				panel.Curves = append(panel.Curves, line, measured)
			}
			f.Panels = append(f.Panels, panel)
		}
	}
	return f
}

// costFigure is time and memory against depth.
func costFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "cost", Title: "Time and memory against the depth",
		Caption: "Networks of hidden layers of one width, batches of 64. Memory is that of the compiled passes' plans: what is kept of the layers, " +
			"without parameters and without the direction, which is as large as they are. Time is in proportion to the value alone."}
	depths := commonValues(r, "layer_bytes", "depth")
	over := func(label string, y func(depth string) float64) study.Curve {
		c := study.Curve{Label: label, Draw: study.Both}
		for _, d := range depths {
			c.X, c.Y = append(c.X, number(d)), append(c.Y, y(d))
		}
		return c
	}
	memory := &study.Lines{Title: "memory of the layers' values", X: study.Axis{Label: "hidden layers", Log: true}, Y: study.Axis{Label: "memory", Unit: "KiB", Log: true}}
	for _, name := range []string{nameReverse, nameForward, nameValue} {
		memory.Curves = append(memory.Curves, over(name, func(d string) float64 { return r.Common.Scalar("layer_bytes", "depth", d, "method", name) / 1024 }))
	}
	f.Panels = append(f.Panels, memory)
	if len(timedModels(r)) == 0 {
		return f
	}
	ratio := &study.Lines{Title: "time", X: study.Axis{Label: "hidden layers", Log: true}, Y: study.Axis{Label: "time / time of the value alone", Min: study.At(0)}}
	ratio.Curves = append(ratio.Curves,
		over(nameReverse, func(d string) float64 { return r.Common.Timing("R_b", "depth", d) }),
		over(nameForward, func(d string) float64 { return r.Common.Timing("R_f", "depth", d) }))
	f.Panels = append(f.Panels, ratio)
	return f
}
