// Package rectifiedflow is the experiment on rectified flow: transport along
// paths that become straight (Liu, Gong and Liu 2023).
package rectifiedflow

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/flow"
	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return experiment{plans, flow.Linear(), reflowed}.paper() }

// experiment is the experiment with what a test puts a mistake into: the
// interpolant that stands for the paper's, and the pairs of a further round.
type experiment struct {
	plans  func(data string) study.PerScale[plan]
	linear flow.Interpolant
	reflow reflowing
}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 94, Slug: "rectified-flow", Family: "Flows and diffusion", Year: 2022, ArXiv: "2209.03003",
		Title:       "Flow Straight and Fast: Learning to Generate and Transfer Data with Rectified Flow",
		Authors:     []string{"Xingchao Liu", "Chengyue Gong", "Qiang Liu"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("steps", 0, "training steps of each round on points; 0: the scale's (700, 2500, 10000)").Between(0, 1_000_000),
			study.ChoiceOption("images", "scale", "also generate and transfer images; scale: only at full", "scale", "yes", "no"),
			study.IntOption("image-steps", 0, "training steps of the first round on images; 0: the scale's").Between(0, 10_000_000),
			study.IntOption("image-side", 0, "side of the images in pixels; 0: the scale's (14; at full the data's own)").Between(0, 512),
			study.IntOption("features", 0, "channels of the U-Net's first level; 0: the scale's (16; at full 32)").Between(0, 1024),
		},
		DataSets: []string{"glyphs", "mnist", "cifar10"},
		Seeds:    study.PerScale[int]{Quick: 1, Default: 3, Full: 3},
		Takes:    study.PerScale[time.Duration]{Quick: 8 * time.Second, Default: 2 * time.Minute, Full: 6 * time.Hour},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// Every part draws its random numbers from a key of its own.
const (
	partPoints = iota + 1
	partLine
	partImages
	partTransfer
)

// common does what does not depend on the seed: it chooses the learning rates,
// and prepares the images and the network that judges them.
func (e experiment) common(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	if err := e.tune(ctx, env, p); err != nil {
		return err
	}
	if !p.images {
		return nil
	}
	_, err := sharedGallery(env, p)
	return err
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	if err := e.points(ctx, env, p); err != nil {
		return err
	}
	if err := e.line(ctx, env, p); err != nil {
		return err
	}
	if !p.images {
		return nil
	}
	if err := e.generate(ctx, env, p); err != nil {
		return err
	}
	return e.transfer(ctx, env, p)
}
