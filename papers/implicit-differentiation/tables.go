package implicitdifferentiation

import (
	"strconv"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	list := []*study.Table{gradientTable(r), mappingTable(r)}
	if r.Has("auc", "method", codingNames[0]) {
		list = append([]*study.Table{costTable(r), distilTable(r), codingTable(r), packingTable(r)}, list...)
	}
	return list
}

// costFeatures lists the numbers of features at which a method was timed.
func costFeatures(r *study.Results) []float64 {
	var list []float64
	seen := map[float64]bool{}
	for _, s := range r.Common.Scalars {
		if s.Name == "gradient" && !seen[s.Labels.Number("features")] {
			f := s.Labels.Number("features")
			seen[f] = true
			list = append(list, f)
		}
	}
	return list
}

// claimedFeatures is the number of features that the claim on cost is about.
func claimedFeatures(r *study.Results) float64 {
	list := costFeatures(r)
	return list[len(list)/2]
}

func costTable(r *study.Results) *study.Table {
	t := study.NewTable("One outer step on the weight of the support vector machine", "features", "solver", "way", "seconds", "MB", "gradient")
	for _, f := range costFeatures(r) {
		for _, solver := range append(costNames, nameBlocks) {
			for _, way := range []string{nameImplicit, nameUnrolled} {
				at := []any{"solver", solver, "features", f, "way", way}
				if r.Common.Has("gradient", at...) {
					t.Add(f, solver, way, r.Common.Timing("seconds", at...), r.Common.Timing("megabytes", at...), r.Common.Scalar("gradient", at...))
				}
			}
		}
	}
	return t
}

func gradientTable(r *study.Results) *study.Table {
	t := study.NewTable("Gradients of the SVM's weight, first seed", "solver", "fixed point", "gradient", "residual", "iterations")
	first := r.First()
	for _, solver := range solverNames() {
		for _, fixed := range fixedPointNames() {
			at := []any{"solver", solver, "fixed_point", fixed}
			t.Add(solver, fixed, strconv.FormatFloat(first.Scalar("gradient", at...), 'g', 10, 64), first.Scalar("residual", at...), first.Scalar("iterations", at...))
		}
	}
	return t
}

func mappingTable(r *study.Results) *study.Table {
	t := study.NewTable("Largest error of a Jacobian, relative, worst seed", "condition", "against differences", "against the formula")
	for _, name := range r.Values("against_differences", "mapping") {
		var formula any = ""
		if r.Has("against_formula", "mapping", name) {
			formula = r.Sample("against_formula", "mapping", name).Max()
		}
		t.Add(name, r.Sample("against_differences", "mapping", name).Max(), formula)
	}
	return t
}

func distilTable(r *study.Results) *study.Table {
	t := study.NewTable("Distillation", "images", "outer loss", "test accuracy", "ms a step")
	for _, way := range []string{nameImplicit, nameUnrolled} {
		t.Add("distilled, "+way, r.Sample("final_outer_loss", "way", way).Summary(), r.Sample("accuracy", "way", way).Summary(),
			1000*r.Timing("distil_seconds", "way", way).Median())
	}
	t.Add("ten real ones", "", r.Sample("accuracy", "way", "real").Summary(), "")
	return t
}

func codingTable(r *study.Results) *study.Table {
	t := study.NewTable("Area under the ROC curve on the test set; settings chosen on the check set", "method", "AUC")
	for _, name := range codingNames {
		t.Add(name, r.Sample("auc", "method", name).Summary())
	}
	return t
}

func packingTable(r *study.Results) *study.Table {
	t := study.NewTable("Sensitivity of packings: error against finite differences, relative", "", "median (min..max)")
	for _, m := range [][2]string{{"implicit_off", "implicit"}, {"unrolled_off", "unrolled through FIRE"}, {"iterations", "FIRE iterations"}} {
		t.Add(m[1], overPackings(r, m[0]).Summary())
	}
	return t
}
