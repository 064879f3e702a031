package forwardgradient

import (
	"context"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/gradient"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part D: bias and variance of the estimate at one point, against the theory.

// claimDims is the number of coordinates of claim 1.
const claimDims = 500

// target is a function of d numbers, and the point at which it is looked at.
type target struct {
	f func(*fx.Array) *fx.Array
	p *fx.Array
}

// quadratic is a random quadratic function of d numbers: of rank 16, with a
// diagonal and a linear part.
func quadratic(key *fx.Array, d int) target {
	keys := random.Split(key, 4)
	b := random.Normal(keys[0], fx.Float32, 16, d)
	a := random.Exponential(keys[1], fx.Float32, d)
	c := random.Normal(keys[2], fx.Float32, d)
	f := func(p *fx.Array) *fx.Array {
		return b.MatMul(p).Square().Sum().Add(p.Square().Mul(a).Sum()).MulScalar(0.5).Add(c.Dot(p))
	}
	return target{f, random.Normal(keys[3], fx.Float32, d)}
}

// coordinates is the loss of a small network on a batch, as a function of d of
// its 10,410 parameters, chosen at random; the rest stay as they were drawn.
// The point is 0: the d numbers are added to the parameters.
func coordinates(env *study.Env, key *fx.Array, d int) (target, error) {
	set, err := openImages(env, batchSize, 14)
	if err != nil {
		return target{}, err
	}
	keys := random.Split(key, 2)
	base, unravel := linalg.Ravel(dense(48, 16)(keys[0], set.Train.Pixels.Dim(1), set.Classes))
	if d > base.Size() {
		return target{}, fmt.Errorf("%d coordinates of %d parameters", d, base.Size())
	}
	chosen := random.Choice(keys[1], base.Size(), d).Reshape(d, 1)
	batch := set.Train.Slice(0, batchSize)
	f := func(p *fx.Array) *fx.Array { return crossEntropy(unravel(base.ScatterAdd(chosen, p)), batch) }
	return target{f, fx.Zeros(fx.Float32, d)}, nil
}

// measured are what is recorded of statistics.
type measured struct{ Bias, Variance, Cosine *fx.Array }

// measure compares many estimates with the gradient. It is compiled, for this
// once.
func (e experiment) measure(key *fx.Array, t target, d gradient.Directions, draws int) measured {
	return fx.Jit(func(key *fx.Array) measured {
		s := gradient.Measure(e.method.vector(d), key, t.f, t.p, draws)
		return measured{s.Bias, s.Variance, s.Cosines.Abs().Mean()}
	})(key)
}

func (m measured) record(r *study.Recorder) {
	r.Scalar("bias", m.Bias.Item())
	r.Scalar("variance", m.Variance.Item())
	r.Scalar("cosine", m.Cosine.Item())
}

const (
	nameQuadratic = "random quadratic"
	nameNetwork   = "MLP"
)

// survey is the grid of part D: functions, dimensions, laws, numbers of
// directions.
func (e experiment) survey(ctx context.Context, env *study.Env, p plan) error {
	n := len(p.survey.dims) * 2 * len(surveyLaws) * len(p.survey.counts)
	task := env.Task("variance", n)
	for _, d := range p.survey.dims {
		draws := p.survey.draws
		if d > 1000 {
			draws /= 4
		}
		for _, name := range []string{nameQuadratic, nameNetwork} {
			key := random.FoldIn(random.FoldIn(random.New(env.Seed), partVariance), d)
			keys := random.Split(key, 2)
			t, err := quadratic(keys[0], d), error(nil)
			if name == nameNetwork {
				t, err = coordinates(env, keys[0], d)
			}
			if err != nil {
				return err
			}
			for _, law := range surveyLaws {
				for _, k := range p.survey.counts {
					e.measure(keys[1], t, gradient.Directions{Count: k, Law: law}, draws).
						record(env.Record.With("target", name, "d", d, "law", law.String(), "K", k))
					task.Add(1)
					if ctx.Err() != nil {
						return ctx.Err()
					}
				}
			}
		}
	}
	task.Finish()
	return nil
}

var surveyLaws = []gradient.Law{gradient.Normal, gradient.Rademacher}

// unbiased is the measurement of claim 1.
func (e experiment) unbiased(env *study.Env, p plan) error {
	keys := random.Split(random.FoldIn(random.New(env.Seed), partClaim), 2)
	t, err := coordinates(env, keys[0], claimDims)
	if err != nil {
		return err
	}
	for i := range env.Steps("bias and variance", len(surveyLaws)) {
		law := surveyLaws[i]
		e.measure(keys[1], t, gradient.Directions{Law: law}, p.draws).record(env.Record.With("d", claimDims, "law", law.String()))
	}
	return nil
}
