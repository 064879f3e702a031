package rnngradientclipping

import (
	"math"

	"github.com/fluxion-go/fluxion/study"
)

// Thresholds are the specification's, set by trials of another program, unless
// said otherwise. What pilots of this program measured, on seeds 1000 to 1004 that
// no scale judges, stands beside them.
const (
	// Pilots: all five solved by SGD-C at rate 0.1 and by SGD-CR at 0.1 with alpha
	// 2, and two of two by SGD at 0.03, its best rate.
	successShare = 0.8
	// Pilots: medians of 800 to 900 updates for SGD and 300 for SGD-C.
	fasterBy = 0.6
	// Pilots: SGD at rate 0.1 solved none of two; SGD-C 3 of 5 within the 300
	// updates that these pilots had, and 2 of 2 in the end.
	fastFailures, fastSuccesses = 1, 4
	// Pilots at T = 50: SGD solved none of five at rate 0.03, its best at T = 20, and
	// none of five at 0.01; SGD-CR at its own for T = 20 five of five.
	ahead = 2
	// Claim 4 is the specification's: tuned arms at T = 20 from smart tanh after 300
	// updates. It cannot hold here: the signal at the first step begins at 0.2 to 0.4
	// of that at the last, of which 10 times is more than the regulariser wants, and
	// tuned SGD-CR has solved the task by update 200. A form with fixed settings at
	// T = 15 after 100 updates was judged at scale quick on seeds 0 and 1: 1.3.
	//
	// Claim 4b says the same where signals do vanish at first, and at one rate, 0.03
	// with alpha 2, because in pilots clipping alone brought them back at 0.1. It was
	// chosen after claim 4 had failed, but from pilots alone; the factor is the same.
	// Pilots, medians of SGD, SGD-C, SGD-CR: basic tanh, T = 20, update 100 (later
	// SGD begins to learn) 0.0008, 0.0008, 2.3; smart tanh, T = 50, update 300 0.055,
	// 0.055, 1.6.
	keptBy = 10
	// The window on the surface was chosen so that the wall runs through it, and
	// its jump is by the formula.
	wallJump = 0.5
	// Rounding of 30 steps in float64.
	rounding = 1e-12
)

const seedsNeeded = 5

func claims() []study.Claim {
	judged := []study.Scale{study.Default, study.Full}
	return []study.Claim{
		{
			ID: "1", Name: "The remedies work",
			Statement: "On temporal order, T = 20, with tuned settings, SGD-C and SGD-CR solve the task in at least 80% of the runs and SGD in no more than SGD-CR. " +
				"Median updates: SGD-CR no more than SGD-C, and SGD-C at most 0.6 times SGD (a run that does not solve it counts with the limit).",
			Where: "Section 4.1, temporal order", Statistic: "shares and medians of 5 seeds", Scales: judged, MinSeeds: seedsNeeded,
			Judge: judgeRemedies,
		},
		{
			ID: "2", Name: "Larger rates",
			Statement: "At learning rate 0.1 SGD solves temporal order at T = 20 in at most 1 of 5 runs (quick: T = 15, at SGD's own rate, no more runs than SGD-C at 0.1), SGD-C in at least 4.",
			Where:     "Section 3.2: clipping makes steps safe near walls", Statistic: "runs of 5 seeds",
			Judge: judgeRates,
		},
		{
			ID: "3", Name: "Longer gaps",
			Statement: "At T = 50 SGD-CR solves temporal order within 4000 updates in at least 2 runs of 5 more than SGD does. (Where both solve fewer than 2, nothing can be said.)",
			Where:     "Section 4.1, the figure of success over length", Statistic: "runs of 5 seeds", Scales: judged, MinSeeds: seedsNeeded,
			Judge: judgeLength,
		},
		{
			ID: "4", Name: "Signals kept, tuned arms",
			Statement: "In mid-training, after 300 updates on temporal order at T = 20 from smart tanh, the error signal at the first step, relative to that at the last, is at " +
				"least 10 times as large with tuned SGD-CR as with tuned SGD.",
			Where: "Section 3.3: what the regulariser is for", Statistic: "ratio of the medians over the seeds of |delta_1| / |delta_T|", Scales: judged,
			Judge: func(r *study.Results, j *study.Judgement) {
				kept := func(arm string) float64 {
					return r.Sample("kept_tuned", "task", nameOrder, "start", nameSmartTanh, "length", mainLength(r), "arm", arm).Median()
				}
				j.AtLeast("signal kept by SGD-CR / by SGD", study.Value(kept(nameCR)/kept(nameSGD)), keptBy)
			},
		},
		{
			ID: "4b", Name: "Signals kept where they vanish",
			Statement: "In mid-training, before it solves temporal order, a network trained by SGD-CR at rate 0.03 has an error signal at the first step, relative to that at the last, at least 10 times as large as one trained by SGD: " +
				"after 100 updates from basic tanh at T = 20, and after 300 from smart tanh at T = 50 (quick: the first alone).",
			Where: "Section 3.3: what the regulariser is for", Statistic: "ratio of the medians over the seeds of |delta_1| / |delta_T|",
			Judge: judgeSignals,
		},
		{
			ID: "5", Name: "The theory",
			Statement: "If the largest singular value sigma of the recurrent matrix of a tanh network is below 1, |delta_k| is at most sigma^(T-k) |delta_T|, up to rounding, in each of 200 networks. " +
				"On the error surface of the one-unit network neighbouring cells of a 60 by 60 grid differ by more than half of the range: a wall.",
			Where: "Sections 2.1 and 2.3, the figure of the error surface", Statistic: "largest of all networks; largest of all pairs of cells",
			Judge: judgeTheory,
		},
	}
}

// updates are those to solve temporal order; +Inf where it was not solved.
func updates(r *study.Results, arm, start string, length int) study.Sample {
	return r.Sample("updates", "task", nameOrder, "start", start, "length", length, "arm", arm)
}

func solved(s study.Sample) int { return s.Count(func(v float64) bool { return !math.IsInf(v, 0) }) }

// limited are updates with the limit for those that did not solve the task.
func limited(r *study.Results, arm, start string, length int) study.Sample {
	limit := r.Sample("limit", "task", nameOrder, "start", start, "length", length, "arm", arm)
	return updates(r, arm, start, length).OrElse(limit.Max())
}

// mainLength is that of the main part, longLength that of claim 3.
func mainLength(r *study.Results) int { return int(r.Common.Scalar("main_length")) }
func longLength(r *study.Results) int { return int(r.Common.Scalar("long_length")) }

func judgeRemedies(r *study.Results, j *study.Judgement) {
	t, n := mainLength(r), len(r.Seeds)
	share := map[string]int{}
	for _, arm := range everyArm {
		share[arm] = solved(updates(r, arm, nameSmartTanh, t))
	}
	j.AtLeast("share solved by SGD-CR", study.ShareOf(share[nameCR], n), successShare)
	j.AtLeast("share solved by SGD-C", study.ShareOf(share[nameC], n), successShare)
	j.AtMost("runs solved by SGD", study.Value(float64(share[nameSGD])), float64(share[nameCR]))
	median := func(arm string) float64 { return limited(r, arm, nameSmartTanh, t).Median() }
	j.AtMost("updates of SGD-CR", study.MedianOf(limited(r, nameCR, nameSmartTanh, t)), median(nameC))
	j.AtMost("updates of SGD-C / updates of SGD", study.Value(median(nameC)/median(nameSGD)), fasterBy)
}

func judgeRates(r *study.Results, j *study.Judgement) {
	if r.Config.Scale == study.Quick {
		t := mainLength(r)
		sgd, c := solved(updates(r, nameSGD, nameSmartTanh, t)), solved(updates(r, nameC, nameSmartTanh, t))
		j.AtLeast("runs solved by SGD-C at 0.1", study.Value(float64(c)), float64(max(1, sgd)))
		return
	}
	if len(r.Seeds) < seedsNeeded {
		j.Inconclusive("speaks of %d seeds; there are %d", seedsNeeded, len(r.Seeds))
	}
	j.AtMost("runs solved by SGD at 0.1", study.Value(float64(solved(r.Sample("fast_updates", "arm", nameSGD)))), fastFailures)
	j.AtLeast("runs solved by SGD-C at 0.1", study.Value(float64(solved(r.Sample("fast_updates", "arm", nameC)))), fastSuccesses)
}

func judgeLength(r *study.Results, j *study.Judgement) {
	t := longLength(r)
	cr, sgd := solved(updates(r, nameCR, nameSmartTanh, t)), solved(updates(r, nameSGD, nameSmartTanh, t))
	if cr < 2 && sgd < 2 {
		j.Inconclusive("SGD-CR solves %d runs and SGD %d; the task is too long for both", cr, sgd)
		return
	}
	j.AtLeast("runs solved by SGD-CR, less those by SGD", study.Value(float64(cr-sgd)), ahead)
}

func judgeSignals(r *study.Results, j *study.Judgement) {
	for _, p := range []part{followedTanh, followedLong} {
		kept := func(arm string) study.Sample { return p.sample(r, "kept", arm) }
		if r.Has("kept", p.labels(nameCR)...) {
			j.AtLeast("signal kept by SGD-CR / by SGD, "+p.title(), study.Value(kept(nameCR).Median()/kept(nameSGD).Median()), keptBy)
		}
	}
}

func judgeTheory(r *study.Results, j *study.Judgement) {
	j.AtMost("largest |delta_k| / bound", study.Value(r.Common.Scalar("bound_quotient")), 1+rounding)
	j.Above("largest jump / range of the surface", study.Value(r.Common.Scalar("wall_jump")), wallJump)
}
