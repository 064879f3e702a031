package inducedmetric

import (
	"github.com/fluxion-go/fluxion/study"
)

// plan is how much of the experiment a run does.
type plan struct {
	hunt    hunt
	network classes
	sweep   *sweep // in the place of the network, or nil
}

// group is a method with a xi and its learning rates.
type group struct {
	method string
	xi     float64
	rates  []float64
}

var (
	steepRates    = []float64{0.03, 0.1, 0.3, 1, 3, 10} // of SGD, clipped or in the plain metric
	adaptiveRates = []float64{1e-3, 3e-3, 1e-2, 3e-2}
	logRates      = []float64{0.03, 0.1, 0.3}
	muonRates     = []float64{3e-3, 1e-2, 3e-2, 0.1}
)

// groups are those of the specification of the experiment. Xi falls with the
// number of parameters for the same effect: see MetricFactor.
var groups = []group{
	{nameSGD, 0, steepRates},
	{nameClip, 0.1, steepRates}, {nameClip, 1, steepRates}, {nameClip, 10, steepRates},
	{namePlain, 0.01, steepRates}, {namePlain, 0.1, steepRates}, {namePlain, 1, steepRates},
	{nameLog, 0.001, logRates}, {nameLog, 0.1, logRates},
	{nameRMS, 1e-7, adaptiveRates}, {nameRMS, 1e-3, adaptiveRates}, {nameRMS, 0.1, adaptiveRates},
	{nameAdam, 0, adaptiveRates}, {nameAdamW, 0, adaptiveRates}, {nameMuon, 0, muonRates},
}

func arms(groups []group) []arm {
	var all []arm
	for _, g := range groups {
		for _, rate := range g.rates {
			all = append(all, arm{g.method, g.xi, rate})
		}
	}
	return all
}

// quickHunt is what claim 1 needs of part A.
var quickHunt = hunt{
	landscapes: []string{nameBeale, nameRosenbrock, nameAckley}, methods: []string{nameSGD, namePlain, nameLog},
	momenta: []float64{0.1, 0.5, 0.9, 0.99},
}

// sweeping is a sweep after the least of part A.
func sweeping(s sweep) plan { return plan{hunt: quickHunt, sweep: &s} }

func plans(dataName string) study.PerScale[plan] {
	everything := hunt{
		landscapes: []string{nameBeale, nameRosenbrock, nameHimmelblau, nameAckley, nameRastrigin},
		methods:    []string{nameSGD, nameAdam, namePlain, nameLog, nameRMS},
		momenta:    []float64{0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99},
		seconds:    []float64{0.8, 0.85, 0.9, 0.99, 0.999},
		starts:     20,
	}
	standard := plan{hunt: everything, network: classes{train: 4000, test: 2000, side: 14, batch: 64, epochs: 6, arms: arms(groups)}}
	standard.hunt.seconds = []float64{0.9, 0.99, 0.999}
	quick := standard
	quick.hunt = quickHunt
	quick.network.epochs = 2
	quick.network.arms = arms([]group{{nameSGD, 0, []float64{0.3, 1}}, {namePlain, 0.1, []float64{0.3, 1}}, {nameRMS, 1e-3, []float64{3e-3}}, {nameAdamW, 0, []float64{3e-3}}})
	full := plan{hunt: everything, network: classes{train: 20_000, test: 5000, side: 28, batch: 1024, epochs: 200, arms: arms(groups)}}
	full.hunt.starts = 200
	switch dataName {
	case "mnist", "fashion-mnist":
		full.network.train, full.network.test = 0, 0
	case dataPhotographs:
		quick.network.side, standard.network.side = 16, 16
		full = sweeping(sweep{photographs{side: 32, channels: 64}, publishedRuns, 1024, 400})
	}
	if s, ok := swept[dataName]; ok {
		return study.PerScale[plan]{Quick: sweeping(s.Quick), Default: sweeping(s.Default), Full: sweeping(s.Full)}
	}
	return study.PerScale[plan]{Quick: quick, Default: standard, Full: full}
}

// publishedRuns is how many trainings a sweep of the published code makes with a method.
const publishedRuns = 50

// swept are the data sets that have a sweep at every scale; that of scale full is the
// published one: a GPT of 4 blocks with 128 features and sequences of 256 characters,
// and points of a polynomial of degree 6.
var swept = map[string]study.PerScale[sweep]{
	dataSentences:   textSweeps,
	dataShakespeare: textSweeps,
	dataPolynomials: {
		Quick:   sweep{polynomials{1024, 1024, 6}, 5, 256, 10},
		Default: sweep{polynomials{8192, 5120, 6}, 15, 1024, 50},
		Full:    sweep{polynomials{8192, 5120, 6}, publishedRuns, 1024, 200},
	},
}

var textSweeps = study.PerScale[sweep]{
	Quick:   sweep{writing{characters: 20_000, blocks: 1, width: 16, context: 16}, 2, 64, 2},
	Default: sweep{writing{characters: 100_000, blocks: 2, width: 32, context: 32}, 5, 64, 5},
	Full:    sweep{writing{characters: 1_115_394, blocks: 4, width: 128, context: 256}, publishedRuns, 256, 250},
}

// plan is that of the scale, with what the options change.
func (e experiment) plan(env *study.Env) plan {
	p := e.plans(env.Data.Name).At(env.Scale)
	if n := env.Options.Int("epochs"); n > 0 {
		p.network.epochs = n
		if p.sweep != nil {
			s := *p.sweep
			s.epochs = n
			p.sweep = &s
		}
	}
	return p
}
