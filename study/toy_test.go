package study

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"testing"
	"time"
)

// toy is a complete small paper: gradient descent, with and without momentum,
// on a quadratic from a start that depends on the seed. A third method diverges.
// Hooks let a test interfere with single seeds.
type toy struct {
	before   func(seed uint64) error // called at the begin of each seed
	ran      atomic.Int64            // seeds that ran
	commons  atomic.Int64
	badJudge bool
}

func (y *toy) paper() *Paper {
	p := &Paper{
		Number: 900, Slug: "toy", Title: "A Toy", Authors: []string{"A. Author", "B. Author"}, Year: 2024,
		ArXiv: "2401.00001", Family: "Toys", Summary: "Momentum is faster on a quadratic.",
		Explanation: "The problem.\n\n    x <- x - rate * x\n\nThe end.",
		Options: []Option{IntOption("steps", 40, "steps of descent").Between(1, 1000),
			FloatOption("rate", 0.1, "learning rate"), BoolOption("noisy", false, "add noise"),
			ChoiceOption("norm", "l2", "norm of the error", "l1", "l2")},
		DataSets: []string{"glyphs", "mnist"},
		Seeds:    PerScale[int]{Quick: 2, Default: 4},
		Takes:    PerScale[time.Duration]{Quick: time.Second},
		Common: func(ctx context.Context, env *Env) error {
			y.commons.Add(1)
			env.Record.Scalar("best_rate", 0.9)
			return nil
		},
		Run: y.run,
	}
	p.Claims = []Claim{
		{ID: "1", Name: "Momentum is faster", Statement: "Momentum ends lower.", Where: "Section 1", Statistic: "median ratio",
			Judge: func(r *Results, j *Judgement) {
				ratio := r.Sample("final", "method", "momentum").Over(r.Sample("final", "method", "plain"))
				j.AtMost("final error, momentum / plain", MedianOf(ratio), 0.5)
			}},
		{ID: "2", Name: "Impossible", Statement: "The error is negative.", Where: "Section 2", Statistic: "max",
			Judge: func(r *Results, j *Judgement) {
				if y.badJudge {
					r.Sample("finale", "method", "plain")
				}
				j.Below("final error, plain", MaxOf(r.Sample("final", "method", "plain")), 0)
			}},
		{ID: "3", Name: "Many seeds", Statement: "Needs three seeds.", Where: "Section 3", Statistic: "all", MinSeeds: 3,
			Scales: []Scale{Default},
			Judge: func(r *Results, j *Judgement) {
				j.Diverged("final error, wild", MinOf(r.Sample("final", "method", "wild").OrElse(math.Inf(1))), 1e6)
			}},
	}
	return p
}

func (y *toy) run(ctx context.Context, env *Env) error {
	if y.before != nil {
		if err := y.before(env.Seed); err != nil {
			return err
		}
	}
	y.ran.Add(1)
	rates := map[string]float64{"plain": env.Options.Float("rate"), "momentum": env.Options.Float("rate"), "wild": 1e30}
	for _, method := range []string{"plain", "momentum", "wild"} {
		r := env.Record.With("method", method)
		x, v := 1+float64(env.Seed), 0.0
		for step := range env.Steps(method, env.Options.Int("steps")) {
			if method == "momentum" {
				v = float64(0.5*v) + x
			} else {
				v = x
			}
			x -= float64(rates[method] * v)
			if step%4 == 0 {
				r.Point("error", float64(step), math.Abs(x))
			}
		}
		r.Scalar("final", math.Abs(x))
		r.Timing("seconds", time.Since(time.Now()).Seconds()+float64(env.Seed))
	}
	env.Record.Note("rate", fmt.Sprint(env.Common.Scalar("best_rate")))
	env.Record.Table("facts", []string{"what", "value"}, []any{"seed", int(env.Seed)}, []any{"inf", math.Inf(-1)})
	env.Record.Grid("grid", "rows", []string{"a"}, "cols", []string{"b", "c"}, [][]float64{{math.NaN(), 1}})
	env.Record.Images("images", 2, 2, 1, []float32{0, 0.25, 0.5, 1})
	return nil
}

func toyFigures(r *Results) []*Figure {
	l := &Lines{X: Axis{Label: "step"}, Y: Axis{Label: "error", Log: true}}
	for _, method := range r.Values("error", "method") {
		l.Curves = append(l.Curves, r.Band(Range, "error", "method", method).Curve(method))
	}
	return []*Figure{{Name: "error", Title: "Error", Caption: "Lower is better.", Panels: []Panel{l}}}
}

// request runs the toy in a fresh directory, without figures, which take most of
// the time.
func (y *toy) request(t *testing.T) Request {
	return Request{Paper: y.paper(), Scale: Default, Dir: t.TempDir() + "/run", Version: "test", Threads: 2}
}

var errHook = errors.New("hook")
