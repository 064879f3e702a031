package forwardgradient

import "github.com/fluxion-go/fluxion/study"

// plan is how much of the experiment a run does.
type plan struct {
	runs          int // searches from each start in the plane, for each seed
	train, side   int // images, and their side
	steps         int // of every training
	trials        []trial
	draws         int     // estimates from which claim 1 is judged
	decay         float64 // of the learning rates
	walkers, walk int     // walkers on the quadratic, and their steps
	survey        survey
	depths        []int // of the networks whose memory, and time, is measured
	width         int
	timed         []model // models whose passes are timed; none: no time is measured
}

// survey is the grid of part D.
type survey struct {
	dims, counts []int
	draws        int // a quarter of it beyond 1000 dimensions
}

const batchSize = 64

// The learning rates of the logistic regression. Backpropagation goes further,
// to find its own best. Claims speak of smallRate and largeRate.
var (
	commonRates  = []float64{1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1}
	furtherRates = []float64{0.3, 1}
	networkRates = []float64{3e-5, 1e-4, 3e-4, 1e-3}
)

const (
	smallRate = 3e-4
	largeRate = 3e-2
)

// plan is that of the scale, with what the options change.
func (e experiment) plan(env *study.Env) plan {
	p := e.plans(env.Data.Name).At(env.Scale)
	if n := env.Options.Int("steps"); n > 0 {
		p.steps = n
	}
	p.draws, p.decay = env.Options.Int("draws"), env.Options.Float("decay")
	return p
}

func plans(dataName string) study.PerScale[plan] {
	quick := plan{
		runs: 1, train: 2000, side: 28, steps: 500,
		trials:  pairs(logistic, smallRate, largeRate),
		walkers: 200, walk: 200,
		survey: survey{dims: []int{100}, counts: []int{1, 4}, draws: 500},
		depths: []int{2, 32}, width: 256,
	}
	standard := plan{
		runs: 6, train: 10_000, side: 28, steps: 2000,
		trials: concat(
			pairs(logistic, commonRates...), only(logistic, nameReverse, furtherRates...), only(logistic, nameDifference, smallRate, largeRate),
			pairs(perceptron, networkRates...)),
		walkers: 200, walk: 200,
		survey: survey{dims: []int{10, 100, 1000, 10_000}, counts: []int{1, 4, 16}, draws: 2000},
		depths: []int{1, 2, 4, 8, 16, 32}, width: 256,
		timed: []model{logistic, perceptron, convolutional},
	}
	full := plan{
		runs: 6, side: 28, steps: 25_000,
		trials: concat(
			pairs(logistic, commonRates...), only(logistic, nameReverse, furtherRates...), only(logistic, nameDifference, smallRate, largeRate),
			pairs(largePerceptron, 2e-5, 1e-4, smallRate), pairs(largeConvolutional, 2e-4)),
		walkers: 200, walk: 200,
		survey: survey{dims: []int{10, 100, 1000, 10_000}, counts: []int{1, 4, 16}, draws: 2000},
		depths: []int{1, 2, 4, 8, 16, 32, 64, 100}, width: 1024,
		timed: []model{logistic, largePerceptron, largeConvolutional},
	}
	if dataName == "glyphs" {
		full.train = 20_000
	}
	return study.PerScale[plan]{Quick: quick, Default: standard, Full: full}
}

// pairs are trainings with both modes.
func pairs(m model, rates ...float64) []trial {
	return concat(only(m, nameReverse, rates...), only(m, nameForward, rates...))
}

func only(m model, method string, rates ...float64) []trial {
	var list []trial
	for _, r := range rates {
		list = append(list, trial{m, method, r})
	}
	return list
}

func concat(lists ...[]trial) []trial {
	var all []trial
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}
