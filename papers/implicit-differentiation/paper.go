// Package implicitdifferentiation is the experiment on modular implicit
// differentiation: derivatives of solutions from optimality conditions instead of
// through the iterations (Blondel et al. 2022).
package implicitdifferentiation

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return experiment{published, plans}.paper() }

// lineup is what every derivative here is solved with: a method for symmetric
// positive definite Jacobians, those of gradients, and one for any Jacobian, those
// of fixed points.
type lineup struct {
	symmetric, general linalg.Solver[*fx.Array]
}

var published = lineup{
	symmetric: linalg.CG[*fx.Array]{Tol: 1e-13},
	general:   linalg.GMRES[*fx.Array]{Tol: 1e-12, Restart: 60},
}

// loose is a general solver to an everyday precision and with few vectors, for where
// time and memory count: the solution itself is no better.
func (l lineup) loose() linalg.Solver[*fx.Array] {
	if _, ok := l.general.(linalg.GMRES[*fx.Array]); ok {
		return linalg.BiCGStab[*fx.Array]{Tol: 1e-6, MaxIter: 500}
	}
	return l.general
}

// experiment is the experiment with the solvers of its linear systems, and how
// much of it each scale does.
type experiment struct {
	linear lineup
	plans  study.PerScale[plan]
}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 97, Slug: "implicit-differentiation", Family: "Implicit and bilevel", Year: 2021, ArXiv: "2105.15183",
		Title: "Efficient and Modular Implicit Differentiation",
		Authors: []string{"Mathieu Blondel", "Quentin Berthet", "Marco Cuturi", "Roy Frostig", "Stephan Hoyer",
			"Felipe Llinares-López", "Fabian Pedregosa", "Jean-Philippe Vert"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("inner", 0, "iterations of the projected gradient and mirror descent methods where time and memory are measured; 0: the scale's (2000)").Between(0, 100_000),
			study.IntOption("outer", 0, "steps of the distillation; 0: the scale's (100)").Between(0, 100_000),
		},
		DataSets: []string{"glyphs", "mnist"},
		Seeds:    study.PerScale[int]{Quick: 2, Default: 5, Full: 20},
		Takes:    study.PerScale[time.Duration]{Quick: 8 * time.Second, Default: 2 * time.Minute, Full: 2 * time.Hour},
		Serial:   true,
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// plan is how much of the experiment a run does.
type plan struct {
	// The dual support vector machine whose gradients are compared: training
	// examples and features.
	svmTrain, svmFeatures int

	cost      bool  // time and memory
	costTrain int   // training examples there
	features  []int // numbers of features there; the claim is about the middle one
	inner     int   // iterations there

	outer       int // steps of the distillation; 0: none
	side, train int // of its images

	coding bool // task-driven sparse coding

	packings, discs int // configurations of each seed, and their discs; 0: none
}

var plans = study.PerScale[plan]{
	Quick: plan{svmTrain: 50, svmFeatures: 20},
	Default: plan{svmTrain: 60, svmFeatures: 20, cost: true, costTrain: 700, features: []int{10, 100, 1000}, inner: 2000,
		outer: 100, side: 14, train: 2000, coding: true, packings: 2, discs: 64},
	Full: plan{svmTrain: 700, svmFeatures: 1000, cost: true, costTrain: 700, features: []int{100, 1000, 10_000}, inner: 2500,
		outer: 1000, side: 28, train: 10_000, coding: true, packings: 2, discs: 128},
}

func (e experiment) plan(env *study.Env) plan {
	p := e.plans.At(env.Scale)
	if n := env.Options.Int("inner"); n > 0 {
		p.inner = n
	}
	if n := env.Options.Int("outer"); n > 0 && p.outer > 0 {
		p.outer = n
	}
	return p
}

// Every part draws its random numbers from a key of its own.
const (
	partPrecision = iota + 1
	partSVM
	partCost
	partDistil
	partCoding
	partPacking
	partCatalogue
)

// common measures time and memory, which no seed changes.
func (e experiment) common(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	if p.outer > 0 {
		if _, err := digits(env, p); err != nil {
			return err
		}
	}
	if !p.cost {
		return nil
	}
	return e.cost(ctx, env, p)
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	for _, part := range []func(context.Context, *study.Env, plan) error{
		e.precision, e.catalogue, e.agreement, e.distil, e.coding, e.packing,
	} {
		if err := part(ctx, env, p); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
