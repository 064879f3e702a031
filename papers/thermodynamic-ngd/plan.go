package thermodynamicngd

import (
	"fmt"

	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
)

// plan is how much of the experiment a run does.
type plan struct {
	train, test, side int  // 0: all that the files hold, 28 pixels
	epochs            int  // set the steps, and take all that files hold; 0: they do neither
	conv              bool // a convolution before the perceptron
	hidden            int  // units
	batch, steps      int
	every             int // steps between measurements of the training loss
	early             int // the step of claim 4

	readoutDt float64 // the steps of the device's noisy readouts

	exact    bool // the natural gradient to rounding
	grid     []tngdSetting
	adamRate []float64 // of TNGD-Adam; none: it is not run
	cg       []int     // products
	noises   []float64 // kappa0, beyond 0
	delays   []int     // beyond 0

	tuning tuning // in the place of the trainings on images, for texts
}

// tngdSetting is a cell of TNGD's grid.
type tngdSetting struct {
	start    optim.DeviceStart
	tau, eta float64
}

// The grids of the other methods.
var (
	sgdRates      = []float64{0.1, 0.3, 1, 2}
	momentumRates = []float64{0.03, 0.1, 0.3}
	adamRates     = []float64{0.003, 0.01, 0.03}
	ngdRates      = []float64{0.1, 0.3, 0.6, 1}
)

// What all natural gradients of the experiment share.
const (
	damping = 0.2
	dt      = 0.05
)

// Noise and delays are studied at the start, the time and the rate of this setting.
var studied = tngdSetting{optim.StartWarm, 0.5, 0.3}

// grid crosses starts, times and rates.
func grid(starts []optim.DeviceStart, taus, etas []float64) []tngdSetting {
	var list []tngdSetting
	for _, s := range starts {
		for _, tau := range taus {
			for _, eta := range etas {
				list = append(list, tngdSetting{s, tau, eta})
			}
		}
	}
	return list
}

var bothStarts = []optim.DeviceStart{optim.StartGradient, optim.StartWarm}

var plans = study.PerScale[plan]{
	Quick: plan{train: 3000, test: 1000, side: 10, hidden: 24, batch: 64, steps: 60, every: 10, early: 30, readoutDt: 0.2,
		grid: grid([]optim.DeviceStart{optim.StartWarm}, []float64{0.5, 2}, []float64{0.3, 0.6}),
		tuning: tuning{characters: 50_000, blocks: 1, width: 32, context: 32, rank: 4, batch: 8, before: 200, steps: 40, every: 10,
			arms: tunings([]float64{0.3, 1}, []float64{3e-3, 1e-2}, []float64{0.3})}},
	Default: plan{train: 3000, test: 1000, side: 10, hidden: 24, batch: 64, steps: 150, every: 10, early: 30, readoutDt: dt,
		exact: true, grid: grid(bothStarts, []float64{0.5, 2, 5}, []float64{0.3, 0.6}), adamRate: []float64{0.003, 0.01, 0.03}, cg: []int{10, 40},
		noises: []float64{1e-6, 1e-5, 1e-4}, delays: []int{1, 2, 5},
		tuning: tuning{characters: 200_000, blocks: 2, width: 64, context: 48, rank: 4, batch: 8, before: 500, steps: 100, every: 10,
			arms: tunings([]float64{0.1, 0.3, 1}, []float64{1e-3, 3e-3, 1e-2}, []float64{0.1, 0.3, 0.6})}},
	Full: plan{train: 20_000, test: 5000, side: 28, conv: true, hidden: 64, batch: 64, epochs: 5, every: 100, early: 100, readoutDt: dt,
		exact: true, grid: grid(bothStarts, []float64{0.5, 2, 5}, []float64{0.1, 0.3, 0.6}), adamRate: []float64{0.001, 0.003, 0.01}, cg: []int{10, 40},
		noises: []float64{1e-6, 1e-5, 1e-4},
		tuning: tuning{characters: 1_115_394, blocks: 4, width: 128, context: 128, rank: 8, batch: 16, before: 3000, steps: 500, every: 20,
			arms: tunings([]float64{0.1, 0.3, 1, 2}, []float64{1e-3, 3e-3, 1e-2}, []float64{0.1, 0.3, 0.6})}},
}

// plan is that of the scale, with what the options change.
func (e experiment) plan(env *study.Env) plan {
	p := e.plans.At(env.Scale)
	if p.epochs > 0 && env.Data.Name != dataGlyphs && !isText(env.Data.Name) {
		p.train, p.test = 0, 0
	}
	if n := env.Options.Int("steps"); n > 0 {
		p.steps, p.tuning.steps, p.epochs = n, n, 0
	}
	if n := env.Options.Int("batch"); n > 0 {
		p.batch, p.tuning.batch = n, n
	}
	p.tuning.every = min(p.tuning.every, p.tuning.steps)
	return p
}

// on is the plan with the steps of its epochs on so many images.
func (p plan) on(images int) plan {
	if p.epochs > 0 {
		p.steps = p.epochs * (images / p.batch)
	}
	return p
}

// arm is a training: a method with its settings.
type arm struct {
	part   string // "methods", "noise" or "delay"
	method string
	rate   float64
	tngdSetting
	kappa0     float64
	delay, lag int
	products   int // of conjugate gradients, at most
}

// The parts of the trainings.
const (
	partMethods = "methods"
	partNoise   = "noise"
	partDelay   = "delay"
	partTuning  = "tuning"
)

// arms are all trainings, in the order of tables.
func (p plan) arms() []arm {
	var list []arm
	baseline := func(method string, rates []float64, products int) {
		for _, rate := range rates {
			list = append(list, arm{part: partMethods, method: method, rate: rate, products: products})
		}
	}
	baseline(nameSGD, sgdRates, 0)
	baseline(nameMomentum, momentumRates, 0)
	baseline(nameAdam, adamRates, 0)
	if p.exact {
		baseline(nameExact, ngdRates, 0)
	}
	for _, n := range p.cg {
		baseline(cgName(n), ngdRates, n)
	}
	for _, s := range p.grid {
		list = append(list, arm{part: partMethods, method: nameTNGD, rate: s.eta, tngdSetting: s})
	}
	for _, rate := range p.adamRate {
		s := tngdSetting{optim.StartGradient, 2, rate}
		list = append(list, arm{part: partMethods, method: nameTNGDAdam, rate: rate, tngdSetting: s})
	}
	with := func(part string, change func(*arm)) {
		a := arm{part: part, method: nameTNGD, rate: studied.eta, tngdSetting: studied}
		change(&a)
		list = append(list, a)
	}
	for _, kappa0 := range p.noises {
		with(partNoise, func(a *arm) { a.kappa0 = kappa0 })
	}
	for _, d := range p.delays {
		with(partDelay, func(a *arm) { a.delay = d })
		with(partDelay, func(a *arm) { a.lag = d })
	}
	return list
}

func cgName(products int) string { return fmt.Sprintf("NGD-CG %d", products) }

// labels are those of an arm's records.
func (a arm) labels() []any {
	labels := []any{"part", a.part, "method", a.method, "rate", a.rate}
	if a.tau > 0 {
		labels = append(labels, "start", startName(a.start), "tau", a.tau)
	}
	switch {
	case a.kappa0 > 0:
		labels = append(labels, "kappa0", a.kappa0)
	case a.delay > 0:
		labels = append(labels, "delay", a.delay)
	case a.lag > 0:
		labels = append(labels, "lag", a.lag)
	}
	return labels
}

func (a arm) String() string {
	s := fmt.Sprintf("%s, rate %v", a.method, a.rate)
	if a.tau > 0 {
		s += fmt.Sprintf(", %s start, time %v", startName(a.start), a.tau)
	}
	switch {
	case a.kappa0 > 0:
		s += fmt.Sprintf(", kappa0 %v", a.kappa0)
	case a.delay > 0:
		s += fmt.Sprintf(", matrix of %d steps before", a.delay)
	case a.lag > 0:
		s += fmt.Sprintf(", readout of %d steps before", a.lag)
	}
	return s
}

func startName(s optim.DeviceStart) string {
	return map[optim.DeviceStart]string{optim.StartGradient: "gradient", optim.StartWarm: "warm", optim.StartZero: "zero"}[s]
}
