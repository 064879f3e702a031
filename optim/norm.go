package optim

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// Norm is a norm of a leaf, by which a step is measured: over the ball |x| <= r
// the linear function <m, x> is least at -r Steepest(m). Values are float scalars
// of the leaf's type.
type Norm interface {
	// Of is |x|.
	Of(x *fx.Array) *fx.Array
	// Dual is the dual norm, the greatest <g, x> over |x| <= 1.
	Dual(g *fx.Array) *fx.Array
	// Steepest is where <g, x> is greatest over |x| <= 1; for zeros it is zero.
	Steepest(g *fx.Array) *fx.Array
	// Rho is the least number with Dual(g) <= Rho |g|_2 for leaves of a shape:
	// the constant of Kovalev 2025, equation for rho.
	Rho(shape []int) float64
}

// EuclideanNorm is the root of the sum of squares, a matrix's Frobenius norm. It
// is its own dual, and its steepest step is the normalised gradient.
type EuclideanNorm struct{}

// Of is |x|_2.
func (EuclideanNorm) Of(x *fx.Array) *fx.Array { return x.Square().Sum().Sqrt() }

// Dual is |g|_2.
func (EuclideanNorm) Dual(g *fx.Array) *fx.Array { return g.Square().Sum().Sqrt() }

// Steepest is g/|g|_2.
func (n EuclideanNorm) Steepest(g *fx.Array) *fx.Array { return over(g, n.Of(g)) }

// Rho is 1.
func (EuclideanNorm) Rho([]int) float64 { return 1 }

// MaxNorm is the largest element; its dual is the sum of all, and its steepest
// step the sign.
type MaxNorm struct{}

// Of is the largest |x_i|.
func (MaxNorm) Of(x *fx.Array) *fx.Array { return x.Abs().Max() }

// Dual is the sum of |g_i|.
func (MaxNorm) Dual(g *fx.Array) *fx.Array { return g.Abs().Sum() }

// Steepest is the sign of every element.
func (MaxNorm) Steepest(g *fx.Array) *fx.Array { return g.Sign() }

// Rho is the root of the number of elements.
func (MaxNorm) Rho(shape []int) float64 {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return math.Sqrt(float64(n))
}

// ColumnNorm is the largest Euclidean norm of a column, which for a matrix is the
// operator norm from l1 to l2; its dual is the sum of the columns' norms. A
// column is what one output reads: the last axis counts columns. A leaf of one
// axis or none is one column.
type ColumnNorm struct{}

// Of is the largest column norm.
func (ColumnNorm) Of(x *fx.Array) *fx.Array { return columns(x).Max() }

// Dual is the sum of the column norms.
func (ColumnNorm) Dual(g *fx.Array) *fx.Array { return columns(g).Sum() }

// Steepest normalises every column.
func (ColumnNorm) Steepest(g *fx.Array) *fx.Array { return over(g, columns(g)) }

// Rho is the root of the number of columns.
func (ColumnNorm) Rho(shape []int) float64 {
	if len(shape) < 2 {
		return 1
	}
	return math.Sqrt(float64(shape[len(shape)-1]))
}

// columns are the norms of the columns, [1, ..., 1, columns] or a scalar.
func columns(x *fx.Array) *fx.Array {
	if x.NDim() < 2 {
		return x.Square().Sum().Sqrt()
	}
	var axes []int
	for i := range x.NDim() - 1 {
		axes = append(axes, i)
	}
	return x.Square().SumKeep(axes...).Sqrt()
}

// SpectralNorm is a matrix's largest singular value; its dual is the sum of all,
// the nuclear norm, and its steepest step the nearest orthogonal matrix. A leaf
// of more axes is the matrix whose columns are its last axis; one of fewer than
// two has no spectral norm, which is a panic: choose another by path.
type SpectralNorm struct {
	// Steps is how many Newton-Schulz steps stand for the orthogonal factor, which
	// is then rough (see linalg.NewtonSchulz); Muon has 5. With 0 it is exact, by
	// singular values.
	Steps int
}

// Of is the largest singular value.
func (n SpectralNorm) Of(x *fx.Array) *fx.Array { return singular(x).Max() }

// Dual is the sum of the singular values.
func (n SpectralNorm) Dual(g *fx.Array) *fx.Array { return singular(g).Sum() }

// Steepest is the orthogonal factor.
func (n SpectralNorm) Steepest(g *fx.Array) *fx.Array {
	m := matrix(g)
	if n.Steps > 0 {
		return linalg.NewtonSchulz(m, n.Steps).Reshape(g.Shape()...)
	}
	return linalg.Polar(m).Reshape(g.Shape()...)
}

// Rho is the root of the smaller side.
func (SpectralNorm) Rho(shape []int) float64 {
	rows := 1
	for _, d := range shape[:len(shape)-1] {
		rows *= d
	}
	return math.Sqrt(float64(min(rows, shape[len(shape)-1])))
}

func singular(x *fx.Array) *fx.Array {
	_, s, _ := fx.SVD(matrix(x))
	return s
}

func matrix(x *fx.Array) *fx.Array {
	if x.NDim() < 2 {
		fail("SpectralNorm", "a leaf of shape %v is no matrix; give it another norm", x.Shape())
	}
	return x.Reshape(-1, x.Dim(-1))
}

// ScaledNorm is |x|/Radius in another norm, whose unit ball is that norm's ball of
// the radius.
type ScaledNorm struct {
	Norm
	Radius float64 // positive
}

// Of is |x|/Radius.
func (n ScaledNorm) Of(x *fx.Array) *fx.Array { return n.Norm.Of(x).DivScalar(n.Radius) }

// Dual is Radius times the dual norm.
func (n ScaledNorm) Dual(g *fx.Array) *fx.Array { return n.Norm.Dual(g).MulScalar(n.Radius) }

// Steepest is Radius times the norm's own.
func (n ScaledNorm) Steepest(g *fx.Array) *fx.Array { return n.Norm.Steepest(g).MulScalar(n.Radius) }

// Rho is Radius times the norm's own.
func (n ScaledNorm) Rho(shape []int) float64 { return n.Radius * n.Norm.Rho(shape) }

// over is g/size, or 0 where the size is 0.
func over(g, size *fx.Array) *fx.Array {
	none := size.Equal(fx.Const(0))
	return g.Mul(fx.Where(none, fx.ZerosLike(size), fx.Where(none, fx.OnesLike(size), size).Reciprocal()))
}
