package energypreconditioned

import (
	"fmt"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/study"
)

// The thresholds come with the specification of the experiment, from trials in
// another program; none was changed here. What a pilot of this program measured
// (scale default, seeds 1000 to 1002, which no scale judges) stands beside each.
// Parts A and B have no random numbers, so that the pilot is the experiment.
const (
	// Pilot: at most 5e-12.
	lawWithin = 1e-10
	// Pilot: 1.03, 1.16 and 1.39.
	beyondLimit = 1.6
	// Pilot: 8408, 8657 and 8456.
	valleyMost = 9500
	// Pilot: 2e-34, and a loss of 0.86.
	stuckStep, stuckLoss = 1e-4, 0.1
	// Pilot: at most 1.05.
	designRatio = 1.08
	// Pilot: 14 and 8.
	newtonLong, newtonUnit = 20, 12
)

const seedsNeeded = 5

func claims() []study.Claim {
	larger := []study.Scale{study.Default, study.Full}
	return []study.Claim{
		{
			ID: "1", Name: "Energy law",
			Statement: "In every run the energy r falls at every step that has a slope, the identity r'^2 = r^2 - (r'-r)^2 - |p'-p|^2/eta holds to 1e-10 relative, " +
				"and nothing is infinite, up to 1000 times the stability limit (on the simplex: as long as the metric is one).",
			Where: "Unconditional energy stability", Statistic: "worst of all runs",
			Judge: judgeLaw,
		},
		{
			ID: "2", Name: "Beyond the limit",
			Statement: "On the quadratic with c = 1e4 and eta of 1.1, 1.5 and 2.5 times the limit, AEPG reaches 1e-6 within 1.6 times the iterations of the best " +
				"fixed step, which diverges at all three; at 10 times the limit AEPG does not diverge (its loss does not grow over the second half of the steps).",
			Where: "Experiments on quadratics", Statistic: "one run each, nothing is random",
			Judge: judgeBeyond,
		},
		{
			ID: "3", Name: "Flat in the step",
			Statement: "On Rosenbrock's function with c = 1000 and without a preconditioner AEPG reaches 1e-6 within 9500 iterations for eta = 0.002, 0.004 and 0.008, " +
				"where a fixed step does at no more than 0.002. With c = 1 and eta = 0.004 it stands still: effective step below 1e-4, loss above 0.1.",
			Where: "Experiments on Rosenbrock's function; the role of c", Statistic: "one run each, nothing is random",
			Scales: larger, Judge: judgeValley,
		},
		{
			ID: "4", Name: "On the simplex",
			Statement: "In D-optimal design with c = 1 - L*, AEPG at eta = 0.05 and 0.1 stays in the simplex and reaches a gap of 1e-4 within 1.08 times the iterations " +
				"of the fixed step. At 0.15, 0.2 and 0.3, where the energy promises nothing, it leaves the simplex no earlier than the fixed step, and with " +
				"the guard it converges at all of them.",
			Where: "D-optimal design", Statistic: "worst of 5 seeds",
			Scales: larger, Judge: judgeDesign,
		},
		{
			ID: "5", Name: "Natural gradient",
			Statement: "On Rosenbrock's function with the natural gradient of the residuals and c = 1e4, AEPG takes at most 12 iterations at eta = 1 and at most 20 at eta = 1.5.",
			Where:     "Experiments on Rosenbrock's function", Statistic: "one run each, nothing is random",
			Scales: larger, Judge: judgeNewton,
		},
	}
}

func judgeLaw(r *study.Results, j *study.Judgement) {
	needSeeds(r, j)
	records := []*study.Record{r.Common}
	for _, s := range r.Seeds {
		records = append(records, s.Record)
	}
	var rises, law, infinite study.Sample
	for _, rec := range records {
		for _, s := range rec.Scalars {
			switch s.Name {
			case "rises":
				rises = append(rises, float64(s.Value))
			case "law":
				law = append(law, float64(s.Value))
			case "infinite":
				infinite = append(infinite, float64(s.Value))
			}
		}
	}
	j.Equal(fmt.Sprintf("steps of %d runs or groups of runs at which the energy did not fall", len(rises)), study.MaxOf(rises), 0)
	j.AtMost("distance of the identity from equality", study.MaxOf(law), lawWithin)
	j.Equal("runs with something infinite", study.MaxOf(infinite), 0)
}

// common is a scalar of the common part as a measure.
func common(r *study.Results, name string, at ...any) study.Measure {
	return study.Value(r.Common.Scalar(name, at...))
}

func judgeBeyond(r *study.Results, j *study.Judgement) {
	at := func(method string, factor float64) []any {
		return []any{"problem", "quadratic", "precond", precondI, "method", method, "factor", factor}
	}
	best := math.Inf(1)
	for _, f := range measuredFactors(r) {
		best = math.Min(best, r.Common.Scalar("iterations", at(nameFixed, f)...))
	}
	first := r.Common.Scalar("first", "problem", "quadratic")
	for _, f := range []float64{1.1, 1.5, 2.5} {
		j.AtMost(fmt.Sprintf("iterations at %v times the limit / those of the best fixed step", f),
			study.Value(r.Common.Scalar("iterations", at(nameAEPG, f)...)/best), beyondLimit)
		j.Diverged(fmt.Sprintf("loss of the fixed step at %v times the limit / first loss", f),
			study.Value(r.Common.Scalar("final", at(nameFixed, f)...)/first), 1)
	}
	j.AtMost("loss at the end / at half of the steps, 10 times the limit", common(r, "late_growth", at(nameAEPG, 10)...), 1)
}

// measuredFactors are the base steps that part A was run with.
func measuredFactors(r *study.Results) []float64 {
	return slices.DeleteFunc(slices.Clone(factors), func(f float64) bool {
		return !r.Common.Has("iterations", "problem", "quadratic", "precond", precondI, "method", nameFixed, "factor", f)
	})
}

func judgeValley(r *study.Results, j *study.Judgement) {
	at := func(method string, c, eta float64) []any {
		return []any{"problem", "Rosenbrock", "precond", precondI, "method", method, "c", c, "eta", eta}
	}
	for _, eta := range []float64{2e-3, 4e-3, 8e-3} {
		j.AtMost(fmt.Sprintf("iterations at eta = %v, c = 1000", eta), common(r, "iterations", at(nameAEPG, 1e3, eta)...), valleyMost)
	}
	largest := 0.0
	for _, eta := range valleySteps {
		if !math.IsInf(r.Common.Scalar("iterations", at(nameFixed, 0, eta)...), 1) {
			largest = eta
		}
	}
	j.AtMost("largest fixed step that converges", study.Value(largest), 2e-3)
	j.Below("effective step at the end, c = 1, eta = 0.004", common(r, "effective", at(nameAEPG, 1, 4e-3)...), stuckStep)
	j.Above("loss at the end, c = 1, eta = 0.004", common(r, "final", at(nameAEPG, 1, 4e-3)...), stuckLoss)
}

func judgeDesign(r *study.Results, j *study.Judgement) {
	needSeeds(r, j)
	of := func(name, method, shift string, eta float64) study.Sample {
		return r.Sample(name, "problem", "design", "method", method, "shift", shift, "eta", eta)
	}
	inf := math.Inf(1)
	for _, eta := range []float64{0.05, 0.1} {
		out := of("outside", nameAEPG, shiftOptimal, eta).Count(func(v float64) bool { return v < inf })
		j.True(fmt.Sprintf("stays in the simplex at eta = %v", eta), len(r.Seeds)-out, len(r.Seeds))
		ratio := of("iterations", nameAEPG, shiftOptimal, eta).Over(of("iterations", nameFixed, "", eta))
		j.AtMost(fmt.Sprintf("iterations / those of the fixed step at eta = %v", eta), study.MaxOf(ratio), designRatio)
	}
	for _, eta := range designSteps[2:] {
		later := 0
		fixed := of("outside", nameFixed, "", eta)
		for i, v := range of("outside", nameAEPG, shiftOptimal, eta) {
			if v >= fixed[i] {
				later++
			}
		}
		j.True(fmt.Sprintf("leaves no earlier than the fixed step at eta = %v", eta), later, len(r.Seeds))
		converged := of("iterations", nameGuarded, shiftOptimal, eta).Count(func(v float64) bool { return v < inf })
		j.True(fmt.Sprintf("converges with the guard at eta = %v", eta), converged, len(r.Seeds))
	}
}

func judgeNewton(r *study.Results, j *study.Judgement) {
	at := func(eta float64) []any {
		return []any{"problem", "Rosenbrock", "precond", precondGN, "method", nameAEPG, "c", 1e4, "eta", eta}
	}
	j.AtMost("iterations at eta = 1", common(r, "iterations", at(1)...), newtonUnit)
	j.AtMost("iterations at eta = 1.5", common(r, "iterations", at(1.5)...), newtonLong)
}

// needSeeds leaves a claim about all seeds open where there are fewer than it
// speaks of.
func needSeeds(r *study.Results, j *study.Judgement) {
	if r.Config.Scale != study.Quick && len(r.Seeds) < seedsNeeded {
		j.Inconclusive("speaks of %d seeds; there are %d", seedsNeeded, len(r.Seeds))
	}
}
