package hessianspectrum

import "github.com/fluxion-go/fluxion/study"

// plan is how much of the experiment a run does.
type plan struct {
	problems []problem // the networks on clusters

	images          int     // training images
	spectrum        network // whose Hessian is made
	imageStages     []int   // its stages; none: it is left out
	density         network // whose spectrum is estimated by quadrature
	probes, lanczos int     // probes and steps of the quadrature

	largeSteps, smallSteps int
	largeRate, smallRate   float64 // learning rates
	linePool               int     // of the images of the large- and small-batch networks
}

// network is a classifier of images with one hidden layer.
type network struct {
	pool   int // averages squares of so many by so many pixels
	hidden int
}

// problem is a classification of Gaussian clusters and the network for it.
type problem struct {
	classes, hidden int
	noise           float64 // standard deviation around means of norm 1
	decay           float64 // weight decay in training
	stages          []int   // steps of training after which spectra are taken
}

// The clusters' fixed sizes, and the setting around which width and noise are
// varied.
const (
	features = 20
	examples = 500
	width    = 16
	spread   = 0.3
	decay    = 5e-3

	varied = 5 // classes where width or noise is varied
	judged = 100
	late   = 400
)

// newPlan has the plan of the run's scale.
func newPlan(env *study.Env) plan {
	p := plan{
		images:   env.Options.Int("images"),
		spectrum: network{4, 16}, imageStages: []int{0, judged, late}, probes: 4, lanczos: 60,
		largeSteps: env.Options.Int("large-steps"), smallSteps: 4000, linePool: 2,
		largeRate: env.Options.Float("large-rate"), smallRate: env.Options.Float("small-rate"),
	}
	colour := env.Data.Name == "cifar10"
	if colour { // four times as many values
		p.spectrum.hidden = 5 // 1025 parameters; grey images: 970
	}
	switch env.Scale {
	case study.Quick:
		p.problems = problems([]int{3, 8}, []float64{0}, []int{8, 64}, nil)
		p.smallSteps, p.imageStages = 1000, nil
	case study.Default:
		p.problems = problems([]int{2, 3, 5, 8, 10}, []float64{0, decay}, []int{8, 32, 64}, []float64{0.2, 0.5, 1})
	case study.Full:
		p.problems = problems([]int{2, 3, 5, 8, 10}, []float64{0, decay}, []int{8, 32, 64, 128}, []float64{0.2, 0.5, 1})
		p.spectrum = network{2, 24} // 4978 parameters
		if colour {
			p.spectrum = network{4, 24} // 4882
		}
		p.lanczos = 100
	}
	p.density = p.spectrum
	if env.Scale == study.Full {
		p.density = network{1, 100}
	}
	if n := env.Options.Int("small-steps"); n > 0 {
		p.smallSteps = n
	}
	return p
}

// problems lists the settings: all numbers of classes at the standard width and
// noise, then other widths and other noises at one number of classes.
func problems(classes []int, decays []float64, widths []int, noises []float64) []problem {
	var all []problem
	for _, d := range decays {
		for _, k := range classes {
			all = append(all, problem{k, width, spread, d, []int{0, judged, late}})
		}
	}
	for _, h := range widths {
		all = append(all, problem{varied, h, spread, 0, []int{judged}})
	}
	for _, s := range noises {
		all = append(all, problem{varied, width, s, 0, []int{judged}})
	}
	return all
}

// workload is how many steps of progress the plan has.
func (p plan) workload() int {
	n := len(p.imageStages) + 5
	for _, q := range p.problems {
		n += len(q.stages)
	}
	return n
}
