// Package layerrotation is the experiment on layer rotation, how far each layer
// turns away from its first values, and Layca, which prescribes it (Carbonnelle and
// De Vleeschouwer 2018).
package layerrotation

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
		Number: 56, Slug: "layer-rotation", Family: "Update rules", Year: 2018, ArXiv: "1806.01603",
		Title:       "Layer rotation: a surprisingly powerful indicator of generalization in deep networks?",
		Authors:     []string{"Simon Carbonnelle", "Christophe De Vleeschouwer"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("epochs", 0, "passes over the training images; 0: each network's own").Between(0, 10_000),
		},
		DataSets: []string{"glyphs", "mnist", "cifar10", "cifar100"},
		// Three at quick too: 2000 test images leave an error of half a point in a
		// difference, so that one seed, the first choice, does not decide claim 4.
		Seeds:   study.PerScale[int]{Quick: 3, Default: 3, Full: 3},
		Takes:   study.PerScale[time.Duration]{Quick: 10 * time.Second, Default: 2 * time.Minute, Full: 25_000 * time.Hour},
		Common:  e.common,
		Run:     e.run,
		Tables:  tables,
		Figures: figures,
	}
}

// partNetwork is the key of the networks' first values.
const partNetwork = 1

// common reads the images, so that a set that is missing is found at once.
func (e experiment) common(_ context.Context, env *study.Env) error {
	for _, s := range e.plan(env).studies {
		if _, err := s.images(env); err != nil {
			return err
		}
	}
	return nil
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	total := 0
	for _, s := range p.studies {
		for _, a := range s.arms {
			total += s.epochsOf(a)
		}
	}
	env.Plan(total)
	for _, s := range p.studies {
		if err := e.trainAll(ctx, env, s); err != nil {
			return err
		}
	}
	return nil
}
