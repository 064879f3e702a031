// Package consensusbased is the experiment on consensus-based optimisation as
// gradient descent in disguise (Riedl et al. 2023).
package consensusbased

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return experiment{published, plans}.paper() }

// experiment is the experiment with the methods it is about, and how much of it
// each scale does.
type experiment struct {
	methods lineup
	plans   study.PerScale[plan]
}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 54, Slug: "consensus-based", Family: "Update rules", Year: 2023, ArXiv: "2306.09778",
		Title:       "Gradient is All You Need?",
		Authors:     []string{"Konstantin Riedl", "Timo Klock", "Carina Geldhauser", "Massimo Fornasier"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("runs", 0, "runs of each method for one seed; 0: the scale's (15, 50, 50)").Between(0, 10_000),
			study.IntOption("epochs", 0, "passes over the images in part E; 0: the scale's (none, 20, 100)").Between(0, 10_000),
		},
		DataSets: []string{"glyphs", "mnist"},
		Seeds:    study.PerScale[int]{Quick: 1, Default: 3, Full: 5},
		Takes:    study.PerScale[time.Duration]{Quick: 5 * time.Second, Default: 2 * time.Minute, Full: 72 * time.Hour},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// common reads the images, chooses the learning rate of gradient descent on
// them, and draws the landscape.
func (e experiment) common(ctx context.Context, env *study.Env) error {
	landscape(env.Record)
	p := e.plan(env)
	if len(p.learners) == 0 {
		return nil
	}
	return tune(ctx, env, p)
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	for _, part := range []func(context.Context, *study.Env, plan) error{e.search, e.likeness, e.stability, e.phases, e.learn} {
		if err := part(ctx, env, p); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
