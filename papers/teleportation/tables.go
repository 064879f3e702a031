package teleportation

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	list := []*study.Table{convexTable(r), invarianceTable(r), earlyTable(r), lastingTable(r)}
	if len(r.Values("final_loss", "rate_factor")) > 1 {
		list = append(list, ratesTable(r))
	}
	list = append(list, costTable(r))
	if r.Has("objective_ratio", "part", "C") {
		list = append(list, sharpnessTable(r), changesTable(r))
	}
	if r.Has("meta_final", "part", "D") {
		list = append(list, metaTable(r))
	}
	return list
}

func convexTable(r *study.Results) *study.Table {
	t := study.NewTable("Iterations of gradient descent, median (range)", "method", "logistic loss, gap 1e-10", "of plain", "quadratic, 1e-10 of the start")
	gd := r.Sample("iterations", "method", nameGD)
	for _, m := range ways {
		n := r.Sample("iterations", "method", m)
		quadratic := "-"
		if r.Has("quadratic_iterations", "method", m) {
			quadratic = r.Sample("quadratic_iterations", "method", m).Summary()
		}
		t.Add(m, n.Summary(), n.Over(gd).Summary(), quadratic)
	}
	t.Add("cosine with Newton's direction, at the start", r.Sample("newton_cosine", "at", "start").Summary(), "", "")
	t.Add("the same where the gradient is largest", r.Sample("newton_cosine", "at", "teleport").Summary(), "", "")
	t.Add("largest curvature at the minimum, of the bound", r.Sample("curvature_share").Summary(), "", "")
	return t
}

func invarianceTable(r *study.Results) *study.Table {
	t := study.NewTable("Relative change of the loss by a random element, float64, worst seed", "action", "on its batch", "on other images", "distance / norm of the parameters")
	for _, action := range r.Values("loss_change", "action") {
		on := func(where string) string {
			return study.FormatNumber(r.Sample("loss_change", "action", action, "on", where).Max())
		}
		t.Add(action, on("batch"), on("other images"), study.FormatNumber(r.Sample("distance", "action", action).Median()))
	}
	return t
}

// beginnings are the kinds of beginning at the paper's rates.
func beginnings() []string {
	var names []string
	for _, v := range variants() {
		names = append(names, v.name)
	}
	return names
}

func earlyTable(r *study.Results) *study.Table {
	t := study.NewTable("Training loss after the epoch with teleports, paper's rates, median", append([]string{"optimizer"}, beginnings()...)...)
	for _, o := range r.Values("final_loss", "optimizer") {
		row := []any{o}
		for _, v := range beginnings() {
			row = append(row, finite(standard(r, "loss_after_one", o, v).OrElse(math.Inf(1)).Median()))
		}
		t.Add(row...)
	}
	return t
}

func lastingTable(r *study.Results) *study.Table {
	names := beginnings()[1:]
	t := study.NewTable("Training loss at the end / that without teleports, paper's rates, median of the paired ratios (seeds with a lower one)", append([]string{"optimizer"}, names...)...)
	for _, o := range r.Values("final_loss", "optimizer") {
		plain := standard(r, "final_loss", o, namePlain)
		row := []any{o}
		for _, v := range names {
			ratio := standard(r, "final_loss", o, v).OrElse(math.Inf(1)).Over(plain)
			row = append(row, fmt.Sprintf("%s (%d/%d)", finite(ratio.Median()), ratio.Count(func(v float64) bool { return v < 1 }), len(ratio)))
		}
		t.Add(row...)
	}
	return t
}

// ratesTable sets the trainings at all rates beside each other.
func ratesTable(r *study.Results) *study.Table {
	all := r.Values("final_loss", "rate_factor")
	columns := []string{"optimizer", "teleports"}
	for _, f := range all {
		columns = append(columns, "rate x "+f)
	}
	t := study.NewTable("Training loss at the end, paper's rates times a factor, median", append(columns, "test accuracy at the best")...)
	for _, o := range r.Values("final_loss", "optimizer") {
		for _, v := range []string{namePlain, nameProjection} {
			row := []any{o, v}
			for _, f := range all {
				row = append(row, finite(r.Sample("final_loss", "optimizer", o, "teleport", v, "rate_factor", f).OrElse(math.Inf(1)).Median()))
			}
			best := bestFactor(r, o, v)
			t.Add(append(row, fmt.Sprintf("%.3f (x %s)", r.Sample("test_accuracy", "optimizer", o, "teleport", v, "rate_factor", best).Median(), best))...)
		}
	}
	return t
}

// bestFactor is that of the rates with the lowest median loss at the end.
func bestFactor(r *study.Results, optimizer, teleport string) string {
	best, lowest := "", math.Inf(1)
	for _, f := range r.Values("final_loss", "rate_factor", "optimizer", optimizer, "teleport", teleport) {
		m := r.Sample("final_loss", "optimizer", optimizer, "teleport", teleport, "rate_factor", f).OrElse(math.Inf(1)).Median()
		if best == "" || m < lowest {
			best, lowest = f, m
		}
	}
	return best
}

func costTable(r *study.Results) *study.Table {
	t := study.NewTable("Cost and gain of 8 teleports of 10 inner steps", "action", "time of so many steps", "first growth of |grad|^2, SGD", "typical growth")
	for _, v := range variants() {
		if v.batch == 0 || v.random {
			continue
		}
		t.Add(v.name, fmt.Sprintf("%.0f", r.Common.Timing("steps_of_equal_time", "teleport", v.name)),
			standard(r, "first_gain", nameSGD, v.name).Summary(), standard(r, "typical_gain", nameSGD, v.name).Summary())
	}
	return t
}

func sharpnessTable(r *study.Results) *study.Table {
	t := study.NewTable("Correlation with the validation loss over all trainings", "quantity", "Pearson's r", "trainings", "|r| for p < 0.05")
	x, train := pooled(r, "trained")
	_, sharp := pooled(r, "sharpness")
	_, bent := pooled(r, "curvature")
	excess := make([]float64, len(sharp))
	for i := range excess {
		excess[i] = sharp[i] - train[i]
	}
	for _, row := range []struct {
		name string
		y    []float64
	}{{"sharpness", sharp}, {"training loss", train}, {"sharpness - training loss", excess}, {"curvature", bent}} {
		t.Add(row.name, fmt.Sprintf("%.3f", pearson(x, row.y)), fmt.Sprint(len(x)), fmt.Sprintf("%.3f", significant(len(x))))
	}
	return t
}

// overStay is a measurement of trainings that were teleported over that of the same
// trainings that were not.
func overStay(r *study.Results, name, change string) study.Sample {
	var all study.Sample
	for _, run := range r.Values(name, "run", "teleport", change) {
		all = append(all, r.Sample(name, "teleport", change, "run", run).Over(r.Sample(name, "teleport", nameStay, "run", run))...)
	}
	return all
}

func changesTable(r *study.Results) *study.Table {
	t := study.NewTable("One teleport half-way, median (range) of the ratios", "teleport", "objective after / before", "loss after / before",
		"validation loss at the end / without", "sharpness at the end / without")
	for _, c := range changes {
		pool := func(name string) study.Sample {
			var all study.Sample
			for _, run := range r.Values(name, "run", "teleport", c.name) {
				all = append(all, r.Sample(name, "teleport", c.name, "run", run)...)
			}
			return all
		}
		t.Add(c.name, pool("objective_ratio").Summary(), pool("loss_ratio").Summary(), overStay(r, "validation_loss", c.name).Summary(), overStay(r, "sharpness", c.name).Summary())
	}
	return t
}

func metaTable(r *study.Results) *study.Table {
	t := study.NewTable("Learned optimizers: loss after 100 steps on new tasks", "optimizer", "median (range)")
	for _, k := range metaKinds() {
		t.Add(k.name, r.Sample("meta_final", "optimizer", k.name).Summary())
	}
	return t
}

// finite writes a number, or that the trainings diverged.
func finite(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "div"
	}
	return study.FormatNumber(v)
}
