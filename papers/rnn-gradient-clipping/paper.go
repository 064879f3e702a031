// Package rnngradientclipping is the experiment on gradient clipping and the regulariser
// against vanishing gradients in recurrent networks (Pascanu, Mikolov and Bengio
// 2013).
package rnngradientclipping

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return experiment{published, plans()}.paper() }

// experiment is the experiment with the methods that it compares, and how much of
// it each scale does.
type experiment struct {
	methods lineup
	plans   study.PerScale[plan]
}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 89, Slug: "rnn-gradient-clipping", Family: "Update rules", Year: 2012, ArXiv: "1211.5063",
		Title:       "On the difficulty of training Recurrent Neural Networks",
		Authors:     []string{"Razvan Pascanu", "Tomas Mikolov", "Yoshua Bengio"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("limit", 0, "updates after which a task counts as not solved, and at most for text and music; 0: the scale's own").Between(0, 5_000_000),
			study.ChoiceOption(nameCharacters, "scale", "also predict the characters of a text; scale: only at full", "scale", "yes", "no"),
			study.ChoiceOption(nameMusic, "scale", "also predict the notes of polyphonic music; scale: only at full", "scale", "yes", "no"),
			study.StringOption("rolls", "", "file of piano rolls in JSON for the music; empty: chorales made by a rule"),
		},
		DataSets: []string{builtInText, "tinyshakespeare"},
		Seeds:    study.PerScale[int]{Quick: 2, Default: 5, Full: 5},
		Takes:    study.PerScale[time.Duration]{Quick: 10 * time.Second, Default: 180 * time.Second, Full: 2000 * time.Hour},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// common does what does not depend on the seed: the theory, the wall, and the
// tuning.
func (e experiment) common(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	env.Record.Scalar("main_length", float64(p.length))
	env.Record.Scalar("long_length", float64(p.long))
	e.methods.recordBound(env.Record)
	recordWall(env.Record)
	if err := e.tune(ctx, env, p); err != nil {
		return err
	}
	return e.tunePredictions(ctx, env, p)
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	for _, part := range append([]part{p.main()}, p.others...) {
		for _, name := range part.arms {
			if err := e.train(ctx, env, p, part, name); err != nil {
				return err
			}
		}
	}
	for _, part := range p.signals {
		for _, name := range part.arms {
			if err := e.follow(ctx, env, part, name); err != nil {
				return err
			}
		}
	}
	return e.predict(ctx, env, p)
}
