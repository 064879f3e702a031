package teleportation

import (
	"slices"

	"github.com/fluxion-go/fluxion/study"
)

// plan is how much of the experiment a run does.
type plan struct {
	// Part A: the most steps of gradient descent, and those with a teleport each.
	convexLimit, everyLimit int

	// Part B: the number and the side of the images (0: all that the files hold),
	// units of the hidden layers, passes over the training set, the optimizers,
	// factors of their learning rates, and how many steps take as long as the
	// paper's teleports.
	train, test, side int
	hidden            []int
	epochs            int
	optimizers        []family
	factors           []float64
	equal             int
	rounds            int // of timing teleports

	// Part C: trainings of a seed, and how many of them are teleported; the images
	// whose loss makes the sharpness, and those of a teleport; directions of the
	// sharpness at the end and of a teleport's, and curves of the curvature; the
	// teleports' rates.
	trainings, teleported        int
	around, held                 int
	directions, fewDirections    int
	curves                       int
	sharpnessRate, curvatureRate float64

	// Part D, at full only: learned teleports.
	meta metaPlan
}

func (p plan) families() []family { return p.optimizers }

// Every part draws its random numbers from a key of its own.
const (
	partConvex = iota + 1
	partQuadratic
	partTraining
	partInvariance
	partSharpness
	partMeta
)

// plan is that of the scale, with what the options change.
func (e experiment) plan(env *study.Env) plan {
	p := e.plans(env.Data.Name).At(env.Scale)
	if n := env.Options.Int("epochs"); n > 0 {
		p.epochs = n
	}
	p.optimizers = slices.Clone(p.optimizers)
	for i := range p.optimizers {
		f := &p.optimizers[i]
		f.at = min(f.at, p.epochs-1)
	}
	if n := env.Options.Int("trainings"); n > 0 && p.trainings > 0 {
		p.trainings, p.teleported = n, min(p.teleported, n)
	}
	if n := env.Options.Int("meta-runs"); n >= 0 {
		p.meta.runs = n
	}
	if n := env.Options.Int("meta-units"); n > 0 {
		p.meta.hidden = n
	}
	return p
}

// factors are those of the paper's learning rates that the trainings without
// teleports and those with the paper's teleports are made at: the best of them is
// each one's tuned rate.
var factors = []float64{1, 3, 10}

func plans(dataName string) study.PerScale[plan] {
	standard := plan{
		convexLimit: 20_000, everyLimit: 2000,
		train: 4000, test: 2000, side: 14, hidden: []int{16, 10}, epochs: 10, optimizers: families(), factors: factors, equal: equalSteps, rounds: 7,
		trainings: 6, teleported: 1, around: 500, held: 200, directions: 100, fewDirections: 20, curves: 10,
		sharpnessRate: sharpnessRate, curvatureRate: curvatureRate,
		meta: metaPlan{width: 20, hidden: 300},
	}
	quick := standard
	quick.optimizers, quick.epochs, quick.factors = families()[:2], 2, []float64{1}
	quick.trainings, quick.rounds = 0, 3

	full := standard
	full.train, full.test, full.side, full.epochs = 0, 0, 28, 40
	full.optimizers = families()
	for i := range full.optimizers {
		switch f := &full.optimizers[i]; f.name {
		case nameSGD, nameAdagrad: // as the paper's code does
			f.jump, f.at = 1e-4, 2
		}
	}
	full.trainings, full.teleported, full.around, full.held = 20, 4, 2000, 2000
	full.fewDirections = 100
	full.meta.runs = 700
	switch dataName {
	case "glyphs":
		full.train, full.test = 20_000, 4000
	case "cifar10":
		full.side, full.hidden = 32, []int{128, 32}
		full.optimizers[0].rate = 2e-2
	}
	return study.PerScale[plan]{Quick: quick, Default: standard, Full: full}
}

// Settings that the paper does not give, from pilots (seeds 1000 and 1001, glyphs,
// scale default).
const (
	// Of 0.1, 0.5, 1 and 2: at 1 ten steps lower the sharpness by 12 to 15% and raise it
	// by 29 to 45%; at 2 they raise the loss along with it by up to 2.3 times.
	sharpnessRate = 1.0
	// Of 0.1, 0.01, 0.001 and 0.0001: at 0.001 the curvature changes by factors of 0.4 to
	// 1.6 and the loss by less than 0.3%; at 0.1 trainings end in NaN.
	curvatureRate = 0.001
	// The time of the teleports by projection with batches of 200 was that of about 3000
	// steps of a training alone, see the table of costs.
	equalSteps = 3000
)
