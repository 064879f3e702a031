package hessianspectrum

import (
	"fmt"
	"strconv"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	list := []*study.Table{outlierTable(r), widthTable(r)}
	if t := noiseTable(r); t != nil {
		list = append(list, t)
	}
	list = append(list, curvatureTable(r))
	if r.Has("loss", "data", "images", "step", 0) {
		list = append(list, imageTable(r), densityTable(r))
	}
	return append(list, lineTable(r), rankTable(r))
}

func outlierTable(r *study.Results) *study.Table {
	t := study.NewTable("Outliers at the start and after 100 and 400 steps, k clusters, width 16",
		"k", "decay", "k-1", "step 0", "step 100", "step 400", "gap at 100", "> 10% at 100", "> 5% at 100")
	for _, k := range classesOf(r) {
		n, _ := strconv.Atoi(k)
		for _, d := range decaysOf(r, k) {
			cell := func(name string, step int) string { return r.Sample(name, standard(k, d, step)...).Summary() }
			t.Add(k, d, n-1, cell("outliers", 0), cell("outliers", judged), cell("outliers", late),
				cell("gap", judged), cell("above10", judged), cell("above5", judged))
		}
	}
	return t
}

func widthTable(r *study.Results) *study.Table {
	t := study.NewTable("5 clusters after 100 steps, by width",
		"width", "parameters", "outliers", "gap", "largest", "bulk (< 1%)", "trace")
	for _, h := range widthsOf(r) {
		cell := func(name string) string { return r.Sample(name, byWidth(h)...).Summary() }
		t.Add(h, cell("parameters"), cell("outliers"), cell("gap"), cell("largest"), cell("bulk"), cell("trace"))
	}
	return t
}

func byNoise(s string) []any {
	return []any{"classes", varied, "hidden", width, "noise", s, "decay", 0, "step", judged}
}

// noisesOf lists the noise levels in order.
func noisesOf(r *study.Results) []string {
	var list []string
	for _, s := range []string{"0.2", "0.3", "0.5", "1"} {
		if r.Has("outliers", byNoise(s)...) {
			list = append(list, s)
		}
	}
	return list
}

// noiseTable is nil if the run has only one noise level.
func noiseTable(r *study.Results) *study.Table {
	noises := noisesOf(r)
	if len(noises) < 2 {
		return nil
	}
	t := study.NewTable("5 clusters after 100 steps, by noise around means of norm 1",
		"noise", "outliers", "gap", "largest", "bulk (< 1%)", "loss")
	for _, s := range noises {
		cell := func(name string) string { return r.Sample(name, byNoise(s)...).Summary() }
		t.Add(s, cell("outliers"), cell("gap"), cell("largest"), cell("bulk"), cell("loss"))
	}
	return t
}

func curvatureTable(r *study.Results) *study.Table {
	t := study.NewTable("Negative curvature |min|/max, and the part outside Gauss-Newton |H-G|/|H|, without decay",
		"k", "negative, step 0", "step 100", "step 400", "outside, step 0", "step 100", "step 400")
	for _, k := range classesOf(r) {
		row := []any{k}
		for _, name := range []string{"negative", "remainder"} {
			for _, step := range []int{0, judged, late} {
				row = append(row, r.Sample(name, standard(k, "0", step)...).Summary())
			}
		}
		t.Add(row...)
	}
	return t
}

func imageTable(r *study.Results) *study.Table {
	t := study.NewTable("The network on images", "step", "loss", "outliers", "gap", "> 10%", "largest", "bulk (< 1%)", "negative", "outside G")
	for _, step := range []int{0, judged, late} {
		row := []any{step}
		for _, name := range []string{"loss", "outliers", "gap", "above10", "largest", "bulk", "negative", "remainder"} {
			row = append(row, r.Sample(name, "data", "images", "step", step).Summary())
		}
		t.Add(row...)
	}
	return t
}

// densityTable compares the quadrature with the exact spectrum, where both are
// of the same network.
func densityTable(r *study.Results) *study.Table {
	t := study.NewTable("Stochastic Lanczos quadrature after 100 steps", "spectrum", "parameters", "largest", "trace")
	add := func(name string, labels ...any) {
		t.Add(name, r.Sample("parameters", labels...).Summary(), r.Sample("largest", labels...).Summary(), r.Sample("trace", labels...).Summary())
	}
	add("exact", "data", "images", "step", judged)
	add("quadrature", "data", "density")
	return t
}

func lineTable(r *study.Results) *study.Table {
	t := study.NewTable("Lines from the large-batch network", "to", "distance", "train loss", "test accuracy", "barrier, train", "barrier, test")
	for _, to := range []string{toSmall, toControl, toSmallStart, toIndependent} {
		cell := func(name, set string) string { return r.Sample(name, "to", to, "set", set).Summary() }
		t.Add(to, r.Sample("distance", "to", to).Summary(), cell("end_loss", "train"), cell("end_accuracy", "test"),
			cell("barrier", "train"), cell("barrier", "test"))
	}
	return t
}

func rankTable(r *study.Results) *study.Table {
	t := study.NewTable(fmt.Sprintf("Rank with %d examples of %d classes, %v parameters", rankExamples, rankClasses, r.Sample("rank_parameters").Median()),
		"matrix", "rank", "bound N (k-1)")
	t.Add("Gauss-Newton part", r.Sample("rank", "matrix", "G").Summary(), rankBound)
	t.Add("Hessian", r.Sample("rank", "matrix", "H").Summary(), "none")
	return t
}
