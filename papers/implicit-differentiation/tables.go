package implicitdifferentiation

import (
	"slices"
	"strconv"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	list := []*study.Table{costTable(r), gradientTable(r), mappingTable(r)}
	if r.Has("auc", "method", codingNames[0]) {
		list = append(list, distilTable(r), codingTable(r), packingTable(r))
	}
	return list
}

// costFeatures lists the numbers of features at which the weight was tuned.
func costFeatures(r *study.Results) []float64 {
	var list []float64
	for _, s := range r.Common.Scalars {
		if f := s.Labels.Number("features"); s.Name == "planned_megabytes" && !slices.Contains(list, f) {
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

// tuned calls f for every solver and way at every number of features.
func tuned(r *study.Results, f func(features float64, solver string, w way, at []any)) {
	for _, features := range costFeatures(r) {
		for _, solver := range solverNames() {
			for _, w := range ways() {
				if at := []any{"solver", solver, "features", features, "way", w}; r.Common.Has("planned_megabytes", at...) {
					f(features, solver, w, at)
				}
			}
		}
	}
}

// ran reports whether a way was run: it may have needed too much memory.
func ran(r *study.Record, at ...any) bool { return r.Has("steps", at...) }

func costTable(r *study.Results) *study.Table {
	t := study.NewTable("Tuning the support vector machine's weight: a step, and where the steps lead",
		"features", "solver", "gradient", "seconds", "MB planned", "MB measured", "linear iterations", "first d/d lambda", "steps", "last validation loss")
	tuned(r, func(features float64, solver string, w way, at []any) {
		planned := r.Common.Scalar("planned_megabytes", at...)
		if !ran(r.Common, at...) {
			t.Add(features, solver, w.String(), "too much memory", planned, "", "", "", "", "")
			return
		}
		var measured, linear any = "", ""
		if features == claimedFeatures(r) {
			measured = r.Common.Timing("megabytes", at...)
			if w.kind == nameImplicit {
				linear = r.Common.Scalar("linear_iterations", at...)
			}
		}
		losses := r.Common.Curve("validation_loss", at...).Y
		t.Add(features, solver, w.String(), r.Common.Timing("seconds", at...), planned, measured, linear,
			r.Common.Scalar("first_gradient", at...), r.Common.Scalar("steps", at...), losses[len(losses)-1])
	})
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
	t := study.NewTable("Area under the ROC curve, median (min..max) of the splits; settings chosen on the check set", "method", "training set", "check set", "test set",
		"test, over the unsupervised dictionary")
	base := r.Sample("auc", "method", codingNames[2])
	for _, name := range codingNames {
		auc := r.Sample("auc", "method", name)
		t.Add(name, r.Sample("auc_train", "method", name).Summary(), r.Sample("auc_check", "method", name).Summary(), auc.Summary(), auc.Minus(base).Summary())
	}
	return t
}

func packingTable(r *study.Results) *study.Table {
	t := study.NewTable("Sensitivity of packings: error against finite differences, relative", "", "median (min..max)")
	for _, m := range [][2]string{{"implicit_off", "implicit"}, {"unrolled_off", "unrolled through FIRE"}, {"iterations", "FIRE iterations"}} {
		t.Add(m[1], overPackings(r, m[0]).Summary())
	}
	t.Add("unrolled through FIRE, worst of the earlier stops, a packing of each seed", r.Sample("worst_unrolled").Summary())
	return t
}
