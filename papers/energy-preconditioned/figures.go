package energypreconditioned

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{beyondFigure(r), energyFigure(r)}
	if r.Common.Has("iterations", "problem", "Rosenbrock", "precond", precondI, "method", nameFixed, "eta", 2e-3) {
		list = append(list, valleyFigure(r))
	}
	list = append(list, designFigure(r))
	if _, ok := gridOf(r, "W2"); ok {
		list = append(list, basinFigure(r))
	}
	if r.Common.Has("final", "problem", "network", "method", nameAEPG, "eta", 1) {
		list = append(list, networkFigure(r))
	}
	return list
}

// against is a scalar of the common part against values of a label, where it is
// finite.
func against(r *study.Results, label, name, key string, values []float64, at ...any) study.Curve {
	c := study.Curve{Label: label, Draw: study.Both}
	for _, v := range values {
		where := append(append([]any{}, at...), key, v)
		if !r.Common.Has(name, where...) {
			continue
		}
		if y := r.Common.Scalar(name, where...); !math.IsInf(y, 0) {
			c.X, c.Y = append(c.X, v), append(c.Y, y)
		}
	}
	return c
}

// beyondFigure is the number of iterations against the base step.
func beyondFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "beyond", Columns: 2, Title: "Iterations against the base step, below the limit of a fixed step and beyond",
		Caption: "Iterations until the loss of the quadratic is 1e-6, against the base step in units of the stability limit. A curve ends where a " +
			"method no longer gets there: a fixed step diverges; AEPG stands still from about ten times the limit, because the first steps cost all its energy."}
	for _, precond := range []string{precondI, "D^-1/2"} {
		at := []any{"problem", "quadratic", "precond", precond, "method"}
		if !r.Common.Has("iterations", append(at, nameAEPG, "factor", 1.1)...) {
			continue
		}
		p := &study.Lines{Title: "T = " + precond, X: study.Axis{Label: "base step / limit", Log: true, Max: study.At(20)}, Y: study.Axis{Label: "iterations to 1e-6", Log: true}}
		for _, method := range []string{nameAEPG, nameFixed, nameAEGD} {
			if c := against(r, method, "iterations", "factor", factors, append(at, method)...); len(c.X) > 0 {
				p.Curves = append(p.Curves, c)
			}
		}
		if search := against(r, "", "iterations", "factor", factors, append(at, nameSearch)...); len(search.X) > 0 {
			p.Curves = append(p.Curves, study.HorizontalLine(nameSearch, search.Y[0], 0.3, 20))
		}
		f.Panels = append(f.Panels, p)
	}
	return f
}

// energyFigure is loss, energy and effective step along the iterations.
func energyFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "energy", Columns: 3, Ordered: true, Title: "The energy and the step along the way",
		Caption: "AEPG on the quadratic, T = I, for base steps in units of the limit. Beyond the limit the energy falls at once, until the effective step is below " +
			"the limit (dashed), and then no further; at ten times the limit it falls to nothing."}
	x := study.Axis{Label: "iteration", Log: true}
	panels := []struct {
		name string
		p    *study.Lines
	}{
		{"loss", &study.Lines{Title: "loss", X: x, Y: study.Axis{Label: "loss", Log: true, Min: study.At(1e-6), Max: study.At(1e6)}}},
		{"energy", &study.Lines{Title: "energy", X: x, Y: study.Axis{Label: "energy r", Log: true, Min: study.At(1), Max: study.At(150)}}},
		{"step", &study.Lines{Title: "effective step", X: x, Y: study.Axis{Label: "effective step η r/l", Log: true, Min: study.At(1e-3), Max: study.At(0.2)}}},
	}
	for _, panel := range panels {
		longest := 0.0
		for _, factor := range shownFactors {
			s := r.Common.Curve(panel.name, "problem", "quadratic", "precond", precondI, "method", nameAEPG, "factor", factor)
			c := study.Curve{Label: fmt.Sprint(factor), Y: s.Y}
			for _, k := range s.X {
				c.X = append(c.X, k+1)
			}
			longest = math.Max(longest, c.X[len(c.X)-1])
			panel.p.Curves = append(panel.p.Curves, c)
		}
		if panel.name == "step" {
			panel.p.Curves = append(panel.p.Curves, study.HorizontalLine("limit", 2/quadMost, 1, longest))
		}
		f.Panels = append(f.Panels, panel.p)
	}
	return f
}

// valleyFigure is Rosenbrock's function: iterations against the base step, and
// the effective step.
func valleyFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "valley", Columns: 3, Ordered: true, Title: "Rosenbrock's function: what c decides",
		Caption: "Iterations until the loss is 1e-6, against the base step (the curves end where a method does not get there), without a preconditioner and with " +
			"Gauss-Newton; right, the effective step for η = 0.004 without one. With a c of 1, well below the first loss of 24, it falls to nothing."}
	for _, part := range []struct {
		precond string
		etas    []float64
	}{{precondI, valleySteps}, {precondGN, newtonSteps}} {
		p := &study.Lines{Title: "T: " + part.precond, X: study.Axis{Label: "base step η", Log: true}, Y: study.Axis{Label: "iterations to 1e-6", Log: true}}
		for _, c := range valleyShifts {
			p.Curves = append(p.Curves, against(r, fmt.Sprintf("c = %v", c), "iterations", "eta", part.etas, "problem", "Rosenbrock", "precond", part.precond, "method", nameAEPG, "c", c))
		}
		fixed := against(r, nameFixed, "iterations", "eta", part.etas, "problem", "Rosenbrock", "precond", part.precond, "method", nameFixed)
		fixed.Reference = true
		p.Curves = append(p.Curves, fixed)
		f.Panels = append(f.Panels, p)
	}
	p := &study.Lines{Title: "η = 0.004, T: I", X: study.Axis{Label: "iteration", Log: true}, Y: study.Axis{Label: "effective step", Log: true, Min: study.At(1e-7)}}
	for _, c := range valleyShifts {
		s := r.Common.Curve("step", "problem", "Rosenbrock", "precond", precondI, "method", nameAEPG, "c", c, "eta", 4e-3)
		k := study.Curve{Label: fmt.Sprintf("c = %v", c), Y: s.Y}
		for _, x := range s.X {
			k.X = append(k.X, x+1)
		}
		p.Curves = append(p.Curves, k)
	}
	f.Panels = append(f.Panels, p)
	return f
}

// designFigure is the gap of the designs, and the weights.
func designFigure(r *study.Results) *study.Figure {
	first := r.First()
	gap := &study.Lines{Title: "gap to the optimum", X: study.Axis{Label: "iteration"}, Y: study.Axis{Label: "L - L*", Log: true, Min: study.At(1e-9)}}
	for _, arm := range []struct {
		label, method, shift string
		eta                  float64
	}{{"fixed step, η = 0.1", nameFixed, "", 0.1}, {"AEPG, η = 0.1", nameAEPG, shiftOptimal, 0.1},
		{"AEPG, guarded, η = 0.3", nameGuarded, shiftOptimal, 0.3}, {"projected gradient, η = 0.003", nameProject, "", 3e-3}} {
		at := []any{"problem", "design", "method", arm.method, "shift", arm.shift, "eta", arm.eta}
		if first.Has("iterations", at...) && drawn(arm.method, arm.shift, arm.eta) {
			gap.Curves = append(gap.Curves, first.Curve("gap", at...).Curve(arm.label))
		}
	}
	exact, found := first.Curve("exact"), first.Curve("weights")
	most := study.Sample(exact.Y).Max()
	weights := &study.Lines{Title: "weights of the 50 points", X: study.Axis{Label: "exact"}, Y: study.Axis{Label: "AEPG, guarded, η = 0.1, after 600 steps"},
		Curves: []study.Curve{{Label: "equal", Reference: true, X: []float64{0, most}, Y: []float64{0, most}}, {Label: "weight", X: exact.Y, Y: found.Y, Draw: study.Points}}}
	return &study.Figure{Name: "design", Columns: 2, Title: "D-optimal design on the simplex",
		Caption: "First seed. The fixed step 0.1 is the multiplicative algorithm, which cannot leave the simplex; a larger one does at once, and needs the guard. " +
			"The projected gradient has its best step. Right: most weights of an optimal design are 0.", Panels: []study.Panel{gap, weights}}
}

func gridOf(r *study.Results, metric string) (study.Grid, bool) {
	for _, g := range r.Common.Grids {
		if g.Name == "steps_map" && g.Labels.Get("metric") == metric {
			return g, true
		}
	}
	return study.Grid{}, false
}

// basinFigure is the number of steps from every start, by metric.
func basinFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "basins", Columns: 3, SharedScale: true, Title: "From which means the mixture is found, by metric",
		Caption: "Steps of AEPG until the loss is 1e-8, from every pair of first means, with each metric's base step; the largest value stands for runs that " +
			"do not get there. The means are at -2 and 2. Starts with both means on one side are the hard ones."}
	for _, m := range stateMetrics() {
		if g, ok := gridOf(r, m.name); ok {
			f.Panels = append(f.Panels, &study.HeatMap{Title: fmt.Sprintf("%s, η = %v", m.name, r.Common.Scalar("base_step", "metric", m.name, "method", nameAEPG)),
				Grid: thinned(g), Value: study.Axis{Label: "steps", Log: true}, Plain: true})
		}
	}
	return f
}

// thinned leaves only some of the labels of a fine grid.
func thinned(g study.Grid) study.Grid {
	some := func(names []string) []string {
		out := make([]string, len(names))
		step := max(1, (len(names)-1)/2)
		for i := range names {
			if i%step == 0 {
				out[i] = names[i]
			}
		}
		return out
	}
	g.Rows, g.Cols = some(g.Rows), some(g.Cols)
	return g
}

// networkFigure is the loss of the network along the steps.
func networkFigure(r *study.Results) *study.Figure {
	p := &study.Lines{X: study.Axis{Label: "step", Log: true}, Y: study.Axis{Label: "loss", Log: true}}
	add := func(label, method string, eta float64) {
		s := r.Common.Curve("loss", "problem", "network", "method", method, "eta", eta)
		c := study.Curve{Label: label, Y: s.Y}
		for _, k := range s.X {
			c.X = append(c.X, k+1)
		}
		p.Curves = append(p.Curves, c)
	}
	for _, eta := range netSteps {
		add(fmt.Sprintf("AEPG, η = %v", eta), nameAEPG, eta)
	}
	add("fixed step, η = 0.3", nameFixed, 0.3)
	best, lowest := adamRates[0], math.Inf(1)
	for _, rate := range adamRates {
		if v := r.Common.Scalar("final", "problem", "network", "method", nameAdam, "eta", rate); v < lowest {
			best, lowest = rate, v
		}
	}
	add(fmt.Sprintf("Adam, rate %v (best of %d)", best, len(adamRates)), nameAdam, best)
	return &study.Figure{Name: "network", Title: "A physics-informed network by Gauss-Newton",
		Caption: fmt.Sprintf("Loss of the residuals. Adam has %d times as many steps.", netDescent), Panels: []study.Panel{p}}
}
