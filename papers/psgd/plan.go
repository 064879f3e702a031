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
	channels                      int // of the first stage of a ResNet-18; 0: a perceptron
	cosine                        bool

	text writing // part E; without steps it is left out
}

// The rates of part C: PSGD has the specification's 0.01, and on longer sequences,
// which scale full alone has, 0.05, which a pilot preferred; the baselines have two
// each.
func xorMethods(psgd float64) []xorTried {
	return []xorTried{{nameKron, []float64{psgd}}, {nameLRA, []float64{psgd}}, {nameSGD, []float64{0.01, 0.1}}, {nameAdam, []float64{0.001, 0.003}}}
}

// The data set of images and text that is built in, and that of text alone.
const (
	builtIn  = "glyphs"
	textName = "tinyshakespeare"
)

const (
	shortRate, longRate   = 0.01, 0.05
	shortLimit, longLimit = 4000, 3000
)

var plans = study.PerScale[plan]{
	Quick: plan{pairs: 1000, xor: []xorPart{{judgedLength, 10, xorMethods(shortRate)}}},
	Default: plan{pairs: 5000, all: true, noises: []float64{noiseSize, 1},
		xor:         []xorPart{{judgedLength, shortLimit, xorMethods(shortRate)}},
		trainImages: 2000, testImages: 1000, side: 14, batch: 100, epochs: 5,
		text: writing{blocks: 2, width: 32, heads: 2, context: 32, batch: 8, steps: 200}},
	Full: plan{pairs: 5000, all: true, noises: []float64{noiseSize, 1},
		xor: []xorPart{{judgedLength, shortLimit, xorMethods(shortRate)}, {longLength, longLimit, xorMethods(longRate)},
			{64, 100_000, xorMethods(longRate)}, {128, 100_000, xorMethods(longRate)}},
		batch: 128, epochs: 200, channels: 64, cosine: true,
		text: writing{blocks: 4, width: 128, heads: 4, context: 64, batch: 12, steps: 2000}},
}

// plan is that of the scale for the data set, with what the options change.
func (e experiment) plan(env *study.Env) plan {
	p := e.plans.At(env.Scale)
	if n := env.Options.Int("pairs"); n > 0 {
		p.pairs = n
	}
	p.chooseXOR(env)
	p.chooseData(env.Scale, env.Data.Name)
	if n := env.Options.Int("epochs"); n >= 0 {
		p.epochs = n
		if n > 0 && p.batch == 0 {
			d := e.plans.Default
			p.trainImages, p.testImages, p.side, p.batch = d.trainImages, d.testImages, d.side, d.batch
		}
	}
	if n := env.Options.Int("images"); n > 0 {
		p.trainImages = n
		if p.testImages == 0 || p.testImages > n {
			p.testImages = n
		}
	}
	if n := env.Options.Int("channels"); n > 0 && p.channels > 0 {
		p.channels = n
	}
	if n := env.Options.Int("text-steps"); n >= 0 {
		p.text = e.plans.At(env.Scale).text
		if p.text.context == 0 {
			p.text = e.plans.Default.text
		}
		p.text.steps = n
	}
	return p
}

// chooseXOR applies the options of part C.
func (p *plan) chooseXOR(env *study.Env) {
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
}

// chooseData leaves out the networks that the data set is not for. The built-in sets
// are images and a text; the text is read by scale full alone.
func (p *plan) chooseData(scale study.Scale, set string) {
	switch set {
	case textName:
		p.epochs = 0
	case builtIn:
		if scale != study.Full {
			p.text.steps = 0
		} else if p.trainImages == 0 {
			p.trainImages, p.testImages = 50_000, 10_000
		}
	default:
		p.text.steps = 0
	}
}
