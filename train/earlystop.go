package train

import (
	"errors"
	"fmt"
	"math"
)

// EarlyStop ends a run when evaluations no longer improve (Prechelt 1998).
type EarlyStop struct {
	// Metric is the evaluation's metric that should improve.
	Metric string
	// Larger says that larger is better; the zero value is smaller.
	Larger bool
	// Patience is the number of evaluations in a row without improvement after
	// which the run ends; at least 1.
	Patience int
	// MinDelta is how much better than the best so far counts as improvement.
	MinDelta float64
}

func (e EarlyStop) check() error {
	switch {
	case e.Metric == "":
		return errors.New("train: EarlyStop has no metric")
	case e.Patience < 1:
		return fmt.Errorf("train: EarlyStop has patience %d; it must be at least 1", e.Patience)
	case !(e.MinDelta >= 0) || math.IsInf(e.MinDelta, 0):
		return fmt.Errorf("train: EarlyStop has MinDelta %v; it must be a number that is not negative", e.MinDelta)
	}
	return nil
}

// progressOfStop is how far an EarlyStop is.
type progressOfStop struct {
	Best number `json:"best"`
	Some bool   `json:"some"` // there is a best
	Bad  int    `json:"bad"`  // evaluations in a row without improvement
}

// observe takes in an evaluation and says whether the run ends.
func (e EarlyStop) observe(p *progressOfStop, metrics map[string]float64) (stop bool, err error) {
	v, ok := metrics[e.Metric]
	if !ok {
		return false, fmt.Errorf("train: EarlyStop watches %q, which Evaluate does not give", e.Metric)
	}
	best := float64(p.Best)
	better := v < best-e.MinDelta
	if e.Larger {
		better = v > best+e.MinDelta
	}
	if better || !p.Some && !math.IsNaN(v) {
		*p = progressOfStop{Best: number(v), Some: true}
		return false, nil
	}
	p.Bad++
	return p.Bad >= e.Patience, nil
}
