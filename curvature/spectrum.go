package curvature

import (
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
)

// Outliers counts the eigenvalues that stand apart from the bulk: of values in
// descending order, the j up to most at which values[j-1]/values[j], both
// positive, is largest, and that ratio (Sagun et al. 2017). With fewer than two
// positive values it is 0 and NaN. most 0 means 25.
func Outliers(values []float64, most int) (count int, ratio float64) {
	if most < 0 || !slices.IsSortedFunc(values, func(a, b float64) int {
		if a > b {
			return -1
		}
		return 1
	}) {
		fail("Outliers", "the eigenvalues must be in descending order, and most (%d) not negative", most)
	}
	if most == 0 {
		most = 25
	}
	ratio = math.NaN()
	for j := 1; j < len(values) && j <= most && values[j] > 0; j++ {
		if r := values[j-1] / values[j]; !(r <= ratio) {
			count, ratio = j, r
		}
	}
	return count, ratio
}

// BulkFraction is the share of eigenvalues smaller in size than the part
// `below` (such as 0.01) of the largest value.
func BulkFraction(values []float64, below float64) float64 {
	if len(values) == 0 {
		fail("BulkFraction", "there are no eigenvalues")
	}
	edge, n := below*slices.Max(values), 0
	for _, v := range values {
		if math.Abs(v) < edge {
			n++
		}
	}
	return float64(n) / float64(len(values))
}

// checkBasis rejects rows that are not orthonormal to 1e-6 (1e-3 in float32).
func checkBasis(op string, basis *fx.Array) {
	if basis == nil || basis.NDim() != 2 || !basis.DType().IsFloat() || basis.Dim(0) == 0 {
		fail(op, "the basis is %v; it must be a matrix with orthonormal rows", basis)
	}
	tol := 1e-6
	if basis.DType() == fx.Float32 {
		tol = 1e-3
	}
	if off := basis.MatMul(basis.T()).Sub(fx.Eye(basis.DType(), basis.Dim(0))).Abs().Max().Item(); !(off <= tol) {
		fail(op, "the rows of the basis are not orthonormal: they are off by %.2g", off)
	}
}

// Fraction is the share of a vector's squared length in the span of the
// orthonormal rows of a basis [k, n]: |V g|^2/|g|^2, between 0 and 1 (Gur-Ari,
// Roberts and Dyer 2018). A random vector has k/n on average; the zero vector
// has NaN. It works on the host.
func Fraction(basis, g *fx.Array) float64 {
	checkBasis("Fraction", basis)
	if g == nil || g.NDim() != 1 || g.Dim(0) != basis.Dim(1) {
		fail("Fraction", "the vector is %v for a basis of shape %v", g, basis.Shape())
	}
	return basis.MatMul(g).Square().Sum().Item() / g.Square().Sum().Item()
}

// Overlap is |V W'|^2_F / k for two bases [k, n] with orthonormal rows: 1 if they
// span the same space, 0 if the spaces are orthogonal, k/n for random ones
// (Gur-Ari, Roberts and Dyer 2018). It works on the host.
func Overlap(v, w *fx.Array) float64 {
	checkBasis("Overlap", v)
	checkBasis("Overlap", w)
	if !slices.Equal(v.Shape(), w.Shape()) {
		fail("Overlap", "the bases have shapes %v and %v; they must be equal", v.Shape(), w.Shape())
	}
	return v.MatMul(w.T()).Square().Sum().Item() / float64(v.Dim(0))
}
