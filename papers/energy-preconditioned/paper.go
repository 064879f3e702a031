// Package energypreconditioned is the experiment on preconditioned gradient
// descent whose step is scaled by an energy that only falls (Liu et al. 2023).
package energypreconditioned

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return experiment{published, plans}.paper() }

// experiment is the experiment with the method it is about, and how much of it
// each scale does.
type experiment struct {
	methods lineup
	plans   study.PerScale[plan]
}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 81, Slug: "energy-preconditioned", Family: "Update rules", Year: 2023, ArXiv: "2310.06733",
		Title:       "Adaptive Preconditioned Gradient Descent with Energy",
		Authors:     []string{"Hailiang Liu", "Levon Nurbekyan", "Xuping Tian", "Yunan Yang"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.ChoiceOption("norm", "metric", "norm by which the energy falls; the claims are about the preconditioner's", "metric", "euclidean"),
			study.IntOption("starts", 0, "starts of part D for each seed; 0: the scale's (none, 10, 20)").Between(0, 1000),
		},
		Seeds:   study.PerScale[int]{Quick: 2, Default: 5, Full: 5},
		Takes:   study.PerScale[time.Duration]{Quick: 5 * time.Second, Default: time.Minute, Full: 30 * time.Minute},
		Common:  e.common,
		Run:     e.run,
		Tables:  tables,
		Figures: figures,
	}
}

// plan is how much of the experiment a run does.
type plan struct {
	factors  []float64 // A: base steps, in units of the stability limit
	steps    int       // A: at most
	variants bool      // A: the other preconditioner and the other methods
	valley   int       // B: steps, 0: without
	designs  []float64 // C: base steps
	exact    int       // C: steps of the algorithm that gives the reference
	starts   int       // D: of each seed
	fitSteps int       // D
	map2     int       // D: the side of the map of starts
	plane    int       // D in the plane: the side of the grid, 0: without
	network  int       // E: steps, 0: without
}

var plans = study.PerScale[plan]{
	Quick: plan{factors: []float64{0.9, 1.1, 1.5, 2.5, 10, 1000}, steps: 1500, designs: []float64{0.05, 0.1}, exact: 20_000},
	Default: plan{factors: factors, steps: 3000, variants: true, valley: 20_000, designs: designSteps, exact: 20_000,
		starts: 10, fitSteps: 200, map2: 15},
	Full: plan{factors: factors, steps: 20_000, variants: true, valley: 100_000, designs: designSteps, exact: 20_000,
		starts: 20, fitSteps: 200, map2: 31, plane: 64, network: 500},
}

func (e experiment) plan(env *study.Env) plan {
	p := e.plans.At(env.Scale)
	if n := env.Options.Int("starts"); n > 0 {
		p.starts = n
	}
	return p
}

// Every part draws its random numbers from a key of its own.
const (
	partDesign = iota + 1
	partStarts
	partNetwork
	partPlane
)

// common does the parts without random numbers, and tunes those of part D.
func (e experiment) common(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	for _, part := range []func(context.Context, *study.Env, plan) error{e.quadratic, e.rosenbrock, e.tuneStates, e.basins, e.trainNetwork} {
		if err := part(ctx, env, p); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// run does the parts with random numbers for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	if err := e.design(ctx, env, p); err != nil {
		return err
	}
	if err := e.states(ctx, env, p); err != nil {
		return err
	}
	return e.plane(ctx, env, p)
}
