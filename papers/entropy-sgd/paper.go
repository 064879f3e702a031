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
	plans   func(data string) study.PerScale[plan]
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
		DataSets: []string{"glyphs", "mnist"},
		Seeds:    study.PerScale[int]{Quick: 1, Default: 5, Full: 5},
		Takes:    study.PerScale[time.Duration]{Quick: 5 * time.Second, Default: 2 * time.Minute, Full: 100 * time.Hour},
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
	p := e.plan(env)
	for _, noisy := range p.sets() {
		if _, err := p.images(env, noisy); err != nil {
			return err
		}
	}
	e.integrals(env.Record)
	return e.tune(ctx, env, p)
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	env.Plan(len(p.runs(env)) * p.epochs)
	e.walks(env)
	if err := e.identities(env, p); err != nil {
		return err
	}
	return e.trainAll(ctx, env, p)
}
