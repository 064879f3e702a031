package proxyprox

import (
	"fmt"
	"math"
	"strconv"

	"github.com/fluxion-go/fluxion/study"
)

// seedsNeeded is how many seeds a claim about all of them needs at scale default.
const seedsNeeded = 5

func claims() []study.Claim {
	whole := []study.Scale{study.Default, study.Full}
	return []study.Claim{
		{
			ID: "1", Name: "The difference decides",
			Statement: "On quadratics without noise tuned ProxyProx takes at most 0.05 times the gradients of tuned SGD for delta up to 0.3, and at most 0.3 times at delta = 1, until " +
				"F - F* has fallen by 1e-3; over delta from 0.03 to 1 the count grows with a slope of 0.7 to 1.3 (both axes logarithmic). F - F* goes on falling, below 1e-6, where " +
				"the proxy's own minimiser stays above 1e-4.",
			Where: "Convergence theorems: the rate of SGD with delta in the place of L", Statistic: "median of the seeds' ratios at each method's best rate by its median; worst seed for 1e-6",
			Judge: judgeDelta,
		},
		{
			ID: "2", Name: "With noise",
			Statement: "With noise of norm 1 tuned ProxyProx takes at most half the gradients of tuned SGD for delta up to 0.3, until F - F* has fallen by 1e-2.",
			Where:     "Convergence theorems, the noise's term", Statistic: "median of the seeds' ratios at each method's best rate by its median",
			Scales: whole, MinSeeds: seedsNeeded, Judge: judgeNoisy,
		},
		{
			ID: "3", Name: "Costly labels",
			Statement: "Logistic regression with 40 labelled batches of 500 and a proxy without labels: ProxyProx's excess loss is at most 0.25 times that of the best SGD and 0.85 times " +
				"that of the best Adam. With 400 batches of 8 noise decides: it is within 10% of SGD's and not below Adam's.",
			Where: "The instance of semi-supervised learning", Statistic: "median of the seeds' ratios at each method's best rate by its median",
			Scales: whole, MinSeeds: seedsNeeded, Judge: judgeLabels,
		},
		{
			ID: "4", Name: "Inexact solutions",
			Statement: "Solving the inner problem up to a relative gradient of 1/4 changes the number of outer steps by at most 30%; up to 5 it takes at least twice as many, or diverges.",
			Where:     "Approximate proximal steps", Statistic: "median of the seeds' ratios",
			Judge: judgeCriterion,
		},
		{
			ID: "5", Name: "Networks",
			Statement: "After 300 gradients (scale full: 5000) on the objective's images, which are turned and coloured digits unless another data set or objective is chosen, " +
				"ProxyProx, with clean digits as the proxy, has a loss no higher than the best of SGD, Adam, and training on the proxy with fine-tuning, on at least 4 of 5 seeds. " +
				"It is undecided between 1 and 4.",
			Where: "Experiment on a non-convex network", Statistic: "share of the seeds; each method's best setting by its median",
			Scales: whole, MinSeeds: seedsNeeded, Judge: judgeImages,
		},
	}
}

// best is the sample of a measurement at the setting with the lowest median. labels
// choose the runs; the settings are their values of the given keys.
func best(r *study.Results, name string, labels []any, keys ...string) (study.Sample, []any) {
	if len(keys) == 0 {
		return r.Sample(name, labels...).OrElse(math.Inf(1)), nil
	}
	var found study.Sample
	var at []any
	for _, v := range r.Values(name, keys[0], labels...) {
		s, more := best(r, name, append(labels[:len(labels):len(labels)], keys[0], v), keys[1:]...)
		if found == nil || s.Median() < found.Median() {
			found, at = s, append([]any{keys[0], v}, more...)
		}
	}
	return found, at
}

// tuned is the number of gradients of a method of part A at its best rate.
func tuned(r *study.Results, delta string, sigma float64, method string) (study.Sample, string) {
	s, at := best(r, "gradients", []any{"part", "A", "delta", delta, "sigma", sigma, "method", method}, "rate")
	return s, fmt.Sprint(at[1])
}

func deltas(r *study.Results) []string { return r.Values("gradients", "delta", "part", "A") }

func number(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

// slope is that of a line through points in logarithms, by least squares.
func slope(x, y []float64) float64 {
	n, sx, sy, sxx, sxy := float64(len(x)), 0.0, 0.0, 0.0, 0.0
	for i := range x {
		a, b := logarithm(x[i]), logarithm(y[i])
		sx, sy, sxx, sxy = sx+a, sy+b, sxx+float64(a*a), sxy+float64(a*b)
	}
	return (float64(n*sxy) - float64(sx*sy)) / (float64(n*sxx) - float64(sx*sx))
}

func judgeDelta(r *study.Results, j *study.Judgement) {
	if r.Config.Scale != study.Quick && len(r.Seeds) < seedsNeeded {
		j.Inconclusive("speaks of %d seeds; there are %d", seedsNeeded, len(r.Seeds))
	}
	var x, y []float64
	for _, delta := range deltas(r) {
		prox, eta := tuned(r, delta, 0, nameProx)
		sgd, rate := tuned(r, delta, 0, nameSGD)
		limit := fewExact
		if number(delta) > 0.3 {
			limit = fewApart
		}
		j.AtMost(fmt.Sprintf("delta %s: gradients of ProxyProx at %s / of SGD at %s", delta, eta, rate), study.MedianOf(prox.Over(sgd)), limit)
		x, y = append(x, number(delta)), append(y, prox.Median())
		j.Below(fmt.Sprintf("delta %s: gradients to F - F* = 1e-6", delta),
			study.MaxOf(r.Sample("gradients_unbiased", "part", "A", "delta", delta, "rate", eta).OrElse(math.Inf(1))), math.Inf(1))
		j.AtLeast(fmt.Sprintf("delta %s: F - F* of the proxy's minimiser", delta), study.MinOf(r.Sample("proxy_gap", "part", "A", "delta", delta)), biased)
	}
	if len(x) > 2 {
		j.Within("slope of the count against delta", study.Value(slope(x, y)), slopeLow, slopeHigh)
	}
}

func judgeNoisy(r *study.Results, j *study.Judgement) {
	for _, delta := range deltas(r) {
		if number(delta) > 0.3 {
			continue
		}
		prox, eta := tuned(r, delta, 1, nameProx)
		sgd, rate := tuned(r, delta, 1, nameSGD)
		j.AtMost(fmt.Sprintf("delta %s: gradients of ProxyProx at %s / of SGD at %s", delta, eta, rate), study.MedianOf(prox.Over(sgd)), fewNoisy)
	}
}

// excess is that of a method of part B at its best rate.
func excess(r *study.Results, regime, method string) (study.Sample, string) {
	s, at := best(r, "excess", []any{"part", "B", "regime", regime, "method", method}, "rate")
	return s, fmt.Sprint(at[1])
}

func judgeLabels(r *study.Results, j *study.Judgement) {
	ratio := func(regime, method string) (string, study.Measure) {
		prox, eta := excess(r, regime, nameProx)
		other, rate := excess(r, regime, method)
		return fmt.Sprintf("%s: ProxyProx at %s / %s at %s", regime, eta, method, rate), study.MedianOf(prox.Over(other))
	}
	what, m := ratio(regimeSmooth, nameSGD)
	j.AtMost(what, m, labelsSGD)
	what, m = ratio(regimeSmooth, nameAdam)
	j.AtMost(what, m, labelsAdam)
	what, m = ratio(regimeNoisy, nameSGD)
	j.Within(what, m, 1-noGain, 1+noGain)
	what, m = ratio(regimeNoisy, nameAdam)
	j.AtLeast(what, m, 1)
}

func judgeCriterion(r *study.Results, j *study.Judgement) {
	for _, delta := range r.Values("outer", "delta", "part", "A") {
		outer := func(criterion any) study.Sample {
			return r.Sample("outer", "part", "A", "delta", delta, "criterion", criterion).OrElse(math.Inf(1))
		}
		exact := outer("exact")
		change := outer(0.25).Over(exact)
		for i := range change {
			change[i] = math.Abs(change[i] - 1)
		}
		j.AtMost(fmt.Sprintf("delta %s: change of the outer steps by kappa = 1/4", delta), study.MedianOf(change), sameOuter)
		j.AtLeast(fmt.Sprintf("delta %s: outer steps with kappa = 5 / exact", delta), study.MedianOf(outer(5).Over(exact)), moreOuter)
	}
}

// loss is that of a method of part C at its best setting.
func loss(r *study.Results, method string) (study.Sample, []any) {
	return best(r, "loss", []any{"part", "C", "method", method}, "by", "rate", "inner_rate")
}

func judgeImages(r *study.Results, j *study.Judgement) {
	prox, _ := loss(r, nameProx)
	wins := 0
	for i := range prox {
		lowest := math.Inf(1)
		for _, method := range []string{nameSGD, nameAdam, nameTuned} {
			s, _ := loss(r, method)
			lowest = math.Min(lowest, s[i])
		}
		if prox[i] <= lowest {
			wins++
		}
	}
	j.Graded("seeds on which ProxyProx's loss is lowest", study.ShareOf(wins, len(prox)), enoughWins, noWins)
}
