package study_test

import (
	"context"
	"fmt"
	"os"

	"github.com/fluxion-go/fluxion/study"
)

// A paper with one claim: gradient descent on x^2/2 from 1 + seed converges for
// a rate below two and diverges above.
var descent = &study.Paper{
	Number: 1, Slug: "descent", Title: "On Gradient Descent", Authors: []string{"A. Cauchy"}, Year: 1847, Family: "Update rules",
	Summary:     "Walk downhill.",
	Explanation: "The step is x <- x - rate * x, so every step multiplies x by 1 - rate.",
	Options:     []study.Option{study.FloatOption("rate", 0.5, "learning rate").Between(0, 10)},
	Seeds:       study.PerScale[int]{Quick: 1, Default: 3},

	Run: func(ctx context.Context, env *study.Env) error {
		steps := study.PerScale[int]{Quick: 20, Default: 100}.At(env.Scale)
		for _, method := range []string{"stable", "unstable"} {
			r, rate := env.Record.With("method", method), env.Options.Float("rate")
			if method == "unstable" {
				rate += 2
			}
			x := 1 + float64(env.Seed)
			for step := range env.Steps(method, steps) {
				x -= rate * x
				r.Point("distance", float64(step), max(x, -x))
			}
			r.Scalar("final", max(x, -x))
		}
		return nil
	},

	Claims: []study.Claim{{
		ID: "1", Name: "Stability", Where: "Section 1", Statistic: "worst seed",
		Statement: "Descent converges for rates below two and diverges above.",
		Judge: func(r *study.Results, j *study.Judgement) {
			j.AtMost("final distance, stable", study.MaxOf(r.Sample("final", "method", "stable")), 1e-3)
			j.Diverged("final distance, unstable", study.MinOf(r.Sample("final", "method", "unstable")), 10)
		},
	}},

	Figures: func(r *study.Results) []*study.Figure {
		panel := &study.Lines{X: study.Axis{Label: "step"}, Y: study.Axis{Label: "distance to the minimum", Log: true}}
		for _, method := range r.Values("distance", "method") {
			panel.Curves = append(panel.Curves, r.Band(study.Range, "distance", "method", method).Curve(method))
		}
		return []*study.Figure{{Name: "distance", Title: "Gradient descent", Panels: []study.Panel{panel},
			Caption: "Median and range over the seeds."}}
	},
}

func ExampleRun() {
	dir, err := os.MkdirTemp("", "descent")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	outcome, err := study.Run(context.Background(), study.Request{Paper: descent, Scale: study.Quick, Dir: dir})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range outcome.Verdicts {
		fmt.Printf("claim %s: %s\n", v.Claim, v.Status)
		for _, c := range v.Checks {
			fmt.Println("  " + c.String())
		}
	}
	// Output:
	// claim 1: reproduced
	//   final distance, stable: 9.537e-07, required <= 0.001
	//   final distance, unstable: 3325, required non-finite or >= 10
}
