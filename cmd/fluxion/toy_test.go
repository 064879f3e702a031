package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"github.com/fluxion-go/fluxion/study"
)

// TestMain lets the test binary stand in for the program, with toy papers in
// its catalogue, so that tests can send it signals.
func TestMain(m *testing.M) {
	if os.Getenv("FLUXION_TOY") == "" {
		os.Exit(m.Run())
	}
	a := toyApp(nil, nil)
	a.out, a.err, a.exit = os.Stdout, os.Stderr, os.Exit
	os.Exit(a.run(os.Args[1:]))
}

// toyApp is the program with a catalogue of toys and a fixed clock.
func toyApp(out, err *bytes.Buffer) *app {
	return &app{out: out, err: err,
		catalogue: []*study.Paper{halving(), slow(), broken(), plannedToy(), obvious()},
		families:  []string{"Toys", "Later"},
		records:   fstest.MapFS{},
		now:       func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
		threads:   func(int) {},
		exit:      func(int) { panic("exit") },
	}
}

// call runs a command line and returns what it printed.
func call(t *testing.T, args ...string) (status int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = toyApp(&stdout, &stderr).run(args)
	return status, stdout.String(), stderr.String()
}

// halving is a paper with claims of every verdict.
func halving() *study.Paper {
	return &study.Paper{
		Number: 7, Slug: "halving", Title: "Halving: On the Repeated Division of Numbers by the Number Two and What Becomes of Them",
		Authors: []string{"A. Able", "B. Baker"}, Year: 2020, ArXiv: "2001.00001", Family: "Toys",
		Summary: "A number that is halved again and again becomes small. The paper says how small, and for which numbers, " +
			"and compares with subtraction.",
		Explanation: "Halving divides by two in every step, so after n steps the number is\n\n    x_n = x_0 / 2^n\n\n" +
			"which is below any bound for large n. Subtraction removes a constant, and turns negative.",
		Claims: []study.Claim{
			{ID: "1", Name: "Halving shrinks", Statement: "After ten steps the number is at most a hundredth of the first.",
				Where: "Theorem 1", Statistic: "worst seed",
				Judge: func(r *study.Results, j *study.Judgement) {
					j.AtMost("last number / first, halving", study.MaxOf(r.Sample("last", "method", "halving")), 0.01)
				}},
			{ID: "2", Name: "Subtraction shrinks too", Statement: "Subtraction ends between zero and a tenth.",
				Where: "Section 3", Statistic: "median over the seeds",
				Judge: func(r *study.Results, j *study.Judgement) {
					j.Within("last number / first, subtraction", study.MedianOf(r.Sample("last", "method", "subtraction")), 0, 0.1)
				}},
			{ID: "3", Name: "Many seeds agree", Statement: "All of at least five seeds agree.", Where: "Table 1",
				Statistic: "share of the seeds", MinSeeds: 5, Scales: []study.Scale{study.Default},
				Judge: func(r *study.Results, j *study.Judgement) { j.True("seeds that agree", len(r.Seeds), len(r.Seeds)) }},
		},
		Options: []study.Option{
			study.IntOption("steps", 10, "how often the number is divided, or the constant taken away from it").Between(1, 100),
			study.ChoiceOption("start", "one", "what the first number is", "one", "seed"),
		},
		DataSets: []string{"glyphs", "mnist"},
		Seeds:    study.PerScale[int]{Quick: 3, Default: 5},
		Takes:    study.PerScale[time.Duration]{Quick: 200 * time.Millisecond, Default: 90 * time.Second},
		Run: func(ctx context.Context, env *study.Env) error {
			for _, method := range []string{"halving", "subtraction"} {
				r, x := env.Record.With("method", method), 1+float64(env.Seed)/10
				first := x
				for step := range env.Steps(method, env.Options.Int("steps")) {
					r.Point("number", float64(step), x)
					if method == "halving" {
						x /= 2
					} else {
						x -= 0.3
					}
				}
				r.Scalar("last", x/first)
			}
			env.Record.Scalar("divided_by_zero", math.Inf(1))
			return nil
		},
		Figures: func(r *study.Results) []*study.Figure {
			l := &study.Lines{X: study.Axis{Label: "step"}, Y: study.Axis{Label: "number"}}
			for _, method := range r.Values("number", "method") {
				l.Curves = append(l.Curves, r.Band(study.Range, "number", "method", method).Curve(method))
			}
			return []*study.Figure{{Name: "numbers", Title: "Numbers", Panels: []study.Panel{l}}}
		},
	}
}

func minimal(number int, slug, family string) *study.Paper {
	return &study.Paper{Number: number, Slug: slug, Title: "On " + slug, Authors: []string{"C. Clark"}, Year: 2021, Family: family,
		Summary: "Nothing.", Explanation: "Nothing at all.", Seeds: study.PerScale[int]{Default: 3},
		Claims: []study.Claim{{ID: "1", Name: "True", Statement: "It is.", Where: "Here", Statistic: "none",
			Judge: func(r *study.Results, j *study.Judgement) { j.Equal("one", study.Value(1), 1) }}}}
}

// obvious reproduces everything.
func obvious() *study.Paper {
	p := minimal(32, "obvious", "Later")
	p.Run = func(context.Context, *study.Env) error { return nil }
	return p
}

// slow takes about two seconds a seed, first seed included.
func slow() *study.Paper {
	p := minimal(9, "slow", "Toys")
	p.Run = func(ctx context.Context, env *study.Env) error {
		env.Logf("a word from seed %d", env.Seed)
		for _, name := range []string{"first half", "second half, with a rather long name that does not fit into a narrow line"} {
			for range env.Steps(name, 100) {
				time.Sleep(10 * time.Millisecond)
			}
		}
		env.Record.Scalar("seed", float64(env.Seed))
		return nil
	}
	p.Serial = true
	return p
}

func broken() *study.Paper {
	p := minimal(10, "broken", "Toys")
	p.Options = []study.Option{study.ChoiceOption("how", "error", "how to fail", "error", "panic", "judge")}
	p.Run = func(ctx context.Context, env *study.Env) error {
		switch env.Options.String("how") {
		case "panic":
			panic(fmt.Errorf("fx: MatMul: shapes [2 3] and [4 5]"))
		case "error":
			return errors.New("the data set mnist is not there:\nget it")
		}
		return nil
	}
	p.Claims[0].Judge = func(r *study.Results, j *study.Judgement) { r.Sample("loss") }
	return p
}

func plannedToy() *study.Paper {
	p := minimal(31, "planned-toy", "Later")
	p.ArXiv = "2101.00001"
	return p
}
