// Package jacobiandescent is the experiment on Jacobian descent and its
// aggregator UPGrad (Quinton and Rey 2024).
package jacobiandescent

import (
	"context"
	"time"

	mo "github.com/fluxion-go/fluxion/multiobjective"
	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return published.paper() }

// experiment holds the paper's own aggregator, which a test replaces by
// something else to see that the claims notice, and how much is done.
type experiment struct {
	upgrad func(mo.ConeOptions) mo.Weighting
	plan   func(*study.Env) plan
}

var published = experiment{mo.UPGrad, newPlan}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 112, Slug: "jacobian-descent", Family: "Multi-objective, constraints and domain shift", Year: 2024, ArXiv: "2406.16232",
		Title:       "Jacobian Descent for Multi-Objective Optimization",
		Authors:     []string{"Pierre Quinton", "Valérian Rey"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("images", 0, "training images; 0: 1024, at quick 256").Between(0, 60_000),
			study.IntOption("epochs", 0, "passes over the training images; 0: 20, at quick 5").Between(0, 1000),
			study.ChoiceOption("network", "scale", "a perceptron (64, 32) or a convolutional network (8, 16, 32); scale: cnn only at full",
				"scale", "mlp", "cnn"),
			study.ChoiceOption("optimizer", "sgd", "what takes the aggregated gradient", "sgd", "adam"),
		},
		DataSets: []string{"glyphs", "mnist", "cifar10"},
		Seeds:    study.PerScale[int]{Quick: 1, Default: 4, Full: 8},
		Takes:    study.PerScale[time.Duration]{Quick: 8 * time.Second, Default: 2 * time.Minute, Full: 6 * time.Hour},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// Every part draws its random numbers from a key of its own.
const (
	partProperties = iota + 1
	partNetwork
	partSteps
)

// common does what does not depend on the seed: the trajectories, and the choice
// of the learning rates.
func (e experiment) common(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	if _, err := sharedImages(env, p); err != nil { // a set that is missing is found at once
		return err
	}
	if err := e.trajectories(env, p.others); err != nil {
		return err
	}
	return e.tune(ctx, env, p)
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	env.Plan(p.matrices + len(p.trials())*p.epochs)
	if err := e.properties(env, p.matrices); err != nil {
		return err
	}
	return e.trainAll(ctx, env, p)
}
