package proxyprox

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	var list []*study.Table
	for _, sigma := range r.Values("gradients", "sigma", "part", "A") {
		list = append(list, quadraticTable(r, sigma))
	}
	list = append(list, criterionTable(r))
	for _, regime := range r.Values("excess", "regime", "part", "B") {
		list = append(list, labelTable(r, regime))
	}
	if r.Has("loss", "part", "C", "method", nameProxy) {
		list = append(list, imageTable(r))
	}
	return list
}

// cell is the median of a sample with its range; a run that does not arrive is inf.
func cell(s study.Sample) string {
	s = s.OrElse(math.Inf(1))
	return fmt.Sprintf("%.3g (%.3g..%.3g)", s.Median(), s.Min(), s.Max())
}

func quadraticTable(r *study.Results, sigma string) *study.Table {
	t := study.NewTable("A. Gradients of the objective to the target, noise "+sigma+", at the best rate of each grid: median (range)",
		"delta", nameProx, "its eta", nameSGD, "its rate", "SGD from the proxy's minimiser", "estimated delta")
	for _, delta := range deltas(r) {
		row := []any{delta}
		for _, method := range []string{nameProx, nameSGD, nameTuned} {
			s, rate := tuned(r, delta, number(sigma), method)
			row = append(row, cell(s))
			if method != nameTuned {
				row = append(row, rate)
			}
		}
		t.Add(append(row, fmt.Sprintf("%.4g", r.Sample("estimated_delta", "part", "A", "delta", delta).Median()))...)
	}
	return t
}

func criterionTable(r *study.Results) *study.Table {
	t := study.NewTable("A. Outer steps with inexact inner solutions (gradient descent), without noise", "delta", "criterion", "outer steps", "inner steps of each", "gradients of the proxy")
	for _, delta := range r.Values("outer", "delta", "part", "A") {
		for _, c := range r.Values("outer", "criterion", "part", "A", "delta", delta) {
			labels := []any{"part", "A", "delta", delta, "criterion", c}
			if c == "exact" {
				t.Add(delta, c, cell(r.Sample("outer", labels...)), "-", "-")
				continue
			}
			t.Add(delta, "kappa "+c, cell(r.Sample("outer", labels...)), cell(r.Sample("inner", labels...)), cell(r.Sample("proxy_gradients", labels...)))
		}
	}
	return t
}

func labelTable(r *study.Results, regime string) *study.Table {
	t := study.NewTable("B. Excess loss, "+regime+": median (range); * the lowest of a method's rates", "method", "rate or eta", "excess", "gradients of the proxy")
	for _, method := range []string{nameSGD, nameAdam, nameProx} {
		_, lowest := excess(r, regime, method)
		for _, rate := range r.Values("excess", "rate", "part", "B", "regime", regime, "method", method) {
			labels := []any{"part", "B", "regime", regime, "method", method, "rate", rate}
			mark, cost := "", "0"
			if rate == lowest {
				mark = " *"
			}
			if method == nameProx {
				cost = cell(r.Sample("proxy_gradients", labels...))
			}
			t.Add(method, rate+mark, cell(r.Sample("excess", labels...)), cost)
		}
	}
	return t
}

// imageMethods are those of part C, in the order of tables.
var imageMethods = []string{nameSGD, nameAdam, nameTuned, nameJoint, nameProx, nameWarmed}

func imageTable(r *study.Results) *study.Table {
	t := study.NewTable("C. Loss on the objective's test images, at the best setting of each grid: median (range)", "method", "setting", "loss")
	t.Add(nameProxy, "", cell(r.Sample("loss", "part", "C", "method", nameProxy)))
	for _, method := range imageMethods {
		s, at := loss(r, method)
		setting := fmt.Sprintf("%v, %v", at[1], at[3])
		if method == nameProx || method == nameWarmed {
			setting = fmt.Sprintf("eta %v, inner rate %v", at[3], at[5])
		}
		t.Add(method, setting, cell(s))
	}
	return t
}
