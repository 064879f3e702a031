// Package teleportation is the experiment on parameter symmetries: moving along the
// level sets of a loss, for faster training and for flatter minima (Zhao, Gower,
// Walters and Yu 2024).
package teleportation

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return experiment{published, plans}.paper() }

// experiment is the experiment with the methods that it compares, and how much of it
// each scale does on a data set.
type experiment struct {
	methods lineup
	plans   func(data string) study.PerScale[plan]
}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 18, Slug: "teleportation", Family: "Update rules", Year: 2023, ArXiv: "2305.13404",
		Title:       "Improving Convergence and Generalization Using Parameter Symmetries",
		Authors:     []string{"Bo Zhao", "Robert M. Gower", "Robin Walters", "Rose Yu"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("epochs", 0, "passes over the training images; 0: the scale's own").Between(0, 1000),
			study.IntOption("trainings", 0, "trainings of a seed that are looked at for sharpness; 0: the scale's own").Between(0, 1000),
			study.IntOption("meta-runs", -1, "trainings that the meta-optimizers learn from; -1: the scale's own, which is 700 at full and none elsewhere").Between(-1, 100_000),
			study.IntOption("meta-units", 0, "units of the meta-optimizers' LSTMs; 0: the paper's 300").Between(0, 10_000),
		},
		DataSets: []string{"glyphs", "mnist", "fashion-mnist", "cifar10"},
		Seeds:    study.PerScale[int]{Quick: 2, Default: 5, Full: 5},
		Takes:    study.PerScale[time.Duration]{Quick: 6 * time.Second, Default: 75 * time.Second, Full: 12 * time.Hour},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// common reads the images, so that a set that is missing is found at once, and
// measures what a teleport costs.
func (e experiment) common(_ context.Context, env *study.Env) error {
	p := e.plan(env)
	if _, err := sharedImages(env, p); err != nil {
		return err
	}
	return e.cost(env, p)
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	parts := len(ways) + len(p.families())*p.epochs
	if p.trainings > 0 {
		parts += p.epochs
	}
	env.Plan(parts + p.meta.runs*len(metaKinds()))
	if err := e.convex(ctx, env, p); err != nil {
		return err
	}
	if err := e.invariance(env, p); err != nil {
		return err
	}
	if err := e.trainings(ctx, env, p); err != nil {
		return err
	}
	if p.trainings > 0 {
		if err := e.sharpness(ctx, env, p); err != nil {
			return err
		}
	}
	if p.meta.runs > 0 {
		return metaLearn(ctx, env, p.meta)
	}
	return ctx.Err()
}
