package implicit

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

func random(seed uint64, shape ...int) *fx.Array {
	r := rand.New(rand.NewPCG(seed, 77))
	n := 1
	for _, d := range shape {
		n *= d
	}
	v := make([]float64, n)
	for i := range v {
		v[i] = r.NormFloat64()
	}
	return fx.New(v, shape...)
}

// A tanh layer as an equilibrium model: z = tanh(W z + U).
type layer struct{ W, U *fx.Array }

func newLayer(seed uint64, n int) layer {
	return layer{random(seed, n, n).MulScalar(0.5 / math.Sqrt(float64(n))), random(seed+1, n)}
}

func deq(z vec, p layer) vec { return p.W.MatMul(z).Add(p.U).Tanh() }

func tight() Stop { return Stop{Tol: 1e-14, AbsTol: 1e-14} }

func solvers() map[string]Solver[vec] {
	return map[string]Solver[vec]{
		"Picard":         Picard[vec]{Stop: tight()},
		"damped Picard":  Picard[vec]{Stop: tight(), Damping: 0.7},
		"Anderson":       Anderson[vec]{Stop: tight()},
		"Newton":         Newton[vec]{Stop: tight()},
		"Newton by LSMR": Newton[vec]{Stop: tight(), Linear: linalg.LSMR[vec]{}},
		"Broyden":        Broyden[vec]{Stop: tight()},
		"short Broyden":  Broyden[vec]{Stop: tight(), Depth: 3},
	}
}

func TestSolversFindTheFixedPoint(t *testing.T) {
	for _, n := range []int{1, 3, 12} {
		p, x0 := newLayer(1, n), fx.Zeros(fx.Float64, n)
		var want []float64
		steps := map[string]float64{}
		for name, s := range solvers() {
			x, report := FixedPoint(deq, s, nil)(x0, p)
			if err := report.Err(); err != nil {
				t.Errorf("%s %d: %v", name, n, err)
			}
			if res := deq(x, p).Sub(x).Norm().Item(); res > 3e-14 || math.Abs(res-report.Residual.Item()) > 1e-15 {
				t.Errorf("%s: residual %g, reported %v", name, res, report.Residual)
			}
			if want == nil {
				want = x.Float64s()
			}
			fxtest.MustBeNear(t, name, x.Float64s(), want, 1e-12)
			steps[name] = report.Iterations.Item()
		}
		if n == 12 && !(steps["Newton"] < steps["Anderson"] && steps["Anderson"] < steps["Picard"] && steps["Broyden"] < steps["Picard"]) {
			t.Errorf("iterations: %v", steps)
		}
	}
}

func TestImplicitDerivatives(t *testing.T) {
	const n, h = 5, 1e-5
	p, d, x0 := newLayer(2, n), newLayer(30, n), fx.Zeros(fx.Float64, n)
	for name, s := range solvers() {
		f := func(p layer) vec {
			x, _ := FixedPoint(deq, s, linalg.GMRES[vec]{Tol: 1e-13})(x0, p)
			return x.Sin().Sum().Add(x.Square().Mul(p.U).Sum())
		}
		at := func(h float64) layer { return linalg.Axpy(fx.Const(h), d, p) }
		numeric := (f(at(h)).Item() - f(at(-h)).Item()) / (2 * h)
		_, forward := fx.JVP(f, p, d)
		g := fx.Grad(f)(p)
		fxtest.MustBeNear(t, name+" forward", forward.Float64s(), []float64{numeric}, 1e-8)
		fxtest.MustBeNear(t, name+" reverse", []float64{linalg.Dot(g, d).Item()}, forward.Float64s(), 1e-10)
		fxtest.MustBeNear(t, name+" compiled", fx.Jit(fx.Grad(f))(p).U.Float64s(), g.U.Float64s(), 0)
		grad := fx.Grad(f)
		second := (linalg.Dot(grad(at(h)), d).Item() - linalg.Dot(grad(at(-h)), d).Item()) / (2 * h)
		fxtest.MustBeNear(t, name+" second", []float64{linalg.Dot(fx.HVP(f, p, d), d).Item()}, []float64{second}, 1e-6)
		twice := fx.Grad(func(p layer) vec { return linalg.Dot(grad(p), d) })(p)
		fxtest.MustBeNear(t, name+" reverse over reverse", []float64{linalg.Dot(twice, d).Item()}, []float64{second}, 1e-6)
	}
}

// The implicit gradient is the limit of the unrolled one.
func TestUnrollingConverges(t *testing.T) {
	p, x0 := newLayer(3, 4), fx.Zeros(fx.Float64, 4)
	unrolled := func(k int) vec {
		return fx.Grad(func(p layer) vec {
			x, _ := fx.Scan(func(x vec, _ struct{}) (vec, struct{}) { return deq(x, p), struct{}{} }, x0, struct{}{}, fx.Length(k))
			return x.Sum()
		})(p).U
	}
	implicit := fx.Grad(func(p layer) vec {
		x, _ := FixedPoint(deq, Picard[vec]{Stop: tight()}, linalg.GMRES[vec]{Tol: 1e-13})(x0, p)
		return x.Sum()
	})(p).U
	short, long := unrolled(3).Sub(implicit).Norm().Item(), unrolled(200).Sub(implicit).Norm().Item()
	if long > 1e-12 || short < 1e3*long {
		t.Errorf("unrolled gradients are off by %g and %g", short, long)
	}
}

func TestBatches(t *testing.T) {
	const n = 4
	p := newLayer(4, n)
	us := random(9, 3, n)
	x0 := fx.Zeros(fx.Float64, n)
	for name, s := range solvers() {
		loss := func(p layer) vec {
			x, _ := FixedPoint(deq, s, linalg.GMRES[vec]{Tol: 1e-13})(x0, p)
			return x.Sin().Sum()
		}
		batch := fx.Grad(func(us vec) vec {
			return fx.Vmap(func(u vec) vec { return loss(layer{p.W, u}) })(us).Sum()
		})(us)
		each := fx.Vmap(func(u vec) vec { return fx.Grad(loss)(layer{p.W, u}).U })(us)
		for i := range 3 {
			want := fx.Grad(loss)(layer{p.W, us.Index(i)}).U.Float64s()
			fxtest.MustBeNear(t, name+" Grad(Vmap)", batch.Index(i).Float64s(), want, 1e-10)
			fxtest.MustBeNear(t, name+" Vmap(Grad)", each.Index(i).Float64s(), want, 1e-10)
		}
	}
}

// The start and the method's own constants have the derivative zero.
func TestStartHasNoDerivative(t *testing.T) {
	p := newLayer(5, 3)
	g := fx.Grad(func(x0 vec) vec {
		x, _ := FixedPoint(deq, Picard[vec]{}, nil)(x0, p)
		return x.Sum()
	})(fx.Ones(fx.Float64, 3))
	fxtest.MustBeNear(t, "start", g.Float64s(), []float64{0, 0, 0}, 0)
}

func TestRootProductsReport(t *testing.T) {
	p, d := newLayer(6, 5), newLayer(40, 5)
	x, _ := FixedPoint(deq, Newton[vec]{Stop: tight()}, nil)(fx.Zeros(fx.Float64, 5), p)
	F := Residual(deq)
	dx, jr := RootJVP(F, x, p, d, linalg.GMRES[vec]{Tol: 1e-13})
	ct := random(8, 5)
	dp, vr := RootVJP(F, x, p, ct, linalg.GMRES[vec]{Tol: 1e-13})
	if jr.Err() != nil || vr.Err() != nil {
		t.Error(jr.Err(), vr.Err())
	}
	fxtest.MustBeNear(t, "adjoint", []float64{dx.Dot(ct).Item()}, []float64{linalg.Dot(dp, d).Item()}, 1e-11)
	_, few := RootVJP(F, x, p, ct, linalg.GMRES[vec]{Tol: 1e-13, MaxIter: 1})
	if few.Status() != linalg.MaxIterations {
		t.Errorf("one product: %v", few)
	}
}

// Any method may find the root: here, one on the host.
func TestCustomSolver(t *testing.T) {
	type aux struct{ Evaluations *fx.Array }
	// x^3 + x = p
	F := func(x, p vec) vec { return x.Mul(x).Mul(x).Add(x).Sub(p) }
	bisect := func(_, p vec) (vec, aux) {
		lo, hi, n, goal := -10.0, 10.0, 0, p.Item()
		for range 200 {
			if mid := (lo + hi) / 2; mid*mid*mid+mid < goal {
				lo = mid
			} else {
				hi = mid
			}
			n++
		}
		return fx.Scalar(lo), aux{fx.Scalar(int32(n))}
	}
	solve := Custom(F, bisect, linalg.GMRES[vec]{})
	x, a := solve(fx.Scalar(0.0), fx.Scalar(2.0))
	fxtest.MustBeNear(t, "root", x.Float64s(), []float64{1}, 1e-14)
	if a.Evaluations.Item() != 200 {
		t.Errorf("aux %v", a)
	}
	g := fx.Grad(func(p vec) vec { x, _ := solve(fx.Scalar(0.0), p); return x })
	fxtest.MustBeNear(t, "derivative", g(fx.Scalar(2.0)).Float64s(), []float64{0.25}, 1e-14)
	// x'' = -6x x'^2/(3x^2+1) = -6/64
	fxtest.MustBeNear(t, "second derivative", fx.Grad(g)(fx.Scalar(2.0)).Float64s(), []float64{-6.0 / 64}, 1e-13)
}

// Ridge regression: the error of the implicit derivative is proportional to
// that of the solution (Blondel et al. 2022, theorem 1).
func TestPrecisionOfTheDerivative(t *testing.T) {
	a, b := random(11, 30, 6), random(12, 30)
	f := func(x, p vec) vec { return a.MatMul(x).Sub(b).Square().Sum().Add(p.Exp().Mul(x.Square().Sum())) }
	F := Stationary(f)
	p := fx.Scalar(0.5)
	exact := func(p vec) vec {
		m := a.T().MatMul(a).Add(fx.Eye(fx.Float64, 6).Mul(p.Exp()))
		return fx.Solve(m, a.T().MatMul(b).ExpandDims(1)).Squeeze(1)
	}
	x, j := fx.JVP(exact, p, fx.Scalar(1.0))
	direction := random(13, 6)
	var ratios []float64
	for _, size := range []float64{1e-2, 1e-4, 1e-6} {
		got, r := RootJVP(F, x.Add(direction.MulScalar(size)), p, fx.Scalar(1.0), linalg.CG[vec]{Tol: 1e-14})
		if err := r.Err(); err != nil {
			t.Fatal(err)
		}
		ratios = append(ratios, got.Sub(j).Norm().Item()/size)
	}
	fxtest.MustBeNear(t, "error by error", ratios[1:], []float64{ratios[0], ratios[0]}, 1e-3)
}

// numericDerivative is the derivative of the sum of sines of a solution.
func numericDerivative(solve func(p vec) vec, p, d vec) float64 {
	const h = 1e-5
	at := func(h float64) float64 { return solve(p.Add(d.MulScalar(h))).Sin().Sum().Item() }
	return (at(h) - at(-h)) / (2 * h)
}

func TestOptimalityMappings(t *testing.T) {
	const n = 5
	q := random(14, n, n)
	q = q.T().MatMul(q).Add(fx.Eye(fx.Float64, n))
	f := func(x, p vec) vec { return x.Dot(q.MatMul(x)).MulScalar(0.5).Sub(x.Dot(p)) }
	p, d := random(15, n).MulScalar(3), random(16, n)
	step := 0.9 / q.Norm().Item()
	shrink := func(x, _ vec, s float64) vec { return x.Sign().Mul(x.Abs().SubScalar(s * 0.8).Relu()) }
	simplex := func(x, _ vec) vec { return project.Simplex(x, fx.Const(1)) }
	start := fx.Full(fx.Float64, 1.0/n, n)
	picard := Picard[vec]{Stop: Stop{Tol: 1e-13, MaxIter: 200000}}
	lsmr := linalg.LSMR[vec]{Tol: 1e-12}
	fixed := func(T func(x, p vec) vec) func(vec) (vec, Report) {
		solve := FixedPoint(T, picard, lsmr)
		return func(p vec) (vec, Report) { return solve(start, p) }
	}
	cg := linalg.CG[vec]{Tol: 1e-13}
	newton := Root(Stationary(f), Newton[vec]{Stop: Stop{Tol: 1e-12}, Linear: cg}, cg)
	for name, solve := range map[string]func(vec) (vec, Report){
		"stationary": func(p vec) (vec, Report) { return newton(start, p) },
		"proximal":   fixed(ProximalGradient(f, shrink, step)),
		"projected":  fixed(ProjectedGradient(f, simplex, step)),
		"mirror":     fixed(MirrorDescent(f, (*fx.Array).Log, func(y, _ vec) vec { return y.Softmax(0) }, step)),
	} {
		x, r := solve(p)
		if err := r.Err(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if name == "stationary" {
			fxtest.MustBeNear(t, name, x.Float64s(), fx.Solve(q, p.ExpandDims(1)).Squeeze(1).Float64s(), 1e-11)
		}
		solution := func(p vec) vec { x, _ := solve(p); return x }
		_, got := fx.JVP(func(p vec) vec { return solution(p).Sin().Sum() }, p, d)
		fxtest.MustBeNear(t, name, got.Float64s(), []float64{numericDerivative(solution, p, d)}, 1e-6)
	}
}

// A quadratic program through its KKT conditions, against linalg.QP.
func TestKKT(t *testing.T) {
	const n = 4
	q := random(17, n, n)
	q = q.T().MatMul(q).Add(fx.Eye(fx.Float64, n))
	eq, in := random(18, 1, n), random(19, 3, n)
	f := func(x, p vec) vec { return x.Dot(q.MatMul(x)).MulScalar(0.5).Sub(x.Dot(p)) }
	g := func(x, p vec) vec { return in.MatMul(x).SubScalar(0.3) }
	h := func(x, p vec) vec { return eq.MatMul(x).Sub(p.SliceAxis(0, 0, 1)) }
	F := KKT(f, g, h)
	host := func(p vec) Primal[vec] {
		s, err := linalg.QP{H: q, C: p.Neg(), Eq: eq, EqB: p.SliceAxis(0, 0, 1), In: in, InB: fx.Full(fx.Float64, 0.3, 3)}.Solve()
		if err != nil {
			t.Fatal(err)
		}
		return Primal[vec]{X: s.X, Nu: s.Y, La: s.Z}
	}
	solve := Custom(F, func(_ Primal[vec], p vec) (Primal[vec], struct{}) { return host(p), struct{}{} }, linalg.LSMR[Primal[vec]]{Tol: 1e-13})
	p, d := random(20, n), random(21, n)
	s, _ := solve(Primal[vec]{}, p)
	if r := linalg.Norm(F(s, p)).Item(); r > 1e-10 {
		t.Fatalf("the residual of the conditions is %g", r)
	}
	active := s.La.Greater(fx.Const(1e-9)).AsType(fx.Int32).Sum().Item()
	if active == 0 {
		t.Fatal("no inequality is active: the test proves nothing")
	}
	x := func(p vec) vec { s, _ := solve(Primal[vec]{}, p); return s.X }
	_, got := fx.JVP(func(p vec) vec { return x(p).Sin().Sum() }, p, d)
	fxtest.MustBeNear(t, "derivative", got.Float64s(), []float64{numericDerivative(x, p, d)}, 1e-7)
	fxtest.MustFail(t, "multipliers are needed", func() { KKT(f, g, nil)(Primal[vec]{X: p}, p) })
}

func TestWhatFailsSaysSo(t *testing.T) {
	none := func(x vec) vec { return x.Square().AddScalar(1) } // has no root
	for name, s := range map[string]Solver[vec]{"Newton": Newton[vec]{}, "Broyden": Broyden[vec]{}} {
		x, r := s.Solve(none, fx.Scalar(0.7))
		if r.Err() == nil || x.IsFinite().Item() != 1 {
			t.Errorf("%s: %v %v", name, x, r)
		}
	}
	explode := func(x vec) vec { return x.MulScalar(100) }
	_, r := Picard[vec]{}.Solve(explode, fx.Scalar(1.0))
	if r.Status() != linalg.NonFinite {
		t.Errorf("divergence: %v", r)
	}
	cosine := func(x vec) vec { return x.Cos().Sub(x) }
	few := Stop{MaxIter: 2, Tol: 1e-13}
	for name, s := range map[string]Solver[vec]{
		"Picard": Picard[vec]{Stop: few}, "Anderson": Anderson[vec]{Stop: few}, "Newton": Newton[vec]{Stop: few}, "Broyden": Broyden[vec]{Stop: few},
	} {
		if _, r := s.Solve(cosine, fx.Scalar(3.0)); r.Status() != linalg.MaxIterations || r.Iterations.Item() != 2 {
			t.Errorf("%s: %v", name, r)
		}
	}
	nan := func(x vec) vec { return x.MulScalar(math.NaN()) }
	for name, s := range solvers() {
		if _, r := s.Solve(nan, fx.Scalar(1.0)); r.Status() != linalg.NonFinite {
			t.Errorf("%s: NaN: %v", name, r)
		}
	}
}

func TestFloat32AndTrees(t *testing.T) {
	type pair struct{ A, B *fx.Array }
	F := func(x pair, p vec) pair {
		return pair{x.A.Square().Add(x.B).Sub(p), x.A.Sub(x.B.MulScalar(2))}
	}
	for _, d := range []fx.DType{fx.Float32, fx.Float64} {
		one := fx.Ones(d, 1)
		x, r := Root(F, Newton[pair]{}, nil)(pair{one, one}, one.MulScalar(3))
		if err := r.Err(); err != nil {
			t.Error(err)
		}
		// a^2 + a/2 = 3
		fxtest.MustBeNear(t, "root", []float64{x.A.Item(), x.B.Item()}, []float64{1.5, 0.75}, 1e-6)
	}
}

func TestWrongPrograms(t *testing.T) {
	x := fx.Ones(fx.Float64, 3)
	fxtest.MustFail(t, "the function's value has float64[2] where its argument has float64[3]", func() {
		Picard[vec]{}.Solve(func(x vec) vec { return x.SliceAxis(0, 0, 2) }, x)
	})
	fxtest.MustFail(t, "no float arrays", func() { Newton[vec]{}.Solve(func(x vec) vec { return x }, fx.Ones(fx.Int32, 3)) })
	fxtest.MustFail(t, "Tol is -1", func() { Picard[vec]{Stop: Stop{Tol: -1}}.Solve(func(x vec) vec { return x }, x) })
	fxtest.MustFail(t, "AbsTol NaN", func() { Broyden[vec]{Stop: Stop{AbsTol: math.NaN()}}.Solve(func(x vec) vec { return x }, x) })
	fxtest.MustFail(t, "Depth is -1", func() { Anderson[vec]{Depth: -1}.Solve(func(x vec) vec { return x }, x) })
	fxtest.MustFail(t, "Depth is -1", func() { Broyden[vec]{Depth: -1}.Solve(func(x vec) vec { return x }, x) })
	fxtest.MustFail(t, "function is nil", func() { Newton[vec]{}.Solve(nil, x) })
	fxtest.MustFail(t, "solver is nil", func() { Root(func(x, p vec) vec { return x }, nil, nil) })
	fxtest.MustFail(t, "step is 0", func() { ProjectedGradient(func(x, p vec) vec { return x.Sum() }, func(x, p vec) vec { return x }, 0) })
}

// Leaves that are not floats pass through solutions and derivatives.
func TestIntegersPassThrough(t *testing.T) {
	type state struct{ Z, Count *fx.Array }
	type weights struct {
		P    layer
		Seed *fx.Array
	}
	T := func(s state, w weights) state { return state{deq(s.Z, w.P), s.Count} }
	p := newLayer(7, 3)
	w := weights{p, fx.Scalar(int32(1))}
	x0 := state{fx.Zeros(fx.Float64, 3), fx.Scalar(int32(4))}
	solve := FixedPoint(T, Newton[state]{Stop: tight()}, nil)
	if x, r := solve(x0, w); x.Count.Item() != 4 || r.Err() != nil {
		t.Errorf("%v %v", x.Count, r)
	}
	g := fx.Grad(func(w weights) vec { x, _ := solve(x0, w); return x.Z.Sum() })(w)
	want := fx.Grad(func(p layer) vec {
		x, _ := FixedPoint(deq, Newton[vec]{Stop: tight()}, nil)(x0.Z, p)
		return x.Sum()
	})(p)
	fxtest.MustBeNear(t, "gradient", g.P.U.Float64s(), want.U.Float64s(), 1e-12)
	if g.Seed.DType() != fx.Int32 || g.Seed.Item() != 0 {
		t.Errorf("the seed's derivative is %v", g.Seed)
	}
}
