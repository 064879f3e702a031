package gradientregularization

import "github.com/fluxion-go/fluxion/study"

// plan is how much of the experiment a run does.
type plan struct {
	cases  []recovery
	depths []int // of the perceptrons whose steps are timed
	rounds int   // of the timing

	// Images and how a network is trained on them; without epochs it is not.
	train, test, side int
	batch, epochs     int
	hidden            int // units of the perceptron's two layers; 0: ResNet-20
}

// The names of the cases. The rows of the first two have a common mean, which is
// what makes regularisation help; the second has a small rate, for the theory's flow.
const (
	caseMean    = "common mean"
	caseFine    = "small rate"
	caseCentred = "centred"
)

// strong is the gamma that claims about diagonal networks speak of.
const strong = 0.3

// sweep is all methods at some gammas.
func sweep(gammas ...float64) []setting {
	list := []setting{{method: namePlain}}
	for _, gamma := range gammas {
		list = append(list, setting{nameBackward, gamma, 0.06}, setting{nameBackward, gamma, 0.03}, setting{method: nameDouble, gamma: gamma},
			setting{nameForward, gamma, 0.03}, setting{nameForward, gamma, 0.06})
	}
	return list
}

var plans = study.PerScale[plan]{
	Quick: plan{
		cases: []recovery{
			{caseMean, 50, 100, 5, 1, 0.1, 3e-3, 8000, sweep(strong)},
			{caseFine, 50, 100, 5, 1, 0.1, 1e-3, 8000, fine},
		},
		depths: []int{8}, rounds: 10,
	},
	Default: plan{
		cases:  cases,
		depths: []int{2, 4, 8}, rounds: 50,
		train: 2000, test: 5000, side: 14, batch: 128, epochs: 15, hidden: 256,
	},
	Full: plan{
		cases:  cases,
		depths: []int{2, 4, 8}, rounds: 50,
		batch: 128, epochs: 200,
	},
}

var fine = []setting{{method: namePlain}, {nameBackward, strong, 0.06}, {method: nameDouble, gamma: strong}, {nameForward, strong, 0.06}}

var cases = []recovery{
	{caseMean, 50, 100, 5, 1, 0.1, 3e-3, 30000, sweep(0.1, strong)},
	{caseFine, 50, 100, 5, 1, 0.1, 1e-3, 30000, fine},
	{caseCentred, 40, 100, 5, 0, 0.2, 0.02, 30000, []setting{{method: namePlain}, {method: nameDouble, gamma: 0.2}}},
}

// plan is that of the scale, with what the options change.
func (e experiment) plan(env *study.Env) plan {
	p := e.plans.At(env.Scale)
	if n := env.Options.Int("epochs"); n >= 0 {
		p.epochs = n
		if d := e.plans.Default; n > 0 && p.batch == 0 {
			p.train, p.test, p.side, p.batch, p.hidden = d.train, d.test, d.side, d.batch, d.hidden
		}
	}
	return p
}
