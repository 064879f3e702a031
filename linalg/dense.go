package linalg

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"gonum.org/v1/gonum/mat"
)

// Dense factorisations on the host, through gonum, in float64 whatever the
// dtype. They are for small matrices whose values are known; a singular matrix
// or a value that is not finite is an error.

// hostMatrix reads a computed matrix [m, n].
func hostMatrix(op string, a *fx.Array) (*mat.Dense, error) {
	if a == nil || a.NDim() != 2 || !a.DType().IsFloat() || a.Size() == 0 {
		fail(op, "%v is no matrix of floats with elements", a)
	}
	v := a.Float64s()
	for _, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("%s: %w", op, errNotFinite)
		}
	}
	return mat.NewDense(a.Dim(0), a.Dim(1), v), nil
}

// back makes an array of a gonum matrix.
func back(m *mat.Dense, d fx.DType) *fx.Array {
	r, c := m.Dims()
	v := make([]float64, 0, r*c)
	for i := range r {
		v = append(v, m.RawRowView(i)...)
	}
	return fx.New(v, r, c).AsType(d)
}

// rightHandSide reads b [m] or [m, k] as a matrix.
func rightHandSide(op string, a, b *fx.Array) (*mat.Dense, error) {
	if b == nil || b.NDim() < 1 || b.NDim() > 2 || b.Dim(0) != a.Dim(0) {
		fail(op, "the right-hand side is %v for a matrix of shape %v", b, a.Shape())
	}
	return hostMatrix(op, b.Reshape(b.Dim(0), -1))
}

// SolveDense solves a x = b for a square matrix [n, n] and b [n] or [n, k], by
// LU factorisation with partial pivoting. A matrix that is singular to working
// precision is an error that gives its condition number.
func SolveDense(a, b *fx.Array) (*fx.Array, error) {
	const op = "SolveDense"
	checkSquare(op, a)
	m, err := hostMatrix(op, a)
	if err != nil {
		return nil, err
	}
	rhs, err := rightHandSide(op, a, b)
	if err != nil {
		return nil, err
	}
	var lu mat.LU
	var x mat.Dense
	lu.Factorize(m)
	if c := lu.Cond(); !(c < 1/eps(fx.Float64)) {
		return nil, fmt.Errorf("linalg: %s: the matrix is singular to working precision (condition number %.2g)", op, c)
	}
	if err := lu.SolveTo(&x, false, rhs); err != nil {
		return nil, fmt.Errorf("linalg: %s: %w", op, err)
	}
	return back(&x, b.DType()).Reshape(b.Shape()...), nil
}

// Cholesky gives the lower triangular L with L L' = a, for a symmetric positive
// definite matrix, of which it reads the upper triangle.
func Cholesky(a *fx.Array) (*fx.Array, error) {
	const op = "Cholesky"
	n := checkSquare(op, a)
	m, err := hostMatrix(op, a)
	if err != nil {
		return nil, err
	}
	var c mat.Cholesky
	if !c.Factorize(mat.NewSymDense(n, m.RawMatrix().Data)) {
		return nil, errors.New("linalg: Cholesky: the matrix is not positive definite")
	}
	var l mat.TriDense
	c.LTo(&l)
	return back(mat.DenseCopyOf(&l), a.DType()), nil
}

// QR gives q [m, n] with orthonormal columns and the upper triangular r [n, n]
// with q r = a, for a matrix [m, n] with m >= n. The diagonal of r is not
// negative.
func QR(a *fx.Array) (q, r *fx.Array, err error) {
	const op = "QR"
	m, err := hostMatrix(op, a)
	if err != nil {
		return nil, nil, err
	}
	rows, cols := m.Dims()
	if rows < cols {
		fail(op, "the matrix has shape %v; it must have at least as many rows as columns", a.Shape())
	}
	var f mat.QR
	var qm, rm mat.Dense
	f.Factorize(m)
	f.QTo(&qm)
	f.RTo(&rm)
	for i := range cols {
		if rm.At(i, i) < 0 {
			for k := range rows {
				qm.Set(k, i, -qm.At(k, i))
			}
			for k := i; k < cols; k++ {
				rm.Set(i, k, -rm.At(i, k))
			}
		}
	}
	thin, square := mat.DenseCopyOf(qm.Slice(0, rows, 0, cols)), mat.DenseCopyOf(rm.Slice(0, cols, 0, cols))
	return back(thin, a.DType()), back(square, a.DType()), nil
}

// SVD gives the thin singular value decomposition a = u diag(s) vt of a matrix
// [m, n]: u [m, k], s [k] in descending order, vt [k, n], for k = min(m, n).
func SVD(a *fx.Array) (u, s, vt *fx.Array, err error) {
	f, err := svd("SVD", a)
	if err != nil {
		return nil, nil, nil, err
	}
	var um, vm mat.Dense
	f.UTo(&um)
	f.VTo(&vm)
	return back(&um, a.DType()), fx.New(f.Values(nil)).AsType(a.DType()), back(&vm, a.DType()).T(), nil
}

func svd(op string, a *fx.Array) (*mat.SVD, error) {
	m, err := hostMatrix(op, a)
	if err != nil {
		return nil, err
	}
	var f mat.SVD
	if !f.Factorize(m, mat.SVDThin) {
		return nil, fmt.Errorf("linalg: %s: the singular value decomposition does not converge", op)
	}
	return &f, nil
}

// LstSq gives the smallest x that minimises |a x - b|, for a matrix [m, n] of
// any rank and b [m] or [m, k], by singular value decomposition. Singular
// values up to rcond times the largest count as zero; rcond 0 means max(m, n)
// times the rounding unit of a's dtype. It also gives the rank.
func LstSq(a, b *fx.Array, rcond float64) (x *fx.Array, rank int, err error) {
	const op = "LstSq"
	f, err := svd(op, a)
	if err != nil {
		return nil, 0, err
	}
	rhs, err := rightHandSide(op, a, b)
	if err != nil {
		return nil, 0, err
	}
	if nonNegative(op, "rcond", rcond) == 0 {
		rcond = float64(max(a.Dim(0), a.Dim(1))) * eps(a.DType())
	}
	shape := b.Shape()
	shape[0] = a.Dim(1)
	if rank = f.Rank(rcond); rank == 0 {
		return fx.Zeros(b.DType(), shape...), 0, nil
	}
	var xm mat.Dense
	f.SolveTo(&xm, rhs, rank)
	return back(&xm, b.DType()).Reshape(shape...), rank, nil
}

// Cond is the 2-norm condition number of a matrix: the largest singular value
// by the smallest, +Inf if that is 0.
func Cond(a *fx.Array) (float64, error) {
	f, err := svd("Cond", a)
	if err != nil {
		return 0, err
	}
	s := f.Values(nil)
	return s[0] / s[len(s)-1], nil
}
