// Package saddlefreenewton is the experiment on saddle points and the saddle-free
// Newton method (Pascanu, Dauphin, Ganguli and Bengio 2014).
package saddlefreenewton

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/study"
)

// Paper declares the experiment.
func Paper() *study.Paper { return experiment{published, plans}.paper() }

// experiment is the experiment with the method that it is about, and how much of it
// each scale does on a data set.
type experiment struct {
	methods lineup
	plans   func(data string) study.PerScale[plan]
}

func (e experiment) paper() *study.Paper {
	return &study.Paper{
		Number: 34, Slug: "saddle-free-newton", Family: "Update rules", Year: 2014, ArXiv: "1405.4604",
		Title:       "On the saddle point problem for non-convex optimization",
		Authors:     []string{"Razvan Pascanu", "Yann N. Dauphin", "Surya Ganguli", "Yoshua Bengio"},
		Summary:     summary,
		Explanation: explanation,
		Claims:      claims(),
		Options: []study.Option{
			study.IntOption("images", 0, "training images; 0: the scale's own").Between(0, 70_000),
			study.ChoiceOption("autoencoder", "scale", "train the deep autoencoder; scale: only at full", "scale", "yes", "no"),
			study.IntOption("autoencoder-krylov", 500, "dimensions of its Krylov space; each takes as much memory as the network").Between(1, 2000),
		},
		DataSets: []string{"glyphs", "mnist"},
		Seeds:    study.PerScale[int]{Quick: 3, Default: 3, Full: 5},
		Takes:    study.PerScale[time.Duration]{Quick: 8 * time.Second, Default: 180 * time.Second, Full: 72 * time.Hour},
		Common:   e.common,
		Run:      e.run,
		Tables:   tables,
		Figures:  figures,
	}
}

// Every part draws its random numbers from a key of its own.
const (
	partStart = iota + 1
	partSearch
	partAutoencoder
)

// plan is how much of the experiment a run does.
type plan struct {
	images int // 0: all that the files hold
	nets   []net
	// Part B: the hidden units of the network that switches, and its epochs of
	// gradient descent; 0: it is not done.
	switching, before int
	// Part D: starts of the search for critical points of a seed; 0: not done.
	starts, searchImages int
	// Part E: hidden units of networks with Krylov spaces, and their dimensions.
	krylov     []int
	krylovDims []int
	// Part F: layers of the encoder, epochs of gradient descent and the steps after
	// them; none: not done.
	encoder       []int
	encoderEpochs int
	encoderSteps  int
	encoderImages int // of a step's curvature
	encoderKrylov int
	encoderRate   float64
}

// net is a network of part A.
type net struct {
	hidden int
	steps  int // of the Newton methods
	epochs int // of gradient descent
}

// steps and epochs of part B after the switch, and of part E.
const (
	switchSteps  = 8
	krylovSteps  = 20
	toySteps     = 30
	searchHidden = 2
	searchRidge  = 1e-3
)

func plans(dataName string) study.PerScale[plan] {
	p := study.PerScale[plan]{
		Quick: plan{images: 1000, nets: []net{{2, 10, 0}}},
		Default: plan{images: 1000, nets: []net{{2, 30, 200}, {5, 20, 200}}, switching: 5, before: 60,
			starts: 14, searchImages: 300, krylov: []int{5, 25}, krylovDims: []int{5, 20, 50}},
		Full: plan{nets: []net{{2, 30, 200}, {5, 100, 200}, {25, 100, 200}}, switching: 5, before: 60,
			starts: 100, searchImages: 300, krylov: []int{5, 25, 50}, krylovDims: []int{5, 20, 50, 500},
			encoder: []int{1000, 500, 250, 30}, encoderEpochs: 200, encoderSteps: 200, encoderImages: 5000, encoderKrylov: 500, encoderRate: 0.01},
	}
	if dataName == "glyphs" {
		p.Full.images = 20_000
	}
	return p
}

// plan is that of the scale, with what the options change.
func (e experiment) plan(env *study.Env) plan {
	all := e.plans(env.Data.Name)
	p := all.At(env.Scale)
	if n := env.Options.Int("images"); n > 0 {
		p.images = n
	}
	switch env.Options.String("autoencoder") {
	case "yes":
		f := all.Full
		p.encoder, p.encoderEpochs, p.encoderSteps, p.encoderImages, p.encoderRate = f.encoder, f.encoderEpochs, f.encoderSteps, f.encoderImages, f.encoderRate
	case "no":
		p.encoder = nil
	}
	p.encoderKrylov = env.Options.Int("autoencoder-krylov")
	return p
}

// common reads the images, so that a set that is missing is found at once, and
// walks over the toy saddles.
func (e experiment) common(ctx context.Context, env *study.Env) error {
	if _, err := sharedImages(env, e.plan(env)); err != nil {
		return err
	}
	e.toys(env)
	return ctx.Err()
}

// run is the experiment for one seed.
func (e experiment) run(ctx context.Context, env *study.Env) error {
	p := e.plan(env)
	env.Plan(e.work(p))
	for _, part := range []func(context.Context, *study.Env, plan) error{e.escape, e.switching, e.krylov, e.search, e.autoencoder} {
		if err := part(ctx, env, p); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// work is the number of steps that are shown.
func (e experiment) work(p plan) int {
	n := p.starts
	for _, net := range p.nets {
		n += len(newtonMethods) * net.steps
	}
	if p.before > 0 {
		n += len(newtonMethods) * switchSteps
	}
	return n + len(p.krylov)*len(p.krylovDims)*krylovSteps + p.encoderSteps*min(1, len(p.encoder))
}
