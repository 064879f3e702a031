package curvature

import (
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

func uniform(seed uint64, shape ...int) *fx.Array {
	return random.Uniform(random.New(seed), fx.Float64, 0.2, 1.5, shape...)
}

func denseOf(f func(*fx.Array) *fx.Array, like *fx.Array) []float64 {
	return linalg.Dense(f, like).Flatten().Float64s()
}

// TestHessianRiemannian: against the formula with the potential's own Hessian,
// with and without constraints.
func TestHessianRiemannian(t *testing.T) {
	x := uniform(1, 5)
	b := normal(2, 2, 5)
	for name, c := range map[string]struct {
		h Potential
		f PotentialFunc
	}{
		"entropy":     {Entropy{}, func(x *fx.Array) *fx.Array { return x.Mul(x.Log()).Sum() }},
		"log barrier": {LogBarrier{}, func(x *fx.Array) *fx.Array { return x.Log().Sum().Neg() }},
	} {
		inverse := fx.Inverse(fx.Hessian(c.f)(x))
		free, err := NewHessianRiemannian(c.h, nil)
		if err != nil {
			t.Fatal(err)
		}
		fxtest.MustBeNear(t, name, denseOf(free.At(x), x), inverse.Flatten().Float64s(), 1e-12)
		fxtest.MustBeNear(t, name+" as a function", denseOf(HessianRiemannian{Potential: c.f}.At(x), x), inverse.Flatten().Float64s(), 1e-12)
		bound, err := NewHessianRiemannian(c.h, b)
		if err != nil {
			t.Fatal(err)
		}
		ab := inverse.MatMul(b.T())
		want := inverse.Sub(ab.MatMul(fx.Solve(b.MatMul(ab), ab.T())))
		fxtest.MustBeNear(t, name+" with constraints", denseOf(bound.At(x), x), want.Flatten().Float64s(), 1e-12)
		if off := b.MatMul(bound.At(x)(normal(3, 5))).Abs().Max().Item(); off > 1e-13 {
			t.Errorf("%s: a direction changes the constraints by %g", name, off)
		}
	}
	w := x.Div(x.Sum())
	want := w.Diag(0).Sub(w.Outer(w))
	fxtest.MustBeNear(t, "on the simplex", denseOf(OnSimplex(fx.Float64, 5).At(w), w), want.Flatten().Float64s(), 1e-14)

	if _, err := NewHessianRiemannian(Entropy{}, fx.Concatenate(0, b, b.SliceAxis(0, 0, 1))); err == nil || !strings.Contains(err.Error(), "the 3 constraints have rank 2; B A⁻¹ B' is singular") {
		t.Errorf("dependent constraints: %v", err)
	}
	if _, err := NewHessianRiemannian(nil, b); err == nil || !strings.Contains(err.Error(), "there is no potential") {
		t.Errorf("no potential: %v", err)
	}
	if _, err := NewHessianRiemannian(Entropy{}, x); err == nil || !strings.Contains(err.Error(), "must be a float matrix [m, n]") {
		t.Errorf("constraints of another shape: %v", err)
	}
}

// TestMetrics: against the matrices that they are made of.
func TestMetrics(t *testing.T) {
	const n, h = 6, 0.3
	rho := uniform(4, n)
	// The matrix of -(c·')' on cells, c at the faces.
	elliptic := func(c []float64) *fx.Array {
		k := make([]float64, n*n)
		for i := range n - 1 {
			v := c[i] / (h * h)
			k[i*n+i] += v
			k[(i+1)*n+i+1] += v
			k[i*n+i+1] -= v
			k[(i+1)*n+i] -= v
		}
		return fx.New(k, n, n)
	}
	pinv := func(a *fx.Array) *fx.Array {
		x, _ := linalg.LstSq(a, fx.Eye(fx.Float64, a.Dim(0)), 1e-12)
		return x
	}
	ones := make([]float64, n-1)
	middle := make([]float64, n-1)
	values := rho.Float64s()
	for i := range ones {
		ones[i], middle[i] = 1, (values[i]+values[i+1])/2
	}
	eye := fx.Eye(fx.Float64, n)
	// Wasserstein's and its relative are metrics of changes that keep the mass.
	keep := eye.SubScalar(1.0 / n)
	for name, c := range map[string]struct {
		m    Metric
		want *fx.Array
	}{
		"L2":          {L2(h), eye.MulScalar(h)},
		"Fisher-Rao":  {FisherRao(h), rho.Reciprocal().MulScalar(h).Diag(0)},
		"H1":          {H1(h), eye.Add(elliptic(ones)).MulScalar(h)},
		"H-1":         {HMinus1(h), pinv(elliptic(ones)).MulScalar(h)},
		"Wasserstein": {Wasserstein(h), pinv(elliptic(middle)).MulScalar(h)},
	} {
		s := linalg.Dense(c.m(rho), rho)
		if name == "Wasserstein" {
			if off := s.MatMul(rho).Abs().Max().Item(); off > 1e-14 {
				t.Errorf("more of everything has the length %v", off)
			}
			s = s.MatMul(keep)
		}
		fxtest.MustBeNear(t, name, s.T().MatMul(s).Flatten().Float64s(), c.want.Flatten().Float64s(), 1e-12)
	}
}

// TestWassersteinGrid: a state that depends on one coordinate alone has the
// lengths of the interval; and the change that a translation makes has the
// length of the translation.
func TestWassersteinGrid(t *testing.T) {
	const n, m, h = 8, 5, 0.2
	line := uniform(5, n)
	change := normal(6, n)
	change = change.Sub(change.Mean())
	plane := func(a *fx.Array) *fx.Array { return a.ExpandDims(1).BroadcastTo(n, m) }
	got := WassersteinGrid(h, 1e-12)(plane(line))(plane(change)).Norm().Item()
	want := Wasserstein(h)(line)(change).Norm().Item() * math.Sqrt(m*h)
	if math.Abs(got-want) > 1e-9 {
		t.Errorf("length %v on the grid, %v on the interval", got, want)
	}
	// A bump of mass 1 in the middle of [-4, 4], moved at speed 1.
	const cells = 400
	x := fx.Linspace(fx.Float64, -4+4.0/cells, 4-4.0/cells, cells)
	bump := x.Square().MulScalar(-2).Exp().MulScalar(math.Sqrt(2 / math.Pi))
	speed := Wasserstein(8.0 / cells)(bump)(bump.Mul(x).MulScalar(4)).Norm().Item()
	if math.Abs(speed-1) > 1e-3 {
		t.Errorf("speed %v of a translation, want 1", speed)
	}
}

// TestWassersteinGridFarApart: with densities that differ by thirty powers of
// ten, against the interval again.
func TestWassersteinGridFarApart(t *testing.T) {
	const n, h = 24, 0.5
	x := fx.Linspace(fx.Float64, -6+h/2, 6-h/2, n)
	bump := x.Square().MulScalar(-2).Exp()
	across := x.SubScalar(1).Square().MulScalar(-0.5).Exp()
	across = across.Div(across.Sum().MulScalar(h))
	// Moving a product along one axis is moving its factor there.
	change := bump.Mul(x)
	got := WassersteinGrid(h, 1e-12)(bump.Outer(across))(change.Outer(across)).Norm().Item()
	want := Wasserstein(h)(bump)(change).Norm().Item()
	if math.Abs(got/want-1) > 1e-8 {
		t.Errorf("length %v on the grid, %v on the interval", got, want)
	}
	// On the interval, in 200 cells most of which are empty: the flow of a bump
	// that moves at speed 1 is its mass.
	fine := fx.Linspace(fx.Float64, -29.85, 29.85, 200)
	thin := fine.AddScalar(10).Square().MulScalar(-0.5).Exp()
	moved := Wasserstein(0.3)(thin)(thin.Mul(fine.AddScalar(10))).Norm().Item()
	if speed := moved / math.Sqrt(thin.Sum().Item()*0.3); math.Abs(speed-1) > 0.02 {
		t.Errorf("a bump in empty space is moved at speed %v, want 1", speed)
	}
}

// TestNaturalGradient: both solvers against the matrix, with a tree as
// parameters; with damping; and where the rank is low.
func TestNaturalGradient(t *testing.T) {
	type pair struct{ A, B *fx.Array }
	mix := normal(7, 6, 4)
	state := func(p pair) *fx.Array {
		return mix.MatMul(fx.Concatenate(0, p.A, p.B.Flatten())).Tanh().AddScalar(1.5)
	}
	p := pair{normal(8, 2), normal(9, 2, 1)}
	g := pair{normal(10, 2), normal(11, 2, 1)}
	v, f := linalg.Ravel(p)
	j := fx.JacRev(func(v *fx.Array) *fx.Array { return state(f(v)) })(v)
	rho := state(p)
	flat, _ := linalg.Ravel(g)
	for _, damping := range []float64{0, 0.3} {
		a := j.T().MatMul(rho.Reciprocal().Diag(0)).MatMul(j).Add(fx.Eye(fx.Float64, 4).MulScalar(damping))
		want := solve(a, flat).Float64s()
		for _, solver := range []NaturalSolver{LeastSquares, ConjugateGradients} {
			n := NaturalGradient[pair]{State: state, Metric: FisherRao(1), Solver: solver, Damping: damping}
			got, _ := linalg.Ravel(fx.Jit(func(g pair) pair { return n.At(p)(g) })(g))
			fxtest.MustBeNear(t, "natural gradient", got.Float64s(), want, 1e-8)
		}
	}
	// One number as the state: only its direction moves.
	one := NaturalGradient[*fx.Array]{State: func(x *fx.Array) *fx.Array { return x.Sum().Reshape(1).MulScalar(2) }}
	fxtest.MustBeNear(t, "rank 1", one.At(fx.Ones(fx.Float64, 3))(fx.New([]float64{1, 2, 3})).Float64s(), []float64{1.0 / 6, 1.0 / 6, 1.0 / 6}, 1e-13)
}

// TestGaussNewtonStep: with residuals as the state and AEPG's unit step it is
// the method of Gauss and Newton, which solves Rosenbrock's function in two
// steps.
func TestGaussNewtonStep(t *testing.T) {
	residuals := func(x *fx.Array) *fx.Array {
		x1, x2 := x.Index(0), x.Index(1)
		return fx.Stack(0, fx.Const(1).Sub(x1), x1.Square().Sub(x2).MulScalar(10)).MulScalar(math.Sqrt2)
	}
	loss := func(x *fx.Array) *fx.Array { return residuals(x).Square().Sum().MulScalar(0.5) }
	o := optim.NewAEPG[*fx.Array](optim.Constant(1), 1e12)
	o.Precondition = NaturalGradient[*fx.Array]{State: residuals}.At
	x := fx.New([]float64{-1.2, 1})
	end, _, _ := optim.Descend(o, loss, x, o.Init(x), 2)
	fxtest.MustBeNear(t, "after two steps", end.Float64s(), []float64{1, 1}, 1e-6)
}

func TestNaturalMistakes(t *testing.T) {
	x := fx.Ones(fx.Float64, 3)
	id := func(x *fx.Array) *fx.Array { return x }
	for want, f := range map[string]func(){
		"curvature.NaturalGradient: there is no state":           func() { NaturalGradient[*fx.Array]{}.At(x) },
		"curvature.NaturalGradient: no solver has the number 2":  func() { NaturalGradient[*fx.Array]{State: id, Solver: 2}.At(x) },
		"curvature.NaturalGradient: the damping is -1":           func() { NaturalGradient[*fx.Array]{State: id, Damping: -1}.At(x) },
		"curvature.NaturalGradient: the tolerance is 1":          func() { NaturalGradient[*fx.Array]{State: id, Tol: 1}.At(x) },
		"curvature.L2: the size of a cell is 0":                  func() { L2(0) },
		"curvature.Wasserstein: the state is float64[1]":         func() { Wasserstein(1)(fx.Ones(fx.Float64, 1)) },
		"curvature.WassersteinGrid: the state is float64[3]":     func() { WassersteinGrid(1, 0)(x) },
		"curvature.HessianRiemannian: the constraints are [1 4]": func() { OnSimplex(fx.Float64, 4).At(x) },
		"curvature.HessianRiemannian: there is no potential":     func() { HessianRiemannian{}.At(x) },
		"HessianRiemannian: the point is float64[]":              func() { OnSimplex(fx.Float64, 4).At(fx.Scalar(1.0)) },
	} {
		fxtest.MustFail(t, want, f)
	}
}
