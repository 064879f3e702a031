// Package entropysgd is the experiment on Entropy-SGD, which descends the local
// entropy of a loss (Chaudhari et al. 2017).
package entropysgd

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return experiment{published, plans}.paper() }

// experiment is the experiment with the method that it is about, and how much of
// it each scale does on a data set.
type experiment struct {
	methods lineup
	plans   func(data string) study.PerScale[[]plan]
}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 51, Slug: "entropy-sgd", Family: "Update rules", Year: 2016, ArXiv: "1611.01838",
		Title: "Entropy-SGD: Biasing Gradient Descent Into Wide Valleys",
		Authors: []string{"Pratik Chaudhari", "Anna Choromanska", "Stefano Soatto", "Yann LeCun", "Carlo Baldassi",
			"Christian Borgs", "Jennifer Chayes", "Levent Sagun", "Riccardo Zecchina"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("epochs", 0, "passes over the training images, in gradients; 0: the scale's own").Between(0, 10_000),
			study.IntOption("repetitions", 20, "walks of each length in part A, for each seed").Between(1, 1000),
		},
		DataSets: []string{"glyphs", "mnist", "cifar10", textName},
		Seeds:    study.PerScale[int]{Quick: 1, Default: 5, Full: 5},
		Takes:    study.PerScale[time.Duration]{Quick: 5 * time.Second, Default: 2 * time.Minute, Full: 1800 * time.Hour},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// Every part draws its random numbers from a key of its own.
const (
	partNetwork = iota + 1
	partWalk
	partNoise
	partSpectrum
	partPerturb
	partIdentity
)

// common does what does not depend on the seed: part A's integrals, and the choice
// of every method's settings.
func (e experiment) common(ctx context.Context, env *study.Env) error {
	plans, total := e.plan(env), 0
	for _, p := range plans {
		for _, noisy := range p.sets() {
			if _, err := p.images(env, noisy); err != nil {
				return err
			}
			total += (len(p.sgd) + len(p.adam) + len(p.entropy)) * p.epochs
		}
	}
	e.integrals(env.Record)
	if plans[0].tuned {
		env.Plan(total)
	}
	for _, p := range plans {
		if err := e.tune(ctx, env, p); err != nil {
			return err
		}
	}
	return nil
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	plans, total := e.plan(env), 0
	for _, p := range plans {
		total += len(p.runs(env)) * p.epochs
	}
	env.Plan(total)
	e.walks(env)
	if err := e.identities(env, plans[0]); err != nil {
		return err
	}
	for _, p := range plans {
		if err := e.trainAll(ctx, env, p); err != nil {
			return err
		}
	}
	return nil
}
