package thermodynamicngd

import (
	"fmt"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	list := []*study.Table{deviceTable(r), statisticsTable(r)}
	if r.Has("tuning_end") {
		return append(list, tuningTable(r))
	}
	list = append([]*study.Table{trainingTable(r)}, list...)
	if len(kappas(r)) > 0 {
		list = append(list, toleranceTable(r))
	}
	return list
}

// cell is the median of a sample with its range.
func cell(s study.Sample) string {
	if len(s.Finite()) == 0 {
		return "div"
	}
	return fmt.Sprintf("%.3g (%.3g..%.3g)", s.Median(), s.Min(), s.Max())
}

// trainingTable lists every setting, the best of each method marked.
func trainingTable(r *study.Results) *study.Table {
	t := study.NewTable("Training loss, median (range); * the lowest of a method's rates", "method", "rate", "early", "at the end", "test accuracy", "products a step")
	for _, m := range shown(r) {
		_, lowest := best(r, "final_loss", m.method, m.labels...)
		for _, rate := range r.Values("final_loss", "rate", append([]any{"part", partMethods, "method", m.method}, m.labels...)...) {
			mark := ""
			if rate == lowest {
				mark = " *"
			}
			early := "-"
			if r.Has("early_loss", m.at(rate)...) {
				early = cell(r.Sample("early_loss", m.at(rate)...))
			}
			cost := study.FormatNumber(m.products())
			if m.method == nameExact {
				cost = "exact"
			}
			t.Add(m.name, rate+mark, early, cell(r.Sample("final_loss", m.at(rate)...)), cell(r.Sample("accuracy", m.at(rate)...)), cost)
		}
	}
	return t
}

func deviceTable(r *study.Results) *study.Table {
	t := study.NewTable("The device on one minibatch, without noise, from the gradient", "time", "cosine with F^-1 g", "cosine with g", "relative error")
	solution, gradient, errors := r.Common.Curve("cosine_solution", "part", "device"), r.Common.Curve("cosine_gradient", "part", "device"), r.Common.Curve("error", "part", "device")
	for i, tau := range solution.X {
		t.Add(tau, fmt.Sprintf("%.6f", solution.Y[i]), fmt.Sprintf("%.4f", gradient.Y[i]), study.FormatNumber(errors.Y[i]))
	}
	return t
}

func statisticsTable(r *study.Results) *study.Table {
	t := study.NewTable("200 noisy readouts at time 50, and the solvers that are called exact", "quantity", "measured")
	value := func(name string, labels ...any) string { return study.FormatNumber(r.Common.Scalar(name, labels...)) }
	for _, how := range []string{"Euler", "exact"} {
		t.Add("error of the mean / sqrt(kappa0 N/200), by "+how, value("mean_error", "readout", how))
		t.Add("squared deviation / (kappa0 N), by "+how, value("deviation", "readout", how))
	}
	t.Add("largest eigenvalue of F", value("largest_eigenvalue"))
	t.Add("residual of Woodbury's solution", value("residual"))
	t.Add("converged conjugate gradients against it", value("solvers_apart"))
	t.Add("products that they took", value("exact_products"))
	return t
}

func toleranceTable(r *study.Results) *study.Table {
	t := study.NewTable("Final training loss of warm TNGD, time 0.5, rate 0.3, under noise and delays", "change", "loss", "ratio to none")
	add := func(name string, s study.Sample) { t.Add(name, cell(s), cell(s.Over(noisy(r, 0)))) }
	add("none", noisy(r, 0))
	for _, k := range kappas(r) {
		add("kappa0 = "+study.FormatNumber(k), noisy(r, k))
	}
	for _, d := range r.Values("final_loss", "delay", "part", partDelay) {
		add("matrix of "+d+" steps before", r.Sample("final_loss", "part", partDelay, "delay", d))
	}
	for _, d := range r.Values("final_loss", "lag", "part", partDelay) {
		add("readout of "+d+" steps before", r.Sample("final_loss", "part", partDelay, "lag", d))
	}
	return t
}
