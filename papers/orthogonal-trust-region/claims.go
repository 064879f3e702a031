package orthogonaltrustregion

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
)

// The thresholds of claims 1 to 5 come with the specification of the experiment,
// from trials in another program on similar data; where one was changed or added,
// the reason stands beside it. Pilots of this program (seeds 1000 to 1002, which no
// scale judges) showed that they can decide.
const (
	// At alpha = 1 the momentum's error is the noise itself, and in the Frobenius
	// norm the lemma is an equality up to L eta and 0.1%: a mean of 600 samples
	// then lies within 3 standard errors, 0.6%, of the bound, on either side. (Mean
	// + 2 standard errors of 6 walks, largest of 20 looks, was 1.08 in the pilot.)
	equality = 1.01
	// Rounding of 100 steps in float64. The reference for the spectral norm takes
	// the root of M'M, which squares the condition number; its pilot is 7e-12.
	formulaRounding = 1e-8
	largestFactor   = 1.25
	leastFactor     = 0.65
	roughLoss       = 1.5 // pilot 1.34, 1.51, 1.37
	orderLoss       = 0.1 // pilot 0.023, 0.012, 0.023
	averagingGain   = 100 // pilot 1094, 1000, 2342
	averagingNone   = 0.1 // pilot 0.002, 0.026, 0.02
	behind          = 0.002
	aheadOfAdam     = 0.003 // pilot 0.003, 0.003, 0.005
	normRounding    = 1e-6
	gapSlope        = -0.3 // pilot -0.39, -0.35, -0.43 inside; -0.43, -0.38, -0.37 outside
	// Claims 6 and 7 say in numbers what the paper says in words; their thresholds
	// are between what the pilots gave and no effect.
	unbiased = 0.1  // pilot 0.04, 0.02, 0.01; without averaging 0.6 to 1.1
	biased   = 0.5  // pilot 0.66 for all
	lagLeft  = 0.6  // pilot 0.28, 0.28, 0.44 at alpha 0.1, less below
	bestLeft = 0.75 // pilot 0.48, 0.48, 0.53
)

// A claim about all seeds needs this many, save at scale quick.
const seedsNeeded = 5

var imageSets = []string{"glyphs", "mnist", "fashion-mnist"}

func claims() []study.Claim {
	full := []study.Scale{study.Default, study.Full}
	return []study.Claim{
		{
			ID: "1", Name: "Bounds",
			Statement: "On a quadratic function with noise the momentum's error stays below the bound of the lemma, and the least gradient below that of the theorem, " +
				"for every norm, alpha, noise and radius; and the best alpha of the grid falls as the noise grows.",
			Where: "The lemma on the momentum's error and the theorem for functions that are not convex",
			Statistic: "largest of all seeds of (mean + 2 standard errors)/bound; for alpha = 1, where the lemma can be an equality, mean/bound within 1%; " +
				"best alpha: least mean dual norm of the gradient over the second half of the steps, longer steps, mean of the seeds",
			Judge: judgeBounds,
		},
		{
			ID: "2", Name: "Special cases",
			Statement: "The trust region of the Frobenius norm is normalised SGD with momentum, that of the largest element sign momentum, that of the spectral norm Muon; " +
				"with alpha = 1 Muon and Orthogonal-SGDM have the same losses, bit for bit. Five Newton-Schulz steps bring no singular value above 1.25, " +
				"and those that begin above 0.003 of the Frobenius norm to between 0.65 and 1.25; the training loss is within 1.5 times that of exact factors.",
			Where: "The list of norms and their methods; Muon's published coefficients", Statistic: "worst of the seeds; ratio of the losses' medians",
			Judge: judgeSpecial,
		},
		{
			ID: "3", Name: "Average first",
			Statement: "At alpha = 0.1 and its best rate Muon ends with at most 0.1 times the training loss of Orthogonal-SGDM at its best; at rate 0.03 lowering alpha from " +
				"1 to 0.3 divides Muon's loss by 100 or more and changes that of Orthogonal-SGDM by at most 10%.",
			Where: "Comparison with Orthogonal-SGDM", Statistic: "medians over the seeds; best rates by them",
			DataSets: imageSets, Judge: judgeOrder,
		},
		{
			ID: "4", Name: "Test accuracy",
			Statement: "Muon's best test accuracy is no more than 0.2 points below the best of sign momentum, normalised SGD, Adam and SGD with momentum, and at least 0.3 points above Adam's, " +
				"with four rates for each.",
			Where: "The practice that the paper explains", Statistic: "medians over the seeds; best rates by them",
			DataSets: imageSets, Scales: full, Judge: judgeAccuracy,
		},
		{
			ID: "5", Name: "Weight decay",
			Statement: "With weight decay |X_k| <= (1-beta)^k |X_0| + (1-(1-beta)^k) eta/beta in the spectral norm at every step; and longer runs approach the least value in the ball " +
				"of radius eta/beta, whether the free minimum lies inside or outside, with a slope of the gap in logarithms of at most -0.3 (quick: the bound alone).",
			Where: "The algorithm with weight decay, and its rate for star-convex functions", Statistic: "largest excess over the bound; median slope",
			Judge: judgeDecay,
		},
		{
			ID: "6", Name: "Bias of the other order",
			Statement: "The mean of the orthogonal factors of 4096 noisy gradients stays at least 0.5 away from the factor of the true one (in the Frobenius norm, over that of the identity), " +
				"the factor of their mean comes to within 0.1.",
			Where: "Why no lemma holds for Orthogonal-SGDM", Statistic: "worst of the seeds",
			Judge: judgeBias,
		},
		{
			ID: "7", Name: "Extrapolation",
			Statement: "On a quartic function gradients taken beyond the parameters bring the momentum's error to at most 0.6 times its size for alpha = 0.1, 0.03 and 0.01, " +
				"and to at most 0.75 times when each has the best of its alphas.",
			Where: "The algorithm with extrapolation for a Lipschitz Hessian", Statistic: "median over the seeds of the ratio",
			Scales: full, Judge: judgeAhead,
		},
	}
}

func judgeBounds(r *study.Results, j *study.Judgement) {
	for _, norm := range r.Values("lemma", "norm") {
		lemma, theorem, noise := math.Inf(-1), math.Inf(-1), math.Inf(-1)
		for _, id := range r.IDs() {
			if id.Labels.Get("norm") != norm {
				continue
			}
			labels := []any{"norm", norm, "alpha", id.Labels.Get("alpha"), "noise", id.Labels.Get("noise"), "length", id.Labels.Get("length")}
			switch {
			case id.Name == "lemma" && id.Labels.Get("alpha") != "1":
				lemma = math.Max(lemma, r.Sample("lemma", labels...).Max())
			case id.Name == "lemma_mean" && id.Labels.Get("alpha") == "1":
				noise = math.Max(noise, r.Sample("lemma_mean", labels...).Mean())
			case id.Name == "theorem":
				theorem = math.Max(theorem, r.Sample("theorem", labels...).Max())
			}
		}
		j.AtMost("momentum's error / lemma, "+norm, study.Value(lemma), 1)
		j.AtMost("the same, alpha = 1, mean", study.Value(noise), equality)
		j.AtMost("least gradient / theorem", study.Value(theorem), 1)
		best, noises := bestAlphas(r, norm)
		for i := 1; i < len(best); i++ {
			j.AtMost(fmt.Sprintf("best alpha at noise %s / at %s", noises[i], noises[i-1]), study.Value(best[i]/best[i-1]), 1)
		}
		j.Below("best alpha at the most noise / at the least", study.Value(best[len(best)-1]/best[0]), 1)
	}
}

// bestAlphas are those with the least gradient for each noise, with the longest
// steps.
func bestAlphas(r *study.Results, norm string) (best []float64, noises []string) {
	noises = r.Values("gradient", "noise", "norm", norm)
	lengths := r.Values("gradient", "length", "norm", norm)
	for _, noise := range noises {
		least, at := math.Inf(1), 0.0
		for _, alpha := range r.Values("gradient", "alpha", "norm", norm) {
			g := r.Sample("gradient", "norm", norm, "alpha", alpha, "noise", noise, "length", lengths[len(lengths)-1]).Mean()
			if g < least {
				least, at = g, number(alpha)
			}
		}
		best = append(best, at)
	}
	return best, noises
}

func judgeSpecial(r *study.Results, j *study.Judgement) {
	for _, norm := range []string{nameFrobenius, nameMax, nameSpectral} {
		j.AtMost("distance from the formula, "+norm, study.MaxOf(r.Sample("formula", "norm", norm)), formulaRounding)
	}
	for _, f := range factors {
		j.AtMost("largest singular value, "+f.name, study.MaxOf(r.Sample("largest", "matrix", f.name)), largestFactor)
		if f.name != nameSquare {
			j.AtLeast("least of those seen, "+f.name, study.MinOf(r.Sample("least", "matrix", f.name)), leastFactor)
		}
	}
	if r.Has("unequal", "network", nameLarge) {
		j.Equal("steps with unequal losses at alpha = 1", study.MaxOf(r.Sample("unequal", "network", nameLarge)), 0)
	}
	if len(r.Values("train_loss", "method", "network", nameSmall)) == 2 {
		of := func(method string) float64 {
			return r.Sample("train_loss", "network", nameSmall, "method", method).Median()
		}
		j.AtMost("training loss / with exact factors", study.Value(of(nameMuon)/of(nameExact)), roughLoss)
	}
}

// of is the sample of an arm of the large perceptron.
func of(r *study.Results, name string, a arm) study.Sample {
	return r.Sample(name, append([]any{"network", nameLarge}, a.labels()...)...)
}

// rates are those of a method at the usual alpha that the run has trained.
func rates(r *study.Results, method string) []arm {
	var arms []arm
	for _, a := range grid(method) {
		if r.Has("train_loss", append([]any{"network", nameLarge}, a.labels()...)...) {
			arms = append(arms, a)
		}
	}
	return arms
}

// leastLoss and mostAccurate are a method's arms at its best rate, by medians.
func leastLoss(r *study.Results, method string) (best arm, loss float64) {
	loss = math.Inf(1)
	for _, a := range rates(r, method) {
		if v := of(r, "train_loss", a).OrElse(math.Inf(1)).Median(); v < loss {
			best, loss = a, v
		}
	}
	return best, loss
}

func mostAccurate(r *study.Results, method string) (best arm, accuracy float64) {
	accuracy = math.Inf(-1)
	for _, a := range rates(r, method) {
		if v := of(r, "test_accuracy", a).Median(); v > accuracy {
			best, accuracy = a, v
		}
	}
	return best, accuracy
}

func judgeOrder(r *study.Results, j *study.Judgement) {
	needSeeds(r, j)
	if len(rates(r, nameMuon)) == 0 {
		j.Inconclusive("speaks of perceptrons, which were not trained")
		return
	}
	_, muon := leastLoss(r, nameMuon)
	best, orthogonal := leastLoss(r, nameOrthogonal)
	j.AtMost(fmt.Sprintf("Muon's least loss / that of Orthogonal-SGDM (at %v)", best.rate), study.Value(muon/orthogonal), orderLoss)
	at := func(method string, alpha float64) float64 {
		return of(r, "train_loss", arm{method: method, rate: usualRate, alpha: alpha}).Median()
	}
	j.AtLeast("Muon's loss at alpha 1 / at 0.3", study.Value(at(nameMuon, 1)/at(nameMuon, 0.3)), averagingGain)
	j.AtMost("|change| of Orthogonal-SGDM's", study.Value(math.Abs(at(nameOrthogonal, 0.3)/at(nameOrthogonal, 1)-1)), averagingNone)
}

func judgeAccuracy(r *study.Results, j *study.Judgement) {
	needSeeds(r, j)
	if len(rates(r, nameMuon)) == 0 {
		j.Inconclusive("speaks of perceptrons, which were not trained")
		return
	}
	_, muon := mostAccurate(r, nameMuon)
	strongest, highest := "", math.Inf(-1)
	for _, method := range baselines {
		if _, accuracy := mostAccurate(r, method); accuracy > highest {
			strongest, highest = method, accuracy
		}
	}
	_, adam := mostAccurate(r, nameAdam)
	j.AtLeast("best test accuracy minus that of "+strongest, study.Value(muon-highest), -behind)
	j.AtLeast("best test accuracy minus that of Adam", study.Value(muon-adam), aheadOfAdam)
}

func judgeDecay(r *study.Results, j *study.Judgement) {
	for _, radius := range walls {
		j.AtMost(fmt.Sprintf("norm - bound, eta/beta = %v", radius), study.MaxOf(r.Sample("excess", "radius", radius)), normRounding)
	}
	for _, t := range targets {
		if r.Has("slope", "minimum", t.name) {
			j.AtMost("slope of the gap, minimum "+t.name, study.MedianOf(r.Sample("slope", "minimum", t.name)), gapSlope)
		}
	}
}

func judgeBias(r *study.Results, j *study.Judgement) {
	last := func(order string) study.Sample {
		var s study.Sample
		for _, c := range r.Curves("bias", "order", order) {
			s = append(s, c.Y[len(c.Y)-1])
		}
		return s
	}
	j.AtMost("distance of the mean's factor", study.MaxOf(last(nameMuon)), unbiased)
	j.AtLeast("distance of the factors' mean", study.MinOf(last(nameOrthogonal)), biased)
}

func judgeAhead(r *study.Results, j *study.Judgement) {
	least := func(name string) study.Sample {
		best := make(study.Sample, len(r.Seeds))
		for i := range best {
			best[i] = math.Inf(1)
		}
		for _, alpha := range r.Values("ahead_error", "alpha") {
			for i, v := range r.Sample("ahead_error", "gradients", name, "alpha", alpha) {
				best[i] = math.Min(best[i], v)
			}
		}
		return best
	}
	for _, alpha := range r.Values("ahead_error", "alpha") {
		if number(alpha) > 0.1 {
			continue
		}
		ratio := r.Sample("ahead_error", "gradients", nameAhead, "alpha", alpha).Over(r.Sample("ahead_error", "gradients", namePlain, "alpha", alpha))
		j.AtMost("error extrapolated / plain, alpha "+alpha, study.MedianOf(ratio), lagLeft)
	}
	j.AtMost("the same, each at its best alpha", study.MedianOf(least(nameAhead).Over(least(namePlain))), bestLeft)
}

// needSeeds leaves a claim about all seeds open where there are fewer than it
// speaks of.
func needSeeds(r *study.Results, j *study.Judgement) {
	if r.Config.Scale != study.Quick && len(r.Seeds) < seedsNeeded {
		j.Inconclusive("speaks of %d seeds; there are %d", seedsNeeded, len(r.Seeds))
	}
}
