package hessianspectrum

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// pictures is a labelled set: X [n, pixels] with mean 0 and variance 1 over the
// training set, in float32, Labels [n].
type pictures struct{ X, Labels *fx.Array }

// pixels is the number of values of an image.
func (p pictures) pixels() int { return p.X.Dim(1) }

type pictureSets struct{ train, test pictures }

const testImages = 1000

// sharedPictures are the images of all seeds, with squares of pool x pool pixels
// averaged.
func sharedPictures(env *study.Env, p plan, pool int) (*pictureSets, error) {
	return study.Once(env, fmt.Sprintf("images pooled by %d", pool), func() (*pictureSets, error) {
		train, test, err := data.Open(env.Data.Name, env.Data.Dir, data.Options{Train: p.images, Test: testImages})
		if err != nil {
			return nil, err
		}
		for _, set := range []**data.Images{&train, &test} {
			if *set, err = (*set).Shrink(pool); err != nil {
				return nil, err
			}
		}
		if train, test, err = data.Normalise(train, test); err != nil {
			return nil, err
		}
		flat := func(s *data.Images) pictures {
			x, labels := s.Arrays()
			return pictures{x.Reshape(s.N(), s.ImageLen()), labels}
		}
		return &pictureSets{flat(train), flat(test)}, nil
	})
}

const classes = 10

// images takes the spectrum of a network on images at the stages, and compares
// its density with the one that stochastic Lanczos quadrature finds without the
// matrix.
func (e experiment) images(ctx context.Context, env *study.Env, p plan) error {
	if len(p.imageStages) == 0 {
		return nil
	}
	sets, err := sharedPictures(env, p, p.spectrum.pool)
	if err != nil {
		return err
	}
	x, labels := sets.train.X.AsType(fx.Float64), sets.train.Labels
	key := random.FoldIn(random.New(env.Seed), partImages)
	net := newNet(key, sets.train.pixels(), p.spectrum.hidden, classes)
	r := env.Record.With("data", "images")
	if err := e.follow(ctx, env, "images", r, net, x, labels, 0, p.imageStages); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return density(env, p)
}

// density trains the network of the density to the judged step and records its
// spectral density.
func density(env *study.Env, p plan) error {
	sets, err := sharedPictures(env, p, p.density.pool)
	if err != nil {
		return err
	}
	train, err := fullBatch(env)
	if err != nil {
		return err
	}
	x, labels := sets.train.X.AsType(fx.Float64), sets.train.Labels
	net := newNet(random.FoldIn(random.New(env.Seed), partImages), sets.train.pixels(), p.density.hidden, classes)
	net, _ = train.steps(net, train.start(net), x, labels, 0, judged)

	loss := lossOf(x, labels)
	key := random.FoldIn(random.New(env.Seed), partDensity)
	q := fx.Jit(func(net nn.MLP) linalg.Quadrature {
		hvp := func(v nn.MLP) nn.MLP { return fx.HVP(loss, net, v) }
		return linalg.LanczosQuadrature(hvp, net, key, p.probes, p.lanczos)
	})(net)
	r := env.Record.With("data", "density")
	r.Scalar("parameters", float64(q.N))
	r.Scalar("largest", q.Nodes.Max().Item())
	r.Scalar("trace", q.Trace(func(a *fx.Array) *fx.Array { return a }).Mean.Item())
	place, values := ordered(q)
	r.Series("spectrum", place, values)
	return nil
}

// ordered is a quadrature as an ordered spectrum: its nodes, the largest first,
// each at the number of eigenvalues that it and the nodes before it stand for.
func ordered(q linalg.Quadrature) (place, values []float64) {
	nodes, weights := q.Nodes.Float64s(), q.Weights.Float64s()
	order := make([]int, len(nodes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(nodes[j], nodes[i]) })
	count, each := 0.0, float64(q.N)/float64(q.Nodes.Dim(0))
	for _, i := range order {
		count += float64(weights[i] * each)
		place, values = append(place, count), append(values, nodes[i])
	}
	return place, values
}
