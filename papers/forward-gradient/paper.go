// Package forwardgradient is the experiment on forward gradients, estimates of
// the gradient without a reverse pass (Baydin et al. 2022).
package forwardgradient

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/gradient"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return experiment{published, plans}.paper() }

// experiment is the experiment with the method that it tries, and how much of it
// each scale does.
type experiment struct {
	method lineup
	plans  func(data string) study.PerScale[plan]
}

// lineup is the method under study, for points in the plane, vectors and
// networks. A test puts broken ones in its place and sees that the claims
// notice.
type lineup struct {
	plane   func(gradient.Directions) gradient.Estimator[point]
	vector  func(gradient.Directions) gradient.Estimator[*fx.Array]
	network func(gradient.Directions) gradient.Estimator[nn.Sequential]
}

// published is the method as the library has it.
var published = lineup{forward[point], forward[*fx.Array], forward[nn.Sequential]}

func forward[P any](d gradient.Directions) gradient.Estimator[P] {
	return gradient.Forward[P]{Directions: d, Batched: true}
}

// reverse is backpropagation in the place of an estimator.
type reverse[P any] struct{}

func (reverse[P]) Estimate(_ *fx.Array, f func(P) *fx.Array, p P) gradient.Estimate[P] {
	value, grad := fx.ValueAndGrad(f)(p)
	return gradient.Estimate[P]{Value: value, Grad: grad}
}

// The names of the methods.
const (
	nameForward    = "forward gradient"
	nameReverse    = "backpropagation"
	nameDifference = "finite difference"
)

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 32, Slug: "forward-gradient", Family: "Beyond backpropagation", Year: 2022, ArXiv: "2202.08587",
		Title:       "Gradients without Backpropagation",
		Authors:     []string{"Atılım Güneş Baydin", "Barak A. Pearlmutter", "Don Syme", "Frank Wood", "Philip Torr"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("steps", 0, "steps of every training; 0: the scale's (500, 2000, 25000)").Between(0, 10_000_000),
			study.IntOption("draws", 20_000, "estimates from which claim 1 is judged").Between(100, 10_000_000),
			study.FloatOption("decay", 1e-4, "learning rates fall as exp(-decay t), for all methods").Between(0, 1),
		},
		DataSets: []string{"glyphs", "mnist"},
		Seeds:    study.PerScale[int]{Quick: 5, Default: 5, Full: 5},
		Takes:    study.PerScale[time.Duration]{Quick: 6 * time.Second, Default: 2 * time.Minute, Full: 12 * time.Hour},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// Every part draws its random numbers from a key of its own. Directions have
// nothing to do with the order of the images.
const (
	partPlane = iota + 1
	partNetworks
	partDirections
	partVariance
	partClaim
	partStability
	partCost
)

// common does what does not depend on the seed: it reads the images, measures
// time while nothing else runs, asks for the memory of both modes, and looks at
// bias, variance and stability, where thousands of directions make up for seeds.
func (e experiment) common(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	if _, err := sharedImages(env, p); err != nil {
		return err
	}
	if err := e.costs(ctx, env, p); err != nil {
		return err
	}
	if err := e.unbiased(env, p); err != nil {
		return err
	}
	e.stability(env, p)
	return e.survey(ctx, env, p)
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	env.Plan(planeSteps() + p.trainingSteps())
	if err := e.searchAll(ctx, env, p); err != nil {
		return err
	}
	return e.trainAll(ctx, env, p)
}
