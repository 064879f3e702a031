package thermodynamicngd

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
)

// seedsNeeded is how many seeds a claim about trainings needs at scale default.
const seedsNeeded = 3

func claims() []study.Claim {
	whole := []study.Scale{study.Default, study.Full}
	images := []string{dataGlyphs, "mnist", "fashion-mnist"}
	return []study.Claim{
		{
			ID: "1", Name: "From gradient to natural gradient",
			Statement: "Without noise and from the gradient, the readout's cosine with F^-1 g never falls with the time from 0 to 50, and that with g never rises; at 0 " +
				"the readout is g itself, and after 50, ten relaxation times of the damping, its relative error is at most 1e-4.",
			Where: "The discussion of the time as a dial between SGD and NGD", Statistic: "one minibatch of an untrained network",
			Judge: judgeDial,
		},
		{
			ID: "2", Name: "Statistics of the device",
			Statement: "Over 200 readouts at time 50 with kappa0 = 1e-3 the mean's error in the norm of F is at most 1.5 sqrt(kappa0 N/200), and the squared deviation in that " +
				"norm is kappa0 N within 5%: by Euler's steps, and by the exact law.",
			Where: "Stationary law N(F^-1 g, kappa0 F^-1)", Statistic: "one minibatch, means over the readouts",
			Judge: judgeStatistics,
		},
		{
			ID: "3", Name: "Training",
			Statement: "Warm TNGD with a time of 0.5 ends at most at 0.85 times the training loss of the best Adam and of the best SGD, and at 1.05 times that of the best exact " +
				"NGD. At rate 0.3 the warm start ends at most at 0.75 times the loss of the start at the gradient: the device's memory is no detail.",
			Where: "Figure on MNIST: training loss per iteration", Statistic: "median of the seeds' ratios; the best setting of each method by its median",
			Scales: whole, DataSets: images, MinSeeds: seedsNeeded, Judge: judgeTraining,
		},
		{
			ID: "4", Name: "Early progress",
			Statement: "At step 30 warm TNGD with a time of 2 and rate 0.6 has at most 0.8 times the training loss of the best SGD there.",
			Where:     "Figure on MNIST: the first iterations", Statistic: "median of the seeds' ratios; the best rate of SGD by its median",
			DataSets: images, Judge: judgeEarly,
		},
		{
			ID: "5", Name: "Noise",
			Statement: "Noise of kappa0 = 1e-6 changes the final training loss by at most 5%, and from there the loss does not fall with kappa0 up to 1e-4, within the spread " +
				"of the seeds.",
			Where: "Discussion of noise tolerance", Statistic: "median; ratio of neighbours, seed by seed",
			Scales: whole, DataSets: images, MinSeeds: seedsNeeded, Judge: judgeNoise,
		},
	}
}

func judgeDial(r *study.Results, j *study.Judgement) {
	curve := func(name string) []float64 { return r.Common.Curve(name, "part", "device").Y }
	// fall is the largest step of a curve against its direction.
	fall := func(y []float64, sign float64) float64 {
		worst := 0.0
		for i := 1; i < len(y); i++ {
			worst = math.Max(worst, sign*(y[i-1]-y[i]))
		}
		return worst
	}
	j.AtMost("largest fall of the cosine with F^-1 g", study.Value(fall(curve("cosine_solution"), 1)), rounding)
	j.AtMost("largest rise of the cosine with g", study.Value(fall(curve("cosine_gradient"), -1)), rounding)
	j.Equal("largest distance from g at time 0", study.Value(r.Common.Scalar("start_moved", "part", "device")), 0)
	errors := curve("error")
	j.AtMost("relative error at time 50", study.Value(errors[len(errors)-1]), settledError)
}

func judgeStatistics(r *study.Results, j *study.Judgement) {
	for _, how := range []string{"Euler", "exact"} {
		j.AtMost(how+": error of the mean / sqrt(kappa0 N/200)", study.Value(r.Common.Scalar("mean_error", "readout", how)), meanError)
		j.Within(how+": squared deviation / (kappa0 N)", study.Value(r.Common.Scalar("deviation", "readout", how)), 1-deviationError, 1+deviationError)
	}
}

// best is the sample of a measurement with the lowest median, over all settings of a
// method that have the labels.
func best(r *study.Results, name, method string, labels ...any) (study.Sample, string) {
	var found study.Sample
	at := ""
	for _, rate := range r.Values(name, "rate", append([]any{"part", partMethods, "method", method}, labels...)...) {
		s := r.Sample(name, append([]any{"part", partMethods, "method", method, "rate", rate}, labels...)...).OrElse(math.Inf(1))
		if found == nil || s.Median() < found.Median() {
			found, at = s, rate
		}
	}
	return found, at
}

func tngdLabels(s optim.DeviceStart, tau float64) []any {
	return []any{"start", startName(s), "tau", tau}
}

func judgeTraining(r *study.Results, j *study.Judgement) {
	warm, at := best(r, "final_loss", nameTNGD, tngdLabels(optim.StartWarm, 0.5)...)
	for _, c := range []struct {
		method string
		limit  float64
	}{{nameAdam, adamRatio}, {nameSGD, sgdRatio}, {nameExact, exactRatio}} {
		other, rate := best(r, "final_loss", c.method)
		j.AtMost(fmt.Sprintf("warm TNGD at %s / %s at %s", at, c.method, rate), study.MedianOf(warm.Over(other)), c.limit)
	}
	end := func(s optim.DeviceStart) study.Sample {
		return r.Sample("final_loss", append([]any{"part", partMethods, "method", nameTNGD, "rate", 0.3}, tngdLabels(s, 0.5)...)...)
	}
	j.AtMost("start from the last readout / from the gradient, rate 0.3", study.MedianOf(end(optim.StartWarm).Over(end(optim.StartGradient))), warmRatio)
}

func judgeEarly(r *study.Results, j *study.Judgement) {
	warm := r.Sample("early_loss", append([]any{"part", partMethods, "method", nameTNGD, "rate", 0.6}, tngdLabels(optim.StartWarm, 2)...)...)
	sgd, rate := best(r, "early_loss", nameSGD)
	j.AtMost("warm TNGD / SGD at "+rate, study.MedianOf(warm.Over(sgd)), earlyRatio)
}

// noisy is the final loss at a strength of noise.
func noisy(r *study.Results, kappa0 float64) study.Sample {
	labels := append([]any{"part", partMethods, "method", nameTNGD, "rate", studied.eta}, tngdLabels(studied.start, studied.tau)...)
	if kappa0 > 0 {
		labels = []any{"part", partNoise, "kappa0", kappa0}
	}
	return r.Sample("final_loss", labels...).OrElse(math.Inf(1))
}

func judgeNoise(r *study.Results, j *study.Judgement) {
	j.AtMost("change of the loss by kappa0 = 1e-6", study.MedianOf(noisy(r, 1e-6).Over(noisy(r, 0)).Minus(ones(r)).Abs()), noiseChange)
	// The best seed of a step up must not gain less than nothing.
	j.AtLeast("loss at kappa0 = 1e-5 / at 1e-6, best seed", study.MaxOf(noisy(r, 1e-5).Over(noisy(r, 1e-6))), 1)
	j.AtLeast("loss at kappa0 = 1e-4 / at 1e-5, best seed", study.MaxOf(noisy(r, 1e-4).Over(noisy(r, 1e-5))), 1)
}

// ones is a sample of ones.
func ones(r *study.Results) study.Sample {
	s := make(study.Sample, len(r.Seeds))
	for i := range s {
		s[i] = 1
	}
	return s
}
