package orthogonaltrustregion

import (
	"slices"

	"github.com/fluxion-go/fluxion/study"
)

// plan is how much of the experiment a run does.
type plan struct {
	theory   theory
	walls    bool // the bound with weight decay
	decay    converging
	beyond   beyond
	networks []classes
	text     *writing // in the place of networks
}

// grids are the rates of each method, four for every one: the three that the
// specification of the experiment lists, and a larger one, because in the pilot
// (seed 1000) the third was the best for all but Muon. Orthogonal-SGDM's begin at
// 0.03, since it was best at 0.3 and worst at 0.01.
var grids = map[string][]float64{
	nameMuon:       {0.01, 0.03, 0.1, 0.3},
	nameOrthogonal: {0.03, 0.1, 0.3, 1},
	nameSign:       {3e-4, 1e-3, 3e-3, 1e-2},
	nameNormalised: {0.03, 0.1, 0.3, 1},
	nameAdam:       {1e-3, 3e-3, 1e-2, 3e-2},
	nameSGD:        {0.01, 0.03, 0.1, 0.3},
}

const (
	usualAlpha = 0.1  // weight of a new gradient in the momentum
	usualRate  = 0.03 // of Muon, where alpha and decay vary
)

var alphas = []float64{1, 0.3, 0.1, 0.05}

// baselines are the methods that claims set Muon beside, in the order of tables.
var baselines = []string{nameSign, nameNormalised, nameAdam, nameSGD}

// grid is a method at all of its rates.
func grid(method string) []arm {
	var arms []arm
	for _, rate := range grids[method] {
		a := arm{method: method, rate: rate, alpha: usualAlpha}
		if method == nameAdam || method == nameSGD {
			a.alpha = 0 // it has none
		}
		arms = append(arms, a)
	}
	return arms
}

// averaging is a method with all weights alpha at the usual rate.
func averaging(method string) []arm {
	var arms []arm
	for _, alpha := range alphas {
		arms = append(arms, arm{method: method, rate: usualRate, alpha: alpha})
	}
	return arms
}

// each leaves out what stands twice.
func each(lists ...[]arm) []arm {
	var all []arm
	for _, a := range slices.Concat(lists...) {
		if !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	return all
}

func plans(dataName string) study.PerScale[plan] {
	both := each(grid(nameMuon), averaging(nameMuon), grid(nameOrthogonal), averaging(nameOrthogonal))
	all := each(both, grid(nameSign), grid(nameNormalised), grid(nameAdam), grid(nameSGD),
		[]arm{{nameMuon, usualRate, usualAlpha, 0.1}, {nameMuon, usualRate, usualAlpha, 1}})
	// What claims 2 and 3 need: the rates that were best in the pilots.
	few := []arm{{nameMuon, usualRate, usualAlpha, 0}, {nameMuon, usualRate, 1, 0}, {nameMuon, usualRate, 0.3, 0},
		{nameOrthogonal, usualRate, 1, 0}, {nameOrthogonal, usualRate, 0.3, 0}, {nameOrthogonal, 0.1, usualAlpha, 0}, {nameOrthogonal, 0.3, usualAlpha, 0}}
	exact := []arm{{nameExact, usualRate, usualAlpha, 0}, {nameMuon, usualRate, usualAlpha, 0}}
	standard := plan{
		theory: theory{norms: []string{nameSpectral, nameFrobenius, nameMax}, alphas: []float64{1, 0.3, 0.1, 0.03, 0.01},
			noises: []float64{0.03, 0.3, 3}, lengths: []float64{0.1, 0.4}, steps: 200, every: 10, repetitions: 6},
		walls:  true,
		decay:  converging{steps: []int{50, 150, 500, 1500}, repetitions: 6},
		beyond: beyond{alphas: []float64{0.3, 0.1, 0.03, 0.01}, steps: 200, every: 10, repetitions: 6, quartic: 1, length: 0.05, noiseLevel: 0.03},
		networks: []classes{
			{nameLarge, []int{128, 128}, 4000, 2000, 14, 5, all},
			{nameSmall, []int{32, 32}, 4000, 2000, 14, 5, exact},
		},
	}
	quick := standard
	quick.theory.norms, quick.theory.lengths, quick.theory.repetitions = []string{nameSpectral}, []float64{0.4}, 4
	quick.decay.steps, quick.beyond.alphas = nil, nil
	quick.networks = []classes{
		{nameLarge, []int{128, 128}, 4000, 2000, 14, 5, few},
		{nameSmall, []int{32, 32}, 4000, 2000, 14, 5, exact},
	}
	full := standard
	full.theory.steps, full.theory.repetitions = 1000, 20
	full.decay = converging{steps: []int{50, 150, 500, 1500, 5000}, repetitions: 20}
	full.beyond.steps, full.beyond.repetitions = 1000, 20
	full.networks = []classes{
		{nameLarge, []int{128, 128}, 20_000, 5000, 28, 10, all},
		{nameSmall, []int{32, 32}, 20_000, 5000, 28, 10, exact},
	}
	s := study.PerScale[plan]{Quick: quick, Default: standard, Full: full}
	switch dataName {
	case "mnist", "fashion-mnist":
		for i := range full.networks {
			full.networks[i].train, full.networks[i].test = 0, 0
		}
	case textName:
		s.Quick.networks, s.Default.networks, s.Full.networks = nil, nil, nil
		s.Quick.text = &writing{blocks: 2, width: 32, context: 32, batch: 8, steps: 100}
		s.Default.text = &writing{blocks: 2, width: 64, context: 64, batch: 16, steps: 400}
		s.Full.text = &writing{blocks: 4, width: 128, context: 128, batch: 32, steps: 3000}
	}
	return s
}

// plan is that of the scale, with what the options change.
func (e experiment) plan(env *study.Env) plan {
	p := e.plans(env.Data.Name).At(env.Scale)
	p.networks = slices.Clone(p.networks)
	for i := range p.networks {
		if n := env.Options.Int("epochs"); n > 0 {
			p.networks[i].epochs = n
		}
	}
	if n := env.Options.Int("steps"); n > 0 && p.text != nil {
		text := *p.text
		text.steps = n
		p.text = &text
	}
	return p
}
