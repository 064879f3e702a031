package rnngradientclipping

import (
	"slices"

	"github.com/fluxion-go/fluxion/study"
)

// plan is how much of the experiment a run does.
type plan struct {
	length, limit int // of the main part, on temporal order with smart tanh
	// What is tuned, and on how many seeds; without rates, the fixed settings
	// are taken.
	rates, alphas []float64
	tuningSeeds   int
	fixed         map[string]setting
	fast          bool // also SGD and SGD-C at fastRate
	others        []part
	signals       []part // where error signals are followed, all arms at the same rate
}

// part is a further task, start or length.
type part struct {
	task, start   string
	length, limit int
	arms          []string
	seeds         int      // runs it for the first seeds alone; 0: for all
	retune        []string // the arms that are tuned on this part; others keep the main part's setting
}

// midTraining is the update at which claim 4 looks at the tuned arms.
const midTraining = 300

// fastRate is the rate of claim 2.
const fastRate = 0.1

var (
	rateGrid  = []float64{0.01, 0.03, 0.1}
	alphaGrid = []float64{0.5, 2}
	everyArm  = []string{nameSGD, nameC, nameCR}
)

// followedTanh and followedLong are where claim 4b follows error signals: there they
// vanish before training. All arms have the same setting, so that the regulariser is
// what differs. The limit is the update at which the claim looks.
var (
	followedTanh = part{task: nameOrder, start: nameBasicTanh, length: 20, limit: 100, arms: everyArm}
	followedLong = part{task: nameOrder, start: nameSmartTanh, length: 50, limit: 300, arms: everyArm}
	followed     = setting{rate: 0.03, alpha: 2}
)

// plan is that of the scale, with what the options change.
func (e experiment) plan(env *study.Env) plan {
	p := e.plans.At(env.Scale)
	if limit := env.Options.Int("limit"); limit > 0 {
		p.limit, p.others = limit, slices.Clone(p.others)
		for i := range p.others {
			p.others[i].limit = limit
		}
	}
	return p
}

// main is the main part.
func (p plan) main() part {
	return part{task: nameOrder, start: nameSmartTanh, length: p.length, limit: p.limit, arms: everyArm, retune: everyArm}
}

func plans() study.PerScale[plan] {
	quick := plan{length: 15, limit: 1000,
		// What tuning chose in pilots at T = 20.
		fixed:   map[string]setting{nameSGD: {0.03, 0}, nameC: {0.1, 0}, nameCR: {0.1, 2}},
		signals: []part{followedTanh}}
	tuned := plan{length: 20, limit: 3000, rates: rateGrid, alphas: alphaGrid, tuningSeeds: 2, fast: true,
		signals: []part{followedTanh, followedLong}}
	standard := tuned
	standard.others = []part{
		{task: nameOrder, start: nameSmartTanh, length: 50, limit: 4000, arms: everyArm},
		{task: nameOrder, start: nameBasicTanh, length: 20, limit: 2000, arms: everyArm},
	}
	full := tuned
	const long = 1_000_000
	for _, start := range starts {
		for _, length := range []int{50, 100, 150, 200, 250} {
			full.others = append(full.others, part{task: nameOrder, start: start.name, length: length, limit: long, arms: everyArm})
		}
	}
	for _, t := range []string{nameOrder3, nameAddition, nameMultiplication, namePermutation} {
		for _, length := range []int{50, 100, 200} {
			full.others = append(full.others, part{task: t, start: nameSmartTanh, length: length, limit: long, arms: []string{nameC, nameCR}})
		}
	}
	return study.PerScale[plan]{Quick: quick, Default: standard, Full: full}
}
