// Package proxyprox is the experiment on optimization with a cheaper proxy
// (Woodworth, Mishchenko and Bach 2023).
package proxyprox

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
		Number: 23, Slug: "proxy-prox", Family: "Update rules", Year: 2023, ArXiv: "2302.03542",
		Title:       "Two Losses Are Better Than One: Faster Optimization Using a Cheaper Proxy",
		Authors:     []string{"Blake Woodworth", "Konstantin Mishchenko", "Francis Bach"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.ChoiceOption("objective", usualImages, "the objective's images, where the proxy's are the data set's: other images of the set turned and coloured, "+
				"private ones like the proxy's, or Kuzushiji-MNIST, which must be where fluxion data get puts it; usual is private for cifar10 and else turned", usualImages, turnedImages, privateImages, kmnistImages),
			study.IntOption("proxy-images", 0, "images of the proxy; 0: the scale's own").Between(0, 1_000_000),
			study.IntOption("objective-images", 0, "images of the objective; 0: the scale's own").Between(0, 1_000_000),
			study.IntOption("gradients", 0, "gradients of the objective of a training on images; 0: the scale's own").Between(0, 100_000),
		},
		DataSets: []string{"glyphs", "mnist", "fashion-mnist", "kmnist", "cifar10"},
		Seeds:    study.PerScale[int]{Quick: 2, Default: 5, Full: 5},
		Takes:    study.PerScale[time.Duration]{Quick: 10 * time.Second, Default: 120 * time.Second, Full: 3 * time.Hour},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// Every part draws its random numbers from a key of its own.
const (
	partQuadratic = iota + 1
	partNoise
	partTeacher
	partBatches
	partNetwork
	partImages
)

// common reads the images, so that a set that is missing is found at once.
func (e experiment) common(_ context.Context, env *study.Env) error {
	if p := e.plan(env); p.images != nil {
		_, err := sharedDomains(env, *p.images)
		return err
	}
	return nil
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	for _, part := range []func(context.Context, *study.Env, plan) error{e.quadratics, e.labels, e.images} {
		if err := part(ctx, env, p); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
