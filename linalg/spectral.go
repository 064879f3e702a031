package linalg

import "github.com/fluxion-go/fluxion/fx"

// Spectral is a symmetric matrix [n, n] by its eigenvalues, of which any function
// is then cheap:
//
//	A = Base I + Q diag(Values - Base) Q'
//
// Make one with [NewSpectral] or [GramSpectral].
type Spectral struct {
	// Base is the eigenvalue of what is orthogonal to all Vectors, a scalar; nil if
	// there is nothing.
	Base *fx.Array
	// Values [k] belong to the columns of Vectors, Q [n, k].
	Values, Vectors *fx.Array
}

// NewSpectral decomposes a symmetric matrix [n, n]; of its asymmetry the mean is
// taken.
func NewSpectral(a *fx.Array) Spectral {
	checkSquare("NewSpectral", a)
	values, vectors := fx.Eigh(a)
	return Spectral{nil, values, vectors}
}

// GramSpectral is that of shift I + W'W for W [k, n] and a scalar shift, by the
// eigenvalues of the Gram matrix W W' [k, k]: for few rows of many elements.
// Eigenvalues of W W' up to k times the rounding unit, relative to the largest,
// count as zero.
func GramSpectral(w, shift *fx.Array) Spectral {
	const op = "GramSpectral"
	if w == nil || w.NDim() != 2 || w.Size() == 0 || !w.DType().IsFloat() {
		fail(op, "%v is no matrix of floats with elements", w)
	}
	if shift == nil || shift.NDim() != 0 {
		fail(op, "the shift is %v; it must be a scalar", shift)
	}
	values, u := fx.Eigh(w.MatMul(w.T()))
	keep := values.Greater(values.MaxKeep(0).MulScalar(float64(w.Dim(0)) * eps(w.DType())))
	zero := fx.ZerosLike(values)
	scale := fx.Where(keep, values.Sqrt().Reciprocal(), zero)
	shift = shift.AsType(w.DType())
	return Spectral{shift, fx.Where(keep, values, zero).Add(shift), w.T().MatMul(u).Mul(scale)}
}

// Apply is f(A) x for a vector x [n]; f maps eigenvalues elementwise, and is called
// with a scalar and with a vector.
func (s Spectral) Apply(f func(*fx.Array) *fx.Array, x *fx.Array) *fx.Array {
	if x == nil || x.NDim() != 1 || x.Dim(0) != s.Vectors.Dim(0) {
		fail("Spectral.Apply", "a vector %v for a matrix of %d rows", x, s.Vectors.Dim(0))
	}
	along, c := f(s.Values), s.Vectors.T().MatMul(x)
	if s.Base == nil {
		return s.Vectors.MatMul(along.Mul(c))
	}
	base := f(s.Base)
	return base.Mul(x).Add(s.Vectors.MatMul(along.Sub(base).Mul(c)))
}

// Function is the matrix f(A) [n, n].
func (s Spectral) Function(f func(*fx.Array) *fx.Array) *fx.Array {
	along := f(s.Values)
	if s.Base == nil {
		return s.Vectors.Mul(along).MatMul(s.Vectors.T())
	}
	base, n := f(s.Base), s.Vectors.Dim(0)
	return fx.Eye(s.Vectors.DType(), n).Mul(base).Add(s.Vectors.Mul(along.Sub(base)).MatMul(s.Vectors.T()))
}
