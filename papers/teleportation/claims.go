package teleportation

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/study"
)

// The thresholds of the claims come with the specification of the experiment, from
// trials in another program, and none was changed. Pilots of this program (seeds 1000
// and on, glyphs) showed that they can decide. No scale judges these seeds. What the
// pilots measured stands beside each.
const (
	// Of gradient descent's iterations. Pilot (20 seeds): 0.004 to 0.03, and 0.23 to 0.80.
	// Of the seeds that are judged one comes to 0.0502, see the explanation.
	everyShare, onceShare = 0.05, 0.95
	// Pilot (20 seeds): at least 0.99998 at the maximiser; median 0.80 before.
	aligned, askew = 0.9999, 0.99
	// Rounding of float64 comes to 4e-16 in the pilot; a change of the same size by an
	// action that is not exact is 1e-3.
	invariant = 1e-5
	// At scale default; the share of seeds is 4 of 5 (quick: all of 2).
	betterShare = 0.8
	// Of the loss without teleports, after all epochs.
	lasting    = 0.98
	lastingFor = 3 // optimizers of 5
	// The correlation of sharpness with the validation loss.
	correlated = 0.3
)

// early are the optimizers that claim 3 speaks of.
var early = []string{nameSGD, nameMomentum, nameRMSProp, nameAdam}

func claims() []study.Claim {
	trained := []study.Scale{study.Default, study.Full}
	return []study.Claim{
		{
			ID: "1", Name: "Convex functions",
			Statement: "On a logistic loss in the plane, gradient descent with a teleport to the largest gradient of the level set before every step takes at most 0.05 times " +
				"the iterations of plain gradient descent to a gap of 1e-10, and with a single one at the start at most 0.95 times. Where the gradient is largest its cosine with " +
				"Newton's direction is at least 0.9999; before the teleport its median over the seeds is at most 0.99.",
			Where: "Section 4: teleports make gradient descent a Newton method at times", Statistic: "worst seed; cosine before: median",
			Judge: judgeConvex,
		},
		{
			ID: "2", Name: "Invariance",
			Statement: "In float64 the actions (a) by inversion of the activation, (b) by projection with a batch not larger than the layers, and (c) by positive scaling change the " +
				"loss on their batch by at most 1e-5 of it.",
			Where: "Group actions on networks, Section 3 and Zhao et al. 2022", Statistic: "worst seed",
			Judge: judgeInvariance,
		},
		{
			ID: "3", Name: "Early progress",
			Statement: "With 8 teleports before the first 8 steps the training loss after that epoch is lower than without, where the state may be reset too, for SGD, momentum, RMSProp " +
				"and Adam at the paper's learning rates, in at least 4 of 5 paired seeds each (quick: SGD and momentum, both seeds), and the 10 inner steps of a teleport raise the " +
				"squared norm of the gradient.",
			Where: "Section 6, Figure 5", Statistic: "share of seeds; growth: median of the teleports, worst seed",
			Judge: judgeEarly,
		},
		{
			ID: "4", Name: "Lasting effect",
			Statement: "After all epochs the training loss with teleports is at most 0.98 times that without, where the state may be reset too, at the paper's learning rates, for at " +
				"least 3 of the 5 optimizers.",
			Where: "Section 6, Figure 5", Statistic: "median of the paired ratios",
			Scales: trained, MinSeeds: 5, Judge: judgeLasting,
		},
		{
			ID: "5", Name: "Sharpness and generalisation",
			Statement: "Over 30 trainings by SGD (full: 100) the sharpness correlates with the validation loss: Pearson's r above 0.3, and significantly (p < 0.05).",
			Where:     "Section 5, Table 1", Statistic: "all trainings of all seeds together",
			Scales: trained, MinSeeds: 5, Judge: judgeSharpness,
		},
	}
}

func judgeConvex(r *study.Results, j *study.Judgement) {
	iterations := func(method string) study.Sample { return r.Sample("iterations", "method", method) }
	gd := iterations(nameGD)
	j.AtMost("iterations, a teleport every step / none", study.MaxOf(iterations(nameEvery).OrElse(math.Inf(1)).Over(gd)), everyShare)
	j.AtMost("iterations, one teleport / none", study.MaxOf(iterations(nameOnce).OrElse(math.Inf(1)).Over(gd)), onceShare)
	j.AtLeast("cosine with Newton's direction at the maximiser", study.MinOf(r.Sample("newton_cosine", "at", "teleport")), aligned)
	j.AtMost("cosine before the teleport", study.MedianOf(r.Sample("newton_cosine", "at", "start")), askew)
}

func judgeInvariance(r *study.Results, j *study.Judgement) {
	for _, action := range []string{nameInverse, nameExact, nameScaling} {
		j.AtMost(action, study.MaxOf(r.Sample("loss_change", "action", action, "on", "batch")), invariant)
	}
}

// standard selects the trainings with a kind of beginning at the paper's rate.
func standard(r *study.Results, name, optimizer, teleport string) study.Sample {
	return r.Sample(name, "optimizer", optimizer, "teleport", teleport, "rate_factor", 1)
}

func judgeEarly(r *study.Results, j *study.Judgement) {
	for _, o := range early {
		if !r.Has("loss_after_one", "optimizer", o) {
			continue
		}
		ratio := overWithout(r, "loss_after_one", o)
		lower := ratio.Count(func(v float64) bool { return v < 1 })
		j.AtLeast(o+": seeds with a lower loss", study.ShareOf(lower, len(ratio)), betterShare)
		j.Above(o+": gradient after / before", study.MinOf(standard(r, "typical_gain", o, nameProjection)), 1)
	}
}

func judgeLasting(r *study.Results, j *study.Judgement) {
	count := 0
	all := r.Values("final_loss", "optimizer")
	for _, o := range all {
		if overWithout(r, "final_loss", o).Median() <= lasting {
			count++
		}
	}
	j.AtLeast("optimizers with a ratio of at most 0.98", study.Value(float64(count)), lastingFor)
}

// overWithout is a loss with teleports, infinite if it is not a number, over the
// lower one of the trainings of the same seed without teleports: a teleport makes the
// optimizer's state anew, which helps some and which a training can do without one.
func overWithout(r *study.Results, name, optimizer string) study.Sample {
	with := standard(r, name, optimizer, nameProjection).OrElse(math.Inf(1))
	without := standard(r, name, optimizer, namePlain)
	for i, reset := range standard(r, name, optimizer, nameReset) {
		without[i] = math.Min(without[i], reset)
	}
	return with.Over(without)
}

// pooled are pairs of all trainings of all seeds: validation losses and another
// quantity.
func pooled(r *study.Results, name string) (x, y []float64) {
	for _, s := range r.Curves(name, "part", "C") {
		x, y = append(x, s.X...), append(y, s.Y...)
	}
	return x, y
}

// pearson is the coefficient of correlation.
func pearson(x, y []float64) float64 {
	if len(x) < 3 {
		return math.NaN()
	}
	return fx.CorrCoef(fx.Stack(0, fx.New(x), fx.New(y))).Index(0, 1).Item()
}

// significant is the coefficient from which n pairs correlate with p < 0.05 on two
// sides: t/sqrt(n-2+t^2), with t the 0.975-quantile of Student's distribution for n-2
// degrees of freedom, by its series in 1/(n-2) (Abramowitz and Stegun, 26.7.5). It is
// 0.3610 for 30.
func significant(n int) float64 {
	const z = 1.959963984540054
	const first, second = (z*z*z + z) / 4, (5*z*z*z*z*z + 16*z*z*z + 3*z) / 96
	v := float64(n - 2)
	t := z + first/v + second/(v*v)
	return t / math.Sqrt(v+float64(t*t))
}

func judgeSharpness(r *study.Results, j *study.Judgement) {
	x, y := pooled(r, "sharpness")
	v := pearson(x, y)
	j.Above("Pearson's r", study.Value(v), correlated)
	j.Above(fmt.Sprintf("Pearson's r, for p < 0.05 with %d trainings", len(x)), study.Value(v), significant(len(x)))
}
