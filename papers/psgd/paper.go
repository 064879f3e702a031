// Package psgd is the experiment on PSGD, preconditioned gradient descent whose
// preconditioner is learned within a Lie group (Pooladzandi and Li 2024).
package psgd

import (
	"context"
	"fmt"
	"time"

	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return experiment{published, plans}.paper() }

// experiment is the experiment with the families that it is about, and how much of it
// each scale does.
type experiment struct {
	methods lineup
	plans   study.PerScale[plan]
}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 46, Slug: "psgd", Family: "Update rules", Year: 2024, ArXiv: "2402.04553",
		Title:       "Curvature-Informed SGD via General Purpose Lie-Group Preconditioners",
		Authors:     []string{"Omead Pooladzandi", "Xi-Lin Li"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("pairs", 0, "that preconditioners are fitted to; 0: the scale's own").Between(0, 1_000_000),
			study.IntOption("xor-steps", -1, "the most steps on the delayed exclusive or; 0: it is left out, -1: the scale's own").Between(-1, 10_000_000),
			study.IntOption("xor-length", 0, "of its sequences; 0: the scale's own").Between(0, 10_000),
			study.IntOption("epochs", -1, "passes over the images; 0: no network is trained, -1: the scale's own").Between(-1, 1000),
			study.IntOption("images", 0, "training images, and the most to test with; 0: the scale's own").Between(0, 10_000_000),
			study.IntOption("channels", 0, "of the ResNet-18's first stage, at scale full; 0: 64").Between(0, 1024),
			study.IntOption("text-steps", -1, "of each language model; 0: none is trained, -1: the scale's own").Between(-1, 10_000_000),
		},
		DataSets: []string{builtIn, "mnist", "cifar10", textName},
		Seeds:    study.PerScale[int]{Quick: 2, Default: 5, Full: 5},
		Takes:    study.PerScale[time.Duration]{Quick: 5 * time.Second, Default: 110 * time.Second, Full: 6200 * time.Hour},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// Every part draws its random numbers from a key of its own.
const (
	partFit = iota + 1
	partValley
	partInvariance
	partXOR
	partImages
	partText
)

// common reads the data, so that a set that is missing is found at once, times steps
// on images, and runs the baselines that draw nothing.
func (e experiment) common(_ context.Context, env *study.Env) error {
	p := e.plan(env)
	if p.epochs > 0 && env.Data.Name == textName {
		return fmt.Errorf("psgd: %s is a text; epochs are for images such as those of --data cifar10", textName)
	}
	if p.text.steps > 0 {
		if _, err := corpusOf(env); err != nil {
			return err
		}
	}
	if p.epochs > 0 {
		if _, err := p.sets(env); err != nil {
			return err
		}
	}
	plainValley(env)
	if p.epochs == 0 || p.channels > 0 {
		return nil
	}
	return e.race(env, p)
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	for _, part := range []func(context.Context, *study.Env, plan) error{e.fits, e.rosenbrock, e.invariance, e.xor, e.images, e.write} {
		if err := part(ctx, env, p); err != nil {
			return err
		}
	}
	return ctx.Err()
}
