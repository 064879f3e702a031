package saddlefreenewton

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/study"
)

// seedsNeeded is how many seeds a claim about all of them needs at scale default.
const seedsNeeded = 3

func claims() []study.Claim {
	whole := []study.Scale{study.Default, study.Full}
	return []study.Claim{
		{
			ID: "1", Name: "Escape speed",
			Statement: "From a start near the saddle at 0 the loss of saddle-free Newton is at most 0.6 times that of damped Newton after 10 steps with 5 hidden " +
				"units, and with 2 at most 0.92 times after 10 and 0.95 times after 30. With 5 units SGD at 0.01 is above 1.0 after 20 epochs, and " +
				"saddle-free Newton below 0.3 after 20 steps.",
			Where: "Figures on small perceptrons: damped Newton and SGD stall on plateaus", Statistic: "median of the ratios; worst seed of the plateau",
			Judge: judgeEscape,
		},
		{
			ID: "2", Name: "Switching",
			Statement: "8 steps of saddle-free Newton lower the loss that SGD has after 60 epochs to at most 0.15 times, damped Newton to no less than 0.15 times; " +
				"the ratio of the two is at most 0.65, and 8 more epochs of SGD end higher than saddle-free Newton.",
			Where: "Figures on networks whose training switches from SGD", Statistic: "medians over the seeds",
			Scales: whole, MinSeeds: seedsNeeded, Judge: judgeSwitching,
		},
		{
			ID: "3", Name: "Index grows with error",
			Statement: "Over near-critical points of a network with 2 hidden units the share of negative eigenvalues and the loss have a correlation of at least 0.6, " +
				"and none with a loss above 1.2 times the lowest has index 0.",
			Where: "Theory of Gaussian random fields, and the figure of index against error", Statistic: "Pearson correlation, all seeds' points together",
			Scales: whole, MinSeeds: seedsNeeded, Judge: judgeIndex,
		},
		{
			ID: "4", Name: "Closed form at a saddle",
			Statement: "On 5x^2 - y^2 with damping 0.1 a step multiplies y by 1.952 with saddle-free Newton, by -0.0526 with damped Newton, and by 1.4 with gradient " +
				"descent at its limit of stability, to 1e-10 over the trajectory.",
			Where: "The example of the classical saddle", Statistic: "largest relative difference",
			Judge: judgeToy,
		},
		{
			ID: "5", Name: "Krylov spaces suffice",
			Statement: "In a Krylov space of 20 dimensions saddle-free Newton reaches, within 20 steps, the loss that 10 exact steps reach with 5 hidden units: " +
				"with 5 units itself, and with 25.",
			Where: "Section on the Krylov approximation", Statistic: "worst seed",
			Scales: whole, MinSeeds: seedsNeeded, Judge: judgeKrylov,
		},
	}
}

// after is the loss after so many steps or epochs, in every seed; NaN where there
// are fewer.
func after(r *study.Results, k int, labels ...any) study.Sample {
	var out study.Sample
	for _, c := range r.Curves("loss", labels...) {
		out = append(out, at(c, k))
	}
	return out
}

func at(c study.Series, k int) float64 {
	if k >= len(c.Y) {
		return math.NaN()
	}
	return c.Y[k]
}

func escape(r *study.Results, k, hidden int, method string) study.Sample {
	return after(r, k, "part", "A", "hidden", hidden, "method", method)
}

func judgeEscape(r *study.Results, j *study.Judgement) {
	has := func(hidden int) bool {
		return r.Has("final_loss", "part", "A", "hidden", hidden, "method", nameFree)
	}
	ratio := func(hidden, k int, limit float64) {
		m := study.MedianOf(escape(r, k, hidden, nameFree).Over(escape(r, k, hidden, nameNewton)))
		j.AtMost(fmt.Sprintf("%d hidden, step %d: loss / damped Newton's", hidden, k), m, limit)
	}
	if r.Config.Scale != study.Quick && len(r.Seeds) < seedsNeeded {
		j.Inconclusive("speaks of %d seeds; there are %d", seedsNeeded, len(r.Seeds))
	}
	if has(5) {
		ratio(5, 10, escapeFive)
	}
	if has(2) {
		ratio(2, 10, escapeTwo)
		if r.Config.Scale != study.Quick {
			ratio(2, 30, escapeTwoLate)
		}
	}
	if has(5) {
		slow := after(r, 20, "part", "A", "hidden", 5, "method", nameSGD, "rate", rates[0])
		j.Above("5 hidden: SGD's loss after 20 epochs", study.MinOf(slow), plateau)
		j.Below("5 hidden: loss after 20 steps", study.MaxOf(escape(r, 20, 5, nameFree)), escaped)
	}
}

func judgeSwitching(r *study.Results, j *study.Judgement) {
	end := func(method string) study.Sample { return after(r, switchSteps, "part", "B", "method", method) }
	start := after(r, 0, "part", "B", "method", nameFree)
	j.AtMost("saddle-free Newton's loss / at the switch", study.MedianOf(end(nameFree).Over(start)), switchFree)
	j.AtLeast("damped Newton's loss / at the switch", study.MedianOf(end(nameNewton).Over(start)), switchNewton)
	j.AtMost("saddle-free Newton's loss / damped Newton's", study.MedianOf(end(nameFree).Over(end(nameNewton))), switchRatio)
	j.Below("saddle-free Newton's loss / SGD's", study.MedianOf(end(nameFree).Over(end(nameSGD))), 1)
}

// critical are the losses and the indices of the points of all seeds.
func critical(r *study.Results) (losses, indices []float64) {
	for _, c := range r.Curves("critical", "part", "D") {
		losses, indices = append(losses, c.X...), append(indices, c.Y...)
	}
	return losses, indices
}

func judgeIndex(r *study.Results, j *study.Judgement) {
	losses, indices := critical(r)
	if len(losses) < enoughPoints {
		j.Inconclusive("%d near-critical points; a correlation needs %d", len(losses), enoughPoints)
		return
	}
	j.AtLeast("correlation of index and loss", study.Value(correlation(losses, indices)), indexCorrelation)
	high, minima := 0, 0
	best := study.Sample(losses).Min()
	for i, l := range losses {
		if l > highError*best {
			high++
			if indices[i] == 0 {
				minima++
			}
		}
	}
	j.Equal(fmt.Sprintf("minima among %d points of high loss", high), study.Value(float64(minima)), 0)
}

// correlation is Pearson's.
func correlation(x, y []float64) float64 {
	mx, my := study.Sample(x).Mean(), study.Sample(y).Mean()
	var xx, xy, yy float64
	for i := range x {
		dx, dy := x[i]-mx, y[i]-my
		xx += float64(dx * dx)
		xy += float64(dx * dy)
		yy += float64(dy * dy)
	}
	return xy / math.Sqrt(xx*yy)
}

// toyFactors are what a step multiplies y by on 5x^2 - y^2.
var toyFactors = map[string]float64{
	nameFree:   1 + 2/(2+toyDamping),
	nameNewton: 1 - 2/(2-toyDamping),
	nameSGD:    1 + 0.2*2,
}

func judgeToy(r *study.Results, j *study.Judgement) {
	for _, method := range []string{nameFree, nameNewton, nameSGD} {
		c := r.Common.Curve("y", "part", "C", "toy", nameClassical, "method", method)
		worst, want := 0.0, toyStart
		for _, y := range c.Y {
			worst = math.Max(worst, math.Abs(y-want)/math.Abs(want))
			want *= toyFactors[method]
		}
		if len(c.Y) < 10 {
			worst = math.Inf(1)
		}
		j.AtMost(method+": y against the closed form", study.Value(worst), toyAgreement)
	}
}

func judgeKrylov(r *study.Results, j *study.Judgement) {
	if !r.Has("final_loss", "part", "A", "hidden", 5, "method", nameFree) {
		j.Inconclusive("speaks of exact steps with 5 hidden units, which were not made")
		return
	}
	target := escape(r, 10, 5, nameFree)
	for _, hidden := range []string{"5", "25"} {
		steps := make(study.Sample, len(target))
		for i, c := range r.Curves("loss", "part", "E", "hidden", hidden, "k", 20) {
			steps[i] = firstBelow(c, target[i])
		}
		j.AtMost(hidden+" hidden: steps to the loss of 10 exact ones with 5", study.MaxOf(steps), krylovSteps)
	}
}

// firstBelow is the first step with at most a loss; +Inf if there is none.
func firstBelow(c study.Series, loss float64) float64 {
	for i, y := range c.Y {
		if y <= loss {
			return c.X[i]
		}
	}
	return math.Inf(1)
}
