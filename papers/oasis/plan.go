package oasis

import "github.com/fluxion-go/fluxion/study"

// plan is how much of the experiment a run does.
type plan struct {
	rows, testRows, features int
	kappas                   []float64
	iterations               int
	nonconvex                bool // part B
	epochs                   int  // of minibatches over the rows; 0: no part C

	// Images, and how long networks are trained on them; 0: not at all. A side of
	// 0 is that of the files, as are 0 images all.
	trainImages, testImages, side int
	batch, imageEpochs            int
	resnet                        bool
}

// middle is the kappa that claims are mostly about.
const middle = 2.0

var plans = study.PerScale[plan]{
	Quick: plan{rows: 1000, features: 100, kappas: []float64{middle}, iterations: 500},
	Default: plan{rows: 1000, testRows: 4000, features: 100, kappas: []float64{0, middle, 4}, iterations: 1000, nonconvex: true,
		epochs: 20, trainImages: 3000, testImages: 2000, side: 14, batch: 128, imageEpochs: 10},
	Full: plan{rows: 1000, testRows: 4000, features: 100, kappas: []float64{0, middle, 4}, iterations: 1000, nonconvex: true,
		epochs: 20, batch: 128, imageEpochs: 160, resnet: true},
}

// plan is that of the scale, with what the options change.
func (e experiment) plan(env *study.Env) plan {
	p := e.plans.At(env.Scale)
	if n := env.Options.Int("iterations"); n > 0 {
		p.iterations = n
	}
	if n := env.Options.Int("epochs"); n >= 0 {
		p.imageEpochs = n
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
