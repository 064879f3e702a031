package linalg

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"gonum.org/v1/gonum/mat"
)

// randomVector and randomMatrix have standard normal elements.
func randomVector(r *rand.Rand, n int) *fx.Array {
	v := make([]float64, n)
	for i := range v {
		v[i] = r.NormFloat64()
	}
	return fx.New(v)
}

func randomMatrix(r *rand.Rand, n, m int) *fx.Array { return randomVector(r, n*m).Reshape(n, m) }

// withSpectrum is Q diag(values) Q' for a random orthogonal Q.
func withSpectrum(r *rand.Rand, values []float64) *fx.Array {
	n := len(values)
	var qr mat.QR
	qr.Factorize(mat.NewDense(n, n, randomMatrix(r, n, n).Float64s()))
	var q, qd, a mat.Dense
	qr.QTo(&q)
	qd.Mul(&q, mat.NewDiagDense(n, values))
	a.Mul(&qd, q.T())
	out := make([]float64, 0, n*n)
	for i := range n {
		for j := range n {
			out = append(out, (a.At(i, j)+a.At(j, i))/2)
		}
	}
	return fx.New(out, n, n)
}

// spread is n values from lo to hi, geometrically.
func spread(lo, hi float64, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = lo * math.Pow(hi/lo, float64(i)/float64(max(1, n-1)))
	}
	return v
}

// signed changes the sign of every third value.
func signed(v []float64) []float64 {
	for i := range v {
		if i%3 == 1 {
			v[i] = -v[i]
		}
	}
	return v
}

// direct is the solution by gonum.
func direct(a, b *fx.Array) []float64 {
	n := a.Dim(0)
	var x mat.VecDense
	if err := x.SolveVec(mat.NewDense(n, n, a.Float64s()), mat.NewVecDense(n, b.Float64s())); err != nil {
		panic(err)
	}
	return x.RawVector().Data
}

func distance(a, b []float64) float64 {
	var s float64
	for i := range a {
		s = math.Hypot(s, a[i]-b[i])
	}
	return s
}

func norm(a []float64) float64 { return distance(a, make([]float64, len(a))) }

func wantClose(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	if d := distance(got, want); !(d <= tol*(1+norm(want))) {
		k := min(len(got), 12)
		t.Errorf("%s: off by %g of %g\n got %.6g\nwant %.6g", what, d, norm(want), got[:k], want[:k])
	}
}

type vec = *fx.Array

// general lists the solvers of general systems, symmetric those of symmetric ones.
func general(tol float64) map[string]Solver[vec] {
	return map[string]Solver[vec]{
		"GMRES":     GMRES[vec]{Tol: tol},
		"GMRES(10)": GMRES[vec]{Tol: tol, Restart: 10},
		"BiCGStab":  BiCGStab[vec]{Tol: tol},
		"LSMR":      LSMR[vec]{Tol: tol, NormalTol: 1e-14},
		"LU":        LU[vec]{},
		"QR":        QR[vec]{},
	}
}

func symmetric(tol float64) map[string]Solver[vec] {
	m := general(tol)
	m["MINRES"] = MINRES[vec]{Tol: tol}
	return m
}

func definite(tol float64) map[string]Solver[vec] {
	m := symmetric(tol)
	m["CG"] = CG[vec]{Tol: tol}
	return m
}

func TestSolversAgreeWithGonum(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name    string
		a       func(n int) *fx.Array
		solvers func(float64) map[string]Solver[vec]
	}{
		{"definite", func(n int) *fx.Array { return withSpectrum(r, spread(0.1, 10, n)) }, definite},
		{"indefinite", func(n int) *fx.Array { return withSpectrum(r, signed(spread(0.5, 5, n))) }, symmetric},
		{"general", func(n int) *fx.Array {
			return randomMatrix(r, n, n).MulScalar(0.3 / math.Sqrt(float64(n))).Add(fx.Eye(fx.Float64, n))
		}, general},
	} {
		for _, n := range []int{1, 2, 7, 25} {
			a, b := c.a(n), randomVector(r, n)
			want := direct(a, b)
			for name, s := range c.solvers(1e-11) {
				x, report := s.Solve(Matrix(a), b, nil)
				if c.name == "indefinite" && (name == "BiCGStab" || name == "GMRES(10)") {
					continue // nothing is promised
				}
				if err := report.Err(); err != nil {
					t.Errorf("%s %s %d: %v", c.name, name, n, err)
				}
				wantClose(t, c.name+" "+name, x.Float64s(), want, 1e-8)
				res := b.Sub(a.MatMul(x)).Norm().Item()
				if got := report.Residual.Item(); math.Abs(got-res) > 1e-14*norm(want)*20 {
					t.Errorf("%s %s: reports residual %g, it is %g", c.name, name, got, res)
				}
			}
		}
	}
}

func TestSolversInFloat32(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	a, b := withSpectrum(r, spread(0.5, 5, 20)), randomVector(r, 20)
	want := direct(a, b)
	for name, s := range definite(1e-5) {
		x, report := s.Solve(Matrix(a.AsType(fx.Float32)), b.AsType(fx.Float32), nil)
		if err := report.Err(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if x.DType() != fx.Float32 {
			t.Errorf("%s: the solution is %v", name, x.DType())
		}
		wantClose(t, name, x.Float64s(), want, 1e-4)
	}
}

func TestJitVmapAndPlainAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	a := withSpectrum(r, spread(0.3, 3, 8))
	bs := randomMatrix(r, 3, 8)
	// The examples have right-hand sides of different difficulty.
	bs = bs.Mul(fx.New([]float64{1, 0, 1e-3}, 3, 1))
	for name, s := range definite(1e-11) {
		type result struct {
			X vec
			R Report
		}
		f := func(b vec) result {
			x, rep := s.Solve(Matrix(a), b, nil)
			return result{x, rep}
		}
		batch := fx.Vmap(f)(bs)
		for i := range 3 {
			plain, jitted := f(bs.Index(i)), fx.Jit(f)(bs.Index(i))
			p, j := plain.X.Float64s(), jitted.X.Float64s()
			for k := range p {
				if math.Float64bits(p[k]) != math.Float64bits(j[k]) {
					t.Fatalf("%s: element %d is %v plain and %v compiled", name, k, p[k], j[k])
				}
			}
			if plain.R.Iterations.Item() != jitted.R.Iterations.Item() {
				t.Errorf("%s: %v iterations plain, %v compiled", name, plain.R.Iterations, jitted.R.Iterations)
			}
			wantClose(t, name+" batch", batch.X.Index(i).Float64s(), p, 1e-9)
			if err := plain.R.Err(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := batch.R.Err(); err != nil {
			t.Errorf("%s batch: %v", name, err)
		}
		if it := batch.R.Iterations.Int32s()[1]; it != 0 {
			t.Errorf("%s: %d iterations for a zero right-hand side", name, it)
		}
	}
}

func TestTreesAndStarts(t *testing.T) {
	type params struct {
		W     *fx.Array
		Steps *fx.Array // not a float: no part of the vector
		B     []*fx.Array
		Name  string
	}
	r := rand.New(rand.NewPCG(7, 8))
	m := withSpectrum(r, spread(1, 4, 7))
	b := params{randomMatrix(r, 2, 2), fx.Scalar(int32(9)), []*fx.Array{randomVector(r, 2), randomVector(r, 1)}, "net"}
	A := func(p params) params {
		v, unravel := Ravel(p)
		return unravel(m.MatMul(v))
	}
	flatB, _ := Ravel(b)
	want := direct(m, flatB)
	x, report := CG[params]{}.Solve(A, b, params{})
	if err := report.Err(); err != nil {
		t.Fatal(err)
	}
	got, _ := Ravel(x)
	wantClose(t, "tree", got.Float64s(), want, 1e-8)
	if x.Steps.Item() != 9 || x.Name != "net" {
		t.Errorf("other fields changed: %v", x)
	}
	_, again := CG[params]{}.Solve(A, b, x)
	if k := again.Iterations.Item(); k > 1 {
		t.Errorf("%v iterations from the solution", k)
	}
	// From a bad start with a zero right-hand side the answer is zero.
	zero, report := CG[params]{}.Solve(A, ZerosLike(b), x)
	if z, _ := Ravel(zero); z.Norm().Item() != 0 || report.Err() != nil {
		t.Errorf("zero right-hand side: %v, %v", z, report)
	}
}

func TestPreconditioningSavesIterations(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	n := 60
	d := spread(1, 1e4, n)
	a := withSpectrum(r, spread(1, 2, n))
	s := fx.New(d).Sqrt()
	a = a.Mul(s.ExpandDims(1)).Mul(s) // badly scaled
	b := randomVector(r, n)
	M := Jacobi(a.Diagonal(0))
	want := direct(a, b)
	for _, c := range []struct {
		name        string
		plain, with Solver[vec]
	}{
		{"CG", CG[vec]{}, CG[vec]{Precond: M}},
		{"MINRES", MINRES[vec]{}, MINRES[vec]{Precond: M}},
		{"GMRES", GMRES[vec]{Restart: 60}, GMRES[vec]{Precond: M}},
		{"BiCGStab", BiCGStab[vec]{}, BiCGStab[vec]{Precond: M}},
	} {
		_, p := c.plain.Solve(Matrix(a), b, nil)
		x, w := c.with.Solve(Matrix(a), b, nil)
		if err := w.Err(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		wantClose(t, c.name, x.Float64s(), want, 1e-7)
		if pk, wk := p.Iterations.Item(), w.Iterations.Item(); wk >= pk/2 {
			t.Errorf("%s: %v iterations with preconditioner, %v without", c.name, wk, pk)
		}
	}
}

// In exact arithmetic CG ends after as many steps as there are different eigenvalues.
func TestCGEndsWithTheSpectrum(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	a := withSpectrum(r, []float64{1, 1, 1, 2, 2, 5, 5, 5, 5, 9})
	_, report := CG[vec]{}.Solve(Matrix(a), randomVector(r, 10), nil)
	if k := report.Iterations.Item(); k != 4 {
		t.Errorf("%v iterations for 4 eigenvalues", k)
	}
}

func TestWhatCannotConvergeSaysSo(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	eye := fx.Eye(fx.Float64, 6)
	b := randomVector(r, 6)
	singular := fx.New([]float64{1, 1, 1, 1, 1, 0}).Diag(0)
	nan := eye.MulScalar(math.NaN())
	skew := fx.New([]float64{0, 1, -1, 0}, 2, 2)
	for _, c := range []struct {
		name string
		s    Solver[vec]
		a, b vec
		want []Status
	}{
		{"CG indefinite", CG[vec]{}, eye.Neg(), b, []Status{NotPositiveDefinite}},
		{"CG max", CG[vec]{MaxIter: 2}, withSpectrum(r, spread(1, 100, 6)), b, []Status{MaxIterations}},
		{"CG NaN", CG[vec]{}, nan, b, []Status{NonFinite}},
		{"CG NaN b", CG[vec]{}, eye, b.MulScalar(math.NaN()), []Status{NonFinite}},
		{"CG precond", CG[vec]{Precond: func(x vec) vec { return x.Neg() }}, eye, b, []Status{NotPositiveDefinite}},
		{"MINRES singular", MINRES[vec]{}, singular, b, []Status{Inconsistent}},
		{"MINRES NaN", MINRES[vec]{}, nan, b, []Status{NonFinite}},
		{"MINRES precond", MINRES[vec]{Precond: func(x vec) vec { return x.Neg() }}, eye, b, []Status{NotPositiveDefinite}},
		{"GMRES singular", GMRES[vec]{}, singular, b, []Status{Breakdown, Stagnated}},
		{"GMRES zero", GMRES[vec]{}, eye.MulScalar(0), b, []Status{Breakdown}},
		{"GMRES NaN", GMRES[vec]{}, nan, b, []Status{NonFinite}},
		{"GMRES(1) on a rotation", GMRES[vec]{Restart: 1}, skew, fx.New([]float64{1, 0}), []Status{Stagnated, Breakdown}},
		{"BiCGStab zero", BiCGStab[vec]{}, eye.MulScalar(0), b, []Status{Breakdown}},
		{"BiCGStab rotation", BiCGStab[vec]{}, skew, fx.New([]float64{1, 0}), []Status{Breakdown}},
		{"BiCGStab NaN", BiCGStab[vec]{}, nan, b, []Status{NonFinite}},
		{"LSMR singular", LSMR[vec]{}, singular, b, []Status{Inconsistent}},
		{"LSMR NaN", LSMR[vec]{}, nan, b, []Status{NonFinite}},
	} {
		x, report := c.s.Solve(Matrix(c.a), c.b, nil)
		ok := false
		for _, w := range c.want {
			ok = ok || report.Status() == w
		}
		if !ok {
			t.Errorf("%s: %v (%v)", c.name, report, x)
		}
		if err := report.Err(); err == nil || !strings.Contains(err.Error(), report.Status().String()) {
			t.Errorf("%s: Err says %v", c.name, err)
		}
		if report.Status() != NonFinite && x.IsFinite().All().Item() != 1 {
			t.Errorf("%s: the iterate is not finite: %v", c.name, x)
		}
	}
}

// A semidefinite system is solvable where the right-hand side is in the range.
func TestSemidefiniteInRange(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	a := withSpectrum(r, []float64{0, 0, 1, 2, 3, 4, 5})
	b := a.MatMul(randomVector(r, 7))
	for name, s := range map[string]Solver[vec]{"CG": CG[vec]{Tol: 1e-9}, "MINRES": MINRES[vec]{Tol: 1e-9}, "LSMR": LSMR[vec]{}} {
		x, report := s.Solve(Matrix(a), b, nil)
		if err := report.Err(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		wantClose(t, name, a.MatMul(x).Float64s(), b.Float64s(), 1e-8)
	}
}

func TestWrongSystems(t *testing.T) {
	eye, b := fx.Eye(fx.Float64, 3), fx.Ones(fx.Float64, 3)
	fxtest.MustFail(t, "no square matrix", func() { Matrix(fx.Ones(fx.Float64, 3, 2)) })
	fxtest.MustFail(t, "where float64[3] is expected", func() {
		CG[vec]{}.Solve(func(x vec) vec { return fx.Concatenate(0, x, x) }, b, nil)
	})
	fxtest.MustFail(t, "the start has float64[2]", func() { CG[vec]{}.Solve(Matrix(eye), b, fx.Ones(fx.Float64, 2)) })
	fxtest.MustFail(t, "Tol is -1", func() { CG[vec]{Tol: -1}.Solve(Matrix(eye), b, nil) })
	fxtest.MustFail(t, "Tol is NaN", func() { MINRES[vec]{Tol: math.NaN()}.Solve(Matrix(eye), b, nil) })
	fxtest.MustFail(t, "MaxIter is -3", func() { GMRES[vec]{MaxIter: -3}.Solve(Matrix(eye), b, nil) })
	fxtest.MustFail(t, "Restart is -1", func() { GMRES[vec]{Restart: -1}.Solve(Matrix(eye), b, nil) })
	fxtest.MustFail(t, "no float arrays", func() { CG[vec]{}.Solve(Matrix(eye), fx.Ones(fx.Int32, 3), nil) })
	fxtest.MustFail(t, "mixes float64 and float32", func() { Ravel([]vec{b, b.AsType(fx.Float32)}) })
	fxtest.MustFail(t, "operator is nil", func() { CG[vec]{}.Solve(nil, b, nil) })
	fxtest.MustFail(t, "solver_test.go", func() { CG[vec]{Tol: -1}.Solve(Matrix(eye), b, nil) })
}
