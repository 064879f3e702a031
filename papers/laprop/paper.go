// Package laprop is the experiment on LaProp, the update rule that normalises
// each gradient before it averages (Ziyin, Wang and Ueda 2020).
package laprop

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return experiment{published, plans}.paper() }

// experiment is the experiment with the update rules that it compares, and how
// much of it each scale does on a data set.
type experiment struct {
	methods lineup
	plans   func(data string) study.PerScale[plan]
}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 9, Slug: "laprop", Family: "Update rules", Year: 2020, ArXiv: "2002.04839",
		Title:       "LaProp: Separating Momentum and Adaptivity in Adam",
		Authors:     []string{"Liu Ziyin", "Zhikang T. Wang", "Masahito Ueda"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("runs", 20, "searches at each noise level, for each seed").Between(1, 1000),
			study.IntOption("limit", 12_000, "steps after which a search counts as lost").Between(stretch, 1_000_000),
			study.IntOption("epochs", 4, "passes over the training images").Between(1, 1000),
			study.ChoiceOption("tune", "scale", "choose each method's learning rate on a seed apart; scale: only at full", "scale", "yes", "no"),
			study.IntOption("max-depth", 0, "deepest network of the sweep over 10 to 100 layers; 0: no sweep, at full 100").Between(0, 100),
		},
		DataSets: []string{"glyphs", "mnist"},
		Seeds:    study.PerScale[int]{Quick: 3, Default: 5, Full: 5},
		Takes:    study.PerScale[time.Duration]{Quick: 5 * time.Second, Default: time.Minute, Full: 90 * time.Minute},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// Every part draws its random numbers from a key of its own.
const (
	partSearch = iota + 1
	partImages
	partBound
)

// common does what does not depend on the seed: it reads the images, so that a
// set that is missing is found at once; it makes the spike test; and it chooses
// the learning rates where the plan asks for that.
func (e experiment) common(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	d, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	e.spike(env)
	if len(p.rates) == 0 {
		return nil
	}
	return e.tune(ctx, env, p, d)
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	env.Plan(len(e.methods.searchers())*len(p.searchNus) + limitSearches + len(e.trials(p))*p.epochs)
	e.bound(env)
	if err := e.limit(ctx, env); err != nil {
		return err
	}
	if err := e.search(ctx, env, p); err != nil {
		return err
	}
	return e.trainAll(ctx, env, p)
}
