// Package sinkhornnewton is the experiment on Sinkhorn-Newton-Sparse: entropic
// optimal transport to machine precision in a few tens of iterations (Tang et
// al. 2024).
package sinkhornnewton

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return experiment{published, plans}.paper() }

// experiment is the experiment with the solvers that it compares, and how much
// of it each scale does.
type experiment struct {
	solvers lineup
	plans   study.PerScale[plan]
}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 109, Slug: "sinkhorn-newton", Family: "Transport, densities and energies", Year: 2024, ArXiv: "2401.12253",
		Title: "Accelerating Sinkhorn Algorithm with Sparse Newton Iterations",
		Authors: []string{"Xun Tang", "Michael Shavlovsky", "Holakou Rahmanian", "Elisa Tardini", "Kiran Koshy Thekumparampil",
			"Tesi Xiao", "Lexing Ying"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("points", 0, "points on each side of the random problems; 0: the scale's (100, 200, 500)").Between(0, 5000),
			study.IntOption("cap", 0, "Sinkhorn iterations after which the baseline is given up; 0: the scale's (10000; at full 100000)").Between(0, 10_000_000),
		},
		DataSets: []string{"glyphs", "mnist"},
		Seeds:    study.PerScale[int]{Quick: 1, Default: 5, Full: 3},
		Takes:    study.PerScale[time.Duration]{Quick: 6 * time.Second, Default: 2 * time.Minute, Full: time.Hour},
		Serial:   true,
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// plan is how much of the experiment a run does.
type plan struct {
	points   int      // on each side of the random problems
	lapEta   float64  // eta of the problems lap and glyph
	cloudEta float64  // eta of the problem points
	cases    []string // names of the problems
	cap      int      // Sinkhorn iterations of the baseline
	side     int      // of the images
	grid     bool     // all densities and warm-ups, not only the claims'
	course   bool     // sparsity along the Sinkhorn iterations
}

var plans = study.PerScale[plan]{
	Quick:   plan{points: 100, lapEta: 500, cloudEta: 1200, cases: []string{caseLap, casePoints}, cap: 10_000, side: 14},
	Default: plan{points: 200, lapEta: 500, cloudEta: 1200, cases: allCases, cap: 10_000, side: 14, grid: true, course: true},
	Full:    plan{points: 500, lapEta: 1200, cloudEta: 1200, cases: allCases, cap: 100_000, side: 28, grid: true, course: true},
}

func (e experiment) plan(env *study.Env) plan {
	p := e.plans.At(env.Scale)
	if n := env.Options.Int("points"); n > 0 {
		p.points = n
	}
	if n := env.Options.Int("cap"); n > 0 {
		p.cap = n
	}
	return p
}

// Every part draws its random numbers from a key of its own.
const (
	partLap = iota + 1
	partPoints
	partImages
	partSmall
)

// common reads the images, and measures on problems of its own what is shown
// once: over-relaxation, and the bound of the theorem.
func (e experiment) common(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	if _, err := sharedImages(env, p); err != nil {
		return err
	}
	if !p.grid {
		return nil
	}
	if err := e.overRelaxation(ctx, env, p); err != nil {
		return err
	}
	return e.theorem(env)
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	for _, name := range p.cases {
		if err := e.solveAll(ctx, env, p, name); err != nil {
			return err
		}
	}
	if p.course {
		return sparsity(ctx, env, p)
	}
	return nil
}
