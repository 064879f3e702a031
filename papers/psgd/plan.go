package psgd

import (
	"slices"

	"github.com/fluxion-go/fluxion/study"
)

// plan is how much of the experiment a run does.
type plan struct {
	pairs  int       // of part A
	noises []float64 // deviations of the noise on h that part A has as well
	all    bool      // all families and baselines in part A, else the triangular alone

	xor []xorPart // part C

	// Part D; without epochs it is left out. A side of 0 is that of the files, as are 0 images
	// all.
	trainImages, testImages, side int
	batch, epochs                 int
	resnet, cosine                bool
}

// The rates of part C: PSGD has the specification's 0.01, and on longer sequences
// 0.05, which a pilot preferred; the baselines have two each.
func xorMethods(psgd float64) []xorTried {
	return []xorTried{{nameKron, []float64{psgd}}, {nameLRA, []float64{psgd}}, {nameSGD, []float64{0.01, 0.1}}, {nameAdam, []float64{0.001, 0.003}}}
}

// On longer sequences, which take long, scale default has one arm of PSGD, and SGD at
// the rate that is the better one on short sequences; scale full has all of them.
var longMethods = []xorTried{{nameKron, []float64{longRate}}, {nameSGD, []float64{0.1}}}

const (
	shortRate, longRate   = 0.01, 0.05
	shortLimit, longLimit = 4000, 3000
)

var plans = study.PerScale[plan]{
	Quick: plan{pairs: 1000, xor: []xorPart{{judgedLength, 10, xorMethods(shortRate)}}},
	Default: plan{pairs: 5000, all: true, noises: []float64{noiseSize, 1},
		xor:         []xorPart{{judgedLength, shortLimit, xorMethods(shortRate)}, {longLength, longLimit, longMethods}},
		trainImages: 2000, testImages: 1000, side: 14, batch: 100, epochs: 5},
	Full: plan{pairs: 5000, all: true, noises: []float64{noiseSize, 1},
		xor: []xorPart{{judgedLength, shortLimit, xorMethods(shortRate)}, {longLength, longLimit, xorMethods(longRate)},
			{64, 100_000, xorMethods(longRate)}, {128, 100_000, xorMethods(longRate)}},
		batch: 128, epochs: 200, resnet: true, cosine: true},
}

// plan is that of the scale, with what the options change.
func (e experiment) plan(env *study.Env) plan {
	p := e.plans.At(env.Scale)
	if n := env.Options.Int("pairs"); n > 0 {
		p.pairs = n
	}
	if n := env.Options.Int("xor-length"); n > 0 {
		rate := shortRate
		if n > judgedLength {
			rate = longRate
		}
		p.xor = []xorPart{{n, shortLimit, xorMethods(rate)}}
	}
	if n := env.Options.Int("xor-steps"); n == 0 {
		p.xor = nil
	} else if n > 0 {
		p.xor = slices.Clone(p.xor)
		for i := range p.xor {
			p.xor[i].limit = n
		}
	}
	if n := env.Options.Int("epochs"); n >= 0 {
		p.epochs = n
		if n > 0 && p.batch == 0 {
			d := e.plans.Default
			p.trainImages, p.testImages, p.side, p.batch = d.trainImages, d.testImages, d.side, d.batch
		}
	}
	if p.resnet && env.Data.Name == "glyphs" {
		p.trainImages, p.testImages = 50_000, 10_000
	}
	return p
}
