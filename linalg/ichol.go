package linalg

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// IC0 is the incomplete Cholesky factorisation without fill of a symmetric
// positive definite matrix: a lower triangular L with the pattern of A's lower
// triangle such that L L' equals A wherever A has an element (Meijerink and van
// der Vorst 1977; Saad 2003, section 10.3). It works on the host, in float64,
// and reads the lower triangle only.
//
// For a matrix that is no M-matrix the factorisation may not exist; a shift
// above 0 factorises A + shift diag(A) instead (Manteuffel 1980). A missing
// diagonal element, a pivot that is not positive and a value that is not
// finite are errors that name the row.
func IC0(a CSR, shift float64) (CSR, error) {
	a.check("IC0")
	if a.Pattern.Rows != a.Pattern.Cols {
		fail("IC0", "the matrix is %dx%d; it must be square", a.Pattern.Rows, a.Pattern.Cols)
	}
	nonNegative("IC0", "the shift", shift)
	l := a.Lower()
	p, v := l.Pattern, l.Values.Float64s()
	for i := range p.Rows {
		from, end := p.RowStart[i], p.RowStart[i+1]
		if from == end || p.Col[end-1] != i {
			return CSR{}, fmt.Errorf("linalg: IC0: row %d has no element on the diagonal", i)
		}
		for k := from; k < end-1; k++ {
			j := p.Col[k]
			v[k] = (v[k] - rowProduct(p, v, i, j)) / v[p.RowStart[j+1]-1]
		}
		pivot := float64((1+shift)*v[end-1]) - rowProduct(p, v, i, i)
		if !(pivot > 0) || math.IsInf(pivot, 0) {
			return CSR{}, fmt.Errorf("linalg: IC0: the pivot of row %d is %.3g; it must be positive and finite (a positive shift may help)", i, pivot)
		}
		v[end-1] = math.Sqrt(pivot)
	}
	return CSR{p, fx.New(v).AsType(a.Values.DType())}, nil
}

// rowProduct is the product of rows i and j of a lower triangle over the
// columns before j.
func rowProduct(p *Pattern, v []float64, i, j int) float64 {
	a, b := p.RowStart[i], p.RowStart[j]
	var s float64
	for a < p.RowStart[i+1] && b < p.RowStart[j+1] && p.Col[a] < j && p.Col[b] < j {
		switch {
		case p.Col[a] < p.Col[b]:
			a++
		case p.Col[a] > p.Col[b]:
			b++
		default:
			s += float64(v[a] * v[b])
			a, b = a+1, b+1
		}
	}
	return s
}

// Factored is the preconditioner (L L')^-1 of a sparse lower triangular L.
func Factored(l CSR) func(*fx.Array) *fx.Array {
	lt := l.T()
	return func(r *fx.Array) *fx.Array { return SolveUpper(lt, SolveLower(l, r)) }
}

// SSOR is the symmetric successive over-relaxation preconditioner of a
// symmetric A = L + D + L' (Saad 2003, section 10.2),
//
//	M = (D + omega L) D^-1 (D + omega L') / (omega (2 - omega)),
//
// for 0 < omega < 2; omega = 1 is symmetric Gauss-Seidel.
func SSOR(a CSR, omega float64) func(*fx.Array) *fx.Array {
	a.check("SSOR")
	if !(omega > 0 && omega < 2) {
		fail("SSOR", "omega is %v; it must lie between 0 and 2", omega)
	}
	l := a.Lower()
	onDiagonal := l.Pattern.rowIndex().Equal(l.Pattern.colIndex())
	l.Values = fx.Where(onDiagonal, l.Values, l.Values.MulScalar(omega))
	d, lt := a.Diagonal(), l.T()
	return func(r *fx.Array) *fx.Array {
		return SolveUpper(lt, SolveLower(l, r).Mul(d)).MulScalar(omega * (2 - omega))
	}
}
