package implicit

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/project"
	"github.com/fluxion-go/fluxion/prox"
)

// quadratic is f(x) = x'Qx/2 - x.p, with one over its Lipschitz constant.
func quadratic(seed uint64, n int) (f func(x, p vec) vec, q vec, step float64) {
	q = random(seed, n, n)
	q = q.T().MatMul(q).Add(fx.Eye(fx.Float64, n))
	return func(x, p vec) vec { return x.Dot(q.MatMul(x)).MulScalar(0.5).Sub(x.Dot(p)) }, q, 0.9 / q.Norm().Item()
}

func lasso(x, p vec, s float64) vec { return prox.Lasso(x, fx.Const(0.8*s)) }

func blockLasso(x, p, s vec) vec { return prox.Lasso(x, s.MulScalar(0.8)) }

// checkDerivatives holds a solution's derivatives against differences, in both
// modes, twice, compiled and batched.
func checkDerivatives(t *testing.T, name string, solution func(p vec) vec, p, d vec, tol float64) {
	t.Helper()
	f := func(p vec) vec { return solution(p).Sin().Sum() }
	_, got := fx.JVP(f, p, d)
	fxtest.MustBeNear(t, name+" forward", got.Float64s(), []float64{numericDerivative(solution, p, d)}, tol)
	g := fx.Grad(f)
	fxtest.MustBeNear(t, name+" reverse", g(p).Dot(d).Float64s(), got.Float64s(), tol)
	fxtest.MustBeNear(t, name+" compiled", fx.Jit(g)(p).Float64s(), g(p).Float64s(), 1e-9)
	const h = 1e-5
	second := (g(p.Add(d.MulScalar(h))).Dot(d).Item() - g(p.Sub(d.MulScalar(h))).Dot(d).Item()) / (2 * h)
	twice := fx.Grad(func(p vec) vec { return g(p).Dot(d) })(p)
	fxtest.MustBeNear(t, name+" second", twice.Dot(d).Float64s(), []float64{second}, 100*tol)
	batch := fx.Vmap(g)(fx.Stack(0, p, p.Add(d.MulScalar(0.1))))
	fxtest.MustBeNear(t, name+" batched", batch.Index(1).Float64s(), g(p.Add(d.MulScalar(0.1))).Float64s(), 1e-7)
}

func TestFurtherMaps(t *testing.T) {
	const n = 5
	f, q, step := quadratic(14, n)
	p, d := random(15, n).MulScalar(3), random(16, n)
	start := fx.Zeros(fx.Float64, n)
	picard := Picard[vec]{Stop: Stop{Tol: 1e-13, MaxIter: 200000}}
	gmres := linalg.GMRES[vec]{Tol: 1e-12}
	steps := func(p vec) vec { return fx.Full(fx.Float64, step, n).Mul(fx.Linspace(fx.Float64, 0.5, 1, n)) }
	for name, T := range map[string]func(x, p vec) vec{
		"gradient": GradientDescent(f, step),
		"newton":   NewtonStep(Stationary(f), linalg.LU[vec]{}, 0.7),
		"lasso":    ProximalGradient(f, lasso, step),
		"blocks":   BlockProximalGradient(f, blockLasso, steps),
		"box":      ProjectedGradient(f, func(x, p vec) vec { return project.Box(x, fx.Const(-0.5), p.Abs().MulScalar(0.1)) }, step),
	} {
		solve := FixedPoint(T, picard, gmres)
		x, r := solve(start, p)
		if err := r.Err(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		checkDerivatives(t, name, func(p vec) vec { x, _ := solve(start, p); return x }, p, d, 1e-7)
		switch name {
		case "gradient", "newton":
			fxtest.MustBeNear(t, name, x.Float64s(), fx.Solve(q, p.ExpandDims(1)).Squeeze(1).Float64s(), 1e-10)
		case "blocks":
			// The steps do not move the solution.
			other, _ := FixedPoint(ProximalGradient(f, lasso, step), picard, gmres)(start, p)
			fxtest.MustBeNear(t, name, x.Float64s(), other.Float64s(), 1e-10)
		}
	}
	fxtest.MustFail(t, "step is -1", func() { GradientDescent(f, -1) })
	fxtest.MustFail(t, "step is 0", func() { NewtonStep(Stationary(f), nil, 0) })
	fxtest.MustFail(t, "function is nil", func() { NewtonStep[vec, vec](nil, nil, 1) })
	fxtest.MustFail(t, "a function is nil", func() { BlockProximalGradient(f, blockLasso, nil) })
	fxtest.MustFail(t, "[4] steps for blocks of [5]", func() {
		BlockProximalGradient(f, blockLasso, func(vec) vec { return fx.Ones(fx.Float64, 4) })(start, p)
	})
	fxtest.MustFail(t, "the function's value has float64[4] where its argument has float64[5]", func() {
		RootVJP(func(x, p vec) vec { return x.SliceAxis(0, 0, 4) }, start, p, start, nil)
	})
}

// On its active set the lasso is linear, and its derivative a formula.
func TestLassoFormula(t *testing.T) {
	const n = 6
	f, q, step := quadratic(50, n)
	p := random(51, n).MulScalar(2)
	solve := FixedPoint(ProximalGradient(f, lasso, step), Nesterov[vec]{Stop{Tol: 1e-13, MaxIter: 100000}}, linalg.GMRES[vec]{Tol: 1e-13})
	solution := func(p vec) vec { x, _ := solve(fx.Zeros(fx.Float64, n), p); return x }
	x := solution(p)
	on := x.NotEqual(fx.Const(0)).AsType(fx.Float64)
	if k := on.Sum().Item(); k == 0 || k == n {
		t.Fatalf("%v elements are active: the test proves nothing", k)
	}
	// (D Q D + 1 - D) J = D
	system := on.ExpandDims(1).Mul(q).Mul(on).Add(on.Neg().AddScalar(1).Diag(0))
	want := fx.Solve(system, on.Diag(0))
	fxtest.MustBeNear(t, "reverse", fx.JacRev(solution)(p).Float64s(), want.Float64s(), 1e-10)
	fxtest.MustBeNear(t, "forward", fx.JacFwd(solution)(p).Float64s(), want.Float64s(), 1e-10)
}

// FISTA beats the plain iteration, and finds the same.
func TestNesterov(t *testing.T) {
	f, _, step := quadratic(52, 8)
	p, x0 := random(53, 8).MulScalar(3), fx.Zeros(fx.Float64, 8)
	F := Residual(ProximalGradient(f, lasso, step))
	stop := Stop{Tol: 1e-12, MaxIter: 100000}
	at := func(x vec) vec { return F(x, p) }
	slow, r1 := Picard[vec]{Stop: stop}.Solve(at, x0)
	fast, r2 := Nesterov[vec]{stop}.Solve(at, x0)
	if r1.Err() != nil || r2.Err() != nil {
		t.Fatal(r1, r2)
	}
	fxtest.MustBeNear(t, "solution", fast.Float64s(), slow.Float64s(), 1e-9)
	if !(r2.Iterations.Item() < 0.7*r1.Iterations.Item()) {
		t.Errorf("%v iterations, plain %v", r2.Iterations, r1.Iterations)
	}
	if _, r := (Nesterov[vec]{Stop{MaxIter: 2}}).Solve(at, x0); r.Status() != linalg.MaxIterations {
		t.Error(r)
	}
}

// Coordinate descent on |A x - p|^2/2 + 0.8 |x|_1, with the residual as its state.
func TestBlockCoordinateDescent(t *testing.T) {
	const m, n = 8, 5
	a := random(60, m, n)
	f := func(x, p vec) vec { return a.MatMul(x).Sub(p).Square().Sum().MulScalar(0.5) }
	steps := func(vec) vec { return a.Square().Sum(0).Reciprocal() }
	column := func(j vec) vec { return a.Take(j, 1) }
	blocks := Blocks[vec, vec]{
		State: func(x, p vec) vec { return a.MatMul(x).Sub(p) },
		Grad:  func(s, _, j, _ vec) vec { return column(j).Dot(s) },
		Move:  func(s, d, j, _ vec) vec { return s.Add(column(j).Mul(d)) },
		Prox:  blockLasso, Steps: steps,
	}
	descend := BlockCoordinateDescent(blocks, Stop{Tol: 1e-14})
	solve := Custom(Residual(BlockProximalGradient(f, blockLasso, steps)), descend, linalg.GMRES[vec]{Tol: 1e-13})
	p, d, x0 := random(61, m).MulScalar(2), random(62, m), fx.Zeros(fx.Float64, n)
	x, r := solve(x0, p)
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	want, _ := FixedPoint(ProximalGradient(f, lasso, 0.5/a.Square().Sum().Item()), Picard[vec]{Stop: Stop{Tol: 1e-14, MaxIter: 100000}}, nil)(x0, p)
	fxtest.MustBeNear(t, "solution", x.Float64s(), want.Float64s(), 1e-10)
	checkDerivatives(t, "blocks", func(p vec) vec { x, _ := solve(x0, p); return x }, p, d, 1e-7)
	if _, r := BlockCoordinateDescent(blocks, Stop{MaxIter: 1, Tol: 1e-14})(x0, p); r.Status() != linalg.MaxIterations {
		t.Error(r)
	}
	fxtest.MustFail(t, "a function is nil", func() { BlockCoordinateDescent(Blocks[vec, vec]{}, Stop{}) })
}

// Fitting a exp(-b t) + c, of which no curve goes through the points.
func TestNonlinearLeastSquares(t *testing.T) {
	times := fx.Linspace(fx.Float64, 0, 3, 12)
	model := func(x vec) vec {
		return x.Index(0).Mul(x.Index(1).Neg().Mul(times).Exp()).Add(x.Index(2))
	}
	truth := fx.New([]float64{2, 1.3, 0.5})
	y := model(truth).Add(random(70, 12).MulScalar(0.05))
	R := func(x, p vec) vec { return model(x).Sub(p) }
	solve := NonlinearLeastSquares(R, LevenbergMarquardt[vec]{Stop: Stop{Tol: 1e-13, AbsTol: 1e-13}}, linalg.LU[vec]{})
	start := fx.New([]float64{1, 0.1, 0})
	x, r := solve(start, y)
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	if x.Sub(truth).Abs().Max().Item() > 0.3 || R(x, y).Norm().Item() < 1e-3 {
		t.Errorf("%v with residual %v", x, R(x, y).Norm())
	}
	checkDerivatives(t, "fit", func(y vec) vec { x, _ := solve(start, y); return x }, y, random(71, 12), 1e-6)
	// As a Solver it finds roots, from where Newton's Jacobian is singular.
	F := func(x vec) vec { return x.Square().Mul(x).SubScalar(8) }
	root, r := LevenbergMarquardt[vec]{}.Solve(F, fx.Full(fx.Float64, 0.1, 1))
	if err := r.Err(); err != nil {
		t.Error(err)
	}
	fxtest.MustBeNear(t, "root", root.Float64s(), []float64{2}, 1e-9)
	none := func(x vec) vec { return x.Square().AddScalar(1) }
	if _, r := (LevenbergMarquardt[vec]{}).Solve(none, fx.Ones(fx.Float64, 1)); r.Err() == nil {
		t.Error(r)
	}
	fxtest.MustFail(t, "Damping is -1", func() { LevenbergMarquardt[vec]{Damping: -1}.Solve(F, fx.Ones(fx.Float64, 1)) })
	fxtest.MustFail(t, "function is nil", func() { NonlinearLeastSquares[vec, vec, vec](nil, LevenbergMarquardt[vec]{}, nil) })
}

// A linear program and one over the second-order cone.
func TestCones(t *testing.T) {
	newton := Newton[Conic]{Stop: Stop{Tol: 1e-13, MaxIter: 200}, Linear: linalg.LU[Conic]{}}
	c := random(80, 3)
	// A vertex of a polytope: Ax <= b with x bounded by the simplex-like rows.
	a := fx.Concatenate(0, fx.Eye(fx.Float64, 3), fx.Eye(fx.Float64, 3).Neg(), fx.Ones(fx.Float64, 1, 3))
	b := fx.New([]float64{1, 1.2, 0.9, 0.8, 1.1, 1, 1.5})
	lp := ConeProgram{a, b, c}
	host := func(p ConeProgram) Conic {
		// The program's solution by a nearly linear quadratic one.
		s, err := linalg.QP{H: fx.Eye(fx.Float64, 3).MulScalar(1e-9), C: p.C, In: p.A, InB: p.B}.Solve()
		if err != nil {
			t.Fatal(err)
		}
		return Conic{s.X, s.Z.Sub(p.B.Sub(p.A.MatMul(s.X)))}
	}
	F := ConeResidual(project.NonNegative)
	solve := Custom(F, func(_ Conic, p ConeProgram) (Conic, Report) {
		z := host(p)
		return newton.Solve(func(z Conic) Conic { return F(z, p) }, z)
	}, linalg.LU[Conic]{})
	z, r := solve(Conic{}, lp)
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	x := z.X.Float64s()
	for i, ci := range c.Float64s() {
		want := b.Float64s()[i]
		if ci > 0 {
			want = -b.Float64s()[3+i]
		}
		if math.Abs(x[i]-want) > 1e-9 && math.Abs(x[0]+x[1]+x[2]-1.5) > 1e-9 {
			t.Errorf("x[%d] is %v, want %v", i, x[i], want)
		}
	}
	d := random(81, 7)
	value := func(b vec) vec { z, _ := solve(Conic{}, ConeProgram{a, b, c}); return z.X }
	_, got := fx.JVP(func(b vec) vec { return value(b).Sin().Sum() }, b, d)
	fxtest.MustBeNear(t, "linear program", got.Float64s(), []float64{numericDerivative(value, b, d)}, 1e-6)

	// min c.x with |x| <= rho: x = -rho c/|c|.
	soc := ConeResidual(project.SecondOrderCone)
	cone := func(c, rho vec) ConeProgram {
		return ConeProgram{fx.Concatenate(0, fx.Zeros(fx.Float64, 1, 3), fx.Eye(fx.Float64, 3).Neg()), fx.Concatenate(0, rho, fx.Zeros(fx.Float64, 3)), c}
	}
	ball := func(c, rho vec) vec {
		solve := Root(soc, newton, linalg.Solver[Conic](linalg.LU[Conic]{}))
		z, r := solve(Conic{c.Neg(), fx.Concatenate(0, fx.Zeros(fx.Float64, 1), c.MulScalar(1.5))}, cone(c, rho))
		if err := r.Err(); err != nil {
			t.Fatal(err)
		}
		return z.X
	}
	exact := func(c, rho vec) vec { return c.Mul(rho).Div(c.Norm()).Neg() }
	rho := fx.New([]float64{0.7})
	fxtest.MustBeNear(t, "second-order cone", ball(c, rho).Float64s(), exact(c, rho).Float64s(), 1e-10)
	fxtest.MustBeNear(t, "its derivative", fx.JacFwd(func(c vec) vec { return ball(c, rho) })(c).Float64s(),
		fx.JacFwd(func(c vec) vec { return exact(c, rho) })(c).Float64s(), 1e-9)
	fxtest.MustFail(t, "projection is nil", func() { ConeResidual(nil) })
}

// FIRE finds the minimum of an ill-conditioned bowl, in fewer steps than descent.
func TestFIRE(t *testing.T) {
	stiff := fx.New([]float64{1, 10, 100})
	F := func(x vec) vec { return stiff.Mul(x).Neg() }
	x0 := fx.Ones(fx.Float64, 3)
	stop := Stop{Tol: 1e-9, MaxIter: 5000}
	x, r := FIRE[vec]{Stop: stop, Step: 0.01}.Solve(F, x0)
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	fxtest.MustBeNear(t, "minimum", x.Float64s(), []float64{0, 0, 0}, 1e-8)
	_, plain := Picard[vec]{Stop: stop, Damping: 0.01}.Solve(F, x0)
	if !(r.Iterations.Item() < 0.5*plain.Iterations.Item()) {
		t.Errorf("%v iterations, descent %v", r.Iterations, plain.Iterations)
	}
	if _, r := (FIRE[vec]{Stop: Stop{MaxIter: 3}}).Solve(F, x0); r.Status() != linalg.MaxIterations {
		t.Error(r)
	}
	fxtest.MustFail(t, "Step is -1", func() { FIRE[vec]{Step: -1}.Solve(F, x0) })
}
