package compare

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
)

// Divergence says where a run went wrong.
type Divergence struct {
	// Step is the step at which it was seen; the first is 1.
	Step int `json:"step"`
	// What is "the loss", "a parameter" or "the metric NAME", and Value what it
	// was: NaN, an infinity, or a loss above the limit.
	What  string      `json:"what"`
	Value study.Float `json:"value"`
	// Group is the path of the parameter: the first that is not finite after the
	// step or, if all are, that which has grown most since the start. Before is
	// its largest absolute value before the step, After after it, and AtStart at
	// the start.
	Group   string      `json:"group"`
	AtStart study.Float `json:"at_start"`
	Before  study.Float `json:"before"`
	After   study.Float `json:"after"`
	// LastStep is the last step whose loss was as it should be, and LastLoss that
	// loss; 0 and NaN if there was none.
	LastStep int         `json:"last_good_step"`
	LastLoss study.Float `json:"last_good_loss"`
	// LastGood are the last parameters that were finite, those before step Step
	// or, if the metric was wrong, those after it.
	LastGood Params `json:"-"`
}

func (d *Divergence) String() string {
	text := fmt.Sprintf("step %d: %s is %s", d.Step, d.What, study.FormatNumber(float64(d.Value)))
	text += fmt.Sprintf("; %s: largest %s at the start, %s before the step, %s after it", d.Group,
		study.FormatNumber(float64(d.AtStart)), study.FormatNumber(float64(d.Before)), study.FormatNumber(float64(d.After)))
	if d.LastStep > 0 {
		text += fmt.Sprintf("; last good loss %s at step %d", study.FormatNumber(float64(d.LastLoss)), d.LastStep)
	}
	return text
}

// detector looks at every step of a run.
type detector struct {
	limit    float64
	start    []float64 // sizes of the parameters
	first    float64   // loss
	lastStep int
	lastLoss float64
}

// look examines step number run.Steps, from parameters p to a.
func (d *detector) look(run Run, p Params, a after) *Divergence {
	loss := a.Loss.Item()
	if run.Steps == 1 {
		d.first, d.lastLoss = loss, math.NaN()
	}
	bad := !finite(loss) || loss > d.limit*math.Max(1, math.Abs(d.first))
	if bad {
		return d.report(run, "the loss", loss, p, a.P)
	}
	d.lastStep, d.lastLoss = run.Steps, loss
	if !a.Finite.Bools()[0] {
		return d.report(run, "a parameter", math.NaN(), p, a.P)
	}
	return nil
}

// evaluated examines the metrics after step number run.Steps.
func (d *detector) evaluated(run Run, p Params, values []float64, metrics []Metric) *Divergence {
	for i, v := range values {
		if !finite(v) {
			return d.report(run, "the metric "+metrics[i].Name, v, p, p)
		}
	}
	return nil
}

func (d *detector) report(run Run, what string, value float64, p, next Params) *Divergence {
	before, after := sizes(p), sizes(next)
	_, paths := optim.Floats(p)
	group, growth := 0, -1.0
	for i := range after {
		if !finite(after[i]) {
			group = i
			break
		}
		if g := after[i] / math.Max(d.start[i], 1e-3); g > growth {
			group, growth = i, g
		}
	}
	if what == "a parameter" {
		value = after[group]
	}
	div := &Divergence{Step: run.Steps, What: what, Value: study.Float(value), LastStep: d.lastStep,
		LastLoss: study.Float(d.lastLoss), LastGood: p}
	if len(paths) > 0 {
		div.Group = paths[group]
		div.AtStart, div.Before, div.After = study.Float(d.start[group]), study.Float(before[group]), study.Float(after[group])
	}
	return div
}

// sizes are the largest absolute values of the float leaves; NaN where there is
// one.
func sizes(p Params) []float64 {
	leaves, _ := optim.Floats(p)
	list := make([]float64, len(leaves))
	for i, leaf := range leaves {
		if leaf.Size() > 0 {
			list[i] = leaf.Abs().Max().AsType(fx.Float64).Item()
		}
	}
	return list
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
