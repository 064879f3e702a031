package compare

import (
	"slices"

	"github.com/fluxion-go/fluxion/study"
)

// confidence is that of all intervals.
const confidence = 0.95

// better says that a is a better value of the metric than b.
func (m Metric) better(a, b float64) bool {
	if m.Higher {
		return a > b
	}
	return a < b
}

// rank fills in the scores and orders the methods by the median of the
// criterion; of equal ones, that which diverged less often, or was given first,
// stands first.
func (r *Result) rank() {
	final := func(s Standing) study.Sample {
		var out study.Sample
		for _, run := range s.Runs {
			out = append(out, run.final(r.Criterion))
		}
		return out
	}
	for i := range r.Standings {
		s := &r.Standings[i]
		s.Score = interval(final(*s))
		for _, run := range s.Runs {
			if run.Divergence != nil {
				s.Diverged++
			}
		}
	}
	slices.SortStableFunc(r.Standings, func(a, b Standing) int {
		x, y := float64(a.Score.Value), float64(b.Score.Value)
		switch {
		case r.Criterion.better(x, y):
			return -1
		case r.Criterion.better(y, x):
			return 1
		}
		return a.Diverged - b.Diverged
	})
	best := final(r.Standings[0])
	for i := range r.Standings {
		s := &r.Standings[i]
		s.Rank = i + 1
		s.Behind = interval(behind(r.Criterion, final(*s), best))
		s.Tied = i > 0 && float64(s.Behind.Low) <= 0 && float64(s.Behind.High) >= 0
	}
}

// behind is how much worse one sample is than another, seed by seed. Two runs
// that diverged are equal.
func behind(m Metric, s, best study.Sample) study.Sample {
	out := make(study.Sample, len(s))
	for i := range s {
		switch {
		case s[i] == best[i]:
		case m.Higher:
			out[i] = best[i] - s[i]
		default:
			out[i] = s[i] - best[i]
		}
	}
	return out
}

// interval is the median with its bootstrap confidence interval.
func interval(s study.Sample) Interval {
	low, high := study.BootstrapCI(s, confidence, study.Sample.Median)
	return Interval{study.Float(s.Median()), study.Float(low), study.Float(high)}
}
