package xgrad

import (
	"fmt"
	"math"
	"strconv"

	"github.com/fluxion-go/fluxion/study"
)

// The thresholds come with the specification of the experiment, from trials in
// another program on similar data; none was changed here. A pilot at scale quick
// (seeds 1000 to 1003) had ratios of 0.85 (Adam) and 0.84 (SGDM) for s = 2, and a
// gain of 0.5 points.
const (
	faster      = 0.95  // claims 1 and 2, Adam
	notSlower   = 1.0   // claim 2, SGDM
	harmless    = -0.3  // points of test accuracy
	better      = 0.2   // points
	notBetter   = -0.1  // points
	limitError  = 0.01  // of lr h
	cost        = 1.15  // time of a step
	largeEnough = 1e5   // weights
	percent     = 100.0 // points of one
)

// A claim about all seeds needs this many, save at scale quick.
const seedsNeeded = 5

// judgedSettings are those of claims 1 and 2.
var judgedSettings = []setting{{nameAdam, 1e-3}, {nameAdamW, 1e-3}, {nameSGDM, 0.01}}

func claims() []study.Claim {
	return []study.Claim{
		{
			ID: "1", Name: "Faster optimisation",
			Statement: "After epoch 2 the training loss of Adam and AdamW at 1e-3 and of SGDM at 0.01 is lower with s = 1 than without prediction " +
				"in every pair of trainings, and lower again with s = 2, there at most 0.95 times the loss without.",
			Where: "The abstract's and Section 4's claim of faster convergence", Statistic: "every one of 5 seeds (quick: 2), paired; ratio: median",
			Scales: []study.Scale{study.Quick, study.Default}, Judge: judgeFaster,
		},
		{
			ID: "2", Name: "End of training",
			Statement: "After the last epoch the training loss with s = 2 is at most 0.95 times that without prediction for Adam at 1e-3, and not above it for SGDM at 0.01.",
			Where:     "The paper's learning curves", Statistic: "median of 5 seeds, paired",
			Scales: []study.Scale{study.Default}, Judge: judgeEnd,
		},
		{
			ID: "3", Name: "Generalisation",
			Statement: "With s = 1 no base optimizer loses more than 0.3 points of test accuracy, and the mean gain over the settings of SGDM, Adam and AdamW is at " +
				"least 0.2 points (a mean between -0.1 and 0.2 decides nothing).",
			Where: "The paper's tables of test accuracy", Statistic: "median over the rates and seeds of a base, paired; mean of the settings' medians",
			Scales: []study.Scale{study.Quick, study.Default}, Judge: judgeGeneral,
		},
		{
			ID: "4", Name: "Exact control",
			Statement: "With s = 0 every parameter has the base optimizer's bits. On parabolas of curvature h momentum is stable " +
				"up to lr h = 2(1+mu)/(1+2s), within 1%.",
			Where: "Algorithm of the paper with s = 0; stability worked out here", Statistic: "all seeds; every mu and s",
			Judge: judgeControl,
		},
		{
			ID: "5", Name: "Cost",
			Statement: "For a network of more than 100,000 weights a step with prediction takes at most 1.15 times as long as one without.",
			Where:     "The paper's remark on cost: a copy of the weights and no further gradient", Statistic: "median of 15 ratios, measured in turns",
			Scales: []study.Scale{study.Default, study.Full}, Timed: true, Judge: judgeCost,
		},
	}
}

// of is the sample of a setting with s updates ahead.
func of(r *study.Results, name string, c setting, s int) study.Sample {
	return r.Sample(name, trial{c, s}.labels()...)
}

func judgeFaster(r *study.Results, j *study.Judgement) {
	needSeeds(r, j)
	if r.Has("loss") && !r.Has("early_loss") {
		j.Inconclusive("speaks of epoch %d; there are fewer", early)
		return
	}
	for _, c := range judgedSettings {
		if !r.Has("early_loss", trial{c, 2}.labels()...) {
			continue
		}
		losses := func(s int) study.Sample { return of(r, "early_loss", c, s) }
		what := fmt.Sprintf("%s at %v", c.base, c.rate)
		j.Below("loss with s = 1 / without, "+what, study.MaxOf(losses(1).Over(losses(0))), 1)
		j.Below("loss with s = 2 / with s = 1, "+what, study.MaxOf(losses(2).Over(losses(1))), 1)
		j.AtMost("loss with s = 2 / without, "+what, study.MedianOf(losses(2).Over(losses(0))), faster)
	}
}

func judgeEnd(r *study.Results, j *study.Judgement) {
	needSeeds(r, j)
	for _, c := range []struct {
		setting
		most float64
	}{{setting{nameAdam, 1e-3}, faster}, {setting{nameSGDM, 0.01}, notSlower}} {
		ratio := of(r, "loss", c.setting, 2).Over(of(r, "loss", c.setting, 0))
		j.AtMost(fmt.Sprintf("loss with s = 2 / without, %s at %v", c.base, c.rate), study.MedianOf(ratio), c.most)
	}
}

func judgeGeneral(r *study.Results, j *study.Judgement) {
	needSeeds(r, j)
	var medians study.Sample
	for _, base := range r.Values("accuracy", "base") {
		var all study.Sample
		for _, c := range settingsOf(r, base) {
			if base == nameNesterov {
				continue
			}
			gain := points(of(r, "accuracy", c, 1).Minus(of(r, "accuracy", c, 0)))
			all = append(all, gain...)
			if base != nameAdaBelief {
				medians = append(medians, gain.Median())
			}
		}
		if len(all) > 0 {
			j.AtLeast("points of test accuracy won by s = 1, "+base, study.MedianOf(all), harmless)
		}
	}
	j.Graded(fmt.Sprintf("points won, mean of %d settings", len(medians)), study.Value(medians.Mean()), better, notBetter)
}

// settingsOf lists the rates at which a base was trained.
func settingsOf(r *study.Results, base string) []setting {
	var all []setting
	for _, v := range r.Values("accuracy", "rate", "base", base) {
		rate, err := strconv.ParseFloat(v, 64)
		if err != nil {
			panic(err)
		}
		all = append(all, setting{base, rate})
	}
	return all
}

func points(s study.Sample) study.Sample {
	out := make(study.Sample, len(s))
	for i, v := range s {
		out[i] = percent * v
	}
	return out
}

func judgeControl(r *study.Results, j *study.Judgement) {
	for _, base := range r.Values("differing", "base") {
		j.Equal("parameters that differ with s = 0, "+base, study.MaxOf(r.Sample("differing", "base", base)), 0)
	}
	worst := 0.0
	for _, s := range r.Common.Scalars {
		if s.Name == "stable" {
			promised := r.Common.Scalar("limit", "mu", s.Labels.Get("mu"), "s", s.Labels.Get("s"))
			worst = math.Max(worst, math.Abs(float64(s.Value)-promised)/promised)
		}
	}
	j.AtMost("largest deviation of the limit of stability", study.Value(worst), limitError)
}

func judgeCost(r *study.Results, j *study.Judgement) {
	if r.Common.Scalar("timed_weights") < largeEnough {
		j.Inconclusive("speaks of 100,000 weights; the network has %v", r.Common.Scalar("timed_weights"))
	}
	for _, base := range []string{nameSGDM, nameAdam} {
		j.AtMost("time of a step with s = 1 / without, "+base, study.Value(r.Common.Timing("step_ratio", "base", base)), cost)
	}
}

// needSeeds leaves a claim about all seeds open where there are fewer than it
// speaks of.
func needSeeds(r *study.Results, j *study.Judgement) {
	if r.Config.Scale != study.Quick && len(r.Seeds) < seedsNeeded {
		j.Inconclusive("speaks of %d seeds; there are %d", seedsNeeded, len(r.Seeds))
	}
}
