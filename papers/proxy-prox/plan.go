package proxyprox

import "github.com/fluxion-go/fluxion/study"

// plan is how much of the experiment a run does.
type plan struct {
	deltas []float64
	sigmas []float64
	most   int // steps of a run of part A
	// The criteria are tried at these.
	criterionDeltas []float64
	regimes         []regime
	// Inputs of part B: the proxy's, and those that the excess loss is measured on.
	unlabelled, exam int
	images           *imagePlan // nil: none
}

// regime is a way to spend labels in part B.
type regime struct {
	name         string
	batch, steps int
	etas         []float64 // of ProxyProx
}

// The regimes' names.
const (
	regimeSmooth = "smoothness-limited"
	regimeNoisy  = "noise-limited"
)

// objectiveBatch is the number of images for one gradient of the objective in part C.
const objectiveBatch = 16

// imagePlan is part C.
type imagePlan struct {
	proxy, objective, test int  // images
	side                   int  // of glyphs, in pixels
	shrunk                 bool // images in files to half their side
	hidden                 int
	gradients              int // of the objective
	batch, proxyBatch      int
	inner                  int // steps of Adam
	pretrain               int // steps of Adam on the proxy alone
	every                  int // gradients between measurements, at most
}

// The grids of part A.
var (
	sgdRates  = []float64{0.01, 0.03, 0.1, 0.15}
	proxEtas  = []float64{0.1, 0.3, 1, 3, 10, 30, 100}
	allDeltas = []float64{0.03, 0.1, 0.3, 1}
)

// The grids of part B.
var (
	labelSGD  = []float64{0.3, 1, 3, 10, 30}
	labelAdam = []float64{0.003, 0.01, 0.03, 0.1, 0.3, 1}
	labelEtas = []float64{0.3, 1, 3, 10, 30, 100, 300, 1000}
)

// The grids of part C.
var (
	imageSGD   = []float64{0.03, 0.1, 0.3, 1}
	imageAdam  = []float64{1e-3, 3e-3, 1e-2, 3e-2}
	imageEtas  = []float64{0.3, 1, 3}
	imageInner = []float64{1e-3, 3e-3}
)

var (
	smooth = regime{regimeSmooth, 500, 40, labelEtas}
	// Larger eta than these are far off where noise decides.
	noisyOne = regime{regimeNoisy, 8, 400, []float64{0.3, 1, 3}}
)

var plans = study.PerScale[plan]{
	Quick: plan{deltas: []float64{0.1, 1}, sigmas: []float64{0}, most: 1000, criterionDeltas: []float64{1}, regimes: []regime{smooth}, unlabelled: 4000, exam: 10_000},
	Default: plan{deltas: allDeltas, sigmas: []float64{0, 1}, most: 1000, criterionDeltas: []float64{0.3, 1}, regimes: []regime{smooth, noisyOne}, unlabelled: 4000, exam: 10_000,
		images: &imagePlan{proxy: 5000, objective: 4800, test: 1000, side: 10, shrunk: true, hidden: 64, gradients: 300, batch: objectiveBatch, proxyBatch: 64, inner: 20, pretrain: 600, every: 20}},
	Full: plan{deltas: allDeltas, sigmas: []float64{0, 1}, most: 1000, criterionDeltas: []float64{0.3, 1}, regimes: []regime{smooth, {regimeNoisy, 8, 400, labelEtas}}, unlabelled: 4000, exam: 10_000,
		images: &imagePlan{proxy: 5000, objective: 15_000, test: 5000, side: 28, hidden: 128, gradients: 5000, batch: objectiveBatch, proxyBatch: 128, inner: 20, pretrain: 3000, every: 100}},
}

// sideOf is the side of a set's images, 0 for the files' own.
func (p imagePlan) sideOf(set string) int {
	switch {
	case set == "glyphs":
		return p.side
	case p.shrunk && set == "cifar10":
		return 16
	case p.shrunk:
		return 14
	}
	return 0
}

// plan is that of the scale, with what the options change.
func (e experiment) plan(env *study.Env) plan {
	p := e.plans.At(env.Scale)
	if p.images == nil {
		return p
	}
	own := *p.images
	for name, value := range map[string]*int{"gradients": &own.gradients, "proxy-images": &own.proxy, "objective-images": &own.objective} {
		if n := env.Options.Int(name); n > 0 {
			*value = n
		}
	}
	p.images = &own
	return p
}
