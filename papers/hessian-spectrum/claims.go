package hessianspectrum

import (
	"fmt"
	"math"
	"strconv"

	"github.com/fluxion-go/fluxion/study"
)

// The thresholds of the claims come from trials of the experiment in another
// program. Five pilot seeds, 1000 to 1004, which no scale judges, were run with
// this program on glyphs, at scale default, to see that they decide here too.
// What the pilots measured stands beside each threshold. None was changed.
const (
	// The pilots count k-1 in all seeds, for all k, with and without decay.
	seedShare = 2.0 / 3
	// The pilots' medians are 0.46 at width 8 and 0.93 at 64.
	narrowBulk, wideBulk = 0.60, 0.85
	// The pilots' largest eigenvalue changes by 8 to 25% over the widths, seed by
	// seed; the median is 21%.
	topChange = 0.30
	// The pilots' negative share is 0.30 to 0.51 at the start and at most 0.037 at
	// step 100. The remainder falls to at most 0.13 of its share at the start.
	negativeStart, negativeJudged = 0.20, 0.05
	remainderRatio                = 0.5
	// The pilots' median barrier is 0.052 to the small batch and 1.90 to the other
	// start, the distance to the small batch 5.9 to 7.3.
	lowBarrier, barrierRatio, apart = 0.1, 0.1, 2
	// The pilots' rank is 40, the bound itself, in all seeds.
	rankBound = rankExamples * (rankClasses - 1)
)

func claims() []study.Claim {
	return []study.Claim{
		{
			ID: "1", Name: "Data set the outliers", Where: "Section 3.2 and figures on clusters", Statistic: "seeds with the count",
			Statement: "After 100 steps on k separated clusters, k-1 eigenvalues stand apart from the bulk (the softmax leaves k-1 directions), for each k, in at least two of three seeds.",
			Judge:     judgeOutliers,
		},
		{
			ID: "2", Name: "Width scales the bulk", Where: "Section 3.1, Figures 2 and 3", Statistic: "median of the seeds",
			Statement: "From width 8 to 64 the number of outliers stays k-1 = 4 and the largest eigenvalue changes by less than 30%, while the share of the bulk rises from at most 0.6 to at least 0.85.",
			Judge:     judgeWidth,
		},
		{
			ID: "3", Name: "Negative curvature fades", Where: "Sections 2 and 3, Figure 1", Statistic: "worst of all k and seeds",
			Statement: "The most negative eigenvalue is at least 0.2 of the largest at the start and at most 0.05 of it after 100 steps, and after 400 steps the part of the Hessian outside its Gauss-Newton part is at most half of its share at the start.",
			Judge:     judgeNegative,
		},
		{
			ID: "4", Name: "Batch sizes connected", Where: "Section 4, Figures 7 and 8", Statistic: "median of 3 seeds",
			Statement: "On the line from a large-batch solution to where small batches lead from there the training loss rises by at most 0.1, and by at most a tenth of the rise to an independent large-batch solution, although the two are at least 2 apart.",
			Scales:    []study.Scale{study.Default, study.Full}, MinSeeds: 3, Judge: judgeLines,
		},
		{
			ID: "5", Name: "Gauss-Newton rank", Where: "Section 2, equation 6", Statistic: "worst seed",
			Statement: "The Gauss-Newton part of the Hessian has rank at most N (k-1): 40 for 20 examples of 3 classes, of 387 parameters.",
			Judge: func(r *study.Results, j *study.Judgement) {
				j.AtMost("rank of the Gauss-Newton part", study.MaxOf(r.Sample("rank", "matrix", "G")), rankBound)
				j.Above("rank of the Hessian, which has no such bound", study.MinOf(r.Sample("rank", "matrix", "H")), rankBound)
			},
		},
	}
}

// standard selects measurements at the standard width and noise.
func standard(k, decay string, step int) []any {
	return []any{"classes", k, "hidden", width, "noise", spread, "decay", decay, "step", step}
}

// classesOf lists the numbers of classes that the run has at the standard width
// and noise, and decaysOf the weight decays at one of them.
func classesOf(r *study.Results) []string {
	return r.Values("outliers", "classes", "hidden", width, "noise", spread, "step", 0)
}

func decaysOf(r *study.Results, k string) []string {
	return r.Values("outliers", "decay", "classes", k, "hidden", width, "noise", spread, "step", 0)
}

func judgeOutliers(r *study.Results, j *study.Judgement) {
	for _, k := range classesOf(r) {
		expected, _ := strconv.ParseFloat(k, 64)
		expected--
		for _, d := range decaysOf(r, k) {
			sample := r.Sample("outliers", standard(k, d, judged)...)
			right := sample.Count(func(v float64) bool { return v == expected })
			j.AtLeast(fmt.Sprintf("seeds with %v outliers, k = %s, decay %s", expected, k, d), study.ShareOf(right, len(sample)), seedShare)
		}
	}
}

// widthsOf lists the widths at the varied number of classes, the narrowest
// first.
func widthsOf(r *study.Results) []int {
	var widths []int
	for h := range 1000 {
		if r.Has("outliers", byWidth(h)...) {
			widths = append(widths, h)
		}
	}
	return widths
}

func byWidth(h int) []any {
	return []any{"classes", varied, "hidden", h, "noise", spread, "decay", 0, "step", judged}
}

func judgeWidth(r *study.Results, j *study.Judgement) {
	widths := widthsOf(r)
	low, high := make(study.Sample, len(r.Seeds)), make(study.Sample, len(r.Seeds))
	for i := range low {
		low[i] = math.Inf(1)
	}
	for _, h := range widths {
		if h > 64 {
			continue // the full scale goes beyond what the claim speaks of
		}
		j.Equal(fmt.Sprintf("outliers at width %d", h), study.MedianOf(r.Sample("outliers", byWidth(h)...)), varied-1)
		for i, v := range r.Sample("largest", byWidth(h)...) {
			low[i], high[i] = min(low[i], v), max(high[i], v)
		}
	}
	change := high.Over(low)
	for i := range change {
		change[i]--
	}
	j.Below("relative change of the largest eigenvalue", study.MedianOf(change), topChange)
	j.AtMost("bulk at width 8", study.MedianOf(r.Sample("bulk", byWidth(8)...)), narrowBulk)
	j.AtLeast("bulk at width 64", study.MedianOf(r.Sample("bulk", byWidth(64)...)), wideBulk)
}

func judgeNegative(r *study.Results, j *study.Judgement) {
	var start, end, ratio study.Sample
	for _, k := range classesOf(r) {
		start = append(start, r.Sample("negative", standard(k, "0", 0)...)...)
		end = append(end, r.Sample("negative", standard(k, "0", judged)...)...)
		ratio = append(ratio, r.Sample("remainder", standard(k, "0", late)...).Over(r.Sample("remainder", standard(k, "0", 0)...))...)
	}
	j.AtLeast("negative share at the start", study.MinOf(start), negativeStart)
	j.AtMost("negative share at step 100", study.MaxOf(end), negativeJudged)
	j.AtMost("remainder at step 400 over that at the start", study.MaxOf(ratio), remainderRatio)
}

func judgeLines(r *study.Results, j *study.Judgement) {
	small := study.MedianOf(r.Sample("barrier", "to", toSmall, "set", "train"))
	independent := study.MedianOf(r.Sample("barrier", "to", toIndependent, "set", "train"))
	j.AtMost("barrier to the small batch", small, lowBarrier)
	j.AtMost("that over the barrier to the other start", study.Value(float64(small.Value/independent.Value)), barrierRatio)
	j.AtLeast("distance to the small batch", study.MinOf(r.Sample("distance", "to", toSmall)), apart)
}
