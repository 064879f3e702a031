package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxion-go/fluxion/study"
)

// Tables are the ranking, everything that was measured, and what diverged.
func (r *Result) Tables() []*study.Table {
	list := []*study.Table{r.ranking(), r.measured()}
	if t := r.divergences(); len(t.Rows) > 0 {
		list = append(list, t)
	}
	return list
}

// Line describes the comparison in one line.
func (r *Result) Line() string {
	parts := []string{"task " + r.Task}
	if r.Data != "" {
		parts = append(parts, "data "+r.Data)
	}
	seeds := "seeds "
	if len(r.Seeds) == 1 {
		seeds = "seed "
	}
	parts = append(parts, seeds+strings.TrimSuffix(study.FormatSeeds(r.Seeds), ","),
		fmt.Sprintf("%d gradient evaluations", r.Evaluations))
	if r.Schedule != ConstantRate {
		parts = append(parts, string(r.Schedule)+" schedule")
	}
	return strings.Join(parts, ", ")
}

// text writes the interval; there is none for a single seed.
func (i Interval) text(seeds int) string {
	if seeds < 2 || i.Low == i.High {
		return study.FormatNumber(float64(i.Value))
	}
	return fmt.Sprintf("%s (%.3g..%.3g)", study.FormatNumber(float64(i.Value)), i.Low, i.High)
}

func (r *Result) ranking() *study.Table {
	what := "lowest first"
	if r.Criterion.Higher {
		what = "highest first"
	}
	n := len(r.Seeds)
	title := fmt.Sprintf("Ranking by %s, %s", r.Criterion.Name, what)
	if n > 1 {
		title += fmt.Sprintf(" (median of %d seeds, 95%% interval)", n)
	}
	columns := []string{"", "method", "rate", r.Criterion.Name, "behind the first"}
	some := slices.ContainsFunc(r.Standings, func(s Standing) bool { return s.Diverged > 0 })
	if some {
		columns = append(columns, "diverged")
	}
	t := study.NewTable(title, columns...)
	for _, s := range r.Standings {
		behind := ""
		if s.Rank > 1 {
			behind = s.Behind.text(n)
		}
		if s.Tied && n > 1 {
			behind += " tied"
		}
		rate := study.FormatNumber(float64(s.Rate))
		if s.AtEdge {
			rate += "*"
		}
		row := []any{fmt.Sprint(s.Rank), s.Method, rate, s.Score.text(n), behind}
		switch {
		case s.Diverged > 0:
			row = append(row, fmt.Sprintf("%d of %d", s.Diverged, n))
		case some:
			row = append(row, "")
		}
		t.Add(row...)
	}
	return t
}

// measured lists the medians of all metrics, and what the runs took.
func (r *Result) measured() *study.Table {
	columns := []string{"method"}
	for _, m := range r.Metrics {
		columns = append(columns, m.Name)
	}
	t := study.NewTable("At the end (medians)", append(columns, "steps", "evaluations", "seconds")...)
	for _, s := range r.Standings {
		row := []any{s.Method}
		for _, m := range r.Metrics {
			row = append(row, median(s.Runs, func(run Run) float64 { return run.final(m) }))
		}
		t.Add(append(row,
			median(s.Runs, func(run Run) float64 { return float64(run.Steps) }),
			median(s.Runs, func(run Run) float64 { return float64(run.Evaluations) }),
			fmt.Sprintf("%.3g", median(s.Runs, func(run Run) float64 { return float64(run.Seconds) })))...)
	}
	return t
}

func median(runs []Run, of func(Run) float64) float64 {
	var s study.Sample
	for _, run := range runs {
		s = append(s, of(run))
	}
	return s.Median()
}

func (r *Result) divergences() *study.Table {
	t := study.NewTable("Diverged", "method", "seed", "where")
	for _, s := range r.Standings {
		for _, run := range s.Runs {
			if run.Divergence != nil {
				t.Add(s.Method, fmt.Sprint(run.Seed), run.Divergence.String())
			}
		}
	}
	return t
}

// Notes are what a reader of the tables should know.
func (r *Result) Notes() []string {
	var notes, edge, none []string
	for _, s := range r.Standings {
		if len(s.Tuning) > 0 && !slices.ContainsFunc(s.Tuning, finite) {
			none = append(none, s.Method)
		}
		if s.AtEdge {
			edge = append(edge, s.Method)
		}
	}
	if len(edge) > 0 {
		notes = append(notes, fmt.Sprintf("* the best learning rate is at the edge of those tried, and a better one may lie beyond: %s.", strings.Join(edge, ", ")))
	}
	if len(none) > 0 {
		notes = append(notes, fmt.Sprintf("Diverged at every learning rate tried: %s.", strings.Join(none, ", ")))
	}
	if len(r.Seeds) == 1 {
		notes = append(notes, "One seed says nothing about chance: there are no intervals.")
	}
	return notes
}
