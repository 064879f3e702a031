// Package thermodynamicngd is the experiment on thermodynamic natural gradient
// descent (Donatella, Duffield, Aifer, Melanson, Crooks and Coles 2024).
package thermodynamicngd

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return experiment{published, plans}.paper() }

// experiment is the experiment with the method that it is about, and how much of it
// each scale does.
type experiment struct {
	methods lineup
	plans   study.PerScale[plan]
}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 33, Slug: "thermodynamic-ngd", Family: "Update rules", Year: 2024, ArXiv: "2405.13817",
		Title: "Thermodynamic Natural Gradient Descent",
		Authors: []string{"Kaelan Donatella", "Samuel Duffield", "Maxwell Aifer", "Denis Melanson", "Gavin Crooks",
			"Patrick J. Coles"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("steps", 0, "steps of every training; 0: the scale's own").Between(0, 100_000),
			study.IntOption("batch", 0, "images or sequences in a minibatch; 0: the scale's own").Between(0, 1000),
		},
		DataSets: []string{dataGlyphs, "mnist", "fashion-mnist", dataSentences, dataShakespeare},
		Seeds:    study.PerScale[int]{Quick: 1, Default: 3, Full: 3},
		Takes:    study.PerScale[time.Duration]{Quick: 15 * time.Second, Default: 120 * time.Second, Full: 12 * time.Hour},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// Every part draws its random numbers from a key of its own.
const (
	partNetwork = iota + 1
	partDevice
	partReadouts
	partTuned
)

const dataGlyphs = "glyphs"

// common reads the images, so that a set that is missing is found at once, and
// studies the device on one minibatch; for texts it trains the model that is tuned.
func (e experiment) common(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	sets, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	if err := e.device(ctx, env, p, sets); err != nil {
		return err
	}
	if isText(env.Data.Name) {
		return p.tuning.prepare(ctx, env)
	}
	return nil
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	if isText(env.Data.Name) {
		env.Plan(len(p.tuning.arms) * (p.tuning.steps / p.tuning.every))
		return p.tuning.tune(ctx, env)
	}
	sets, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	p = p.on(sets.Train.N())
	arms := p.arms()
	env.Plan(len(arms) * p.steps)
	for _, a := range arms {
		if err := e.train(env, p, sets, a); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
