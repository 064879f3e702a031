package laprop

import "github.com/fluxion-go/fluxion/study"

// plan is how much of the experiment a run does. Part C is the same at every
// scale.
type plan struct {
	// Part A: the decay rates nu and the noise levels sigma of the search, the
	// runs at each, and the steps after which a run counts as lost.
	searchNus, sigmas []float64
	runs, limit       int
	// Part B: the networks with their decay rates, the number and the side of
	// the images (0: all that the files hold), passes over the training set,
	// and the learning rates to choose from; none: the networks' own.
	networks    []network
	train, test int
	side        int
	epochs      int
	rates       []float64
}

// Names of the networks that claims speak of.
const (
	shallowName = "MLP"
	deepName    = "20 x 32"
)

// plan is that of the scale, with what the options change.
func (e experiment) plan(env *study.Env) plan {
	p := e.plans(env.Data.Name).At(env.Scale)
	p.runs, p.limit, p.epochs = env.Options.Int("runs"), env.Options.Int("limit"), env.Options.Int("epochs")
	switch env.Options.String("tune") {
	case "yes":
		p.rates = rateGrid
	case "no":
		p.rates = nil
	}
	deepest := env.Options.Int("max-depth")
	if deepest == 0 && env.Scale == study.Full {
		deepest = depths[len(depths)-1]
	}
	for _, depth := range depths {
		if depth <= deepest && stackName(depth) != deepName {
			p.networks = append(p.networks, stack(depth, sweepMus, sweepNus))
		}
	}
	return p
}

var (
	// rateGrid is what every method's learning rate is chosen from where it is
	// tuned.
	rateGrid = []float64{1e-4, 4e-4, 1e-3}

	// The sweep over depths: how deep a stack of layers can be trained.
	depths             = []int{10, 20, 40, 60, 80, 100}
	sweepMus, sweepNus = []float64{0.9}, []float64{0.999, 0.9, 0.7}
)

const (
	shallowRate = 1e-3
	stackRate   = 3e-4
	stackWidth  = 32
)

func plans(dataName string) study.PerScale[plan] {
	mus, nus := []float64{0.9, 0.99}, []float64{0.999, 0.9, 0.7, 0.5, 0.3, 0.1}
	networks := func(mus, nus []float64) []network {
		return []network{
			{shallowName, []int{128}, shallowRate, mus, nus},
			stack(20, mus, nus),
		}
	}
	quick := plan{
		searchNus: []float64{0.3, 0.999}, sigmas: []float64{0.1},
		networks: networks([]float64{0.9}, []float64{0.999, 0.5}),
		train:    4000, test: 2000, side: 14,
	}
	standard := plan{
		searchNus: []float64{0.3, 0.7, 0.9, 0.999}, sigmas: []float64{0, 0.04, 0.10, 0.13},
		networks: networks(mus, nus),
		train:    4000, test: 2000, side: 14,
	}
	full := plan{
		searchNus: []float64{0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999}, sigmas: []float64{0, 0.04, 0.10, 0.12, 0.13},
		networks: networks(mus, nus),
		side:     28, rates: rateGrid,
	}
	if dataName == "glyphs" {
		full.train, full.test = 20_000, 4000
	}
	return study.PerScale[plan]{Quick: quick, Default: standard, Full: full}
}
