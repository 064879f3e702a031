package compare

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/fluxion-go/fluxion/study"
)

// Run is one training.
type Run struct {
	Seed        uint64      `json:"seed"`
	Steps       int         `json:"steps"`
	Evaluations int         `json:"evaluations"` // of the gradient
	Seconds     study.Float `json:"seconds"`     // of the compiled steps
	// Values holds a curve for each metric, at the places of Curve. The curve of
	// a run that diverged ends with the worst value there is.
	Curve      Places                  `json:"curve"`
	Values     map[string]study.Floats `json:"values"`
	Divergence *Divergence             `json:"divergence,omitempty"`
}

// Places are where a run was evaluated: after how many steps, evaluations of the
// gradient and seconds.
type Places struct {
	Step        study.Floats `json:"step"`
	Evaluations study.Floats `json:"evaluations"`
	Seconds     study.Floats `json:"seconds"`
}

// final is the metric at the end, the worst if the run diverged.
func (r Run) final(m Metric) float64 {
	values := r.Values[m.Name]
	if r.Divergence != nil || len(values) == 0 {
		return worst(m)
	}
	return values[len(values)-1]
}

// Interval is a statistic with its bootstrap confidence interval.
type Interval struct {
	Value study.Float `json:"value"`
	Low   study.Float `json:"low"`
	High  study.Float `json:"high"`
}

// Standing is a method's part of a result.
type Standing struct {
	Method  string `json:"method"`
	Summary string `json:"summary,omitempty"`
	// Rank counts from 1.
	Rank int `json:"rank"`
	// Rates are the learning rates that were tried, Tuning the criterion at each
	// (mean over the tuning seeds; nil where there was one rate only) and Rate the
	// choice. AtEdge says that it is the first or the last of several.
	Rates  study.Floats `json:"rates"`
	Tuning study.Floats `json:"tuning,omitempty"`
	Rate   study.Float  `json:"rate"`
	AtEdge bool         `json:"at_edge,omitempty"`
	// Score is the median of the criterion over the seeds.
	Score Interval `json:"score"`
	// Behind is the median, over the seeds, of how much worse the method is than
	// the first, seed by seed. Tied says that it is not the first but that the
	// interval of Behind contains 0: these seeds do not tell the two apart.
	Behind Interval `json:"behind"`
	Tied   bool     `json:"tied"`
	// Diverged is how many of the seeds diverged.
	Diverged int   `json:"diverged"`
	Runs     []Run `json:"runs"`
}

// Result is a finished comparison.
type Result struct {
	Format      string            `json:"format"`
	Version     int               `json:"format_version"`
	Task        string            `json:"task"`
	Options     map[string]string `json:"options,omitempty"`
	Data        string            `json:"data,omitempty"`
	DataDir     string            `json:"data_dir,omitempty"`
	Seeds       []uint64          `json:"seeds"`
	TuningSeeds []uint64          `json:"tuning_seeds"`
	Evaluations int               `json:"evaluations"` // the budget
	Schedule    Schedule          `json:"schedule"`
	Limit       study.Float       `json:"limit"`
	Metrics     []Metric          `json:"metrics"`
	Criterion   Metric            `json:"criterion"`
	// Standings are the methods, the best first.
	Standings []Standing `json:"standings"`
	// Digest is a SHA-256 over all of this but times and where the data lie.
	Digest string `json:"digest"`
}

// result gathers and ranks.
func (r *runner) result(settings study.Settings, seeds []uint64) *Result {
	out := &Result{Format: "fluxion-comparison", Version: 1, Task: r.Task.Name, Options: settings.All(), Data: r.Data.Name,
		DataDir: r.Data.Dir, Seeds: seeds, Evaluations: r.Evaluations, Schedule: r.Schedule, Limit: study.Float(r.Limit),
		Metrics: r.Task.Metrics, Criterion: r.criterion()}
	for i := range r.TuningSeeds {
		out.TuningSeeds = append(out.TuningSeeds, firstTuningSeed+uint64(i))
	}
	for _, e := range r.lineup {
		s := Standing{Method: e.method.Name, Summary: e.method.Summary, Rates: e.rates, Tuning: e.scores, Rate: study.Float(e.rates[e.chosen])}
		s.AtEdge = len(e.rates) > 1 && (e.chosen == 0 || e.chosen == len(e.rates)-1)
		for _, seed := range seeds {
			s.Runs = append(s.Runs, e.runs[seed])
		}
		out.Standings = append(out.Standings, s)
	}
	out.rank()
	out.Digest = out.digest()
	return out
}

func (r *Result) digest() string {
	c := *r
	c.Digest, c.DataDir = "", ""
	c.Standings = slices.Clone(c.Standings)
	for i := range c.Standings {
		s := &c.Standings[i]
		s.Runs = slices.Clone(s.Runs)
		for k := range s.Runs {
			s.Runs[k].Seconds, s.Runs[k].Curve.Seconds = 0, nil
		}
	}
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // every number has a form
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
