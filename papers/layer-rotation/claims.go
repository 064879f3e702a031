package layerrotation

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
)

// The thresholds come with the specification of the experiment, from trials of it in
// another program on similar images. Pilots of this program (scale default, seeds
// 1000 to 1002, which are never judged) gave the same picture on images that are
// easier: 3% of errors in place of 6%. What they measured stands beside each
// threshold. One was restated: "the best is 2 points above 3^-5", of 9.1% errors
// there, as the same part of the errors, of which there are 4.0% here. And the grid
// of Adam with Layca, {3^-3, 3^-2}, got 3^-4 and the paper's 3^-5 added, because its
// best was at the smallest rate.
const (
	tangentLimit  = 1e-3  // relative; 1.4e-4
	normLimit     = 1e-4  // relative; 2.5e-5
	fits          = 0.999 // training accuracy of a run that counts; 1
	rankLeast     = 0.6   // 0.8 to 1
	fewerErrors   = 0.78  // (9.1 - 2)/9.1 of the errors at 3^-5; 0.65
	uneven        = 0.06  // test accuracy, a = 0 over a = 0.6; 0.082
	still         = 0.1   // rotation of hidden layers; SGD 0.018, Adam 0.019
	descentLoses  = 0.015 // 0.024
	adamLoses     = 0.02  // 0.033
	adamRecovers  = 0.01  // 0.009 to 0.011 with the shorter grid
	decayTurns    = 0.5   // 0.67 and 0.81
	decayRecovers = 0.7   // 0.92 and 1.08
)

const seedsNeeded = 3

func claims() []study.Claim {
	standard := []study.Scale{study.Default}
	return []study.Claim{
		{
			ID: "1", Name: "Control",
			Statement: "Under Layca the tangent of the angle of every step of every layer is the rate times the layer's multiplier to 1e-3, and norms stay to 1e-4.",
			Where:     "Section 4, Algorithm 1", Statistic: "largest relative deviation over all steps, layers, runs and seeds", Judge: judgeControl,
		},
		{
			ID: "2", Name: "Rotation and accuracy",
			Statement: "Among runs of Layca with equal layers and rates 3^-5 to 3^-2 that fit the training set (99.9%), mean final rotation and test accuracy " +
				"have a rank correlation of at least 0.6, and the best of all rates makes at most 0.78 times the errors of 3^-5.",
			Where: "Section 5.1, Figure 2", Statistic: "medians of 3 seeds", Scales: standard, MinSeeds: seedsNeeded, Judge: judgeRotation,
		},
		{
			ID: "3", Name: "Balance of layers",
			Statement: "With alpha = 0.6, which holds the first layers back, test accuracy is at least 6 points lower than with equal layers at 3^-3, while both fit the training set.",
			Where:     "Section 5.1, Figure 2", Statistic: "medians of 3 seeds", Scales: standard, MinSeeds: seedsNeeded, Judge: judgeBalance,
		},
		{
			ID: "4", Name: "Usual methods turn little",
			Statement: "Gradient descent at its best rate turns hidden layers by at most 0.1 and is at least 1.5 points below the best Layca; Adam at 0.001 turns them by at most 0.1 " +
				"and is at least 2 points below; Adam with Layca is within 1 point of the best Layca. (Quick: gradient descent alone.)",
			Where: "Sections 5.2 and 5.4, Figures 3 and 5", Statistic: "medians over the seeds", Scales: []study.Scale{study.Quick, study.Default}, Judge: judgeUsual,
		},
		{
			ID: "5", Name: "Weight decay turns layers",
			Statement: "Gradient descent with weight decay turns hidden layers by at least 0.5, and recovers at least 70% of the gap between gradient descent and the best Layca.",
			Where:     "Section 5.3, Figure 4", Statistic: "medians of 3 seeds, each of two settings", Scales: standard, MinSeeds: seedsNeeded, Judge: judgeDecay,
		},
	}
}

func of(r *study.Results, name string, a arm) study.Sample {
	return r.Sample(name, append([]any{"network", namePerceptron}, a.labels()...)...)
}

func has(r *study.Results, a arm) bool {
	return r.Has("test_accuracy", append([]any{"network", namePerceptron}, a.labels()...)...)
}

// among is the arms of a list that were run.
func among(r *study.Results, arms []arm) []arm {
	var run []arm
	for _, a := range arms {
		if has(r, a) {
			run = append(run, a)
		}
	}
	return run
}

// best is the arm with the highest median test accuracy: every method chooses its
// rate by it, as in the paper.
func best(r *study.Results, arms []arm) arm {
	top := arms[0]
	for _, a := range arms[1:] {
		if of(r, "test_accuracy", a).Median() > of(r, "test_accuracy", top).Median() {
			top = a
		}
	}
	return top
}

// The arms that claims speak of.
var (
	equalLayers = sweep(1, 5)
	descents    = descending(0, 3)
	decays      = []arm{{nameDecay, third(1), 0, 0.02}, {nameDecay, plain(0.1), 0, 0.1}}
	adam        = arm{nameAdam, plain(1e-3), 0, 0}
	adamsLayca  = []arm{turningAdam(2), turningAdam(3), turningAdam(4), turningAdam(5)}
)

func judgeControl(r *study.Results, j *study.Judgement) {
	for _, c := range []struct {
		name, what string
		limit      float64
	}{{"tangent_error", "largest deviation of a step's tangent", tangentLimit}, {"norm_error", "largest deviation of a norm", normLimit}} {
		worst := 0.0
		for _, seed := range r.Seeds {
			for _, s := range seed.Record.Scalars {
				if s.Name == c.name {
					worst = larger(worst, float64(s.Value))
				}
			}
		}
		j.AtMost(c.what, study.Value(worst), c.limit)
	}
}

// larger lets a NaN win.
func larger(a, b float64) float64 {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.NaN()
	}
	return max(a, b)
}

func judgeRotation(r *study.Results, j *study.Judgement) {
	var turned, right study.Sample
	for _, a := range sweep(2, 5) {
		if of(r, "train_accuracy", a).Median() < fits {
			continue
		}
		turned = append(turned, of(r, "rotation_mean", a).Median())
		right = append(right, of(r, "test_accuracy", a).Median())
	}
	if len(turned) < 3 {
		j.Inconclusive("%d of 4 rates fit the training set", len(turned))
		return
	}
	j.AtLeast(fmt.Sprintf("rank correlation of rotation and accuracy, %d rates", len(turned)), study.Value(study.RankCorrelation(turned, right)), rankLeast)
	top := best(r, equalLayers)
	j.AtMost(fmt.Sprintf("test errors, Layca at %s / at 3^-5", top.rate.text), study.MedianOf(errors(r, top).Over(errors(r, rotating(5, 0)))), fewerErrors)
}

// errors are the shares of test images that were not recognised.
func errors(r *study.Results, a arm) study.Sample {
	wrong := of(r, "test_accuracy", a)
	for i, right := range wrong {
		wrong[i] = 1 - right
	}
	return wrong
}

func judgeBalance(r *study.Results, j *study.Judgement) {
	even, first := rotating(3, 0), rotating(3, 0.6)
	j.AtLeast("test accuracy, alpha = 0 over 0.6", study.MedianOf(of(r, "test_accuracy", even).Minus(of(r, "test_accuracy", first))), uneven)
	j.AtLeast("training accuracy, alpha = 0", study.MedianOf(of(r, "train_accuracy", even)), fits)
	j.AtLeast("training accuracy, alpha = 0.6", study.MedianOf(of(r, "train_accuracy", first)), fits)
}

func judgeUsual(r *study.Results, j *study.Judgement) {
	top := best(r, among(r, equalLayers))
	below := func(a arm) study.Measure {
		return study.MedianOf(of(r, "test_accuracy", top).Minus(of(r, "test_accuracy", a)))
	}
	sgd := best(r, among(r, descents))
	j.AtMost("rotation of hidden layers, SGD at "+sgd.rate.text, study.MedianOf(of(r, "rotation_hidden", sgd)), still)
	j.AtLeast("test accuracy, Layca at "+top.rate.text+" over SGD", below(sgd), descentLoses)
	if r.Config.Scale == study.Quick {
		// As the specification has it. In 15 epochs the rest would not hold: Adam with
		// Layca (3^-3, 3^-4) is 1.2 points below, on the seeds 0 to 2.
		return
	}
	j.AtMost("rotation of hidden layers, Adam at 0.001", study.MedianOf(of(r, "rotation_hidden", adam)), still)
	j.AtLeast("test accuracy, Layca over Adam", below(adam), adamLoses)
	j.AtMost("test accuracy, Layca over Adam + Layca", below(best(r, among(r, adamsLayca))), adamRecovers)
}

func judgeDecay(r *study.Results, j *study.Judgement) {
	top, sgd := best(r, equalLayers), best(r, descents)
	median := func(a arm) float64 { return of(r, "test_accuracy", a).Median() }
	gap := median(top) - median(sgd)
	for _, a := range decays {
		setting := fmt.Sprintf("rate %s, decay %v", a.rate.text, a.decay)
		j.AtLeast("rotation of hidden layers, "+setting, study.MedianOf(of(r, "rotation_hidden", a)), decayTurns)
		j.AtLeast("part of the gap recovered, "+setting, study.Value((median(a)-median(sgd))/gap), decayRecovers)
	}
}
