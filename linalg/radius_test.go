package linalg

import (
	"math"
	"math/cmplx"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// TestSpectralRadius compares with gonum's eigenvalues, which may be complex, and
// with matrices whose radius is known.
func TestSpectralRadius(t *testing.T) {
	for _, n := range []int{1, 2, 7, 30} {
		a := random.Normal(random.New(uint64(n)), fx.Float64, n, n)
		var e mat.Eigen
		if !e.Factorize(mat.NewDense(n, n, a.Float64s()), mat.EigenNone) {
			t.Fatal("no eigenvalues")
		}
		want := 0.0
		for _, v := range e.Values(nil) {
			want = math.Max(want, cmplx.Abs(v))
		}
		if got := SpectralRadius(a).Item(); math.Abs(got-want) > 1e-10*want {
			t.Errorf("n %d: %v, want %v", n, got, want)
		}
		if got := SpectralRadius(a.AsType(fx.Float32)).Item(); math.Abs(got-want) > 1e-4*want {
			t.Errorf("n %d, float32: %v, want %v", n, got, want)
		}
	}
	many := fx.New([]float64{0, 2, -2, 0, 3, 1, 0, 3, 1e200, 0, 0, 1, 0, 0, 0, 0}, 4, 2, 2) // a turn, a Jordan block, a large one, zero
	for i, want := range []float64{2, 3, 1e200, 0} {
		if got := SpectralRadius(many).Index(i).Item(); math.Abs(got-want) > 1e-9*want {
			t.Errorf("matrix %d: %v, want %v", i, got, want)
		}
	}
}
