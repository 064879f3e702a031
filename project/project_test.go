package project_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/project"
)

type vec = *fx.Array

func normal(r *rand.Rand, shape ...int) vec {
	n := 1
	for _, d := range shape {
		n *= d
	}
	v := make([]float64, n)
	for i := range v {
		v[i] = r.NormFloat64()
	}
	return fx.New(v).Reshape(shape...)
}

// A set of vectors of 5 elements, with parameters.
type set struct {
	name string
	onto func(x, p vec) vec
	p    vec
	kl   bool // not the Euclidean projection
	open bool // not convex
}

const n = 5

func sets(r *rand.Rand) []set {
	a, m := normal(r, n), normal(r, 2, n)
	w := normal(r, n).Abs().AddScalar(0.3)
	radius := fx.Scalar(1.1)
	return []set{
		{name: "NonNegative", onto: func(x, _ vec) vec { return project.NonNegative(x) }, p: radius},
		{name: "Box", onto: func(x, p vec) vec { return project.Box(x, p.Neg(), p.MulScalar(0.4)) }, p: w},
		{name: "LInfBall", onto: project.LInfBall, p: fx.Scalar(0.6)},
		{name: "L1Ball", onto: project.L1Ball, p: radius},
		{name: "L2Ball", onto: project.L2Ball, p: radius},
		{name: "L2Sphere", onto: project.L2Sphere, p: radius, open: true},
		{name: "Simplex", onto: project.Simplex, p: radius},
		{name: "SimplexKL", onto: project.SimplexKL, p: radius, kl: true},
		{name: "Hyperplane", onto: func(x, p vec) vec { return project.Hyperplane(x, p, fx.Const(0.3)) }, p: a},
		{name: "HalfSpace", onto: func(x, p vec) vec { return project.HalfSpace(x, p, fx.Const(0.1)) }, p: a},
		{name: "AffineSet", onto: func(x, p vec) vec { return project.AffineSet(x, p, fx.New([]float64{0.3, -0.4})) }, p: m},
		{name: "BoxSection", onto: func(x, p vec) vec {
			return project.BoxSection(x, fx.Const(-0.7), fx.Const(0.8), p, fx.Const(0.5))
		}, p: w},
		{name: "SecondOrderCone", onto: func(x, _ vec) vec { return project.SecondOrderCone(x) }, p: radius},
	}
}

// A projection y of x onto a convex set is in the set, stays where it is, and
// (x - y).(z - y) <= 0 for every z of the set.
func TestProjections(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, s := range sets(r) {
		for range 20 {
			x, z := normal(r, n).MulScalar(2), s.onto(normal(r, n).MulScalar(3), s.p)
			y := s.onto(x, s.p)
			if s.kl {
				fxtest.MustBeNear(t, s.name+" total", y.Sum().Float64s(), s.p.Float64s(), 1e-14)
				continue
			}
			fxtest.MustBeNear(t, s.name+" again", s.onto(y, s.p).Float64s(), y.Float64s(), 1e-12)
			if angle := x.Sub(y).Dot(z.Sub(y)).Item(); !s.open && !(angle <= 1e-12) {
				t.Errorf("%s: another point of the set is nearer: %g", s.name, angle)
			}
		}
	}
}

// inside says what each set is, from its definition.
func TestInside(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	one := fx.Const(1)
	for range 20 {
		x := normal(r, n).MulScalar(2)
		a, b := normal(r, n), 0.3
		A := normal(r, 2, n)
		box := project.BoxSection(x, fx.Const(0), fx.Const(1), one, fx.Const(2))
		cone := project.SecondOrderCone(x).Float64s()
		for what, gap := range map[string]float64{
			"simplex":    project.Simplex(x, one).Sum().Item() - 1,
			"l1":         math.Max(0, project.L1Ball(x, one).Abs().Sum().Item()-1),
			"l2":         math.Max(0, project.L2Ball(x, one).Norm().Item()-1),
			"linf":       math.Max(0, project.LInfBall(x, one).Abs().Max().Item()-1),
			"hyperplane": project.Hyperplane(x, a, fx.Const(b)).Dot(a).Item() - b,
			"half-space": math.Max(0, project.HalfSpace(x, a, fx.Const(b)).Dot(a).Item()-b),
			"affine":     A.MatMul(project.AffineSet(x, A, fx.Ones(fx.Float64, 2))).SubScalar(1).Norm().Item(),
			"section":    box.Sum().Item() - 2,
			"in the box": math.Max(0, box.Max().Item()-1) + math.Max(0, -box.Min().Item()),
			"cone":       math.Max(0, math.Hypot(math.Hypot(cone[1], cone[2]), math.Hypot(cone[3], cone[4]))-cone[0]),
		} {
			if !(math.Abs(gap) < 1e-12) {
				t.Errorf("%s is missed by %g", what, gap)
			}
		}
	}
}

// Derivatives in point and parameters: forward against differences, against
// reverse; batched and compiled against plain.
func TestDerivatives(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	type arg struct{ X, P vec }
	for _, s := range sets(r) {
		f := func(a arg) vec { return s.onto(a.X, a.P) }
		for range 5 {
			a := arg{normal(r, n).MulScalar(2), s.p}
			d := arg{normal(r, n), normal(r, s.p.Shape()...)}
			at := func(h float64) vec { return f(linalg.Axpy(fx.Const(h), d, a)) }
			const h = 1e-6
			numeric := at(h).Sub(at(-h)).DivScalar(2 * h).Float64s()
			_, forward := fx.JVP(f, a, d)
			fxtest.MustBeNear(t, s.name, forward.Float64s(), numeric, 1e-7)
			y, pull := fx.VJP(f, a)
			ct := normal(r, n)
			fxtest.MustBeNear(t, s.name+" adjoint", linalg.Dot(pull(ct), d).Float64s(), forward.Dot(ct).Float64s(), 1e-11)
			fxtest.MustBeNear(t, s.name+" compiled", fx.Jit(f)(a).Float64s(), y.Float64s(), 0)
			rows := fx.Stack(0, a.X, a.X.MulScalar(0.2), d.X)
			whole, each := s.onto(rows, s.p), fx.Vmap(func(x vec) vec { return s.onto(x, s.p) })(rows)
			for i := range 3 {
				want := s.onto(rows.Index(i), s.p).Float64s()
				fxtest.MustBeNear(t, s.name+" rows", whole.Index(i).Float64s(), want, 1e-14)
				fxtest.MustBeNear(t, s.name+" mapped", each.Index(i).Float64s(), want, 1e-14)
			}
		}
	}
}

// The simplex against the quadratic program, and its derivative against the
// formula on the support: the identity minus the mean.
func TestSimplexIsTheQP(t *testing.T) {
	r := rand.New(rand.NewPCG(47, 1))
	onto := func(x vec) vec { return project.Simplex(x, fx.Const(2)) }
	for range 30 {
		n := 1 + r.IntN(7)
		x, d := normal(r, n), normal(r, n)
		q, err := linalg.QP{
			H: fx.Eye(fx.Float64, n), C: x.Neg(),
			Eq: fx.Ones(fx.Float64, 1, n), EqB: fx.New([]float64{2.0}),
			In: fx.Eye(fx.Float64, n).Neg(), InB: fx.Zeros(fx.Float64, n),
		}.Solve()
		if err != nil {
			t.Fatal(err)
		}
		p, dp := fx.JVP(onto, x, d)
		fxtest.MustBeNear(t, "QP", p.Float64s(), q.X.Float64s(), 1e-9)
		on := p.Greater(fx.Const(0)).AsType(fx.Float64)
		want := on.Mul(d.Sub(d.Mul(on).Sum().Div(on.Sum())))
		fxtest.MustBeNear(t, "derivative", dp.Float64s(), want.Float64s(), 1e-12)
	}
}

func TestEdges(t *testing.T) {
	nan := func(what string, y vec) {
		t.Helper()
		if y.IsNaN().All().Item() != 1 {
			t.Errorf("%s: %v, want NaN", what, y)
		}
	}
	x := fx.New([]float64{1, -2, 3})
	nan("empty section", project.BoxSection(x, fx.Const(0), fx.Const(1), fx.Const(1), fx.Const(4)))
	nan("unbounded section", project.BoxSection(x, fx.Const(0), fx.Const(math.Inf(1)), fx.Const(1), fx.Const(1)))
	nan("empty simplex", project.Simplex(x, fx.Const(0)))
	fxtest.MustBeNear(t, "section at a corner", project.BoxSection(x, fx.Const(0), fx.Const(1), fx.Const(1), fx.Const(3)).Float64s(), []float64{1, 1, 1}, 1e-15)
	zero := fx.Zeros(fx.Float64, 3)
	fxtest.MustBeNear(t, "centre of the sphere", project.L2Sphere(zero, fx.Const(1)).Float64s(), []float64{0, 0, 0}, 0)
	g := fx.Grad(func(x vec) vec { return project.L2Ball(x, fx.Const(1)).Sum() })(zero)
	fxtest.MustBeNear(t, "derivative at the centre", g.Float64s(), []float64{1, 1, 1}, 0)
	fxtest.MustBeNear(t, "one dimension", project.SecondOrderCone(fx.New([]float64{-1.0})).Float64s(), []float64{0}, 0)
	p := project.Product(project.NonNegative, func(x vec) vec { return project.L2Ball(x, fx.Const(1)) })([]vec{x, fx.New([]float64{3, 4})})
	fxtest.MustBeNear(t, "product", p[0].Float64s(), []float64{1, 0, 3}, 0)
	fxtest.MustBeNear(t, "product", p[1].Float64s(), []float64{0.6, 0.8}, 1e-15)
	fxtest.MustBeNear(t, "float32", project.Simplex(x.AsType(fx.Float32), fx.Const(1)).Float64s(), []float64{0, 0, 1}, 0)
	radii := project.L2Ball(fx.New([]float64{3, 4, 0.3, 0.4, 6, 8}, 3, 2), fx.New([]float64{1, 1, 5}))
	fxtest.MustBeNear(t, "a radius each", radii.Float64s(), []float64{0.6, 0.8, 0.3, 0.4, 3, 4}, 1e-15)
}

func TestWrongPrograms(t *testing.T) {
	x := fx.Ones(fx.Float64, 2, 3)
	fxtest.MustFail(t, "no vectors of floats", func() { project.Simplex(fx.Scalar(1.0), fx.Const(1)) })
	fxtest.MustFail(t, "no vectors of floats", func() { project.NonNegative(fx.Ones(fx.Int32, 2)) })
	fxtest.MustFail(t, "no vectors of floats", func() { project.L1Ball(fx.Ones(fx.Float64, 2, 0), fx.Const(1)) })
	fxtest.MustFail(t, "parameter 1 is nil", func() { project.L2Ball(x, nil) })
	fxtest.MustFail(t, "parameter 2 is nil", func() { project.Box(x, fx.Const(0), nil) })
	fxtest.MustFail(t, "the radius has the shape [2 3]", func() { project.L2Ball(x, x) })
	fxtest.MustFail(t, "they must be [m, 3] and [m]", func() { project.AffineSet(x, x, fx.Ones(fx.Float64, 3)) })
	fxtest.MustFail(t, "1 arrays for 2 sets", func() { project.Product(project.NonNegative, project.NonNegative)([]vec{x}) })
	fxtest.MustFail(t, "projection 0 is nil", func() { project.Product(nil) })
}
