// Package oasis is the experiment on OASIS, which scales gradients by an estimate
// of the Hessian's diagonal and finds its step size by itself (Jahani et al. 2022).
package oasis

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return experiment{methods: published, plans: plans}.paper() }

// experiment is the experiment with the method that it is about, and how much of
// it each scale does.
type experiment struct {
	methods lineup
	plans   study.PerScale[plan]
	// twoBatches makes OASIS compare the gradients of two minibatches: a mistake,
	// for tests.
	twoBatches bool
}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 92, Slug: "oasis", Family: "Update rules", Year: 2021, ArXiv: "2109.05198",
		Title: "Doubly Adaptive Scaled Algorithm for Machine Learning Using Second-Order Information",
		Authors: []string{"Majid Jahani", "Sergey Rusakov", "Zheng Shi", "Peter Richtárik", "Michael W. Mahoney",
			"Martin Takáč"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("iterations", 0, "of the descents on the whole data; 0: the scale's own").Between(0, 1_000_000),
			study.IntOption("epochs", -1, "passes over the images; 0: no network is trained, -1: the scale's own").Between(-1, 1000),
			study.StringOption("rows", "", "a file of two classes in LIBSVM's format (such as a9a) that takes the place of the drawn features"),
		},
		DataSets: []string{"glyphs", "mnist", "cifar10"},
		Seeds:    study.PerScale[int]{Quick: 2, Default: 5, Full: 5},
		Takes:    study.PerScale[time.Duration]{Quick: 5 * time.Second, Default: time.Minute, Full: 2000 * time.Hour},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// Every part draws its random numbers from a key of its own.
const (
	partProbes = iota + 1
	partNetwork
	partRows // and 2 kappa more
)

// givenRows stands for kappa where the rows come from a file.
const givenRows = "file"

// common reads files, so that one that is missing is found at once.
func (e experiment) common(_ context.Context, env *study.Env) error {
	p := e.plan(env)
	if path := env.Options.String("rows"); path != "" {
		if _, err := readRows(env, path); err != nil {
			return err
		}
	}
	if p.imageEpochs > 0 {
		if _, err := e.images(env, p); err != nil {
			return err
		}
	}
	return nil
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	var steps int
	pictures := contest[nn.Sequential]{}
	if p.imageEpochs > 0 {
		var err error
		if pictures, err = e.images(env, p); err != nil {
			return err
		}
		steps += pictures.steps()
	}
	logistic := contest[separator]{}
	if path := env.Options.String("rows"); path != "" {
		given, err := readRows(env, path)
		if err != nil {
			return err
		}
		q := question{given, fx.Scalar(1 / float64(given.n()))}
		if err := e.descents(ctx, env, p, q, env.Record.With("kappa", givenRows)); err != nil {
			return err
		}
	} else {
		if p.epochs > 0 {
			logistic = e.minibatches(env, p)
			steps += logistic.steps()
		}
		env.Plan(steps + len(p.kappas)*len(p.arms())*2)
		for _, kappa := range p.kappas {
			drawn, scales := draw(random.FoldIn(random.New(env.Seed), partRows+int(2*kappa)), p.rows, p.features, kappa)
			q := question{drawn, fx.Scalar(1 / float64(p.rows))}
			if err := e.descents(ctx, env, p, q, env.Record.With("kappa", kappa)); err != nil {
				return err
			}
			if kappa == middle {
				if err := e.invariance(env, p, q, scales); err != nil {
					return err
				}
			}
		}
	}
	if err := logistic.run(ctx, env); err != nil {
		return err
	}
	return pictures.run(ctx, env)
}

// descents are parts A and B on one set of rows.
func (e experiment) descents(ctx context.Context, env *study.Env, p plan, q question, r *study.Recorder) error {
	if err := e.deterministic(ctx, env, p, q, true, r.With("loss", "logistic")); err != nil {
		return err
	}
	if !p.nonconvex {
		return nil
	}
	return e.deterministic(ctx, env, p, q, false, r.With("loss", "squares"))
}
