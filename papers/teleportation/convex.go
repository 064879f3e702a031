package teleportation

import (
	"context"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/symmetry"
)

// Part A: convex functions, for which the best point of a level set can be computed.

const (
	points     = 40
	ridge      = 0.01
	rays       = 720
	newtons    = 60 // Newton steps to the minimiser; ten do
	gapAtEnd   = 1e-10
	dimensions = 20
	condition  = 1e4
)

// Names of the ways to descend.
const (
	nameGD    = "gradient descent"
	nameOnce  = "one teleport"
	nameEvery = "a teleport every step"
)

var ways = []string{nameGD, nameOnce, nameEvery}

// truthScale is the deviation of the weights that the classes are drawn with. The
// classes then overlap. With weights of deviation 1 many are certain, the curvature
// at the minimiser is a small part of the bound 1/rate, and steps of that rate
// contract less: in pilots (seeds 1000 to 1011) the way with a teleport every step
// took 10 to 1193 iterations then, 0.01 to 0.43 of gradient descent's, instead of 4
// to 34 (seeds 1000 to 1019), at most 0.03.
const truthScale = 0.3

// logistic is a regression with two weights: features of scales 3 and 0.3, and
// classes drawn from the logistic model with normal weights.
type logistic struct {
	M *fx.Array // [points, 2], rows times their class, 1 or -1
}

func drawLogistic(key *fx.Array) logistic {
	keys := random.Split(key, 3)
	m := random.Normal(keys[0], fx.Float64, points, 2).Mul(fx.New([]float64{3, 0.3}))
	truth := random.Normal(keys[1], fx.Float64, 2).MulScalar(truthScale)
	class := random.Bernoulli(keys[2], m.MatMul(truth).Sigmoid(), points).AsType(fx.Float64).MulScalar(2).SubScalar(1)
	return logistic{m.Mul(class.ExpandDims(1))}
}

// loss is the mean logistic loss and half the ridge.
func (l logistic) loss(w *fx.Array) *fx.Array {
	return l.M.MatMul(w).Neg().Softplus().Mean().Add(w.Square().Sum().MulScalar(ridge / 2))
}

// rate is 1/L with the bound L of the largest curvature.
func (l logistic) rate() *fx.Array {
	largest := fx.Eigvalsh(l.M.T().MatMul(l.M)).Index(-1)
	return largest.DivScalar(4 * points).AddScalar(ridge).Reciprocal()
}

// minimiser is where Newton's method leads from 0, each step at the best of the
// lengths 1, 1/2, ..., 1/512: with all of it the method can diverge.
func (l logistic) minimiser() *fx.Array {
	w, _ := fx.Scan(func(w *fx.Array, _ struct{}) (*fx.Array, struct{}) {
		g, h := fx.Grad(l.loss)(w), fx.Hessian(l.loss)(w)
		step := fx.Solve(h, g.ExpandDims(1)).Squeeze(1)
		tries := w.Sub(step.Mul(fx.LogSpace(fx.Float64, 0, -9, 10, 2).ExpandDims(1)))
		return tries.Take(fx.Vmap(l.loss)(tries).ArgMin(0), 0), struct{}{}
	}, fx.Zeros(fx.Float64, 2), struct{}{}, fx.Length(newtons))
	return w
}

// headroom is the largest curvature at a place, as a part of the bound: gradient
// descent of rate 1/L contracts the steepest direction by one minus this.
func (l logistic) headroom(w *fx.Array) *fx.Array {
	return fx.Eigvalsh(fx.Hessian(l.loss)(w)).Index(-1).Mul(l.rate())
}

// alignment is the cosine of the gradient with Newton's direction.
func (l logistic) alignment(w *fx.Array) *fx.Array {
	g := fx.Grad(l.loss)(w)
	newton := fx.Solve(fx.Hessian(l.loss)(w), g.ExpandDims(1)).Squeeze(1)
	return g.Dot(newton).Div(g.Norm().Mul(newton.Norm()))
}

// convexPrograms are the compiled parts of part A, for all seeds.
type convexPrograms struct {
	begin func(logistic) beginning
	jump  func(walk) *fx.Array
	align func(walk) *fx.Array
	walk  func(walk) track
}

type beginning struct{ Best, Start, Least, Rate, Headroom *fx.Array }

// walk is a place on the way, and track the steps of gradient descent from there.
type walk struct {
	Problem  logistic
	Best, At *fx.Array
	Rate     *fx.Array
}

type track struct{ End, Path, Gap *fx.Array }

// stride is how many steps of gradient descent a call of the program makes.
const stride = 500

func (e experiment) convexPrograms(env *study.Env) (*convexPrograms, error) {
	return study.Once(env, "convex", func() (*convexPrograms, error) {
		jump := func(w walk) *fx.Array {
			return e.methods.level(symmetry.LevelSet{Centre: w.Best, Rays: symmetry.Circle(rays)}, w.Problem.loss, w.At)
		}
		return &convexPrograms{
			begin: fx.Jit(func(l logistic) beginning {
				best := l.minimiser()
				return beginning{best, best.Add(fx.New([]float64{0, 4})), l.loss(best), l.rate(), l.headroom(best)}
			}),
			jump:  fx.Jit(jump),
			align: fx.Jit(func(w walk) *fx.Array { return w.Problem.alignment(w.At) }),
			walk: fx.Jit(func(w walk) track {
				least := w.Problem.loss(w.Best)
				type told struct{ Path, Gap *fx.Array }
				end, t := fx.Scan(func(at *fx.Array, _ struct{}) (*fx.Array, told) {
					next := at.Sub(fx.Grad(w.Problem.loss)(at).Mul(w.Rate))
					return next, told{next, w.Problem.loss(next).Sub(least)}
				}, w.At, struct{}{}, fx.Length(stride))
				return track{end, t.Path, t.Gap}
			}),
		}, nil
	})
}

// way is how one method descended.
type way struct {
	gaps       []float64 // at the start and after each step
	xs, ys     []float64 // places, teleports included
	iterations float64   // until the gap is 1e-10; NaN if it never was
}

// descend makes steps until the gap is small enough.
func (p *convexPrograms) descend(ctx context.Context, w walk, start float64, method string, limit int) (way, error) {
	o := way{gaps: []float64{start}, iterations: math.NaN()}
	visit := func(place *fx.Array) {
		v := place.Float64s()
		o.xs, o.ys = append(o.xs, v[0]), append(o.ys, v[1])
	}
	visit(w.At)
	for made := 0; made < limit && ctx.Err() == nil; {
		if method == nameEvery || method == nameOnce && made == 0 {
			w.At = p.jump(w)
			visit(w.At)
		}
		t := p.walk(w)
		steps := stride
		if method == nameEvery {
			steps = 1
		}
		steps = min(steps, limit-made)
		for k, gap := range t.Gap.Float64s()[:steps] {
			place := t.Path.Index(k)
			made++
			o.gaps = append(o.gaps, math.Max(gap, 0))
			visit(place)
			w.At = place
			if gap <= gapAtEnd {
				o.iterations = float64(made)
				return o, nil
			}
		}
	}
	return o, ctx.Err()
}

// convex is part A for one seed.
func (e experiment) convex(ctx context.Context, env *study.Env, p plan) error {
	programs, err := e.convexPrograms(env)
	if err != nil {
		return err
	}
	l := drawLogistic(random.FoldIn(random.New(env.Seed), partConvex))
	b := programs.begin(l)
	w := walk{l, b.Best, b.Start, b.Rate}
	start := l.loss(b.Start).Item() - b.Least.Item()
	jumped := w
	jumped.At = programs.jump(w)
	r := env.Record.With("part", "A")
	r.Scalar("curvature_share", b.Headroom.Item())
	r.With("at", "start").Scalar("newton_cosine", programs.align(w).Item())
	r.With("at", "teleport").Scalar("newton_cosine", programs.align(jumped).Item())
	for k := range env.Steps("convex", len(ways)) {
		limit := p.convexLimit
		if ways[k] == nameEvery {
			limit = p.everyLimit
		}
		o, err := programs.descend(ctx, w, start, ways[k], limit)
		if err != nil {
			return err
		}
		r := r.With("method", ways[k])
		r.Scalar("iterations", o.iterations)
		r.Series("gap", counted(len(o.gaps)), o.gaps)
		r.Series("path", o.xs, o.ys)
	}
	return e.quadratic(env)
}

// quadratic counts the steps of gradient descent on a quadratic with curvatures 1 to
// 1e4, evenly spaced by their logarithms, with the rate 1/1e4, until the value is
// 1e-10 of the first: from a normal point, and from the best of its level set.
func (e experiment) quadratic(env *study.Env) error {
	program, err := study.Once(env, "quadratic", func() (func(*fx.Array) quadraticEnd, error) {
		return fx.Jit(func(key *fx.Array) quadraticEnd {
			curvature := fx.LogSpace(fx.Float64, 0, math.Log10(condition), dimensions, 10)
			f := func(w *fx.Array) *fx.Array { return w.Square().Mul(curvature).Sum().MulScalar(0.5) }
			start := random.Normal(key, fx.Float64, dimensions)
			count := func(w *fx.Array) *fx.Array {
				goal := f(w).MulScalar(gapAtEnd)
				type place struct{ At, Count *fx.Array }
				return fx.While(func(s place) *fx.Array {
					return f(s.At).Greater(goal).And(s.Count.Less(fx.Scalar(int32(1_000_000))))
				}, func(s place) place {
					return place{s.At.Sub(curvature.Mul(s.At).DivScalar(condition)), s.Count.AddScalar(1)}
				}, place{w, fx.Scalar(int32(0))}).Count
			}
			top := e.methods.top(curvature.Diag(0), fx.ZerosLike(start), start)
			g := fx.Grad(f)(top)
			later := fx.Grad(f)(top.Sub(g.DivScalar(2 * condition)))
			// At the largest gradient of a level |g|^2 = 2 lambda_max f.
			share := func(g, w *fx.Array) *fx.Array { return linalg.Dot(g, g).Div(f(w).MulScalar(2 * condition)) }
			return quadraticEnd{count(start), count(top), share(later, top.Sub(g.DivScalar(2*condition)))}
		}), nil
	})
	if err != nil {
		return err
	}
	q := program(random.FoldIn(random.New(env.Seed), partQuadratic))
	r := env.Record.With("part", "A", "function", "quadratic")
	r.With("method", nameGD).Scalar("quadratic_iterations", q.Plain.Item())
	r.With("method", nameOnce).Scalar("quadratic_iterations", q.Teleport.Item())
	r.Scalar("share_of_largest_gradient", q.Share.Item())
	return nil
}

type quadraticEnd struct{ Plain, Teleport, Share *fx.Array }

// counted is 0, 1, ..., n-1.
func counted(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(i)
	}
	return out
}
