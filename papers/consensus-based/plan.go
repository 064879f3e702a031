package consensusbased

import "github.com/fluxion-go/fluxion/study"

// plan is how much of the experiment a run does.
type plan struct {
	// A. Searches in the canyon.
	runs     int
	counts   []int     // particles of CBO
	hops     []float64 // deviations S of consensus hopping
	descents []descent

	// B. The mean of hops against gradient and proximal point.
	places  []string  // see places
	alphas  []float64 // α
	samples []int     // N
	hopping int       // hops of each setting

	// C. Two kinds of noise in many dimensions.
	stability bool

	// D. Rastrigin over σ and α, in these dimensions.
	dims                  []int
	phaseRuns, phaseSteps int

	// E. Images.
	learners    []learner
	epochs      int
	train, test int
	side        int
}

var plans = study.PerScale[plan]{
	Quick: plan{
		runs: 15, counts: []int{20, 200}, descents: []descent{paperGD},
		places: []string{placeBowl}, alphas: []float64{5}, samples: []int{100, 1000, 10_000}, hopping: 200,
	},
	Default: plan{
		runs: 50, counts: []int{20, 50, 200, 1000}, hops: []float64{0.4, 0.6, 0.7}, descents: descents(paperDescent),
		places: []string{placeBowl, placeWaves}, alphas: []float64{5, 20, 80}, samples: []int{100, 1000, 10_000}, hopping: 200,
		stability: true, dims: []int{4}, phaseRuns: 5, phaseSteps: 1000,
		learners: []learner{{"linear", 100, paceScript}, {"linear", 100, paceSlow}}, epochs: 20, train: 4000, test: 2000, side: 14,
	},
	Full: plan{
		runs: 50, counts: []int{20, 50, 100, 200, 500, 1000}, hops: []float64{0.3, 0.4, 0.5, 0.6, 0.7, 0.8}, descents: append(descents(paperDescent), descents(50_000)...),
		places: []string{placeBowl, placeWaves}, alphas: []float64{5, 20, 80}, samples: []int{100, 1000, 10_000, 100_000}, hopping: 200,
		stability: true, dims: []int{2, 4, 10, 20}, phaseRuns: 20, phaseSteps: 1000,
		learners: []learner{{"linear", 100, paceScript}, {"linear", 1000, paceScript}, {"linear", 100, paceSlow},
			{"convolutional", 100, paceScript}, {"convolutional", 100, paceSlow}},
		epochs: 100, train: 60_000, test: 10_000, side: 28,
	},
}

func (e experiment) plan(env *study.Env) plan {
	p := e.plans.At(env.Scale)
	if n := env.Options.Int("runs"); n > 0 {
		p.runs = n
	}
	if n := env.Options.Int("epochs"); n > 0 {
		p.epochs = n
	}
	if env.Data.Name != "glyphs" && p.train == 60_000 {
		p.train, p.test = 0, 0 // all there are
	}
	return p
}

// Every part draws its random numbers from a key of its own.
const (
	partSearch = iota + 1
	partLikeness
	partStability
	partPhases
	partImages
)
