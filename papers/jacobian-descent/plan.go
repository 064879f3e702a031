package jacobiandescent

import (
	"slices"

	mo "github.com/fluxion-go/fluxion/multiobjective"
	"github.com/fluxion-go/fluxion/study"
)

// Names of the aggregators that claims speak of.
const (
	nameMean     = "Mean"
	nameUPGrad   = "UPGrad"
	nameDualProj = "DualProj"
	nameMGDA     = "MGDA"
	namePCGrad   = "PCGrad"
	nameIMTLG    = "IMTL-G"
)

// aggregators are all that can be compared; the paper's own may be replaced by a
// test.
func (e experiment) aggregators(cone mo.ConeOptions) []mo.Aggregator {
	return []mo.Aggregator{mo.Mean(), e.upgrad(cone), mo.DualProj(cone), mo.MGDA(), mo.PCGrad(), mo.IMTLG(), mo.CAGrad(0.5),
		mo.NashMTL(), mo.AlignedMTL(), mo.ConFIG(), mo.RGW(), mo.GradDrop{}}
}

// weightings are those with weights that draw no random numbers for two
// objectives: the ones that have a trajectory.
func (e experiment) weightings(cone mo.ConeOptions) []mo.Weighting {
	var list []mo.Weighting
	for _, a := range e.aggregators(cone) {
		if w, ok := a.(mo.Weighting); ok && a.String() != "RGW" {
			list = append(list, w)
		}
	}
	return list
}

// plan is how much of the experiment a run does.
type plan struct {
	others   bool // part A: also aggregators that are not drawn, from the first start
	matrices int  // of part B, for each seed
	// Part C: the images and the side to which they are shrunk, passes over
	// them, the network, and what is trained on batches of 32.
	images, side, epochs int
	network              string
	adam                 bool
	methods              []string
	batches              []int // other batch sizes, for Mean and UPGrad
	rates                map[string][]float64
}

const batchSize = 32

func newPlan(env *study.Env) plan {
	p := study.PerScale[plan]{
		Quick: plan{matrices: 200, images: 256, epochs: 5, network: "mlp", methods: []string{nameMean, nameUPGrad}},
		Default: plan{others: true, matrices: 500, images: 1024, epochs: 20, network: "mlp",
			methods: []string{nameMean, nameUPGrad, nameDualProj, nameMGDA, namePCGrad, nameIMTLG},
			batches: []int{4, 16, 64}},
		Full: plan{others: true, matrices: 500, images: 1024, epochs: 20, network: "cnn",
			methods: []string{nameMean, nameUPGrad, nameDualProj, nameMGDA, namePCGrad, nameIMTLG},
			batches: []int{4, 16, 64}},
	}.At(env.Scale)
	if n := env.Options.Int("images"); n > 0 {
		p.images = n
	}
	if n := env.Options.Int("epochs"); n > 0 {
		p.epochs = n
	}
	if n := env.Options.String("network"); n != "scale" {
		p.network = n
	}
	p.adam = env.Options.String("optimizer") == "adam"
	p.rates = rates(env.Scale, p.adam)
	p.side = map[string]int{"glyphs": 14, "mnist": 14, "cifar10": 16}[env.Data.Name]
	if env.Scale == study.Full {
		p.side = 0
	}
	return p
}

// rates is the grid of learning rates for each aggregator, and "" for all that
// are not named. PCGrad adds the gradients where others average them, so its
// grid lies lower. All have the same number of points. At full scale the grid
// has twice as many, half a step apart.
func rates(scale study.Scale, adam bool) map[string][]float64 {
	grid := map[string][]float64{
		"":         {3e-3, 1e-2, 3e-2, 0.1, 0.3, 1},
		namePCGrad: {1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2},
	}
	switch {
	case adam:
		grid = map[string][]float64{"": {1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2}}
	case scale == study.Quick:
		grid[""] = []float64{0.1, 0.3}
	case scale == study.Full:
		for name, r := range grid {
			fine := slices.Clone(r)
			for _, v := range r {
				fine = append(fine, 1.75*v)
			}
			slices.Sort(fine)
			grid[name] = fine
		}
	}
	return grid
}

func (p plan) grid(method string) []float64 {
	if r, ok := p.rates[method]; ok {
		return r
	}
	return p.rates[""]
}
