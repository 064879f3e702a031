package xgrad

import "github.com/fluxion-go/fluxion/study"

// plan is how much of the experiment a run does.
type plan struct {
	// Part A: the network, the images (0: all that the files hold, at their
	// size), and the settings that are trained with each number of updates ahead.
	network           network
	train, test, side int
	batch, epochs     int
	settings          []setting
	ahead             []int
	// Part B: the momenta at which the limit of stability is looked for.
	mus []float64
	// Pairs of measurements of the time of a step.
	rounds int
	// Part C: steps of the character model, with so many updates ahead.
	characters      int
	charactersAhead []int
}

// setting is a base optimizer at a learning rate.
type setting struct {
	base string
	rate float64
}

// trial is a setting with s updates ahead.
type trial struct {
	setting
	s int
}

func (t trial) labels() []any { return []any{"base", t.base, "rate", t.rate, "s", t.s} }

// trials are all trainings of part A, in the order of tables. Nesterov's momentum
// is a control without prediction.
func (p plan) trials() []trial {
	var all []trial
	for _, c := range p.settings {
		for _, s := range p.ahead {
			if s == 0 || c.base != nameNesterov {
				all = append(all, trial{c, s})
			}
		}
	}
	return all
}

// bases are the settings of part A, the first of each base that can be predicted.
func (p plan) bases() []setting {
	var all []setting
	seen := map[string]bool{nameNesterov: true}
	for _, c := range p.settings {
		if !seen[c.base] {
			seen[c.base] = true
			all = append(all, c)
		}
	}
	return all
}

func plans(dataName string) study.PerScale[plan] {
	perceptron := network{hidden: []int{128, 128}}
	standard := plan{network: perceptron, train: 4000, test: 2000, side: 14, batch: 64, epochs: 6,
		ahead: []int{0, 1, 2, 4, 8}, mus: []float64{0, 0.5, 0.9}, rounds: 15, characters: 400, charactersAhead: []int{0, 1, 2}}
	for _, rate := range []float64{0.003, 0.01, 0.03, 0.1} {
		standard.settings = append(standard.settings, setting{nameSGDM, rate})
	}
	for _, rate := range []float64{3e-4, 1e-3, 3e-3} {
		standard.settings = append(standard.settings, setting{nameAdam, rate})
	}
	standard.settings = append(standard.settings, setting{nameAdamW, 1e-3}, setting{nameAdaBelief, 1e-3})
	for _, rate := range []float64{0.003, 0.01, 0.03, 0.1} {
		standard.settings = append(standard.settings, setting{nameNesterov, rate})
	}
	quick := standard
	quick.epochs, quick.ahead, quick.characters, quick.rounds = 2, []int{0, 1, 2}, 0, 1
	quick.settings = []setting{{nameAdam, 1e-3}, {nameSGDM, 0.01}}

	full := plan{network: network{resNet: true}, batch: 128, epochs: 200, ahead: []int{0, 1, 2, 3},
		mus: standard.mus, rounds: standard.rounds,
		settings:   []setting{{nameSGDM, 0.05}, {nameSGDM, 0.1}, {nameAdam, 1e-3}, {nameAdamW, 1e-3}},
		characters: 2000, charactersAhead: []int{0, 1, 2}}
	switch dataName {
	case "glyphs":
		full.train, full.test, full.side = 60_000, 10_000, 32
	case "cifar10":
		quick.side, standard.side = 16, 16
	}
	return study.PerScale[plan]{Quick: quick, Default: standard, Full: full}
}

// plan is that of the scale, with what the options change.
func (e experiment) plan(env *study.Env) plan {
	p := e.plans(env.Data.Name).At(env.Scale)
	if n := env.Options.Int("epochs"); n > 0 {
		p.epochs = n
	}
	if n := env.Options.Int("characters"); n >= 0 {
		p.characters = n
	}
	return p
}
