package linalg

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
)

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
		wantClose(t, name+" V A V'", f.Basis.MatMul(a).MatMul(f.Basis.T()).Float64s(), f.Dense().Float64s(), 1e-12)
		if m == n {
			values, _ := fx.Eigh(f.Dense())
			want := slices.Clone(c.spectrum)
			slices.Sort(want)
			wantClose(t, name+" spectrum", values.Float64s(), want, 1e-11)
		}
	}
	fxtest.MustFail(t, "there can be 1 to 3", func() { Lanczos(Matrix(fx.Eye(fx.Float64, 3)), fx.Ones(fx.Float64, 3), 4) })
	fxtest.MustFail(t, "0 steps", func() { Lanczos(Matrix(fx.Eye(fx.Float64, 3)), fx.Ones(fx.Float64, 3), 0) })
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
	fxtest.MustFail(t, "there can be 1 to 60", func() { TopEigen(Matrix(a), like, 61, random.New(2), EigenOptions{}) })
	fxtest.MustFail(t, "rows of 60 elements", func() {
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
	rule := func(a *fx.Array, probes int) func(*fx.Array) Quadrature {
		return fx.Jit(func(key *fx.Array) Quadrature { return LanczosQuadrature(Matrix(a), like, key, probes, 12) })
	}
	q := rule(a, 5)(random.New(7))
	wantClose(t, "weights", q.Weights.Sum(1).Float64s(), []float64{1, 1, 1, 1, 1}, 1e-12)
	for p, key := range random.Split(random.New(7), 5) {
		z := rademacher(key, fx.Float64, 12)
		moment := q.Weights.Index(p).Dot(q.Nodes.Index(p))
		wantClose(t, "first moment", moment.Float64s(), []float64{z.Dot(a.MatMul(z)).Item() / 12}, 1e-12)
	}
	var logdet float64
	for _, v := range spread(0.1, 8, 12) {
		logdet += math.Log(v)
	}
	many := rule(a, 400)(random.New(8))
	e := many.LogDet()
	if mean, stderr := e.Mean.Item(), e.StdErr.Item(); math.Abs(mean-logdet) > 4*stderr || stderr > 0.5 {
		t.Errorf("log det %v +- %v, want %v", mean, stderr, logdet)
	}
	if v := rule(a.Neg(), 2)(random.New(9)).LogDet().Mean.Item(); !math.IsNaN(v) {
		t.Errorf("log det of a negative definite matrix is %v", v)
	}
	wantClose(t, "range", []float64{many.Nodes.Min().Item(), many.Nodes.Max().Item()}, []float64{0.1, 8}, 1e-9)
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
	q := LanczosQuadrature(Matrix(a), fx.Zeros(fx.Float64, 40), random.New(10), 200, 6)
	grid := fx.Linspace(fx.Float64, -2, 8, 1001)
	d := q.Density(grid, 0.2).MulScalar(0.01)
	low := grid.Less(fx.Const(2.5)).AsType(fx.Float64)
	wantClose(t, "mass", []float64{d.Dot(low).Item(), d.Sum().Item()}, []float64{0.75, 1}, 0.02)
	fxtest.MustFail(t, "sigma is 0", func() { q.Density(grid, 0) })
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
	fxtest.MustFail(t, "0 probes", func() { Trace(Matrix(a), like, random.New(1), 0) })
}

func TestOrthonormalize(t *testing.T) {
	r := rand.New(rand.NewPCG(29, 1))
	m := randomMatrix(r, 4, 7)
	m = fx.Concatenate(0, m, m.SliceAxis(0, 1, 2), fx.Zeros(fx.Float64, 1, 7))
	q := Orthonormalize(m)
	wantClose(t, "orthonormal", q.MatMul(q.T()).Float64s(), fx.Eye(fx.Float64, 6).Float64s(), 1e-13)
	first := q.SliceAxis(0, 0, 4)
	wantClose(t, "same span", first.T().MatMul(first).MatMul(m.Index(2)).Float64s(), m.Index(2).Float64s(), 1e-12)
	fxtest.MustFail(t, "at least as many columns", func() { Orthonormalize(fx.Ones(fx.Float64, 3, 2)) })
}
