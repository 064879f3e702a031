// Package hessianspectrum is the experiment on complete Hessian spectra of
// small networks (Sagun, Evci, Güney, Dauphin and Bottou 2017).
package hessianspectrum

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/curvature"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return published.paper() }

// experiment holds what a test replaces by something broken, to see that the
// claims notice.
type experiment struct {
	// count counts the outliers of a spectrum, and gives the ratio at the gap.
	count func(values []float64) (int, float64)
	// seen is the matrix whose spectrum is taken.
	seen func(curvature.Parts) *fx.Array
	// from is where small batches go on: at what the large batch came to from one
	// start, not at another start.
	from func(large, other nn.MLP) nn.MLP
	// plan is how much is done.
	plan func(*study.Env) plan
}

// published counts outliers where the ratio of neighbours is largest, among the
// first 25, in the spectrum of the Hessian.
var published = experiment{
	count: func(values []float64) (int, float64) { return curvature.Outliers(values, 25) },
	seen:  func(d curvature.Parts) *fx.Array { return d.H },
	from:  func(large, _ nn.MLP) nn.MLP { return large },
	plan:  newPlan,
}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 3, Slug: "hessian-spectrum", Family: "Landscape and diagnostics", Year: 2017, ArXiv: "1706.04454",
		Title:       "Empirical Analysis of the Hessian of Over-Parametrized Neural Networks",
		Authors:     []string{"Levent Sagun", "Utku Evci", "V. Uğur Güney", "Yann Dauphin", "Léon Bottou"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("images", 1000, "training images of the image networks").Between(50, 60_000),
			study.IntOption("small-steps", 0, "steps with small batches; 0: 1000 at scale quick, 4000 otherwise").Between(0, 1_000_000),
			study.IntOption("large-steps", 800, "steps with the large batch").Between(1, 1_000_000),
			study.FloatOption("small-rate", 0.1, "learning rate with small batches").Between(1e-6, 10),
			study.FloatOption("large-rate", 0.1, "learning rate with the large batch").Between(1e-6, 10),
		},
		DataSets: []string{"glyphs", "mnist", "cifar10"},
		Seeds:    study.PerScale[int]{Quick: 1, Default: 3, Full: 3},
		Takes:    study.PerScale[time.Duration]{Quick: 10 * time.Second, Default: 100 * time.Second, Full: 2 * time.Hour},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// Every part draws its random numbers from a key of its own.
const (
	partClusters = iota + 1
	partImages
	partLines
	partDensity
)

// common reads the images, so that a data set that is missing is found at once.
func (e experiment) common(_ context.Context, env *study.Env) error {
	p := e.plan(env)
	_, err := sharedPictures(env, p, p.linePool)
	return err
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	env.Plan(p.workload())
	for _, part := range []func(context.Context, *study.Env, plan) error{e.clusters, e.images, e.lines, e.rank} {
		if err := part(ctx, env, p); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
