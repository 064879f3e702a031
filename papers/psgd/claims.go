package psgd

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
)

// The thresholds come with the specification of the experiment, from trials in another
// program or by reasoning; none was changed here. What pilots of this program showed
// (seeds 1000 to 1002, which no scale judges) stands beside each.
const (
	fitError = 0.15 // pilot 0.084 to 0.09
	fitCond  = 1.5  // pilot 1.15
	// For the inverse absolute Hessian; pilot 0.08 to 0.11.
	indefiniteError = 0.2
	quickError      = 0.7 // after 1000 pairs
	// BFGS's error where it keeps positive definite; pilot 0.12 to 0.14, so that this
	// part of claim 1b is not expected to hold.
	lostError = 1.0
	lostSeeds = 4
	// Low rank on its own kind: 0.11 to 0.18 in the trials that chose the matrix, whose
	// diagonal the specification leaves open (see matrices). On the other: 0.46 to 0.50
	// in the pilot.
	rankError, otherError = 0.3, 0.4
	diagonalError         = 0.7 // pilot 0.93 and about 0.9
	// Gradient descent: more than 5000 in the pilot.
	descentSteps = 5000
	// Pilot at length 16: PSGD in 2 of 2 seeds, and SGD with the larger of its two rates
	// as well, so that the second half of claim 4 is not expected to hold. Where the
	// effect of the paper begins was looked for with seeds 1000 and 1001: at length 30
	// and rate 0.05 PSGD needs 964 and 2452 steps, and neither SGD nor Adam are done
	// after 4000; a third seed, 1002, was not done after 1000 steps when that pilot was
	// stopped. Claim 4b has the thresholds of claim 4 there.
	solvedSeeds, sgdSeeds = 4, 1
	unchanged             = 1e-6 // pilot 2e-16
	// The parameters move by 0.54; a drift of a path that stands still would say nothing.
	movedAtLeast = 0.1
)

// fitMarks are the numbers of pairs of claim 1b.
var fitMarks = []int{500, 1000, 2000, 5000}

func claims() []study.Claim {
	return []study.Claim{
		{
			ID: "1a", Name: "Convergence of the fit",
			Statement: "After 5000 pairs the triangular preconditioner's relative error is at most 0.15, and the condition number of PH at most 1.5, for a " +
				"positive definite H of condition 100; towards |H|^-1 of an indefinite H it is at most 0.2 (quick: 1000 pairs, 0.7 for the first alone).",
			Where: "Criterion and convergence of the fit, Sections 2 and 3", Statistic: "median of 5 seeds",
			Scales: []study.Scale{study.Quick, study.Default, study.Full}, Judge: judgeFit,
		},
		{
			ID: "1b", Name: "Noise",
			Statement: "With noise of deviation 0.1 on h and step 0.01 the error falls from checkpoint to checkpoint (500, 1000, 2000, 5000), while BFGS without line " +
				"search on the same pairs loses positive definiteness, or has an error of at least 1, in at least 4 of 5 seeds.",
			Where: "Robustness against noise, comparison with BFGS", Statistic: "every seed; number of seeds",
			Scales: []study.Scale{study.Default, study.Full}, Judge: judgeNoise,
		},
		{
			ID: "2", Name: "Structure matters",
			Statement: "Low rank with rank 5 comes to an error of at most 0.3 on a Hessian of diagonal plus rank 5, but stays above 0.4 on one without structure. " +
				"The X-shaped family stays above 0.7 on both.",
			Where: "Choice of the group, Section 4", Statistic: "worst of 5 seeds",
			Scales: []study.Scale{study.Default, study.Full}, Judge: judgeStructure,
		},
		{
			ID: "3", Name: "Rosenbrock's valley",
			Statement: "With step 0.1 and learning rate 0.5 PSGD brings f below 1e-8 within 600 steps from (-1.2, 1); gradient descent at the best of 5 rates needs more than 5000.",
			Where:     "Demonstration on Rosenbrock's function", Statistic: "every seed",
			Judge: judgeValley,
		},
		{
			ID: "4", Name: "Delayed exclusive or",
			Statement: "On sequences of 16 PSGD, Kronecker or low rank, brings the loss below 0.1 within 4000 steps in at least 4 of 5 seeds, SGD in at most one.",
			Where:     "Recurrent network on the delayed XOR problem", Statistic: "number of seeds",
			Scales: []study.Scale{study.Default, study.Full}, Judge: judgeXOR(judgedLength, shortLimit),
		},
		{
			ID: "4b", Name: "Delayed exclusive or, longer",
			Statement: "On sequences of 30 PSGD brings the loss below 0.1 within 3000 steps in at least 4 of 5 seeds, SGD in at most one.",
			Where:     "Recurrent network on the delayed XOR problem, for lengths up to 128", Statistic: "number of seeds",
			Scales: []study.Scale{study.Full}, Judge: judgeXOR(longLength, longLimit),
		},
		{
			ID: "5", Name: "Invariance",
			Statement: "In parameters theta = A theta', with Q' = Q A^-T and v' = A^-1 v at the start, PSGD takes the same path for 50 steps, to 1e-6, if A^-T is in the group.",
			Where:     "Invariance of Lie group preconditioners", Statistic: "worst of all seeds",
			Judge: judgeInvariance,
		},
	}
}

// seedsNeeded is how many a claim about several seeds needs, save at scale quick.
const seedsNeeded = 5

// speaks leaves a claim open where the run lacks seeds or pairs.
func speaks(r *study.Results, j *study.Judgement) {
	if r.Config.Scale != study.Quick && len(r.Seeds) < seedsNeeded {
		j.Inconclusive("speaks of %d seeds; there are %d", seedsNeeded, len(r.Seeds))
	}
}

// fitted is a measurement of part A.
func fitted(r *study.Results, name, method, matrix string, noise float64, labels ...any) study.Sample {
	return r.Sample(name, append([]any{"method", method, "matrix", matrix, "noise", noise}, labels...)...)
}

func judgeFit(r *study.Results, j *study.Judgement) {
	speaks(r, j)
	spd := study.MedianOf(fitted(r, "error", nameNewton, matrixSPD, 0))
	if r.Config.Scale == study.Quick {
		j.AtMost("relative error, positive definite", spd, quickError)
		return
	}
	j.AtMost("relative error, positive definite", spd, fitError)
	j.AtMost("condition of PH", study.MedianOf(fitted(r, "cond", nameNewton, matrixSPD, 0)), fitCond)
	j.AtMost("relative error, indefinite", study.MedianOf(fitted(r, "error", nameNewton, matrixIndefinite, 0)), indefiniteError)
}

func judgeNoise(r *study.Results, j *study.Judgement) {
	speaks(r, j)
	for i, k := range fitMarks[1:] {
		if !r.Has("error_at", "method", nameNewton, "matrix", matrixSPD, "noise", noiseSize, "pairs", k) {
			j.Inconclusive("speaks of %d pairs", k)
			return
		}
		before := fitted(r, "error_at", nameNewton, matrixSPD, noiseSize, "pairs", fitMarks[i])
		now := fitted(r, "error_at", nameNewton, matrixSPD, noiseSize, "pairs", k)
		j.Below(fmt.Sprintf("error after %d pairs / after %d", k, fitMarks[i]), study.MaxOf(now.Over(before)), 1)
	}
	errors := fitted(r, "error", nameBFGS, matrixSPD, noiseSize)
	definite := fitted(r, "definite", nameBFGS, matrixSPD, noiseSize)
	lost := 0.0
	for i, v := range errors {
		if !(v < lostError) || definite[i] == 0 {
			lost++
		}
	}
	j.AtLeast("seeds in which BFGS is lost", study.Value(lost), lostSeeds)
}

func judgeStructure(r *study.Results, j *study.Judgement) {
	speaks(r, j)
	j.AtMost("low rank on diagonal + rank 5", study.MaxOf(fitted(r, "error", nameLRA, matrixLowRank, 0)), rankError)
	j.AtLeast("low rank without structure", study.MinOf(fitted(r, "error", nameLRA, matrixSPD, 0)), otherError)
	for _, m := range []string{matrixSPD, matrixLowRank} {
		j.Above("X-shaped, "+m, study.MinOf(fitted(r, "error", nameXMat, m, 0)), diagonalError)
	}
}

func judgeValley(r *study.Results, j *study.Judgement) {
	speaks(r, j)
	j.AtMost("steps of PSGD", study.MaxOf(r.Sample("valley_steps", "method", namePSGD, "fit", 0.1, "rate", 0.5)), valleySteps)
	j.Above("steps of gradient descent at its best rate", study.Value(bestDescent(r, nameDescent, descentRates)), descentSteps)
}

// bestDescent is the fewest steps of a baseline of part B over its rates.
func bestDescent(r *study.Results, method string, rates []float64) float64 {
	least := math.Inf(1)
	for _, rate := range rates {
		least = math.Min(least, r.Common.Scalar("valley_steps", "method", method, "rate", rate))
	}
	return least
}

// solvedBy is the number of seeds in which a method solves part C within so many steps,
// at the best of its rates.
func solvedBy(r *study.Results, method string, length, limit int) (most int) {
	for _, rate := range r.Values("xor_steps", "rate", "method", method, "length", length) {
		steps := r.Sample("xor_steps", "method", method, "rate", rate, "length", length)
		most = max(most, steps.Count(func(v float64) bool { return v <= float64(limit) }))
	}
	return most
}

func judgeXOR(length, limit int) func(*study.Results, *study.Judgement) {
	return func(r *study.Results, j *study.Judgement) {
		if len(r.Values("xor_steps", "rate", "method", nameSGD, "length", length)) == 0 {
			j.Inconclusive("speaks of sequences of %d", length)
			return
		}
		speaks(r, j)
		j.AtLeast("seeds solved by PSGD", study.Value(float64(max(solvedBy(r, nameKron, length, limit), solvedBy(r, nameLRA, length, limit)))), solvedSeeds)
		j.AtMost("seeds solved by SGD", study.Value(float64(solvedBy(r, nameSGD, length, limit))), sgdSeeds)
	}
}

func judgeInvariance(r *study.Results, j *study.Judgement) {
	j.AtMost("largest distance of the two paths", study.MaxOf(r.Sample("drift")), unchanged)
	j.AtLeast("the way that they go", study.MinOf(r.Sample("moved")), movedAtLeast)
}
