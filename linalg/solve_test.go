package linalg

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
	"gonum.org/v1/gonum/mat"
)

// A test system: A(p) = S'S + diag(exp d) for definite ones, or S + diag(exp d).
type params struct {
	S, D *fx.Array
	Seed *fx.Array // an integer leaf, without a derivative
}

func spdOp(p params, x vec) vec {
	return p.S.T().MatMul(p.S.MatMul(x)).Add(p.D.Exp().Mul(x))
}

func generalOp(p params, x vec) vec { return p.S.MatMul(x).Add(p.D.Exp().Mul(x)) }

type sample struct {
	P params
	B vec
}

func randomSample(seed uint64, n int) sample {
	r := rand.New(rand.NewPCG(seed, 99))
	return sample{params{randomMatrix(r, n, n).MulScalar(0.4), randomVector(r, n).MulScalar(0.2).AddScalar(0.5), fx.Scalar(int32(7))}, randomVector(r, n)}
}

type system2 struct {
	op     func(params, vec) vec
	solver Solver[vec]
}

func systems() map[string]system2 {
	const tol = 1e-13
	return map[string]system2{
		"CG":       {spdOp, CG[vec]{Tol: tol}},
		"MINRES":   {spdOp, MINRES[vec]{Tol: tol}},
		"GMRES":    {generalOp, GMRES[vec]{Tol: tol}},
		"BiCGStab": {generalOp, BiCGStab[vec]{Tol: tol}},
		"LSMR":     {generalOp, LSMR[vec]{Tol: tol}},
	}
}

// bumpy is a scalar function of the solution.
func (s system2) bumpy(a sample) vec {
	x, _ := Solve(s.op, a.P, a.B, s.solver)
	return x.Sin().Sum().Add(x.Square().Mul(a.B).Sum())
}

func move(a, d sample, h float64) sample { return Axpy(fx.Const(h), d, a) }

func randomDirection(seed uint64, n int) sample {
	d := randomSample(seed, n)
	d.P.Seed = fx.Scalar(int32(0))
	return d
}

func TestSolveDerivatives(t *testing.T) {
	const n, h = 5, 1e-5
	a, d := randomSample(1, n), randomDirection(2, n)
	for name, s := range systems() {
		f := s.bumpy
		numeric := (f(move(a, d, h)).Item() - f(move(a, d, -h)).Item()) / (2 * h)
		_, forward := fx.JVP(f, a, d)
		g := fx.Grad(f)(a)
		reverse := Dot(g, d).Item()
		wantClose(t, name+" forward", forward.Float64s(), []float64{numeric}, 1e-7)
		wantClose(t, name+" reverse", []float64{reverse}, forward.Float64s(), 1e-9)
		if g.P.Seed.Item() != 0 {
			t.Errorf("%s: an integer has a derivative", name)
		}
		compiled, _ := Ravel(fx.Jit(fx.Grad(f))(a))
		plain, _ := Ravel(g)
		wantClose(t, name+" compiled", compiled.Float64s(), plain.Float64s(), 0)
	}
}

func TestSolveSecondDerivatives(t *testing.T) {
	const n, h = 4, 1e-5
	a, d, e := randomSample(3, n), randomDirection(4, n), randomDirection(5, n)
	for name, s := range systems() {
		grad := fx.Grad(s.bumpy)
		numeric := (Dot(grad(move(a, d, h)), e).Item() - Dot(grad(move(a, d, -h)), e).Item()) / (2 * h)
		overReverse := Dot(fx.HVP(s.bumpy, a, d), e).Item()
		wantClose(t, name+" forward over reverse", []float64{overReverse}, []float64{numeric}, 1e-6)
		twice := Dot(fx.Grad(func(a sample) vec { return Dot(grad(a), d) })(a), e).Item()
		wantClose(t, name+" reverse over reverse", []float64{twice}, []float64{overReverse}, 1e-8)
		_, ff := fx.JVP(func(a sample) vec {
			_, df := fx.JVP(s.bumpy, a, d)
			return df
		}, a, e)
		wantClose(t, name+" forward over forward", ff.Float64s(), []float64{overReverse}, 1e-8)
	}
}

// Gradients of batches, batches of gradients, and gradients through a scan.
func TestSolveComposes(t *testing.T) {
	const n = 4
	samples := []sample{randomSample(6, n), randomSample(7, n), randomSample(8, n)}
	stacked := sample{}
	stacked.P.S = fx.Stack(0, samples[0].P.S, samples[1].P.S, samples[2].P.S)
	stacked.P.D = fx.Stack(0, samples[0].P.D, samples[1].P.D, samples[2].P.D)
	stacked.P.Seed = fx.New([]int32{7, 7, 7})
	stacked.B = fx.Stack(0, samples[0].B, samples[1].B, samples[2].B)
	for name, s := range systems() {
		var want []float64
		for i := range samples {
			v, _ := Ravel(fx.Grad(s.bumpy)(samples[i]))
			want = append(want, v.Float64s()...)
		}
		rows := func(g sample) []float64 {
			v := fx.Vmap(func(a sample) vec { v, _ := Ravel(a); return v })(g)
			return v.Flatten().Float64s()
		}
		wantClose(t, name+" Vmap(Grad)", rows(fx.Vmap(fx.Grad(s.bumpy))(stacked)), want, 1e-9)
		wantClose(t, name+" Grad(Vmap)", rows(fx.Grad(func(a sample) vec { return fx.Vmap(s.bumpy)(a).Sum() })(stacked)), want, 1e-9)
		wantClose(t, name+" Grad(Scan)", rows(fx.Grad(func(a sample) vec {
			sum, _ := fx.Scan(func(c vec, a sample) (vec, vec) { return c.Add(s.bumpy(a)), c }, fx.Scalar(0.0), a)
			return sum
		})(stacked)), want, 1e-9)
	}
}

func TestPreconditionerThatDependsOnParameters(t *testing.T) {
	a, d := randomSample(9, 6), randomDirection(10, 6)
	with := func(p params) Solver[vec] {
		return GMRES[vec]{Tol: 1e-13, Precond: func(r vec) vec { return r.Mul(p.D.Exp().Reciprocal()).Add(p.S.MatMul(r).MulScalar(0.01)) }}
	}
	f := func(a sample) vec {
		x, _ := SolveWith(generalOp, a.P, a.B, with)
		return x.Sin().Sum()
	}
	g := func(a sample) vec {
		x, _ := Solve(generalOp, a.P, a.B, GMRES[vec]{Tol: 1e-13})
		return x.Sin().Sum()
	}
	stack := fx.Map(func(x *fx.Array) *fx.Array { return fx.Stack(0, x, x) }, a)
	got := Dot(fx.Grad(f)(a), d).Item()
	wantClose(t, "reverse", []float64{got}, []float64{Dot(fx.Grad(g)(a), d).Item()}, 1e-10)
	batch := fx.Grad(func(a sample) vec { return fx.Vmap(f)(a).Sum() })(stack)
	wantClose(t, "batched", []float64{Dot(fx.Map(func(x *fx.Array) *fx.Array { return x.Index(1) }, batch), d).Item()}, []float64{got}, 1e-10)
}

// The transposition rule: <A^-1 u, v> = <u, A^-T v>.
func TestSolveIsItsAdjointsAdjoint(t *testing.T) {
	a := randomSample(11, 5)
	r := rand.New(rand.NewPCG(12, 13))
	u, v := randomVector(r, 5), randomVector(r, 5)
	for name, s := range systems() {
		f := func(b vec) vec { x, _ := Solve(s.op, a.P, b, s.solver); return x }
		x, pull := fx.VJP(f, u)
		wantClose(t, name, []float64{x.Dot(v).Item()}, []float64{u.Dot(pull(v)).Item()}, 1e-10)
		y, _ := SolveTransposed(s.op, a.P, v, s.solver)
		wantClose(t, name+" transposed", y.Float64s(), pull(v).Float64s(), 1e-10)
	}
}

func TestLeastSquares(t *testing.T) {
	r := rand.New(rand.NewPCG(14, 15))
	for _, c := range []struct {
		m, n int
		damp float64
	}{{12, 5, 0}, {12, 5, 0.7}, {5, 12, 0}, {5, 12, 0.3}, {6, 6, 0}, {1, 1, 2}} {
		a, b := randomMatrix(r, c.m, c.n), randomVector(r, c.m)
		var normal, want mat.Dense
		am := mat.NewDense(c.m, c.n, a.Float64s())
		if c.damp > 0 {
			normal.Mul(am.T(), am)
			for i := range c.n {
				normal.Set(i, i, normal.At(i, i)+c.damp*c.damp)
			}
			var rhs mat.Dense
			rhs.Mul(am.T(), mat.NewDense(c.m, 1, b.Float64s()))
			if err := want.Solve(&normal, &rhs); err != nil {
				t.Fatal(err)
			}
		} else {
			var svd mat.SVD
			svd.Factorize(am, mat.SVDThin)
			svd.SolveTo(&want, mat.NewDense(c.m, 1, b.Float64s()), svd.Rank(1e-12))
		}
		x, report := LeastSquares(a.MatMul, b, fx.Zeros(fx.Float64, c.n), LSMR[vec]{Tol: 1e-12, Damp: c.damp})
		if err := report.Err(); err != nil {
			t.Errorf("%dx%d damp %v: %v", c.m, c.n, c.damp, err)
		}
		wantClose(t, "least squares", x.Float64s(), want.RawMatrix().Data, 1e-8)
	}
	_, report := LeastSquares(randomMatrix(r, 20, 10).MatMul, randomVector(r, 20), fx.Zeros(fx.Float64, 10), LSMR[vec]{MaxIter: 2})
	if report.Status() != MaxIterations {
		t.Errorf("after two iterations: %v", report)
	}
	x, report := LeastSquares(randomMatrix(r, 4, 3).MatMul, fx.Zeros(fx.Float64, 4), fx.Zeros(fx.Float64, 3), LSMR[vec]{})
	if report.Err() != nil || x.Norm().Item() != 0 {
		t.Errorf("zero right-hand side: %v, %v", x, report)
	}
	fxtest.MustFail(t, "Damp is -1", func() {
		LeastSquares(Matrix(fx.Eye(fx.Float64, 2)), fx.Ones(fx.Float64, 2), fx.Ones(fx.Float64, 2), LSMR[vec]{Damp: -1})
	})
	fxtest.MustFail(t, "only LeastSquares", func() {
		LSMR[vec]{Damp: 1}.Solve(Matrix(fx.Eye(fx.Float64, 2)), fx.Ones(fx.Float64, 2), nil)
	})
	fxtest.MustFail(t, "the unknowns are float32", func() {
		LeastSquares(Matrix(fx.Eye(fx.Float64, 2)), fx.Ones(fx.Float64, 2), fx.Ones(fx.Float32, 2), LSMR[vec]{})
	})
}

func TestOperators(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 17))
	a := randomMatrix(r, 3, 5)
	x, y := randomVector(r, 5), randomVector(r, 3)
	like := fx.Zeros(fx.Float64, 5)
	wantClose(t, "Transpose", Transpose(a.MatMul, like)(y).Float64s(), a.T().MatMul(y).Float64s(), 1e-14)
	wantClose(t, "Normal", Normal(a.MatMul, like)(x).Float64s(), a.T().MatMul(a.MatMul(x)).Float64s(), 1e-14)
	wantClose(t, "Dense", Dense(a.MatMul, like).Float64s(), a.Float64s(), 0)
	m := randomMatrix(r, 5, 5)
	wantClose(t, "Shifted", Shifted(Matrix(m), fx.Scalar(2.0))(x).Float64s(), m.MatMul(x).Add(x.MulScalar(2)).Float64s(), 1e-14)
	if skew := Asymmetry(Matrix(m), x, random.New(1)).Item(); skew < 1e-3 {
		t.Errorf("a random matrix has asymmetry %v", skew)
	}
	if skew := Asymmetry(Matrix(m.Add(m.T())), x, random.New(1)).Item(); skew > 1e-14 {
		t.Errorf("a symmetric matrix has asymmetry %v", skew)
	}
	if skew := Asymmetry(Matrix(fx.Zeros(fx.Float64, 5, 5)), x, random.New(1)).Item(); skew != 0 {
		t.Errorf("zero has asymmetry %v", skew)
	}
	v, unravel := Ravel([]vec{a, x})
	back := unravel(v)
	wantClose(t, "Ravel", append(back[0].Float64s(), back[1].Float64s()...), v.Float64s(), 0)
	if got := Norm([]vec{a, x}).Item(); math.Abs(got-math.Hypot(a.Norm().Item(), x.Norm().Item())) > 1e-14*got {
		t.Errorf("Norm %v", got)
	}
	fxtest.MustFail(t, "a vector of shape [3]", func() { unravel(y) })
	fxtest.MustFail(t, "where float64[5] is expected", func() { Dot(x, y) })
}
