package gravity

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
)

// The thresholds come with the specification of the experiment, from trials in
// another program on similar data; none was changed here. A pilot of this
// program (scale default, perceptron, seeds 1000 to 1004, and quick with 1000 to
// 1003) showed that they can decide. No scale judges these seeds. What the pilot
// measured stands beside each.
const (
	learned      = 0.99 // training accuracy; pilot 1.0
	learnedQuick = 0.95 // after 6 epochs; pilot 0.975
	// Pilot: 3.0 points ahead of Adam, 6.1 of RMSProp.
	ahead = 0.015
	// Pilot: 0.056 and 0.028.
	lossRatio = 0.3
	// Pilot: ratio 1.00.
	nearControl = 0.25
	// Pilot: no step at all; the largest max|g| was 0.9.
	steepSeldom = 0.05
	// |zeta - g| / |g| is at most max|g|^4 = 0.0081 where max|g| <= 0.3.
	hardlyChanged = 0.01
	// b_100 = 91/102 (t from 0) or 91.9/103 (t from 1): 0.87% below 0.9.
	limitReached, limitStep = 0.01, 100
	// Rounding of float32 in a quotient of quotients.
	rounding = 1e-6
)

// A claim about all seeds needs this many, save at scale quick.
const seedsNeeded = 5

func claims() []study.Claim {
	return []study.Claim{
		{
			ID: "1", Name: "Trains untuned",
			Statement: "With the published (l, alpha, beta) = (0.1, 0.01, 0.9), never tuned, Gravity brings all three tasks to a training accuracy " +
				"of at least 0.99 within their epochs (quick: the perceptron to 0.95 in 6 epochs).",
			Where: "The claim of the abstract and of the README that the defaults need no tuning", Statistic: "worst seed of each task",
			Judge: judgeTrains,
		},
		{
			ID: "2", Name: "Ahead of the paper's baselines",
			Statement: "On the perceptron the best validation accuracy of Gravity is at least 1.5 points above Adam's at 1e-4 and RMSProp's at 5e-5, " +
				"and its final training loss at most 0.3 times theirs.",
			Where: "Comparison with Adam and RMSProp at the rates of the published logs", Statistic: "median of 5 seeds, paired",
			Scales: []study.Scale{study.Default}, Judge: judgePaper,
		},
		{
			ID: "3", Name: "Ahead of tuned baselines",
			Statement: "On the perceptron the best validation accuracy of Gravity is not below that of Adam and RMSProp, " +
				"when their rates too are chosen with care: the best of four on seeds apart.",
			Where: "What the comparison leaves open: Gravity was not tuned, the baselines' rates are small", Statistic: "median of 5 seeds, paired",
			Scales: []study.Scale{study.Default}, Judge: judgeTuned,
		},
		{
			ID: "4", Name: "Mechanism",
			Statement: "|zeta| <= min(|g|, 1/(2 max|g|)) at every step; where max|g| <= 0.3 squashing changes no element by more than 1%; " +
				"max|g| exceeds 1 at fewer than 5% of the perceptron's steps, so that Gravity's final training loss is within 25% of that of averaged momentum " +
				"with the same rate; and the decay rate b_t is within 1% of beta after 100 steps.",
			Where: "The formulas of zeta and of the running average, and what follows from them", Statistic: "worst step of all seeds; loss: ratio of medians",
			Scales: []study.Scale{study.Quick, study.Default}, Judge: judgeMechanism,
		},
		{
			ID: "5", Name: "Steady validation accuracy",
			Statement: "Over the last 10 epochs the perceptron's validation accuracy has a standard deviation no larger with Gravity than with tuned RMSProp.",
			Where:     "The smooth curves of the published logs", Statistic: "ratio of the medians of 5 seeds",
			Scales: []study.Scale{study.Default}, Judge: judgeSteady,
		},
	}
}

// of is the sample of a method at a rate on the perceptron.
func of(r *study.Results, name, method string, rate float64) study.Sample {
	return r.Sample(name, "task", nameMLP, "method", method, "rate", rate)
}

// tunedRate is the rate that tuning chose, 0 if none was tuned.
func tunedRate(r *study.Results, method string) float64 {
	if !r.Common.Has("rate", "method", method) {
		return 0
	}
	return r.Common.Scalar("rate", "method", method)
}

func judgeTrains(r *study.Results, j *study.Judgement) {
	needSeeds(r, j)
	least := learned
	if r.Config.Scale == study.Quick {
		least = learnedQuick
	}
	for _, task := range r.Values("train_accuracy", "task") {
		accuracy := r.Sample("train_accuracy", "task", task, "method", nameGravity, "rate", gravityRate)
		j.AtLeast("training accuracy, "+task, study.MinOf(accuracy.OrElse(0)), least)
	}
}

func judgePaper(r *study.Results, j *study.Judgement) {
	needSeeds(r, j)
	if !needTask(r, j) {
		return
	}
	for _, b := range []arm{{nameAdam, adamRate}, {nameRMSProp, rmsRate}} {
		gain := of(r, "best", nameGravity, gravityRate).Minus(of(r, "best", b.method, b.rate))
		j.AtLeast(fmt.Sprintf("best validation accuracy minus that of %s at %v", b.method, b.rate), study.MedianOf(gain), ahead)
		ratio := of(r, "train_loss", nameGravity, gravityRate).Over(of(r, "train_loss", b.method, b.rate))
		j.AtMost(fmt.Sprintf("final training loss / that of %s at %v", b.method, b.rate), study.MedianOf(ratio), lossRatio)
	}
}

func judgeTuned(r *study.Results, j *study.Judgement) {
	needSeeds(r, j)
	if !needTask(r, j) {
		return
	}
	for _, method := range []string{nameAdam, nameRMSProp} {
		rate := tunedRate(r, method)
		gain := of(r, "best", nameGravity, gravityRate).Minus(of(r, "best", method, rate))
		j.AtLeast(fmt.Sprintf("best validation accuracy minus that of tuned %s (%v)", method, rate), study.MedianOf(gain), 0)
	}
}

func judgeMechanism(r *study.Results, j *study.Judgement) {
	if !needTask(r, j) {
		return
	}
	var bound, change study.Sample
	for _, seed := range r.Seeds {
		for _, s := range seed.Record.Scalars {
			if m := s.Labels.Get("method"); m != nameGravity && m != nameCalm {
				continue
			}
			switch s.Name {
			case "bound":
				bound = append(bound, float64(s.Value))
			case "change":
				change = append(change, float64(s.Value))
			}
		}
	}
	j.AtMost("largest |zeta| / min(|g|, 1/(2 max|g|))", study.MaxOf(bound), 1+rounding)
	j.AtMost("largest change where max|g| <= 0.3", study.MaxOf(change), hardlyChanged)
	j.Below("share of steps with max|g| > 1", study.MaxOf(of(r, "steep_share", nameGravity, gravityRate)), steepSeldom)
	ratio := of(r, "train_loss", nameGravity, gravityRate).Median() / of(r, "train_loss", nameControl, gravityRate).Median()
	j.Within("final training loss / that of averaged momentum", study.Value(ratio), 1-nearControl, 1+nearControl)
	rates := r.Common.Curve("decay_rate")
	for i, t := range rates.X {
		if t == limitStep {
			j.AtMost("|b_100 - beta| / beta", study.Value(math.Abs(rates.Y[i]-mu)/mu), limitReached)
		}
	}
}

func judgeSteady(r *study.Results, j *study.Judgement) {
	needSeeds(r, j)
	if !needTask(r, j) {
		return
	}
	rate := tunedRate(r, nameRMSProp)
	if !r.Has("wobble", "task", nameMLP, "method", nameGravity, "rate", gravityRate) {
		j.Inconclusive("speaks of the last %d epochs; there are fewer", lastEpochs)
		return
	}
	ratio := of(r, "wobble", nameGravity, gravityRate).Median() / of(r, "wobble", nameRMSProp, rate).Median()
	j.AtMost(fmt.Sprintf("deviation / that of tuned RMSProp (%v)", rate), study.Value(ratio), 1)
}

// needSeeds leaves a claim about all seeds open where there are fewer than it
// speaks of.
func needSeeds(r *study.Results, j *study.Judgement) {
	if r.Config.Scale == study.Default && len(r.Seeds) < seedsNeeded {
		j.Inconclusive("speaks of %d seeds; there are %d", seedsNeeded, len(r.Seeds))
	}
}

// needTask leaves a claim about the perceptron, and at scale default about tuned
// rates, open where the options left them out.
func needTask(r *study.Results, j *study.Judgement) bool {
	if !r.Has("best", "task", nameMLP, "method", nameGravity, "rate", gravityRate) {
		j.Inconclusive("speaks of the perceptron, which was not trained")
		return false
	}
	return true
}
