// Package orthogonaltrustregion is the experiment on orthogonalised momentum as a
// trust-region method (Kovalev 2025).
package orthogonaltrustregion

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
		Number: 88, Slug: "orthogonal-trust-region", Family: "Update rules", Year: 2025, ArXiv: "2503.12645",
		Title:       "Understanding Gradient Orthogonalization for Deep Learning via Non-Euclidean Trust-Region Optimization",
		Authors:     []string{"Dmitry Kovalev"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("epochs", 0, "passes over the training images; 0: the scale's own").Between(0, 1000),
			study.IntOption("steps", 0, "steps of the language models of --data tinyshakespeare; 0: the scale's own").Between(0, 1_000_000),
		},
		DataSets: []string{"glyphs", "mnist", "fashion-mnist", textName},
		Seeds:    study.PerScale[int]{Quick: 2, Default: 5, Full: 5},
		Takes:    study.PerScale[time.Duration]{Quick: 10 * time.Second, Default: 2 * time.Minute, Full: 3 * time.Hour},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// Every part draws its random numbers from a key of its own.
const (
	partNetwork = iota + 1
	partBounds
	partBias
	partSpecial
	partSchulz
	partShrink
	partBall
	partAhead
	partText
)

// common reads the data, so that a set that is missing is found at once.
func (e experiment) common(_ context.Context, env *study.Env) error {
	p := e.plan(env)
	if p.text != nil {
		if _, err := corpusOf(env); err != nil {
			return err
		}
	}
	for _, c := range p.networks {
		if _, err := c.sets(env); err != nil {
			return err
		}
	}
	return nil
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	steps := 4 + len(p.decay.steps)*len(targets)
	for _, c := range p.networks {
		steps += len(c.arms) * c.epochs
	}
	env.Plan(steps)
	e.special(env)
	e.schulz(env)
	e.bias(env)
	for _, part := range []func() error{
		func() error { return e.bounds(env, p.theory) },
		func() error { return e.shrinking(env) },
		func() error { return e.decayed(env, p.decay) },
		func() error { return e.extrapolated(env, p.beyond) },
	} {
		if err := part(); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	for _, c := range p.networks {
		if err := e.classify(ctx, env, c); err != nil {
			return err
		}
	}
	if p.text != nil {
		return e.write(ctx, env, *p.text)
	}
	return nil
}
