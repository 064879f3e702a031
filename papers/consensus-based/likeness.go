package consensusbased

import (
	"context"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/swarm"
)

// Part B: single hops against the gradient step and the proximal step.

const (
	placeBowl  = "bowl"
	placeWaves = "waves"
	hopWidth   = 0.1 // s
)

// place is a function and a point from which hops are made.
type place struct {
	at []float64
	f  swarm.Objective
}

// places are (x² + 4y²)/2, at a point where α s |∇E| is 0.56 for α = 5, and the
// same under waves like Rastrigin's, low enough for the slope to stay as small.
var places = map[string]place{
	placeBowl:  {[]float64{0.5, 0.25}, bowl},
	placeWaves: {[]float64{0.55, 0.3}, waves},
}

func bowl(x *fx.Array) *fx.Array {
	return x.Square().Mul(fx.New([]float64{1, 4})).Sum().MulScalar(0.5)
}

func waves(x *fx.Array) *fx.Array {
	return bowl(x).Add(x.MulScalar(2 * math.Pi).Cos().Neg().AddScalar(1).Sum().MulScalar(0.05))
}

// likeness makes hops from each place, for each α and N.
func (e experiment) likeness(ctx context.Context, env *study.Env, p plan) error {
	key := random.FoldIn(random.New(env.Seed), partLikeness)
	steps := env.Task("hops", len(p.places)*len(p.alphas)*len(p.samples))
	defer steps.Finish()
	for _, name := range p.places {
		start := fx.New(places[name].at)
		gradient := fx.Grad(places[name].f)(start)
		for _, alpha := range p.alphas {
			tau := float64(alpha * hopWidth * hopWidth)
			prox, told := swarm.NewMinimisingMovement(tau).Step(places[name].f, start)
			r := env.Record.With("place", name, "alpha", alpha)
			r.Scalar("sharpness", gradient.Norm().MulScalar(alpha*hopWidth).Item())
			r.Scalar("residual", told.Residual.Item())
			var counts, errors []float64
			for i, n := range p.samples {
				hops, err := e.hops(env, name, alpha, n, p.hopping)
				if err != nil {
					return err
				}
				moved := hops(random.SplitArray(random.FoldIn(key, i), p.hopping))
				counts = append(counts, float64(n))
				errors = append(errors, recordHops(r.With("n", n), moved, prox.Sub(start), gradient.MulScalar(-tau)))
				steps.Add(1)
				if ctx.Err() != nil {
					return ctx.Err()
				}
			}
			r.Scalar("slope", logSlope(counts, errors))
		}
	}
	return nil
}

// hops is the program that makes as many hops as it gets keys, [hops, 2], and
// gives what they moved by. They come one after the other, because all samples
// together are many.
func (e experiment) hops(env *study.Env, name string, alpha float64, n, count int) (func(*fx.Array) *fx.Array, error) {
	return study.Once(env, fmt.Sprintf("hops, %s, alpha %v, n %d of %d", name, alpha, n, count), func() (func(*fx.Array) *fx.Array, error) {
		method, start := e.methods.hopping(n, alpha, hopWidth), fx.New(places[name].at)
		return fx.Jit(func(keys *fx.Array) *fx.Array {
			_, moved := fx.Scan(func(c struct{}, key *fx.Array) (struct{}, *fx.Array) {
				s, _ := method.Step(places[name].f, method.Init(key, start))
				return c, s.X.Sub(start)
			}, struct{}{}, keys)
			return moved
		}), nil
	})
}

// recordHops compares displacements [hops, 2] with the proximal one and with
// -τ∇E, and returns the root mean square distance of one from the proximal,
// relative to it.
func recordHops(r *study.Recorder, moved, prox, descent *fx.Array) float64 {
	n := float64(moved.Dim(0))
	mean := moved.Mean(0)
	deviation := moved.Sub(mean).Square().Sum(0).DivScalar(n - 1).Sqrt()
	doubt := deviation.DivScalar(math.Sqrt(n)) // the standard error of the mean
	off := mean.Sub(prox).Abs().Sub(doubt.MulScalar(3)).Relu()
	r.Scalar("excess", off.Div(prox.Abs()).Max().Item())
	r.Scalar("cosine", linalg.Dot(mean, descent).Div(mean.Norm().Mul(descent.Norm())).Item())
	r.Scalar("off_prox", mean.Sub(prox).Norm().Div(prox.Norm()).Item())
	r.Scalar("off_gradient", mean.Sub(descent).Norm().Div(descent.Norm()).Item())
	single := moved.Sub(prox).Square().Sum(1).Mean().Sqrt().Div(prox.Norm()).Item()
	r.Scalar("single", single)
	return single
}

// logSlope is the slope of a straight line through the points on logarithmic
// axes, by least squares; NaN for fewer than two.
func logSlope(x, y []float64) float64 {
	if len(x) < 2 {
		return math.NaN()
	}
	u, v := fx.New(x).Log(), fx.New(y).Log()
	u = u.Sub(u.Mean())
	return u.Dot(v.Sub(v.Mean())).Div(u.Dot(u)).Item()
}
