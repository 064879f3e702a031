package inducedmetric

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
)

// publishedBest are the best results of the paper's sweeps, from the repository's
// files: the highest test accuracy, the lowest perplexity and the lowest squared error,
// each at its best epoch. Most of those sweeps had more than 50 runs.
var publishedBest = map[string]map[string]float64{
	taskPhotographs: {nameSGD: 0.6777, nameAdam: 0.8656, nameAdamW: 0.8697, namePlain: 0.5949, nameLog: 0.7524, nameRMS: 0.8702, nameMuon: 0.8585},
	taskText:        {nameSGD: 5.045, nameAdam: 4.326, nameAdamW: 4.307, namePlain: 7.065, nameLog: 7.623, nameRMS: 4.361, nameMuon: 4.356},
	taskPolynomials: {nameSGD: 0.0363, nameAdam: 0.0212, nameAdamW: 0.0251, namePlain: 0.0315, nameLog: 0.0315, nameRMS: 0.0229, nameMuon: 0.0343},
}

// scoreNames are what a task's score is called.
var scoreNames = map[string]string{taskPhotographs: "test accuracy", taskText: "validation perplexity", taskPolynomials: "test squared error"}

// sweptTask is the task of the run's sweep, "" if it made none.
func sweptTask(r *study.Results) string {
	if names := r.Values("sweep_best", "task"); len(names) > 0 {
		return names[0]
	}
	return ""
}

func sweepSample(r *study.Results, name, task, method string) study.Sample {
	return r.Sample(name, "task", task, "method", method)
}

// sweepTable is the best of each method's sweep beside what the paper's reached.
func sweepTable(r *study.Results, task string) *study.Table {
	runs := len(r.First().Curve("sweep_runs", "task", task, "method", nameSGD).X)
	t := study.NewTable(fmt.Sprintf("Random search, %s: best %s of %d runs at their best epochs, median (range) of the seeds", task, scoreNames[task], runs),
		"method", "best", "runs lost", "published, full size")
	for _, method := range sweptMethods {
		s := sweepSample(r, "sweep_best", task, method)
		t.Add(method, fmt.Sprintf("%.4g (%.4g..%.4g)", s.OrElse(math.Inf(1)).Median(), s.Min(), s.Max()),
			fmt.Sprintf("%.0f%%", 100*sweepSample(r, "sweep_lost", task, method).Mean()), fmt.Sprint(publishedBest[task][method]))
	}
	return t
}

// settingsTable is the best setting of the first seed.
func settingsTable(r *study.Results, task string) *study.Table {
	t := study.NewTable(fmt.Sprintf("Best settings of seed %d", r.Seeds[0].Seed), "method", "rate", "momentum or beta1", "xi", "beta", "second moment", "decay", "beta1 beside")
	for _, method := range sweptMethods {
		row := []any{method}
		for _, name := range []string{"rate", "momentum", "xi", "beta", "second", "decay", "beside"} {
			entry := "-"
			if r.First().Has("sweep_"+name, "task", task, "method", method) {
				entry = fmt.Sprintf("%.3g", r.First().Scalar("sweep_"+name, "task", task, "method", method))
			}
			row = append(row, entry)
		}
		t.Add(row...)
	}
	return t
}

// sweepFigure is every run by its rate, and the course of the best ones.
func sweepFigure(r *study.Results, task string) *study.Figure {
	score := study.Axis{Label: scoreNames[task], Log: task != taskPhotographs}
	runs := &study.Lines{Title: "all runs", X: study.Axis{Label: "learning rate", Log: true}, Y: score}
	course := &study.Lines{Title: "best runs", X: study.Axis{Label: "epochs", Min: study.At(0)}, Y: score}
	for _, method := range sweptMethods {
		cloud := study.Curve{Label: method, Draw: study.Points}
		for _, c := range r.Curves("sweep_runs", "task", task, "method", method) {
			cloud.X, cloud.Y = append(cloud.X, c.X...), append(cloud.Y, c.Y...)
		}
		runs.Curves = append(runs.Curves, cloud)
		if len(r.Values("sweep_curve", "method", "task", task, "method", method)) > 0 {
			course.Curves = append(course.Curves, r.First().Curve("sweep_curve", "task", task, "method", method).Curve(method))
		}
	}
	return &study.Figure{Name: "sweep", Columns: 2, Panels: []study.Panel{runs, course},
		Title:   fmt.Sprintf("Random search over the settings of every method: %s", task),
		Caption: "Left: each run at its best epoch, all seeds; what cannot be seen has been lost. Right: the best run of each method, first seed."}
}
