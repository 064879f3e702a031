package rnngradientclipping

import (
	"fmt"
	"math"
	"strconv"

	"github.com/fluxion-go/fluxion/study"
)

// groups are the tasks, starts and lengths that the run has, in order.
func groups(r *study.Results) []part {
	var list []part
	seen := map[string]bool{}
	for _, s := range r.First().Scalars {
		if s.Name != "updates" {
			continue
		}
		length, _ := strconv.Atoi(s.Labels.Get("length"))
		p := part{task: s.Labels.Get("task"), start: s.Labels.Get("start"), length: length}
		if !seen[p.String()] {
			seen[p.String()] = true
			list = append(list, p)
		}
	}
	return list
}

func (p part) sample(r *study.Results, name, arm string) study.Sample {
	return r.Sample(name, p.labels(arm)...)
}

func (p part) has(r *study.Results, arm string) bool { return r.Has("updates", p.labels(arm)...) }

func tables(r *study.Results) []*study.Table {
	results := study.NewTable("Runs that solve the task (at most 1% failures on 1000 fresh sequences)",
		"task", "start", "T", "arm", "rate", "alpha", "solved", "median updates", "failures at the end", "largest gradient norm")
	for _, p := range groups(r) {
		for _, arm := range everyArm {
			if !p.has(r, arm) {
				continue
			}
			s := p.chosen(r, arm)
			u := p.sample(r, "updates", arm)
			largest := study.Sample{}
			for _, c := range r.Curves("largest_norm", p.labels(arm)...) {
				largest = append(largest, study.Sample(c.Y).Max())
			}
			results.Add(p.task, p.start, p.length, arm, s.rate, s.alpha, fmt.Sprintf("%d of %d", solved(u), len(u)),
				orNever(u.OrElse(math.Inf(1)).Median()), p.sample(r, "failures", arm).Median(), study.FormatNumber(largest.Median()))
		}
	}
	list := []*study.Table{results}
	if r.Has("fast_updates", "arm", nameSGD) {
		fast := study.NewTable("At learning rate 0.1", "arm", "solved", "median updates", "largest gradient norm, median")
		for _, arm := range []string{nameSGD, nameC} {
			u := r.Sample("fast_updates", "arm", arm)
			fast.Add(arm, fmt.Sprintf("%d of %d", solved(u), len(u)), orNever(u.OrElse(math.Inf(1)).Median()), study.FormatNumber(r.Sample("fast_norm", "arm", arm).Median()))
		}
		list = append(list, fast)
	}
	if t := tuningTable(r); t != nil {
		list = append(list, t)
	}
	list = append(list, sequelTables(r)...)
	theory := study.NewTable("Theory", "quantity", "measured", "promised")
	theory.Add("largest |delta_k| / (sigma^(T-k) |delta_T|), 200 networks", r.Common.Scalar("bound_quotient"), "at most 1")
	theory.Add("largest jump between cells / range of the error surface", r.Common.Scalar("wall_jump"), "over 0.5")
	return append(list, theory)
}

// chosen is the setting of an arm.
func (p part) chosen(r *study.Results, arm string) setting {
	for _, q := range []part{p, plan{length: mainLength(r)}.main()} {
		if r.Common.Has("rate", q.labels(arm)...) {
			return setting{r.Common.Scalar("rate", q.labels(arm)...), r.Common.Scalar("alpha", q.labels(arm)...)}
		}
	}
	return setting{math.NaN(), math.NaN()}
}

// tuningTable lists what tuning saw; nil if nothing was tuned.
func tuningTable(r *study.Results) *study.Table {
	t := study.NewTable("Tuning: mean updates on the tuning seeds (the limit where they do not suffice)", "task", "T", "arm", "rate", "alpha", "updates")
	for _, s := range r.Common.Scalars {
		if s.Name != "tuning_updates" {
			continue
		}
		var rate, alpha float64
		fmt.Sscanf(s.Labels.Get("at"), "%g/%g", &rate, &alpha)
		t.Add(s.Labels.Get("task"), s.Labels.Get("length"), s.Labels.Get("arm"), rate, alpha, float64(s.Value))
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}

func orNever(v float64) string {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return "not solved"
	}
	return study.FormatNumber(v)
}
