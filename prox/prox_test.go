package prox_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/prox"
)

type vec = *fx.Array

func normal(r *rand.Rand, n int) vec {
	v := make([]float64, n)
	for i := range v {
		v[i] = r.NormFloat64()
	}
	return fx.New(v)
}

// operator is a proximal operator with the function that it belongs to.
type operator struct {
	name string
	prox func(x, w vec) vec
	g    func(y, w vec) vec
}

func operators() []operator {
	positive := func(g func(y, w vec) vec) func(y, w vec) vec {
		return func(y, w vec) vec {
			out := y.Less(fx.Const(0)).Any()
			return fx.Where(out, fx.Scalar(math.Inf(1)), g(y, w))
		}
	}
	l1 := func(y, w vec) vec { return w.Mul(y.Abs()).Sum() }
	l2 := func(y, w vec) vec { return w.Mul(y.Square()).Sum().MulScalar(0.5) }
	both := func(y, w vec) vec { return l1(y, w).Add(l2(y, w.MulScalar(0.7))) }
	elastic := func(p func(x, a, b vec) vec) func(x, w vec) vec {
		return func(x, w vec) vec { return p(x, w, w.MulScalar(0.7)) }
	}
	return []operator{
		{"Lasso", prox.Lasso, l1},
		{"NonNegativeLasso", prox.NonNegativeLasso, positive(l1)},
		{"Ridge", prox.Ridge, l2},
		{"NonNegativeRidge", prox.NonNegativeRidge, positive(l2)},
		{"ElasticNet", elastic(prox.ElasticNet), both},
		{"NonNegativeElasticNet", elastic(prox.NonNegativeElasticNet), positive(both)},
		{"GroupLasso", prox.GroupLasso, func(y, w vec) vec { return w.Mul(y.Norm()) }},
		{"LInf", prox.LInf, func(y, w vec) vec { return w.Mul(y.Abs().Max()) }},
		{"LogBarrier", prox.LogBarrier, positive(func(y, w vec) vec { return w.Mul(y.Log()).Sum().Neg() })},
	}
}

// No point near the result, or anywhere, has a lower value.
func TestMinimal(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	for _, o := range operators() {
		value := func(y, x, w vec) float64 { return y.Sub(x).Square().Sum().MulScalar(0.5).Add(o.g(y, w)).Item() }
		for range 20 {
			x, w := normal(r, 4).MulScalar(2), fx.Scalar(0.2+r.Float64())
			y := o.prox(x, w)
			best := value(y, x, w)
			for _, far := range []float64{1e-4, 1e-2, 1} {
				for range 10 {
					if other := value(y.Add(normal(r, 4).MulScalar(far)), x, w); other < best-1e-12 {
						t.Fatalf("%s: %v is above %v", o.name, best, other)
					}
				}
			}
		}
	}
}

func TestDerivatives(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 1))
	type arg struct{ X, W vec }
	for _, o := range operators() {
		f := func(a arg) vec { return o.prox(a.X, a.W) }
		for range 10 {
			a, d := arg{normal(r, 4).MulScalar(2), fx.Scalar(0.2 + r.Float64())}, arg{normal(r, 4), fx.Scalar(1.0)}
			at := func(h float64) vec { return f(linalg.Axpy(fx.Const(h), d, a)) }
			const h = 1e-6
			numeric := at(h).Sub(at(-h)).DivScalar(2 * h)
			y, forward := fx.JVP(f, a, d)
			if gap := forward.Sub(numeric).Abs().Max().Item(); !(gap < 1e-7) {
				t.Errorf("%s: derivative is off by %g", o.name, gap)
			}
			_, pull := fx.VJP(f, a)
			ct := normal(r, 4)
			if gap := linalg.Dot(pull(ct), d).Sub(forward.Dot(ct)).Item(); !(math.Abs(gap) < 1e-12) {
				t.Errorf("%s: forward and reverse differ by %g", o.name, gap)
			}
			if gap := fx.Jit(f)(a).Sub(y).Abs().Max().Item(); gap != 0 {
				t.Errorf("%s: compiled, it differs by %g", o.name, gap)
			}
			rows := fx.Stack(0, a.X, d.X)
			each := fx.Vmap(func(x vec) vec { return o.prox(x, a.W) })(rows)
			if gap := each.Index(1).Sub(o.prox(d.X, a.W)).Abs().Max().Item(); gap != 0 {
				t.Errorf("%s: mapped, it differs by %g", o.name, gap)
			}
		}
	}
}

func TestValues(t *testing.T) {
	x := fx.New([]float64{3, -0.5, -2, 0})
	for what, c := range map[string]struct {
		got  vec
		want []float64
	}{
		"lasso":        {prox.Lasso(x, fx.Const(1)), []float64{2, 0, -1, 0}},
		"weights":      {prox.Lasso(x, fx.New([]float64{1, 0, 3, 1})), []float64{2, -0.5, 0, 0}},
		"elastic net":  {prox.ElasticNet(x, fx.Const(1), fx.Const(1)), []float64{1, 0, -0.5, 0}},
		"group":        {prox.GroupLasso(fx.New([]float64{3, 4, 0.3, 0.4}, 2, 2), fx.Const(1)), []float64{2.4, 3.2, 0, 0}},
		"group of own": {prox.GroupLasso(fx.New([]float64{3, 4, 3, 4}, 2, 2), fx.New([]float64{1, 5})), []float64{2.4, 3.2, 0, 0}},
		"zero group":   {prox.GroupLasso(fx.Zeros(fx.Float64, 2), fx.Const(0)), []float64{0, 0}},
		"barrier":      {prox.LogBarrier(fx.New([]float64{0.0}), fx.Const(1)), []float64{1}},
	} {
		for i, v := range c.got.Float64s() {
			if math.Abs(v-c.want[i]) > 1e-14 {
				t.Errorf("%s: %v, want %v", what, c.got.Float64s(), c.want)
			}
		}
	}
}

func TestWrongPrograms(t *testing.T) {
	for want, f := range map[string]func(){
		"weight 1 is nil":          func() { prox.Lasso(fx.Ones(fx.Float64, 2), nil) },
		"weight 2 is nil":          func() { prox.ElasticNet(fx.Ones(fx.Float64, 2), fx.Const(1), nil) },
		"is no array of floats":    func() { prox.Ridge(fx.Ones(fx.Int32, 2), fx.Const(1)) },
		"weights of shape [2] for": func() { prox.GroupLasso(fx.Ones(fx.Float64, 2), fx.Ones(fx.Float64, 2)) },
	} {
		fxtest.MustFail(t, want, f)
	}
}
