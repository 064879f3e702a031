// Package gravity is the experiment on Gravity, the update rule that squashes
// steep gradients (Bahrami and Pouriyan Zadeh 2021).
package gravity

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return experiment{published, plans}.paper() }

// experiment is the experiment with the update rule that it is about, and how
// much of it each scale does on a data set.
type experiment struct {
	methods lineup
	plans   func(data string) study.PerScale[plan]
}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 99, Slug: "gravity", Family: "Update rules", Year: 2021, ArXiv: "2101.09192",
		Title:       "Gravity Optimizer: a Kinematic Approach on Optimization in Deep Learning",
		Authors:     []string{"Dariush Bahrami", "Sadegh Pouriyan Zadeh"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("epochs", 0, "passes over the training images; 0: the scale's own").Between(0, 1000),
			study.ChoiceOption("tasks", "scale", "which trainings to make; scale: the perceptron alone at quick, VGG-16 and VGG-19 at full",
				"scale", "mlp", "small", "vgg"),
			study.ChoiceOption("first-t", "0", "t of Gravity's first step: 0 as in the authors' Keras code, 1 as in their PyTorch code", "0", "1"),
			study.FloatOption("time-decay", 0, "lets Gravity's learning rate fall like 1/(1 + d t), t in steps").Between(0, 1),
		},
		DataSets: []string{"glyphs", "mnist", "fashion-mnist", "cifar10"},
		Seeds:    study.PerScale[int]{Quick: 2, Default: 5, Full: 1},
		Takes:    study.PerScale[time.Duration]{Quick: 5 * time.Second, Default: 150 * time.Second, Full: 2000 * time.Hour},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// Every part draws its random numbers from a key of its own.
const (
	partNetwork = iota + 1
	partVelocity
	partSigns
)

// common does what does not depend on the seed: it reads the images, so that a
// set that is missing is found at once; it measures the averaging; and it
// chooses the learning rates.
func (e experiment) common(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	for _, t := range p.tasks {
		if _, err := sharedImages(env, p, t); err != nil {
			return err
		}
	}
	e.averaging(env)
	return e.tune(ctx, env, p)
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	steps := 0
	for _, t := range p.tasks {
		steps += len(t.trials(env)) * t.epochs
	}
	env.Plan(steps)
	for _, t := range p.tasks {
		if err := e.trainAll(ctx, env, p, t); err != nil {
			return err
		}
	}
	return nil
}
