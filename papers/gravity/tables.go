package gravity

import (
	"fmt"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	var list []*study.Table
	for _, task := range r.Values("best", "task") {
		list = append(list, taskTable(r, task))
	}
	if tunes := tunedRate(r, nameGravity) > 0; tunes {
		list = append(list, tuningTable(r))
	}
	return list
}

// taskTable lists what every training of a task came to.
func taskTable(r *study.Results, task string) *study.Table {
	t := study.NewTable("Trainings, "+task+": median (range)", "method", "rate", "training loss", "training accuracy",
		"best validation", "final validation", "deviation, last 10", "steps with max|g| > 1")
	for _, method := range r.Values("best", "method", "task", task) {
		for _, rate := range r.Values("best", "rate", "task", task, "method", method) {
			of := func(name string) study.Sample { return r.Sample(name, "task", task, "method", method, "rate", rate) }
			wobble := "-"
			if r.Has("wobble", "task", task, "method", method, "rate", rate) {
				wobble = fmt.Sprintf("%.4f", of("wobble").Median())
			}
			t.Add(method, rate+chosen(r, method, rate), brief(of("train_loss").Median()), fmt.Sprintf("%.4f", of("train_accuracy").Median()),
				span(of("best")), fmt.Sprintf("%.4f", of("final").Median()), wobble, fmt.Sprintf("%.1f%%", 100*of("steep_share").Median()))
		}
	}
	return t
}

// chosen marks the rate that tuning chose.
func chosen(r *study.Results, method, rate string) string {
	if v := tunedRate(r, method); v > 0 && fmt.Sprint(v) == rate {
		return " (tuned)"
	}
	return ""
}

// tuningTable lists what the tuning saw.
func tuningTable(r *study.Results) *study.Table {
	t := study.NewTable("Tuning, MLP: best validation accuracy, mean of the tuning seeds", "method", "rates", "accuracies", "chosen")
	for _, method := range tunedMethods {
		rates, accuracies := "", ""
		for i, v := range grids[method] {
			if i > 0 {
				rates, accuracies = rates+", ", accuracies+", "
			}
			rates += fmt.Sprint(v)
			accuracies += fmt.Sprintf("%.4f", r.Common.Scalar("tuning_accuracy", "method", method, "at", v))
		}
		t.Add(method, rates, accuracies, tunedRate(r, method))
	}
	return t
}

func span(s study.Sample) string {
	return fmt.Sprintf("%.4f (%.4f..%.4f)", s.Median(), s.Min(), s.Max())
}

func brief(v float64) string { return fmt.Sprintf("%.3g", v) }
