// Package gradientregularization is the experiment on penalising the gradient's
// norm by differences of gradients (Karakida, Takase, Hayase and Osawa 2023).
package gradientregularization

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return experiment{published, plans}.paper() }

// experiment is the experiment with the method that it is about, and how much of
// it each scale does.
type experiment struct {
	methods lineup
	plans   study.PerScale[plan]
}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 15, Slug: "gradient-regularization", Family: "Update rules", Year: 2022, ArXiv: "2210.02720",
		Title:       "Understanding Gradient Regularization in Deep Learning: Efficient Finite-Difference Computation and Implicit Bias",
		Authors:     []string{"Ryo Karakida", "Tomoumi Takase", "Tomohiro Hayase", "Kazuki Osawa"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("epochs", -1, "passes over the images; 0: no network is trained on images, -1: the scale's own").Between(-1, 1000),
		},
		DataSets: []string{"glyphs", "mnist", "fashion-mnist", "cifar10"},
		Seeds:    study.PerScale[int]{Quick: 2, Default: 5, Full: 5},
		Takes:    study.PerScale[time.Duration]{Quick: 6 * time.Second, Default: 100 * time.Second, Full: 3000 * time.Hour},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// Every part draws its random numbers from a key of its own.
const (
	partRows = iota + 1
	partNetwork
	partIdentities
)

// common reads the images, so that a set that is missing is found at once, and
// times steps while nothing else runs.
func (e experiment) common(_ context.Context, env *study.Env) error {
	p := e.plan(env)
	if p.epochs > 0 {
		if _, err := sharedImages(env, p); err != nil {
			return err
		}
	}
	e.cost(env, p)
	return nil
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	steps := 0
	for _, c := range p.cases {
		steps += len(c.settings)
	}
	env.Plan(steps + len(arms())*p.epochs)
	e.identities(env)
	for _, c := range p.cases {
		if err := e.recover(ctx, env, c); err != nil {
			return err
		}
	}
	if p.epochs == 0 {
		return nil
	}
	return e.images(ctx, env, p)
}
