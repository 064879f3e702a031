package rectifiedflow

import "github.com/fluxion-go/fluxion/study"

// plan is how much of the experiment a run does.
type plan struct {
	// Points in the plane and on the line.
	rounds    int   // rectifications
	hidden    []int // layers of the perceptron
	steps     int   // of each round's training
	distill   int   // steps of the distillation
	batch     int
	stored    int       // pairs that training draws from
	judged    int       // points that distances are measured on; a multiple of 3
	fine      int       // Euler steps that count as exact
	euler     []int     // numbers of Euler steps that are compared
	baselines bool      // diffusions' interpolants, and regression
	rates     []float64 // learning rates to choose from; one: no choice

	// Images.
	images         bool
	side, features int
	levels         []int // multipliers of features
	blocks         int
	train, test    int // images
	imageSteps     int // of the first round; half as many in the second, a quarter in the distillation
	imageBatch     int
	imagePairs     int   // simulated for the second round
	pairSteps      int   // of Heun's method, to simulate them
	imageEuler     []int // numbers of Euler steps that are judged, ascending
	average        float64
	warmup         int
}

// authorsRate is the learning rate of the authors' toy experiments.
const authorsRate = 5e-3

// rateGrid is what the learning rates of the method and of its baselines are
// chosen from.
var rateGrid = []float64{2e-3, authorsRate}

func (e experiment) plan(env *study.Env) plan {
	p := e.plans(env.Data.Name).At(env.Scale)
	if n := env.Options.Int("steps"); n > 0 {
		p.steps = n
	}
	switch env.Options.String("images") {
	case "yes":
		p.images = true
	case "no":
		p.images = false
	}
	if n := env.Options.Int("image-steps"); n > 0 {
		p.imageSteps = n
	}
	if n := env.Options.Int("image-side"); n > 0 {
		p.side = n
	}
	if n := env.Options.Int("features"); n > 0 {
		p.features = n
	}
	return p
}

func plans(dataName string) study.PerScale[plan] {
	small := plan{side: 14, features: 16, levels: []int{1, 2}, blocks: 1, train: 4000, test: 1000,
		imageSteps: 3000, imageBatch: 64, imagePairs: 4000, average: 0.999, warmup: 100,
		pairSteps: 25, imageEuler: []int{1, 2, 5, 25}}
	large := small
	large.images, large.features, large.levels, large.blocks = true, 32, []int{1, 2, 2}, 2
	large.side, large.train, large.test = 28, 20_000, 2000
	large.imageSteps, large.imageBatch, large.imagePairs, large.average, large.warmup = 20_000, 128, 20_000, 0.9999, 1000
	if dataName == "cifar10" {
		small.side, large.side = 16, 32
		large.levels, large.features = []int{1, 2, 2, 2}, 64
	}
	if dataName != "glyphs" {
		large.train, large.test = 0, 0 // all that there are
	}

	quick, standard, full := small, small, large
	quick.rounds, quick.hidden, quick.steps, quick.distill = 2, []int{64, 64, 64}, 700, 300
	quick.batch, quick.stored, quick.judged, quick.fine = 512, 5000, 255, 100
	quick.euler, quick.rates = []int{1, 2, 4, 100}, []float64{authorsRate}

	standard.rounds, standard.hidden, standard.steps, standard.distill = 3, []int{100, 100, 100}, 2500, 1000
	standard.batch, standard.stored, standard.judged, standard.fine = 512, 5000, 510, 100
	standard.euler, standard.rates, standard.baselines = []int{1, 2, 4, 8, 100}, rateGrid, true

	full.rounds, full.hidden, full.steps, full.distill = 3, []int{100, 100, 100}, 10_000, 4000
	full.batch, full.stored, full.judged, full.fine = 2048, 20_000, 2040, 100
	full.euler, full.rates, full.baselines = standard.euler, rateGrid, true
	return study.PerScale[plan]{Quick: quick, Default: standard, Full: full}
}

// ends are the fewest and the most Euler steps that images are judged at.
func (p plan) ends() []int { return []int{p.imageEuler[0], p.imageEuler[len(p.imageEuler)-1]} }
