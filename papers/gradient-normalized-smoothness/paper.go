// Package gradientnormalizedsmoothness is the experiment on Newton's method damped
// by the gradient-normalised smoothness (Semenov, Jaggi and Doikov 2025).
package gradientnormalizedsmoothness

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return experiment{published, plans()}.paper() }

// experiment is the experiment with the method that it is about, and how much of it
// each scale does.
type experiment struct {
	methods lineup
	plans   study.PerScale[plan]
}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 6, Slug: "gradient-normalized-smoothness", Family: "Update rules", Year: 2025, ArXiv: "2506.13710",
		Title:       "Gradient-Normalized Smoothness for Optimization with Approximate Hessians",
		Authors:     []string{"Andrei Semenov", "Martin Jaggi", "Nikita Doikov"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.StringOption("libsvm", "", "a file in LIBSVM's format with two classes, for one more logistic loss"),
			study.IntOption("softmax-dim", 0, "dimensions and terms of LogSumExp; 0: the scale's own").Between(0, 5000),
			study.IntOption("newton-steps", 0, "the most iterations of Newton methods; 0: each problem's own").Between(0, 100_000),
			study.IntOption("gradient-steps", 0, "the most iterations of gradient methods; 0: each problem's own").Between(0, 10_000_000),
		},
		Seeds:   study.PerScale[int]{Quick: 1, Default: 5, Full: 5},
		Takes:   study.PerScale[time.Duration]{Quick: 4 * time.Second, Default: 40 * time.Second, Full: 12 * time.Hour},
		Common:  e.common,
		Run:     e.run,
		Tables:  tables,
		Figures: figures,
	}
}

func (e experiment) problems(env *study.Env) ([]problem, error) {
	p := e.plans.At(env.Scale)
	if d := env.Options.Int("softmax-dim"); d > 0 {
		p.softmax = d
	}
	all, err := p.problems(env.Options.String("libsvm"))
	for i := range all {
		if n := env.Options.Int("newton-steps"); n > 0 {
			all[i].newton = n
		}
		if n := env.Options.Int("gradient-steps"); n > 0 {
			all[i].gradient = n
		}
	}
	return all, err
}

// common minimises what is the same for all seeds.
func (e experiment) common(ctx context.Context, env *study.Env) error {
	return e.minimise(ctx, env, false)
}

// run minimises the functions of one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error { return e.minimise(ctx, env, true) }

func (e experiment) minimise(ctx context.Context, env *study.Env, seeded bool) error {
	problems, err := e.problems(env)
	if err != nil {
		return err
	}
	problems = slices.DeleteFunc(problems, func(p problem) bool { return p.seeded != seeded })
	env.Plan(len(problems))
	for k := range env.Steps("minimising", len(problems)) {
		p := problems[k]
		i, err := p.draw(random.FoldIn(random.New(env.Seed), p.part))
		if err != nil {
			return err
		}
		ways := map[string][][]float64{}
		for _, m := range e.methods.methods(p, i.Metric.B != nil) {
			program, err := study.Once(env, p.name+", "+m.name, func() (*program, error) { return newProgram(p, m), nil })
			if err != nil {
				return err
			}
			o, err := program.run(ctx, i)
			if err != nil {
				return err
			}
			r := env.Record.With("problem", p.name, "method", m.name)
			o.record(r, p, m)
			ways[m.name] = o.way
		}
		if way := ways[nameFactors]; way != nil {
			env.Record.With("problem", p.name).Scalar("factors_distance", distance(i.Metric, way, ways[nameApprox]))
		}
	}
	return ctx.Err()
}

// distance is the largest |x_k - y_k| / |y_k| of two ways, in a metric.
func distance(m optim.Metric, x, y [][]float64) float64 {
	worst := 0.0
	for k := range min(len(x), len(y)) {
		a, b := fx.New(x[k]), fx.New(y[k])
		worst = math.Max(worst, m.Norm(a.Sub(b)).Div(m.Norm(b)).Item())
	}
	return worst
}
