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

// laplacian is the five-point matrix of a square of m x m points, and its
// eigenvalues ascending, 4 sin^2(i h) + 4 sin^2(j h) with h = pi/(2(m+1)).
func laplacian(m int) (CSR, []float64) {
	var is, js []int
	var vs, spectrum []float64
	add := func(i, j int, v float64) { is, js, vs = append(is, i), append(js, j), append(vs, v) }
	for y := range m {
		for x := range m {
			i := y*m + x
			add(i, i, 4)
			if x > 0 {
				add(i, i-1, -1)
				add(i-1, i, -1)
			}
			if y > 0 {
				add(i, i-m, -1)
				add(i-m, i, -1)
			}
			s := func(k int) float64 {
				v := math.Sin(float64(k+1) * math.Pi / float64(2*(m+1)))
				return 4 * v * v
			}
			spectrum = append(spectrum, s(x)+s(y))
		}
	}
	slices.Sort(spectrum)
	return FromTriplets(m*m, m*m, is, js, fx.New(vs)), spectrum
}

// TestLOBPCGOnTheLaplacian: its small eigenvalues, most of which occur twice, and
// a preconditioner that saves rounds.
func TestLOBPCGOnTheLaplacian(t *testing.T) {
	const m, k = 12, 6
	a, spectrum := laplacian(m)
	like := fx.Zeros(fx.Float64, m*m)
	l, err := IC0(a, 0)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := LOBPCG(a.MatVec, like, k, nil, random.New(1), nil, EigenOptions{Which: Smallest})
	if err != nil {
		t.Fatal(err)
	}
	better, err := LOBPCG(a.MatVec, like, k, nil, random.New(1), Factored(l), EigenOptions{Which: Smallest})
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]Eigenpairs{"plain": plain, "preconditioned": better} {
		if err := p.Err(); err != nil || !p.Converged {
			t.Errorf("%s: %v", name, err)
		}
		wantClose(t, name, p.Values, spectrum[:k], 1e-10)
		wantClose(t, name+" orthonormal", p.Vectors.MatMul(p.Vectors.T()).Float64s(), fx.Eye(fx.Float64, k).Float64s(), 1e-12)
		for i, v := range p.Values {
			x := p.Vectors.Index(i)
			if r := a.MatVec(x).Sub(x.MulScalar(v)).Norm().Item(); math.Abs(r-p.Residuals[i]) > 1e-12 {
				t.Errorf("%s: pair %d has residual %g, reported %g", name, i, r, p.Residuals[i])
			}
		}
	}
	if 3*better.Products > 2*plain.Products {
		t.Errorf("%d products with a preconditioner, %d without", better.Products, plain.Products)
	}
}

// TestLOBPCGAgainstOthers: both ends, operators with both signs, few dimensions,
// multiple eigenvalues, trees, float32, a warm start.
func TestLOBPCGAgainstOthers(t *testing.T) {
	r := rand.New(rand.NewPCG(50, 1))
	for name, spectrum := range map[string][]float64{
		"both signs": signed(spread(0.5, 20, 40)),
		"multiple":   append([]float64{5, 5, 5, 4}, spread(0.01, 0.5, 30)...),
		"few":        {3, 1, -2, 0.5, 7},
		"zero":       make([]float64, 6),
		"low rank":   append([]float64{9, 8, 7}, make([]float64, 25)...),
	} {
		slices.Sort(spectrum)
		n := len(spectrum)
		a := withSpectrum(r, spectrum)
		for _, which := range []End{Largest, Smallest} {
			want := slices.Clone(spectrum)
			if which == Largest {
				slices.Reverse(want)
			}
			p, err := LOBPCG(Matrix(a), fx.Zeros(fx.Float64, n), 4, nil, random.New(2), nil, EigenOptions{Which: which})
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Err(); err != nil || !p.Converged {
				t.Errorf("%s, end %d: %v", name, which, err)
			}
			wantClose(t, name, p.Values, want[:4], 1e-7)
		}
	}

	type tree struct{ A, B *fx.Array }
	a := withSpectrum(r, append([]float64{10, 8}, spread(0.1, 1, 18)...)).AsType(fx.Float32)
	like := tree{fx.Zeros(fx.Float32, 4, 2), fx.Zeros(fx.Float32, 12)}
	op := func(v tree) tree {
		x, unravel := Ravel(v)
		return unravel(a.MatMul(x))
	}
	cold, err := LOBPCG(op, like, 2, nil, random.New(3), nil, EigenOptions{})
	if err != nil || cold.Err() != nil {
		t.Fatal(err, cold.Err())
	}
	wantClose(t, "float32", cold.Values, []float64{10, 8}, 1e-4)
	warm, err := LOBPCG(op, like, 2, cold.Vectors, random.New(4), nil, EigenOptions{})
	if err != nil || warm.Products >= cold.Products {
		t.Errorf("%d products warm, %d cold, %v", warm.Products, cold.Products, err)
	}
}

func TestLOBPCGSaysWhatIsWrong(t *testing.T) {
	a, _ := laplacian(10)
	like := fx.Zeros(fx.Float64, 100)
	p, err := LOBPCG(a.MatVec, like, 3, nil, random.New(5), nil, EigenOptions{Which: Smallest, MaxSteps: 2})
	if err != nil || p.Converged || p.Err() == nil {
		t.Errorf("2 rounds: %v, %v", p.Err(), err)
	}
	if _, err := LOBPCG(func(x vec) vec { return x.MulScalar(math.NaN()) }, like, 1, nil, random.New(2), nil, EigenOptions{}); err == nil {
		t.Error("no error for NaN")
	}
	for want, f := range map[string]func(){
		"it must be Largest or Smallest": func() {
			LOBPCG(a.MatVec, like, 1, nil, random.New(2), nil, EigenOptions{Which: Magnitude})
		},
		"there can be 1 to 100":      func() { LOBPCG(a.MatVec, like, 101, nil, random.New(2), nil, EigenOptions{}) },
		"rows of 100 elements":       func() { LOBPCG(a.MatVec, like, 1, like, random.New(2), nil, EigenOptions{}) },
		"Extra -1; they must not be": func() { LOBPCG(a.MatVec, like, 1, nil, random.New(2), nil, EigenOptions{Extra: -1}) },
	} {
		fxtest.MustFail(t, want, f)
	}
}
