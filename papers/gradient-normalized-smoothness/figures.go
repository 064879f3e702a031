package gradientnormalizedsmoothness

import (
	"fmt"
	"strings"

	"github.com/fluxion-go/fluxion/study"
)

// title is how a problem is called in tables and figures.
func title(problem string) string {
	if q, ok := strings.CutPrefix(problem, "norm^"); ok {
		return "|Ax - b|^" + q
	}
	switch problem {
	case nameRosenbrock:
		return "Rosenbrock's equations"
	case nameChebyshev:
		return "Chebyshev's chain"
	case nameLogistic:
		return "separable logistic"
	}
	return problem
}

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{wayFigure(r, false), gammaFigure(r), wayFigure(r, true)}
	return list
}

// curve is a series of a problem in the first seed.
func (p place) curve(r *study.Results, name, method, label string) study.Curve {
	record := r.First()
	if p.common {
		record = r.Common
	}
	c := record.Curve(name, "problem", p.problem, "method", method)
	return study.Curve{Label: label, X: c.X, Y: c.Y}
}

// residuals are the residuals of a problem, median and range over the seeds. A
// minimisation that has ended counts with its last residual, and none below the
// floor: there is nothing but rounding.
func (p place) residuals(r *study.Results, method string) study.Curve {
	if p.common {
		return p.curve(r, "residual", method, method)
	}
	curves := r.Curves("residual", "problem", p.problem, "method", method)
	var longest study.Series
	for _, c := range curves {
		if len(c.X) > len(longest.X) {
			longest = c
		}
	}
	for i, c := range curves {
		padded := study.Series{ID: c.ID, X: longest.X}
		for k := range longest.X {
			padded.Y = append(padded.Y, max(c.Y[min(k, len(c.Y)-1)], p.floor()))
		}
		curves[i] = padded
	}
	c := study.MakeBand(study.Range, curves).Curve(method)
	if p.problem == nameChebyshev {
		// Where some starts end at a stationary point the range says nothing.
		c.Low, c.High = nil, nil
	}
	return c
}

func (p place) floor() float64 {
	if p.problem == nameLogistic {
		return 1e-20
	}
	return 1e-14
}

// wayFigure is the residual against iterations or seconds.
func wayFigure(r *study.Results, seconds bool) *study.Figure {
	f := &study.Figure{Name: "residual", Columns: 3, Title: residualTitle(r),
		Caption: "f - f*, median over the seeds and their range; on Chebyshev's chain, where some starts end at a stationary point that is no solution, the median alone. " +
			"B is A'A in the problems that have a gradient method in B; in the others the metric is Euclidean."}
	axis := study.Axis{Label: "iterations", Log: true}
	if seconds {
		f.Name, f.Title = "seconds", "The same against time, in which a step counts with what it costs"
		f.Caption = "Iterations times the median duration of a step on this machine. Seeds run side by side, so that the durations are rough."
		axis = study.Axis{Label: "time", Unit: "s", Log: true}
	}
	for _, p := range places(r) {
		panel := &study.Lines{Title: title(p.problem), X: axis, Y: study.Axis{Label: "f - f*", Log: true, Min: study.At(p.floor())}}
		for _, m := range p.methods(r) {
			if m == nameFactors && !seconds {
				continue // the same as by Cholesky
			}
			c := p.residuals(r, m)
			c.X = append([]float64(nil), c.X...)
			for i := range c.X {
				if seconds {
					c.X[i] *= p.seconds(r, m)
				}
			}
			panel.Curves = append(panel.Curves, c)
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}

func residualTitle(r *study.Results) string {
	steps := func(method string) float64 { return of(r, "iterations", nameSoftmax, method).Median() }
	if !r.Has("iterations", "problem", nameSoftmax, "method", nameInB) {
		return "Residual against iterations"
	}
	return fmt.Sprintf("LogSumExp to 1e-8: %v iterations with the Hessian, %v with Gauss-Newton, %v by gradients in the same metric",
		steps(nameExact), steps(nameApprox), steps(nameInB))
}

// gammaFigure is gamma along the way.
func gammaFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "gamma", Columns: 3, Title: "How far the model can be trusted",
		Caption: "gamma of the step made, first seed. For the gradient method, with its local Lipschitz constant L, the same " +
			"quantity is |g|*/L."}
	for _, p := range places(r) {
		panel := &study.Lines{Title: title(p.problem), X: study.Axis{Label: "iterations", Min: study.At(0)}, Y: study.Axis{Label: "gamma", Log: true}}
		for _, m := range p.methods(r) {
			label := m
			switch m {
			case nameExact, nameApprox:
			case nameInB, nameInI:
				if m == nameInI && strings.Contains(strings.Join(p.methods(r), "|"), nameInB+"|") {
					continue
				}
				label = "|g|*/L of the gradient method"
			default:
				continue
			}
			panel.Curves = append(panel.Curves, p.curve(r, "length", m, label))
		}
		longest := 0.0
		for _, c := range panel.Curves[:2] {
			longest = max(longest, c.X[len(c.X)-1])
		}
		// The gradient method goes on for long; what is beyond would stretch the axes.
		end := min(1.5*longest, 200)
		for i, c := range panel.Curves {
			n := len(c.X)
			for n > 0 && c.X[n-1] > end {
				n--
			}
			panel.Curves[i].X, panel.Curves[i].Y = c.X[:n], c.Y[:n]
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}
