package linalg

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
	"gonum.org/v1/gonum/mat"
)

func gonumEigen(a *fx.Array) []float64 {
	n := a.Dim(0)
	var e mat.EigenSym
	if !e.Factorize(mat.NewSymDense(n, a.Float64s()), false) {
		panic("no eigenvalues")
	}
	return e.Values(nil)
}

func TestEighAgreesWithGonum(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 1))
	for name, a := range map[string]*fx.Array{
		"1":         fx.New([]float64{-3}, 1, 1),
		"2":         withSpectrum(r, []float64{-1, 4}),
		"random":    randomMatrix(r, 13, 13),
		"wide":      withSpectrum(r, signed(spread(1e-9, 1e6, 30))),
		"repeated":  withSpectrum(r, []float64{2, 2, 2, 2, -1, -1, 0, 0, 0}),
		"zero":      fx.Zeros(fx.Float64, 5, 5),
		"identity":  fx.Eye(fx.Float64, 6),
		"diagonal":  fx.New([]float64{3, -1, 2, 0}).Diag(0),
		"tiny":      withSpectrum(r, []float64{1e-200, 3e-200, -2e-200}),
		"huge":      withSpectrum(r, []float64{1e200, 3e200, -2e200}),
		"sparse":    fx.New([]float64{0, 0, 1, 0, 0, 0, 1, 0, 0}, 3, 3),
		"70 random": randomMatrix(r, 70, 70),
	} {
		a := a.Add(a.T()).MulScalar(0.5)
		n := a.Dim(0)
		values, vectors, err := Eigh(a)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		// gonum fails on the tiny and the huge matrix: it gets a scaled one.
		scale := a.Abs().Max().Item() + 1e-300
		got, want := values.DivScalar(scale).Float64s(), gonumEigen(a.DivScalar(scale))
		wantClose(t, name+" values", got, want, 1e-13)
		if !slices.IsSorted(got) {
			t.Errorf("%s: not ascending: %v", name, got)
		}
		wantClose(t, name+" orthonormal", vectors.T().MatMul(vectors).Float64s(), fx.Eye(fx.Float64, n).Float64s(), 1e-13)
		s := a.DivScalar(scale)
		wantClose(t, name+" A V = V D", s.MatMul(vectors).Float64s(), vectors.Mul(values.DivScalar(scale)).Float64s(), 1e-12)
		only, err := Eigvalsh(a)
		if err != nil {
			t.Fatal(err)
		}
		wantClose(t, name+" Eigvalsh", only.Float64s(), values.Float64s(), 0)
	}
	if _, _, err := Eigh(fx.New([]float64{1, 2, math.NaN(), 4}, 2, 2)); err == nil {
		t.Error("no error for NaN")
	}
	if _, err := Eigvalsh(fx.New([]float64{math.Inf(1)}, 1, 1)); err == nil {
		t.Error("no error for infinity")
	}
	if v, _ := Eigvalsh(fx.Eye(fx.Float32, 2)); v.DType() != fx.Float32 {
		t.Errorf("dtype %v", v.DType())
	}
	wantPanic(t, "no square matrix", func() { Eigh(fx.Ones(fx.Float64, 2, 3)) })
}

func TestLanczosFactorisation(t *testing.T) {
	r := rand.New(rand.NewPCG(22, 1))
	for name, c := range map[string]struct {
		spectrum []float64
		steps    int
	}{
		"part":       {spread(0.01, 100, 30), 12},
		"all":        {signed(spread(0.1, 10, 15)), 15},
		"degenerate": {[]float64{3, 3, 3, 1, 1, 0, 0, 0}, 8},
		"zero":       {make([]float64, 4), 4},
		"one":        {[]float64{2}, 1},
	} {
		a := withSpectrum(r, c.spectrum)
		n, m := len(c.spectrum), c.steps
		f := Lanczos(Matrix(a), randomVector(r, n), m)
		wantClose(t, name+" orthonormal", f.Basis.MatMul(f.Basis.T()).Float64s(), fx.Eye(fx.Float64, m).Float64s(), 1e-13)
		inner := f.Beta.SliceAxis(0, 0, m-1)
		tri := f.Alpha.Diag(0)
		if m > 1 {
			tri = tri.Add(inner.Diag(1)).Add(inner.Diag(-1))
		}
		wantClose(t, name+" V A V'", f.Basis.MatMul(a).MatMul(f.Basis.T()).Float64s(), tri.Float64s(), 1e-12)
		if m == n {
			values, _, err := f.ritz()
			if err != nil {
				t.Fatal(err)
			}
			want := slices.Clone(c.spectrum)
			slices.Sort(want)
			wantClose(t, name+" spectrum", values, want, 1e-11)
		}
	}
	wantPanic(t, "there can be 1 to 3", func() { Lanczos(Matrix(fx.Eye(fx.Float64, 3)), fx.Ones(fx.Float64, 3), 4) })
	wantPanic(t, "0 steps", func() { Lanczos(Matrix(fx.Eye(fx.Float64, 3)), fx.Ones(fx.Float64, 3), 0) })
}

func TestTopEigen(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 1))
	values := append(signed(spread(0.01, 1, 57)), 40, -30, 9)
	slices.Sort(values)
	a := withSpectrum(r, values)
	like := fx.Zeros(fx.Float64, 60)
	n := len(values)
	for which, want := range map[End][]float64{
		Largest:   {values[n-1], values[n-2], values[n-3]},
		Smallest:  {values[0], values[1], values[2]},
		Magnitude: {40, -30, 9},
	} {
		lanczos, err := TopEigen(Matrix(a), like, 3, random.New(1), EigenOptions{Which: which})
		if err != nil {
			t.Fatal(err)
		}
		block, err := SubspaceIteration(Matrix(a), like, 3, nil, random.New(1), EigenOptions{Which: which, Tol: 1e-4, Extra: 20, MaxSteps: 2000})
		if err != nil {
			t.Fatal(err)
		}
		for name, p := range map[string]Eigenpairs{"TopEigen": lanczos, "SubspaceIteration": block} {
			if err := p.Err(); err != nil || !p.Converged {
				t.Errorf("%s %v: %v", name, which, err)
			}
			wantClose(t, name, p.Values, want, 1e-5)
			wantClose(t, name+" orthonormal", p.Vectors.MatMul(p.Vectors.T()).Float64s(), fx.Eye(fx.Float64, 3).Float64s(), 1e-8)
			for i := range want {
				v := p.Vectors.Index(i)
				res := a.MatMul(v).Sub(v.MulScalar(p.Values[i])).Norm().Item()
				if math.Abs(res-p.Residuals[i]) > 1e-9*40+0.01*p.Tol {
					t.Errorf("%s %v: pair %d has residual %g, reported %g", name, which, i, res, p.Residuals[i])
				}
			}
		}
	}
	// What cannot converge says so.
	p, err := TopEigen(Matrix(withSpectrum(r, spread(1, 1.1, 60))), like, 5, random.New(2), EigenOptions{MaxSteps: 6})
	if err != nil || p.Converged || p.Err() == nil {
		t.Errorf("6 steps: %v, %v", p.Err(), err)
	}
	if _, err := TopEigen(func(x vec) vec { return x.MulScalar(math.NaN()) }, like, 1, random.New(2), EigenOptions{}); err == nil {
		t.Error("no error for NaN")
	}
	wantPanic(t, "there can be 1 to 60", func() { TopEigen(Matrix(a), like, 61, random.New(2), EigenOptions{}) })
	wantPanic(t, "rows of 60 elements", func() {
		SubspaceIteration(Matrix(a), like, 2, fx.Ones(fx.Float64, 2, 59), random.New(2), EigenOptions{})
	})
}

func TestSubspaceFindsMultiplicityAndStartsWarm(t *testing.T) {
	r := rand.New(rand.NewPCG(24, 1))
	a := withSpectrum(r, append([]float64{5, 5, 5, 4}, spread(0.01, 0.5, 30)...))
	like := fx.Zeros(fx.Float64, 34)
	cold, err := SubspaceIteration(Matrix(a), like, 4, nil, random.New(3), EigenOptions{})
	if err != nil || cold.Err() != nil {
		t.Fatal(err, cold.Err())
	}
	wantClose(t, "values", cold.Values, []float64{5, 5, 5, 4}, 1e-12)
	near := a.Add(fx.Eye(fx.Float64, 34).MulScalar(0.1))
	warm, err := SubspaceIteration(Matrix(near), like, 4, cold.Vectors, random.New(4), EigenOptions{})
	if err != nil || warm.Err() != nil {
		t.Fatal(err, warm.Err())
	}
	wantClose(t, "warm", warm.Values, []float64{5.1, 5.1, 5.1, 4.1}, 1e-12)
	if warm.Products >= cold.Products {
		t.Errorf("%d products warm, %d cold", warm.Products, cold.Products)
	}
}

func TestPowerIteration(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 1))
	a := withSpectrum(r, []float64{-7, 3, 2, 1, 0.5})
	type result struct {
		L, V *fx.Array
		R    Report
	}
	f := fx.Jit(func(key *fx.Array) result {
		l, v, rep := PowerIteration(Matrix(a), fx.Zeros(fx.Float64, 5), key, Power{Tol: 1e-9})
		return result{l, v, rep}
	})
	got := f(random.New(5))
	if err := got.R.Err(); err != nil {
		t.Fatal(err)
	}
	wantClose(t, "value", got.L.Float64s(), []float64{-7}, 1e-10)
	wantClose(t, "vector", a.MatMul(got.V).Float64s(), got.V.MulScalar(-7).Float64s(), 1e-7)
	_, _, rep := PowerIteration(Matrix(withSpectrum(r, []float64{2, -2, 1})), fx.Zeros(fx.Float64, 3), random.New(6), Power{MaxIter: 50})
	if rep.Status() != MaxIterations {
		t.Errorf("equal magnitudes: %v", rep)
	}
}

func TestQuadratureIsExactWithAllSteps(t *testing.T) {
	r := rand.New(rand.NewPCG(26, 1))
	a := withSpectrum(r, spread(0.1, 8, 12))
	like := fx.Zeros(fx.Float64, 12)
	q, err := LanczosQuadrature(Matrix(a), like, random.New(7), 5, 12)
	if err != nil {
		t.Fatal(err)
	}
	for p, w := range q.Weights {
		var sum, moment float64
		for i := range w {
			sum += w[i]
			moment += w[i] * q.Nodes[p][i]
		}
		z := rademacher(random.Split(random.New(7), 5)[p], fx.Float64, 12)
		wantClose(t, "weights and first moment", []float64{sum, moment}, []float64{1, z.Dot(a.MatMul(z)).Item() / 12}, 1e-12)
	}
	var logdet float64
	for _, v := range spread(0.1, 8, 12) {
		logdet += math.Log(v)
	}
	many, err := LanczosQuadrature(Matrix(a), like, random.New(8), 400, 12)
	if err != nil {
		t.Fatal(err)
	}
	mean, stderr, err := many.LogDet()
	if err != nil || math.Abs(mean-logdet) > 4*stderr || stderr > 0.5 {
		t.Errorf("log det %v +- %v, want %v (%v)", mean, stderr, logdet, err)
	}
	if _, _, err := mustQuadrature(t, a.Neg()).LogDet(); err == nil {
		t.Error("log det of a negative definite matrix")
	}
	lo, hi := many.Range()
	wantClose(t, "range", []float64{lo, hi}, []float64{0.1, 8}, 1e-9)
}

func mustQuadrature(t *testing.T, a *fx.Array) Quadrature {
	q, err := LanczosQuadrature(Matrix(a), fx.Zeros(fx.Float64, a.Dim(0)), random.New(9), 2, a.Dim(0))
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// The density integrates to 1 and has the two peaks of a two-level spectrum in
// proportion.
func TestDensity(t *testing.T) {
	r := rand.New(rand.NewPCG(27, 1))
	values := make([]float64, 40)
	for i := range 10 {
		values[i] = 5
	}
	a := withSpectrum(r, values)
	q, err := LanczosQuadrature(Matrix(a), fx.Zeros(fx.Float64, 40), random.New(10), 200, 10)
	if err != nil {
		t.Fatal(err)
	}
	const h = 0.01
	grid := make([]float64, 1000)
	for i := range grid {
		grid[i] = -2 + h*float64(i)
	}
	var low, high float64
	for i, d := range q.Density(grid, 0.2) {
		if grid[i] < 2.5 {
			low += d * h
		} else {
			high += d * h
		}
	}
	wantClose(t, "mass", []float64{low, high}, []float64{0.75, 0.25}, 0.02)
	wantPanic(t, "sigma is 0", func() { q.Density(grid, 0) })
}

func TestHutchinson(t *testing.T) {
	r := rand.New(rand.NewPCG(28, 1))
	a := withSpectrum(r, spread(0.5, 5, 20))
	like := fx.Zeros(fx.Float64, 20)
	e := Trace(Matrix(a), like, random.New(11), 500)
	want := a.Trace().Item()
	if d := math.Abs(e.Mean.Item() - want); d > 4*e.StdErr.Item() || e.StdErr.Item() > 0.2*want {
		t.Errorf("trace %v +- %v, want %v", e.Mean.Item(), e.StdErr.Item(), want)
	}
	// The variance of a probe is known in closed form.
	off := a.Sub(a.Diagonal(0).Diag(0)).Square().Sum().Item()
	if got, want := e.StdErr.Item(), math.Sqrt(2*off/500); math.Abs(got-want) > 0.25*want {
		t.Errorf("standard error %v, want %v", got, want)
	}
	mean, stderr := Diagonal(Matrix(a), like, random.New(12), 500)
	z := mean.Sub(a.Diagonal(0)).Div(stderr)
	if m := z.Abs().Max().Item(); m > 4.5 {
		t.Errorf("diagonal is off by %v standard errors", m)
	}
	if rms := z.Square().Mean().Sqrt().Item(); rms < 0.5 || rms > 1.6 {
		t.Errorf("standard errors are off by %v", rms)
	}
	d := fx.New([]float64{1, -2, 3})
	exact, stderr := Diagonal(Matrix(d.Diag(0)), fx.Zeros(fx.Float64, 3), random.New(13), 1)
	wantClose(t, "diagonal operator", exact.Float64s(), d.Float64s(), 0)
	wantClose(t, "one probe", stderr.Float64s(), []float64{0, 0, 0}, 0)
	wantPanic(t, "0 probes", func() { Trace(Matrix(a), like, random.New(1), 0) })
}

func TestOrthonormalize(t *testing.T) {
	r := rand.New(rand.NewPCG(29, 1))
	m := randomMatrix(r, 4, 7)
	m = fx.Concatenate(0, m, m.SliceAxis(0, 1, 2), fx.Zeros(fx.Float64, 1, 7))
	q := Orthonormalize(m)
	wantClose(t, "orthonormal", q.MatMul(q.T()).Float64s(), fx.Eye(fx.Float64, 6).Float64s(), 1e-13)
	first := q.SliceAxis(0, 0, 4)
	wantClose(t, "same span", first.T().MatMul(first).MatMul(m.Index(2)).Float64s(), m.Index(2).Float64s(), 1e-12)
	wantPanic(t, "at least as many columns", func() { Orthonormalize(fx.Ones(fx.Float64, 3, 2)) })
}
