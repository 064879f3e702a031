package laprop

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
)

// The thresholds of the claims were set by trials of the experiment in another
// program, on similar data, and none was changed here. Pilot runs of this program
// showed that they can decide: scale default with seeds 1000 to 1004 and quick
// with 1000 to 1019, on glyphs and on a cut of MNIST. No scale judges these seeds.
// What the pilots measured stands beside each threshold.
const (
	// LaProp's pilots end at 0.09 to 0.12 on glyphs and 0.20 to 0.22 on MNIST; an
	// untrained network has 2.3.
	trainedLoss = 0.30
	// Adam's pilots end at 46 to 1e33, or not finite, except one of the 30 on
	// MNIST, which ended at 0.19 although it had made steps of 1e9 learning rates:
	// now and then the exploded weights belong to a unit that stays silent.
	divergedLoss = 1.0
	// The pilots' ratio at nu = 0.3 is 0.53, 0.56, 0.65 and 0.71 for the four
	// noise levels.
	fasterBy = 0.80
	// The pilots' ratio at nu = 0.999 is 1.00 for all.
	sameSpeed = 0.05
	// The pilots' median difference is 0.0015 on glyphs and 0.003 on MNIST.
	sameAccuracy = 0.02
	// The spike of 1 leads to a step of 3.3e9, 2.4e9 times the bound.
	explosion = 1e4
	// The pilots' largest distance with epsilon 1e-15 is 4e-12. One step is
	// 4e-4 long.
	signTolerance = 1e-9

	// Roundings: of 150 steps in float64, and of a training in float32.
	rounding64, rounding32 = 1e-12, 1e-4
)

// A claim about all seeds needs this many, save at scale quick.
const seedsNeeded = 5

func claims() []study.Claim {
	return []study.Claim{
		{
			ID: "1", Name: "Mismatch stability",
			Statement: "With mu = 0.9 LaProp trains a three-layer perceptron at nu = 0.7, 0.5, 0.3 and 0.1 alike, to a loss of at most 0.30. " +
				"Adam with the same epsilon diverges for nu <= 0.5: its loss is at least 1, or not finite.",
			Where:     "The paper's case against Adam: unstable where the two decay rates do not match",
			Statistic: "worst of 5 seeds (quick: of 3, nu = 0.5 alone)",
			Judge:     judgeStability,
		},
		{
			ID: "2", Name: "Noisy Rosenbrock",
			Statement: "At nu = 0.3 LaProp reaches the minimum in at most 0.80 times Adam's steps, for every noise up to sigma = 0.13; " +
				"at nu = 0.999 the two agree within 5%.",
			Where:     "Experiment on the noisy Rosenbrock function",
			Statistic: "median over the seeds of the ratio of median steps (20 searches each; a lost one counts with the limit)",
			Judge:     judgeSearch,
		},
		{
			ID: "3", Name: "No cost at the default",
			Statement: "At Adam's default decay rates (0.9, 0.999) the test accuracies of the perceptron trained by LaProp and by Adam differ by at most 0.02.",
			Where:     "Comparisons at the usual decay rates", Statistic: "median of 5 seeds",
			Scales: []study.Scale{study.Default, study.Full},
			Judge:  judgeDefault,
		},
		{
			ID: "4", Name: "Bounded update",
			Statement: "Up to rounding, no element of a LaProp step exceeds 1/sqrt(1-nu) learning rates, whatever the gradients. " +
				"After a single spike of the gradient Adam at (0.9, 0.5) exceeds that bound ten-thousandfold.",
			Where:     "Proposition on the bound of the update, and the discussion of mu against sqrt(nu)",
			Statistic: "largest of all steps of all seeds",
			Judge:     judgeBound,
		},
		{
			ID: "5", Name: "Signed momentum",
			Statement: "With nu = 0 LaProp is momentum of signs: bit for bit with epsilon 0, and up to epsilon with 1e-15.",
			Where:     "Interpolation between signed and adaptive gradient methods",
			Statistic: "largest distance of 40 searches of 2000 steps, all seeds",
			Judge:     judgeLimit,
		},
	}
}

func judgeStability(r *study.Results, j *study.Judgement) {
	needSeeds(r, j)
	loss := func(method string, nu float64) study.Sample {
		return r.Sample("train_loss", "network", shallowName, "method", method, "mu", 0.9, "nu", nu)
	}
	for _, nu := range measured(r, []float64{0.7, 0.5, 0.3, 0.1}, "train_loss", "network", shallowName, "mu", 0.9, "nu") {
		j.AtMost(fmt.Sprintf("LaProp's loss at nu = %v", nu), study.MaxOf(loss(nameLaProp, nu)), trainedLoss)
		if nu <= 0.5 {
			// The smallest loss is the worst seed; one that is not finite is large.
			adam := loss(nameAdam, nu).OrElse(math.Inf(1))
			j.Diverged(fmt.Sprintf("Adam's loss at nu = %v", nu), study.MinOf(adam), divergedLoss)
		}
	}
}

func judgeSearch(r *study.Results, j *study.Judgement) {
	ratio := func(nu, sigma float64) study.Measure {
		steps := func(method string) study.Sample { return r.Sample("steps", "method", method, "nu", nu, "sigma", sigma) }
		return study.MedianOf(steps(nameLaProp).Over(steps(nameAdam)))
	}
	sigmas := measured(r, []float64{0, 0.04, 0.10, 0.12, 0.13}, "steps", "sigma")
	for _, sigma := range sigmas {
		j.AtMost(fmt.Sprintf("LaProp's steps / Adam's at nu = 0.3, sigma = %v", sigma), ratio(0.3, sigma), fasterBy)
	}
	for _, sigma := range sigmas {
		j.Within(fmt.Sprintf("the same at nu = 0.999, sigma = %v", sigma), ratio(0.999, sigma), 1-sameSpeed, 1+sameSpeed)
	}
}

func judgeDefault(r *study.Results, j *study.Judgement) {
	needSeeds(r, j)
	accuracy := func(method string) study.Sample {
		return r.Sample("test_accuracy", "network", shallowName, "method", method, "mu", 0.9, "nu", 0.999)
	}
	j.AtMost("difference of the test accuracies", study.MedianOf(accuracy(nameLaProp).Minus(accuracy(nameAdam)).Abs()), sameAccuracy)
}

func judgeBound(r *study.Results, j *study.Judgement) {
	var sequences, trainings study.Sample
	for _, seed := range r.Seeds {
		for _, s := range seed.Record.Scalars {
			share := float64(s.Value)
			switch {
			case s.Name == "bound_share":
				sequences = append(sequences, share)
			case s.Name == "largest_step" && s.Labels.Get("method") == nameLaProp:
				bound, _ := optim.UpdateBound(s.Labels.Number("mu"), s.Labels.Number("nu"))
				trainings = append(trainings, share/bound)
			}
		}
	}
	bound, _ := optim.UpdateBound(spikeMu, 0.5)
	spike := r.Common.Scalar("spike_largest", "method", nameAdam, "nu", 0.5) / bound
	j.AtLeast("Adam's largest step after a spike / bound", study.Value(spike), explosion)
	j.AtMost("LaProp's largest step / bound, made-up gradients", study.MaxOf(sequences), 1+rounding64)
	j.AtMost("LaProp's largest step / bound, all trainings", study.MaxOf(trainings), 1+rounding32)
}

func judgeLimit(r *study.Results, j *study.Judgement) {
	j.Equal("distance with epsilon 0", study.MaxOf(r.Sample("sign_distance", "epsilon", 0.0)), 0)
	j.AtMost("distance with epsilon 1e-15", study.MaxOf(r.Sample("sign_distance", "epsilon", tiny)), signTolerance)
}

// measured lists those values of a label, the last of the labels, at which the
// run's scale measured.
func measured(r *study.Results, values []float64, name string, labels ...any) []float64 {
	var have []float64
	for _, v := range values {
		if r.Has(name, append(append([]any{}, labels...), v)...) {
			have = append(have, v)
		}
	}
	return have
}

// needSeeds leaves a claim about all seeds open where there are fewer than it
// speaks of.
func needSeeds(r *study.Results, j *study.Judgement) {
	if r.Config.Scale != study.Quick && len(r.Seeds) < seedsNeeded {
		j.Inconclusive("speaks of %d seeds; there are %d", seedsNeeded, len(r.Seeds))
	}
}
