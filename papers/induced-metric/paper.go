// Package inducedmetric is the experiment on descent in the metric that the loss
// surface induces (Harvey 2025).
package inducedmetric

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return experiment{published, plans}.paper() }

// experiment is the experiment with the methods that it is about, and how much of
// it each scale does on a data set.
type experiment struct {
	methods lineup
	plans   func(data string) study.PerScale[plan]
}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 48, Slug: "induced-metric", Family: "Update rules", Year: 2025, ArXiv: "2509.03594",
		Title:       "The Optimiser Hidden in Plain Sight: Training with the Loss Landscape's Induced Metric",
		Authors:     []string{"Thomas R. Harvey"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("epochs", 0, "passes over the training data; 0: the scale's own").Between(0, 10_000),
		},
		DataSets: []string{"glyphs", "mnist", "fashion-mnist", dataPhotographs, dataSentences, dataShakespeare, dataPolynomials},
		Seeds:    study.PerScale[int]{Quick: 2, Default: 3, Full: 3},
		Takes:    study.PerScale[time.Duration]{Quick: 6 * time.Second, Default: 30 * time.Second, Full: 12 * time.Hour},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// Every part draws its random numbers from a key of its own.
const (
	partNetwork = iota + 1
	partStarts
	partLengths
	partSweep
)

// common does what does not depend on the seed: it reads the data, so that a set
// that is missing is found at once, and searches the minima of the functions.
func (e experiment) common(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	if len(p.network.arms) > 0 {
		if _, err := p.network.sets(env); err != nil {
			return err
		}
	}
	if p.sweep != nil {
		if err := p.sweep.task.open(env, p.sweep.batch); err != nil {
			return err
		}
	}
	return e.explore(ctx, env, p.hunt)
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	planned := 1 + len(p.network.arms)*p.network.epochs
	if p.sweep != nil {
		planned += len(sweptMethods) * p.sweep.runs * p.sweep.epochs
	}
	env.Plan(planned)
	e.lengths(env)
	if err := e.scatter(env, p.hunt); err != nil {
		return err
	}
	if len(p.network.arms) > 0 {
		if err := e.classify(ctx, env, p.network); err != nil {
			return err
		}
	}
	if p.sweep != nil {
		return p.sweep.task.search(ctx, env, e, *p.sweep)
	}
	return nil
}
