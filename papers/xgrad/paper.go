// Package xgrad is the experiment on XGrad, which takes gradients at predicted
// weights (Guan, Li, Shi and Meng 2023).
package xgrad

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
		Number: 98, Slug: "xgrad", Family: "Update rules", Year: 2023, ArXiv: "2305.18240",
		Title:       "XGrad: Boosting Gradient-Based Optimizers With Weight Prediction",
		Authors:     []string{"Lei Guan", "Dongsheng Li", "Yanqi Shi", "Jian Meng"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("epochs", 0, "passes over the training images; 0: the scale's own").Between(0, 1000),
			study.IntOption("characters", -1, "steps of the character model; 0: none, -1: the scale's own").Between(-1, 100_000),
		},
		DataSets: []string{"glyphs", "mnist", "fashion-mnist", "cifar10"},
		Seeds:    study.PerScale[int]{Quick: 2, Default: 5, Full: 5},
		Takes:    study.PerScale[time.Duration]{Quick: 5 * time.Second, Default: 2 * time.Minute, Full: 500 * time.Hour},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// Every part draws its random numbers from a key of its own.
const (
	partNetwork = iota + 1
	partText
	partModel
	partWindows
)

// common does what does not depend on the seed: it reads the images, so that a
// set that is missing is found at once; it finds the limits of stability; and it
// measures the time of a step, while nothing else runs.
func (e experiment) common(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	d, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	e.stability(env.Record, p)
	return e.time(ctx, env, p, d)
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	env.Plan(len(p.trials())*p.epochs + 2*len(p.bases()) + len(p.charactersAhead)*p.characters/charactersBlock)
	if err := e.control(env, p); err != nil {
		return err
	}
	if err := e.trainAll(ctx, env, p); err != nil {
		return err
	}
	return e.readAll(ctx, env, p)
}
