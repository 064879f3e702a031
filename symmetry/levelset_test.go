package symmetry

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
)

// TestLevelSet: on the ellipse of a quadratic the points are at its level, the
// gradient is largest on the short axis and smallest on the long one.
func TestLevelSet(t *testing.T) {
	c := fx.New([]float64{1, -2})
	scale := fx.New([]float64{1, 10})
	f := func(x *fx.Array) *fx.Array { return x.Sub(c).Square().Mul(scale).Sum().MulScalar(0.5) }
	l := LevelSet{Centre: c, Rays: Circle(360)}
	w := fx.New([]float64{3, -1.5})
	level := f(w).Item()
	points := l.Points(f, w)
	values := fx.Vmap(f)(points).Float64s()
	for _, v := range values {
		if v > level || v < level*(1-1e-12) {
			t.Fatalf("a point has the value %v; the level is %v", v, level)
		}
	}
	up := fx.Jit(func(w *fx.Array) *fx.Array { return l.Move(f, GradNorm[*fx.Array](), Max, w) })(w)
	fxtest.MustBeNear(t, "largest gradient", up.Sub(c).Abs().Float64s(), []float64{0, math.Sqrt(2 * level / 10)}, 1e-12)
	down := l.Move(f, GradNorm[*fx.Array](), Min, w)
	fxtest.MustBeNear(t, "smallest gradient", down.Sub(c).Abs().Float64s(), []float64{math.Sqrt(2 * level), 0}, 1e-12)
	fxtest.MustBeNear(t, "at the centre", l.Move(f, GradNorm[*fx.Array](), Max, c).Float64s(), c.Float64s(), 0)
}

// TestLevelSetThatEndsNowhere: rays along which the function is too small have no
// point; the search goes on without them.
func TestLevelSetThatEndsNowhere(t *testing.T) {
	f := func(x *fx.Array) *fx.Array { return x.Index(0).Square() }
	l := LevelSet{Centre: fx.Zeros(fx.Float64, 2), Rays: fx.New([]float64{0, 1, 1, 0, 1, 1}, 3, 2)}
	w := fx.New([]float64{2, 0.5})
	points := l.Points(f, w).Float64s()
	if !math.IsNaN(points[0]) {
		t.Errorf("the ray that never gets there ends at %v", points[:2])
	}
	fxtest.MustBeNear(t, "points", points[2:], []float64{2, 0, 2, 2}, 1e-14)
	if v := f(l.Move(f, GradNorm[*fx.Array](), Max, w)).Item(); math.Abs(v-4) > 1e-12 {
		t.Errorf("the search leaves the level for %g", v)
	}
}

// TestNewtonAlignment: at the maximiser of the gradient on the level set of a convex
// function the Hessian maps the gradient to a multiple of itself.
func TestNewtonAlignment(t *testing.T) {
	m := normal(4, 20, 2).Mul(fx.New([]float64{3, 0.3}))
	f := func(x *fx.Array) *fx.Array {
		return m.MatMul(x).Softplus().Mean().Add(x.Square().Sum().MulScalar(0.05)).Sub(x.Sum().MulScalar(0.1))
	}
	x := fx.Zeros(fx.Float64, 2)
	for range 30 {
		x = x.Sub(fx.Solve(fx.Hessian(f)(x), fx.Grad(f)(x).ExpandDims(1)).Squeeze(1))
	}
	l := LevelSet{Centre: x, Rays: Circle(2000)}
	cosine := func(w *fx.Array) float64 {
		g := fx.Grad(f)(w)
		h := fx.HVP(f, w, g)
		return g.Dot(h).Div(g.Norm().Mul(h.Norm())).Item()
	}
	w := x.Add(fx.New([]float64{1, 3}))
	if before, after := cosine(w), cosine(l.Move(f, GradNorm[*fx.Array](), Max, w)); after < 0.99999 || before > 0.99 {
		t.Errorf("the cosine is %v at the maximiser and %v before", after, before)
	}
}

// TestQuadraticTop: the level stays, the gradient is the largest of the level, and
// it still is after a step of gradient descent.
func TestQuadraticTop(t *testing.T) {
	b := normal(3, 5, 5)
	h := b.MatMul(b.T())
	c, w := normal(5, 5), normal(6, 5)
	f := func(x *fx.Array) *fx.Array { d := x.Sub(c); return d.Dot(h.MatMul(d)).MulScalar(0.5) }
	top := QuadraticTop(h, c, w)
	fxtest.MustBeNear(t, "level", []float64{f(top).Item()}, []float64{f(w).Item()}, 1e-13)
	if top.Sub(c).Dot(w.Sub(c)).Item() < 0 && fx.Grad(f)(w).Dot(top.Sub(c)).Item() < 0 {
		t.Error("the teleport goes to the other side")
	}
	largest := fx.Eigvalsh(h).Index(-1).Item()
	for range 2 {
		// |H d|^2 = 2 lambda f at the top, and less elsewhere.
		g := fx.Grad(f)(top)
		fxtest.MustBeNear(t, "squared gradient", []float64{linalg.Dot(g, g).Item()}, []float64{2 * largest * f(top).Item()}, 1e-12)
		top = top.Sub(g.MulScalar(0.3 / largest))
	}
}

func TestLevelSetErrors(t *testing.T) {
	w, f := fx.Zeros(fx.Float64, 2), func(x *fx.Array) *fx.Array { return x.Sum() }
	good := LevelSet{Centre: w, Rays: Circle(4)}
	fxtest.MustFail(t, "Circle: 0 directions", func() { Circle(0) })
	fxtest.MustFail(t, "LevelSet: the point is float64[]; it must be a vector of floats", func() { good.Points(f, fx.Scalar(1.0)) })
	fxtest.MustFail(t, "LevelSet: the centre is nil; it must be like the point, float64[2]", func() { LevelSet{Rays: Circle(4)}.Points(f, w) })
	fxtest.MustFail(t, "LevelSet: the rays are float64[4 2]; they must be float64[n, 3]", func() {
		LevelSet{Centre: fx.Zeros(fx.Float64, 3), Rays: Circle(4)}.Points(f, fx.Zeros(fx.Float64, 3))
	})
	fxtest.MustFail(t, "LevelSet: the function is float64[2]; it must be a float scalar", func() { good.Points(func(x *fx.Array) *fx.Array { return x }, w) })
	fxtest.MustFail(t, "QuadraticTop: the matrix is float64[2], the minimiser float64[2] and the point float64[2]", func() { QuadraticTop(w, w, w) })
}
