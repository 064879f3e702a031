package oasis

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
)

// The thresholds come with the specification of the experiment, from trials in
// another program; none was changed here. A pilot of this program (scale default,
// seeds 1000 and 1001, and the invariance with 1000 to 1004) showed that they can
// decide. No scale judges these seeds. What the pilot measured stands beside each.
const (
	faster = 0.75 // pilot 0.59 and 0.62
	// Pilot: OASIS 13 and 11 iterations, AdGD 11 and 11.
	agree = 0.25
	// Pilot: 0 times 1024 (the specification has 1000, which agrees to 1e-10 in one
	// pilot seed and to 1e-6 in another: until the diagonal has settled, rounding
	// grows by up to 1e10), 1e-13 in other units.
	unchanged = 1e-8
	// Pilot: 8 and 11.
	spread = 20
	// Pilot: 2 and 2 of 6.
	adamFails = 2
	// Pilot, of seeds 1000 to 1002 with nearly the same setting (150 probes): 1.05,
	// 1.03 and about 1.06, so that this claim is open.
	stochastic = 1.05
)

func claims() []study.Claim {
	return []study.Claim{
		{
			ID: "1", Name: "Nothing to tune",
			Statement: "On logistic regression with features over two orders of magnitude (kappa = 2), OASIS with beta2 = 0.99 and alpha = 1e-5 comes " +
				"within 1e-4 of the optimum in at most 0.75 times the iterations of Adam at the best of 6 rates, and it comes within 1e-8.",
			Where: "Logistic regression, Section 4 and its figures", Statistic: "median over the seeds, paired; 1e-8: every seed",
			Scales: []study.Scale{study.Quick, study.Default}, Judge: judgeTuning,
		},
		{
			ID: "2", Name: "Scaling beats the step rule alone",
			Statement: "For kappa = 2 and 4, AdGD, which has the same step rule without scaling, does not come within 1e-4 in 1000 iterations, and OASIS does at " +
				"all 9 settings of its grid. For kappa = 0 the iterations of OASIS and AdGD agree within 25%.",
			Where: "Comparison with AdGD, Section 4", Statistic: "every seed; kappa = 0: ratio of medians",
			Scales: []study.Scale{study.Default}, Judge: judgeScaling,
		},
		{
			ID: "3", Name: "Scale invariance",
			Statement: "Multiplying the loss by 1024, and alpha with it, leaves the iterates unchanged to 1e-8. With features in other units, and the exact diagonal, " +
				"no penalty and alpha = 1e-30, they are the correspondingly scaled ones to 1e-8.",
			Where: "The units of the update, Section 3", Statistic: "worst iteration of all seeds, as a part of the largest element",
			Scales: []study.Scale{study.Quick, study.Default}, Judge: judgeInvariance,
		},
		{
			ID: "4", Name: "Robustness",
			Statement: "Over the 9 pairs of beta2 and alpha, at kappa = 2, the most iterations to 1e-4 are at most 20 times the fewest. Of Adam's 6 rates at least two " +
				"do not come there in 1000 iterations (quick: judged for OASIS alone).",
			Where: "Sensitivity study, appendix", Statistic: "worst seed",
			Scales: []study.Scale{study.Quick, study.Default}, Judge: judgeRobustness,
		},
		{
			ID: "5", Name: "Minibatches",
			Statement: "After 20 epochs of minibatches (kappa = 2) the test loss of OASIS, not tuned, is at most 1.05 times that of Adam at the best of 6 rates.",
			Where:     "Stochastic experiments, Section 4", Statistic: "ratio of medians of 5 seeds",
			Scales: []study.Scale{study.Default}, Judge: judgeStochastic,
		},
	}
}

// A claim about all seeds needs this many at scale default.
const seedsNeeded = 5

// speaks leaves a claim open where the run lacks what it speaks of.
func speaks(r *study.Results, j *study.Judgement) bool {
	if !r.Has("iterations", "kappa", middle) {
		j.Inconclusive("speaks of the drawn features")
		return false
	}
	if r.Config.Scale == study.Default && len(r.Seeds) < seedsNeeded {
		j.Inconclusive("speaks of %d seeds; there are %d", seedsNeeded, len(r.Seeds))
	}
	return true
}

// iterations to a gap, +Inf where it is not met.
func iterations(r *study.Results, kappa, target float64, a arm) study.Sample {
	return r.Sample("iterations", append([]any{"kappa", kappa, "loss", "logistic", "target", target}, a.labels()...)...)
}

// leastOf is the least of several arms, seed by seed.
func leastOf(r *study.Results, kappa, target float64, arms []arm) study.Sample {
	least := iterations(r, kappa, target, arms[0])
	for _, a := range arms[1:] {
		for i, v := range iterations(r, kappa, target, a) {
			least[i] = math.Min(least[i], v)
		}
	}
	return least
}

func mostOf(r *study.Results, kappa, target float64, arms []arm) study.Sample {
	most := iterations(r, kappa, target, arms[0])
	for _, a := range arms[1:] {
		for i, v := range iterations(r, kappa, target, a) {
			most[i] = math.Max(most[i], v)
		}
	}
	return most
}

// of are the arms of one method.
func of(method string) []arm {
	var list []arm
	for _, a := range (plan{}).arms() {
		if a.method == method {
			list = append(list, a)
		}
	}
	return list
}

func judgeTuning(r *study.Results, j *study.Judgement) {
	if !speaks(r, j) {
		return
	}
	own := of(nameOASIS)[:1]
	ratio := leastOf(r, middle, 1e-4, own).Over(leastOf(r, middle, 1e-4, of(nameAdam)))
	j.AtMost("iterations to 1e-4 / those of Adam at its best rate", study.MedianOf(ratio), faster)
	reached := leastOf(r, middle, 1e-8, own)
	j.True("seeds that come within 1e-8", reached.Count(func(v float64) bool { return !math.IsInf(v, 1) }), len(reached))
}

func judgeScaling(r *study.Results, j *study.Judgement) {
	if !speaks(r, j) {
		return
	}
	for _, kappa := range []float64{middle, 4} {
		plain := leastOf(r, kappa, 1e-4, of(nameAdGD))
		j.True(fmt.Sprintf("kappa = %v: seeds in which AdGD does not come within 1e-4", kappa),
			plain.Count(func(v float64) bool { return v > 1000 }), len(plain))
		all, met := 0, 0
		for _, a := range of(nameOASIS) {
			s := iterations(r, kappa, 1e-4, a)
			all, met = all+len(s), met+s.Count(func(v float64) bool { return v <= 1000 })
		}
		j.True(fmt.Sprintf("kappa = %v: settings and seeds in which OASIS does", kappa), met, all)
	}
	ratio := leastOf(r, 0, 1e-4, of(nameOASIS)[:1]).Median() / leastOf(r, 0, 1e-4, of(nameAdGD)).Median()
	j.Within("kappa = 0: iterations / those of AdGD", study.Value(ratio), 1-agree, 1+agree)
}

func judgeInvariance(r *study.Results, j *study.Judgement) {
	if !r.Has("drift_multiple") {
		j.Inconclusive("speaks of the drawn features")
		return
	}
	j.AtMost("1024 times the loss: largest difference", study.MaxOf(r.Sample("drift_multiple")), unchanged)
	j.AtMost("features in other units: largest difference", study.MaxOf(r.Sample("drift_units")), unchanged)
}

func judgeRobustness(r *study.Results, j *study.Judgement) {
	if !speaks(r, j) {
		return
	}
	own := of(nameOASIS)
	ratio := mostOf(r, middle, 1e-4, own).Over(leastOf(r, middle, 1e-4, own))
	j.AtMost("most iterations to 1e-4 of the 9 settings / fewest", study.MaxOf(ratio), spread)
	if r.Config.Scale == study.Quick {
		return
	}
	fails := make(study.Sample, len(r.Seeds))
	for _, a := range of(nameAdam) {
		for i, v := range iterations(r, middle, 1e-4, a) {
			if !(v <= 1000) {
				fails[i]++
			}
		}
	}
	j.AtLeast("rates of Adam that do not come within 1e-4", study.MinOf(fails), adamFails)
}

func judgeStochastic(r *study.Results, j *study.Judgement) {
	if !r.Has("test_loss", "task", taskLogistic, "method", nameOASIS) {
		j.Inconclusive("speaks of the drawn features")
		return
	}
	if len(r.Seeds) < seedsNeeded {
		j.Inconclusive("speaks of %d seeds; there are %d", seedsNeeded, len(r.Seeds))
	}
	rate, loss := bestRate(r, taskLogistic, nameAdam)
	own := r.Sample("test_loss", "task", taskLogistic, "method", nameOASIS).Median()
	j.AtMost(fmt.Sprintf("test loss / that of Adam at %s", rate), study.Value(own/loss), stochastic)
}

// bestRate is the rate of a method with the least median test loss on a task, and
// that loss.
func bestRate(r *study.Results, task, method string) (rate string, loss float64) {
	loss = math.Inf(1)
	for _, v := range r.Values("test_loss", "rate", "task", task, "method", method) {
		if m := r.Sample("test_loss", "task", task, "method", method, "rate", v).OrElse(math.Inf(1)).Median(); m < loss {
			rate, loss = v, m
		}
	}
	return rate, loss
}
