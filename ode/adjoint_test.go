package ode

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
)

// mlp is a small neural field.
type mlp struct{ W1, B1, W2 *fx.Array }

func newMLP(seed uint64) mlp {
	r := rand.New(rand.NewPCG(seed, 5))
	draw := func(shape ...int) *fx.Array {
		n := 1
		for _, d := range shape {
			n *= d
		}
		v := make([]float64, n)
		for i := range v {
			v[i] = r.NormFloat64() * 0.6
		}
		return fx.New(v, shape...)
	}
	return mlp{draw(2, 6), draw(6), draw(6, 2)}
}

func (m mlp) field(t, y vec) vec {
	return y.MatMul(m.W1).Add(m.B1).Add(t.Sin()).Tanh().MatMul(m.W2)
}

type query struct {
	M     mlp
	Y0    *fx.Array
	Times *fx.Array
}

func newQuery() query {
	return query{newMLP(1), fx.New([]float64{0.4, -0.7}), fx.New([]float64{0, 0.3, 0.8, 1.5})}
}

func lossOf(path vec) vec {
	return path.Sin().Mul(fx.Arange(fx.Float64, path.Size()).Reshape(path.Shape()...)).Sum()
}

// The adjoint's gradient is the discrete one in the limit, and that of finite
// differences, in parameters, start and times.
func TestAdjointGradient(t *testing.T) {
	discrete := func(q query) vec {
		path, _ := Solve(q.M.field, q.Y0, q.Times, Fixed{Substeps: 40})
		return lossOf(path)
	}
	want := fx.Grad(discrete)(newQuery())
	for name, c := range map[string]struct {
		s   Scheme
		tol float64
	}{
		"fixed":    {Fixed{Substeps: 40}, 1e-7},
		"adaptive": {Adaptive{RTol: 1e-10, ATol: 1e-11}, 1e-7},
	} {
		solve := Adjoint(func(m mlp, t, y vec) vec { return m.field(t, y) }, c.s)
		loss := func(q query) vec {
			path, _ := solve(q.M, q.Y0, q.Times)
			return lossOf(path)
		}
		for mode, got := range map[string]query{"plain": fx.Grad(loss)(newQuery()), "compiled": fx.Jit(fx.Grad(loss))(newQuery())} {
			w, g := fx.Leaves(want), fx.Leaves(got)
			for i, path := range fx.Paths(want) {
				fxtest.MustBeNear(t, name+" "+mode+" "+path, g[i].Flatten().Float64s(), w[i].Flatten().Float64s(), c.tol)
			}
		}
		_, report := solve(newQuery().M, newQuery().Y0, newQuery().Times)
		if err := report.Err(); err != nil {
			t.Error(err)
		}
	}
	// Finite differences in the times.
	const h = 1e-5
	for i := range 4 {
		at := func(d float64) float64 {
			q := newQuery()
			shift := make([]float64, 4)
			shift[i] = d
			q.Times = q.Times.Add(fx.New(shift))
			return discrete(q).Item()
		}
		fxtest.MustBeNear(t, "times", []float64{want.Times.Index(i).Item()}, []float64{(at(h) - at(-h)) / (2 * h)}, 1e-7)
	}
}

// The order at which the two gradients meet is that of the method.
func TestAdjointApproachesDiscrete(t *testing.T) {
	solve := func(n int) func(m mlp, y0 vec, times *fx.Array) (vec, Report) {
		return Adjoint(func(m mlp, t, y vec) vec { return m.field(t, y) }, Fixed{Method: Midpoint, Substeps: n})
	}
	off := func(n int) float64 {
		q := newQuery()
		a := fx.Grad(func(m mlp) vec { p, _ := solve(n)(m, q.Y0, q.Times); return lossOf(p) })(q.M)
		d := fx.Grad(func(m mlp) vec {
			p, _ := Solve(m.field, q.Y0, q.Times, Fixed{Method: Midpoint, Substeps: n})
			return lossOf(p)
		})(q.M)
		return a.W2.Sub(d.W2).Norm().Item()
	}
	if a, b := off(8), off(16); a == 0 || math.Log2(a/b) < 1.8 {
		t.Errorf("the gradients differ by %g and %g", a, b)
	}
}

func TestAdjointComposes(t *testing.T) {
	solve := Adjoint(func(m mlp, t, y vec) vec { return m.field(t, y) }, Fixed{Substeps: 10})
	q := newQuery()
	loss := func(q query) vec {
		p, _ := solve(q.M, q.Y0, q.Times)
		return lossOf(p)
	}
	// Forward mode is the transposed rule.
	d := query{newMLP(2), fx.New([]float64{1.0, 2}), fx.New([]float64{0.1, -0.2, 0.3, 0.4})}
	_, forward := fx.JVP(loss, q, d)
	g := fx.Grad(loss)(q)
	var reverse float64
	gl := fx.Leaves(g)
	for i, a := range fx.Leaves(d) {
		reverse += a.Flatten().Dot(gl[i].Flatten()).Item()
	}
	fxtest.MustBeNear(t, "forward", forward.Float64s(), []float64{reverse}, 1e-10)
	// Second derivatives.
	const h = 1e-5
	inner := func(q query) float64 { return fx.Grad(loss)(q).Y0.Sum().Item() }
	shift := func(s float64) query {
		r := q
		r.M.B1 = q.M.B1.AddScalar(s)
		return r
	}
	numeric := (inner(shift(h)) - inner(shift(-h))) / (2 * h)
	second := fx.Grad(func(b vec) vec {
		r := q
		r.M.B1 = b
		return fx.Grad(loss)(r).Y0.Sum()
	})(q.M.B1)
	// The adjoint of the adjoint is exact in the limit of small steps only.
	fxtest.MustBeNear(t, "second", []float64{second.Sum().Item()}, []float64{numeric}, 1e-5)
	// A batch of starts.
	starts := fx.New([]float64{0.4, -0.7, 1, 0, -1, 0.2}, 3, 2)
	batch := fx.Grad(func(y vec) vec {
		return fx.Vmap(func(y0 vec) vec { return loss(query{q.M, y0, q.Times}) })(y).Sum()
	})(starts)
	fxtest.MustBeNear(t, "batch", batch.Index(0).Float64s(), g.Y0.Float64s(), 1e-10)
}

// Leaves that are not floats stay, in states, parameters and gradients.
func TestAdjointWithIntegers(t *testing.T) {
	type parameters struct{ K, Seed *fx.Array }
	f := func(p parameters, _ *fx.Array, s particle) particle {
		return particle{s.V, s.X.Mul(p.K).Neg(), s.Name}
	}
	for name, scheme := range map[string]Scheme{"fixed": Fixed{Substeps: 60}, "adaptive": Adaptive{RTol: 1e-10}} {
		solve := Adjoint(f, scheme)
		p := parameters{fx.Scalar(2.0), fx.Scalar(int32(9))}
		g := fx.Grad(func(p parameters) vec {
			path, _ := solve(p, release(1), grid(0, 1, 2))
			return path.X.Index(-1).Sum()
		})(p)
		// x(1) = cos w + 0.3 sin(w)/w with w^2 = k
		w := math.Sqrt2
		want := (-math.Sin(w) + 0.3*(math.Cos(w)/w-math.Sin(w)/(w*w))) / (2 * w)
		fxtest.MustBeNear(t, name, []float64{g.K.Item(), g.Seed.Item()}, []float64{want, 0}, 1e-8)
	}
}
