package orthogonaltrustregion

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part D: weight decay keeps the iterates in a ball.

const (
	ballSide   = 8
	ballRadius = 2.0 // 1/decay
	ballNoise  = 0.3
	boundSteps = 200
	boundRate  = 0.05
)

// walls are the radii 1/decay of which the bound on the norm is tried; the walk
// starts outside of all.
var walls = []float64{1, 2, 4}

// shrinking follows the norm of the iterates with weight decay, which falls at
// least as fast as the bound
//
//	|X_k| <= (1-beta)^k |X_0| + (1 - (1-beta)^k) eta/beta,  beta = eta decay.
func (e experiment) shrinking(env *study.Env) error {
	keys := random.Split(random.FoldIn(random.New(env.Seed), partShrink), 4)
	minimum := random.Normal(keys[1], fx.Float64, ballSide, ballSide).MulScalar(2)
	start := spectral.Steepest(random.Normal(keys[2], fx.Float64, ballSide, ballSide)).MulScalar(8)
	in := bundle{P: draw(keys[0], ballSide, condition, minimum),
		Lanes: walk{start, fx.Scalar(boundRate), fx.Scalar(ballNoise), keys[3]}}
	for range env.Steps("norms with decay", 1) {
		for _, radius := range walls {
			run, err := study.Once(env, fmt.Sprintf("decay to radius %v", radius), func() (func(bundle) *fx.Array, error) {
				return fx.Jit(func(in bundle) *fx.Array {
					rule := e.methods.region(func(*fx.Array) *fx.Array { return in.Lanes.Rate }, 0.1, 1/radius, optim.Uniform(spectral))
					opt := optim.FromRule[*fx.Array](watched{e.methods.average(0.1), rule})
					return fx.Vmap(spectral.Of)(in.Lanes.follow(in.P, opt, boundSteps, 1).X)
				}), nil
			})
			if err != nil {
				return err
			}
			var steps, norms, bounds []float64
			excess, left := math.Inf(-1), 1.0
			first := spectral.Of(start).Item()
			for k, norm := range run(in).Float64s() {
				left = float64(left * (1 - boundRate/radius))
				bound := float64(left*first) + float64((1-left)*radius)
				excess = math.Max(excess, norm-bound)
				if k%4 == 3 {
					steps, norms, bounds = append(steps, float64(k+1)), append(norms, norm), append(bounds, bound)
				}
			}
			r := env.Record.With("radius", radius)
			r.Scalar("excess", excess)
			r.Series("norm", steps, norms)
			r.Series("norm_bound", steps, bounds)
		}
	}
	return nil
}

// converging is how the constrained minimum is approached by longer and longer
// runs.
type converging struct {
	steps       []int
	repetitions int
}

// The targets: the free minimum lies inside of the ball, or far outside.
var targets = []struct {
	name string
	norm float64 // of the free minimum, over the ball's radius
}{{"inside", 0.5}, {"outside", 3}}

// settings are beta and alpha of a run of so many steps: beta = 2 ln K/K, so that
// the start is forgotten, and alpha = beta^(2/3), which balances the two errors of
// the momentum.
func settings(steps int) (beta, alpha float64) {
	k := fx.Scalar(float64(steps))
	b := k.Log().Mul(fx.Scalar(2.0)).Div(k)
	return b.Item(), b.PowScalar(2.0 / 3).Item()
}

// gaps are, for every repetition, f over its least value in the ball and the
// distance from that point in the ball.
type gaps struct{ Gap, Distance *fx.Array }

// constrained is the point of the ball where f is least, by projected gradients.
func constrained(p problem) *fx.Array {
	x, _ := fx.Scan(func(x *fx.Array, _ struct{}) (*fx.Array, struct{}) {
		u, s, vt := fx.SVD(x.Sub(fx.Grad(p.loss)(x)))
		return u.Mul(s.Minimum(fx.Const(ballRadius))).MatMul(vt), struct{}{}
	}, fx.ZerosLike(p.C), struct{}{}, fx.Length(400))
	return x
}

// decayed runs the method with weight decay to each number of steps.
func (e experiment) decayed(env *study.Env, c converging) error {
	keys := random.Split(random.FoldIn(random.New(env.Seed), partBall), 3)
	if len(c.steps) == 0 {
		return nil
	}
	for _, target := range targets {
		minimum := random.Normal(keys[1], fx.Float64, ballSide, ballSide)
		minimum = minimum.MulScalar(target.norm * ballRadius / spectral.Of(minimum).Item())
		p := draw(keys[0], ballSide, condition, minimum)
		r := env.Record.With("minimum", target.name)
		var at, mean, distance []float64
		for _, steps := range c.steps {
			beta, alpha := settings(steps)
			run, err := study.Once(env, fmt.Sprintf("decay, %d steps", steps), func() (func(bundle) gaps, error) {
				return fx.Jit(func(in bundle) gaps {
					best := constrained(in.P)
					least := in.P.loss(best)
					return fx.Vmap(func(w walk) gaps {
						rule := e.methods.region(func(*fx.Array) *fx.Array { return w.Rate }, alpha, 1/ballRadius, optim.Uniform(spectral))
						opt := optim.FromRule[*fx.Array](watched{e.methods.average(alpha), rule})
						end := w.follow(in.P, opt, steps, steps).X.Squeeze(0)
						return gaps{in.P.loss(end).Sub(least), end.Sub(best).Norm()}
					})(in.Lanes)
				}), nil
			})
			if err != nil {
				return err
			}
			n := c.repetitions
			for range env.Steps(fmt.Sprintf("decay, %d steps", steps), 1) {
				out := run(bundle{p, walk{
					Start: fx.Zeros(fx.Float64, n, ballSide, ballSide),
					Rate:  fx.Full(fx.Float64, beta*ballRadius, n), Noise: fx.Full(fx.Float64, ballNoise, n),
					Key: random.SplitArray(keys[2], n),
				}})
				at = append(at, float64(steps))
				mean = append(mean, study.Sample(out.Gap.Float64s()).Mean())
				distance = append(distance, study.Sample(out.Distance.Float64s()).Mean())
			}
		}
		r.Series("gap", at, mean)
		r.Series("away", at, distance)
		if len(at) > 1 && len(at) == len(c.steps) {
			r.Scalar("slope", slope(at, mean))
		}
	}
	return nil
}

// slope is that of the line through the logarithms, by least squares.
func slope(x, y []float64) float64 {
	u, v := fx.New(x).Log(), fx.New(y).Log()
	u, v = u.Sub(u.Mean()), v.Sub(v.Mean())
	return u.Mul(v).Sum().Div(u.Square().Sum()).Item()
}

// cubeRoot is x^(1/3).
func cubeRoot(x float64) float64 { return fx.Scalar(x).PowScalar(1.0 / 3).Item() }
