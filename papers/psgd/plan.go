package psgd

import "github.com/fluxion-go/fluxion/study"

// plan is how much of the experiment a run does.
type plan struct {
	pairs  int       // of part A
	noises []float64 // deviations of the noise on h that part A has as well
	all    bool      // all families and baselines in part A, else the triangular alone

	xorSteps   int   // the most of part C
	xorLengths []int // of sequences

	// Part D; without epochs it is left out. A side of 0 is that of the files, as are 0 images
	// all.
	trainImages, testImages, side int
	batch, epochs                 int
	resnet, cosine                bool
}

var plans = study.PerScale[plan]{
	Quick: plan{pairs: 1000, xorSteps: 10, xorLengths: []int{judgedLength}},
	Default: plan{pairs: 5000, all: true, noises: []float64{noiseSize, 1}, xorSteps: 4000, xorLengths: []int{judgedLength},
		trainImages: 2000, testImages: 1000, side: 14, batch: 100, epochs: 5},
	Full: plan{pairs: 5000, all: true, noises: []float64{noiseSize, 1}, xorSteps: 100_000, xorLengths: []int{16, 32, 64, 128},
		batch: 128, epochs: 200, resnet: true, cosine: true},
}

// plan is that of the scale, with what the options change.
func (e experiment) plan(env *study.Env) plan {
	p := e.plans.At(env.Scale)
	if n := env.Options.Int("pairs"); n > 0 {
		p.pairs = n
	}
	if n := env.Options.Int("xor-steps"); n >= 0 {
		p.xorSteps = n
	}
	if n := env.Options.Int("xor-length"); n > 0 {
		p.xorLengths = []int{n}
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
