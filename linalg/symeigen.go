package linalg

import (
	"errors"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
)

// The symmetric eigenproblem on the host, in plain Go with every rounding
// pinned: the same bits on every platform.

// Eigh gives the eigenvalues [n] of a symmetric matrix [n, n], in ascending
// order, and its orthonormal eigenvectors, column i of [n, n] for value i. It
// works on the host, in float64 whatever the dtype: Householder
// tridiagonalisation, then the implicit QL iteration (Golub and Van Loan 2013,
// section 8.3). Only the lower triangle is read. A value that is not finite is
// an error.
func Eigh(a *fx.Array) (values, vectors *fx.Array, err error) {
	n := checkSquare("Eigh", a)
	d, z, err := symmetricEigen(a.Float64s(), n, true)
	if err != nil {
		return nil, nil, err
	}
	return fx.New(d).AsType(a.DType()), fx.New(slices.Concat(z...), n, n).T().AsType(a.DType()), nil
}

// Eigvalsh is Eigh without the eigenvectors, in a quarter of the time.
func Eigvalsh(a *fx.Array) (values *fx.Array, err error) {
	n := checkSquare("Eigvalsh", a)
	d, _, err := symmetricEigen(a.Float64s(), n, false)
	if err != nil {
		return nil, err
	}
	return fx.New(d).AsType(a.DType()), nil
}

// symmetricEigen gives ascending eigenvalues and, if wanted, the eigenvectors
// as rows.
func symmetricEigen(elements []float64, n int, vectors bool) ([]float64, [][]float64, error) {
	a := make([][]float64, n)
	for i := range a {
		a[i] = elements[i*n : (i+1)*n]
		for j := range i {
			a[j][i] = a[i][j]
		}
	}
	d, e, reflectors := tridiagonalize(a)
	var z [][]float64
	if vectors {
		z = reflectors()
	}
	if err := tridiagonalQL(d, e, z); err != nil {
		return nil, nil, err
	}
	return d, z, nil
}

// tridiagonalize reduces a symmetric matrix, which it overwrites, to diagonal
// d and subdiagonal e by Householder reflections H = I - beta v v'. The function it
// returns gives the rows of Q', where A = Q T Q'.
func tridiagonalize(a [][]float64) (d, e []float64, q func() [][]float64) {
	n := len(a)
	d, e = make([]float64, n), make([]float64, n)
	vs, betas := make([][]float64, n), make([]float64, n)
	for k := range n - 2 {
		m := n - k - 1
		v, p := make([]float64, m), make([]float64, m)
		for i := range v {
			v[i] = a[k+1+i][k]
		}
		e[k], betas[k] = reflector(v)
		vs[k] = v
		if betas[k] == 0 {
			continue
		}
		var pv float64
		for i := range p {
			p[i] = betas[k] * dot(a[k+1+i][k+1:], v)
			pv += float64(p[i] * v[i])
		}
		half := betas[k] * pv / 2
		for i := range p {
			p[i] -= float64(half * v[i])
		}
		for i := range m {
			row, vi, pi := a[k+1+i][k+1:], v[i], p[i]
			for j := range row {
				row[j] -= float64(vi*p[j]) + float64(pi*v[j])
			}
		}
	}
	for i := range n {
		d[i] = a[i][i]
	}
	if n > 1 {
		e[n-2] = a[n-1][n-2]
	}
	return d, e, func() [][]float64 {
		q := make([][]float64, n)
		for i := range q {
			q[i] = make([]float64, n)
			q[i][i] = 1
		}
		// Rows of Q' = H_{n-3} ... H_0: multiply by reflections from the right.
		for k := n - 3; k >= 0; k-- {
			if betas[k] == 0 {
				continue
			}
			for i := k + 1; i < n; i++ {
				row := q[i][k+1:]
				s := betas[k] * dot(row, vs[k])
				for j := range row {
					row[j] -= float64(s * vs[k][j])
				}
			}
		}
		return q
	}
}

// reflector overwrites x by v with v[0] = 1 such that (I - beta v v') x =
// (alpha, 0, ...).
func reflector(x []float64) (alpha, beta float64) {
	var largest float64
	for _, xi := range x {
		largest = max(largest, math.Abs(xi))
	}
	if largest == 0 || math.IsNaN(largest) {
		return largest, 0
	}
	var tail float64
	for i := range x {
		x[i] /= largest
		if i > 0 {
			tail += float64(x[i] * x[i])
		}
	}
	if tail == 0 {
		return x[0] * largest, 0
	}
	length := math.Sqrt(float64(x[0]*x[0]) + tail)
	if x[0] > 0 {
		length = -length
	}
	v0 := x[0] - length
	x[0] = v0
	for i := range x {
		x[i] /= v0
	}
	return length * largest, -v0 / length
}

func dot(a, b []float64) float64 {
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += float64(a[i] * b[i])
		s1 += float64(a[i+1] * b[i+1])
		s2 += float64(a[i+2] * b[i+2])
		s3 += float64(a[i+3] * b[i+3])
	}
	for ; i < len(a); i++ {
		s0 += float64(a[i] * b[i])
	}
	return (s0 + s1) + (s2 + s3)
}

var errNotFinite = errors.New("linalg: the matrix has a value that is not finite")

// tridiagonalQL overwrites the diagonal d by the eigenvalues in ascending
// order, and applies to the rows of z what turns the unit vectors into
// eigenvectors. e is the subdiagonal (its last element is not read), and is
// destroyed. z may be nil, and its rows may have any length: rows of one
// element, (1, 0, ..., 0)', give the eigenvectors' first elements.
func tridiagonalQL(d, e []float64, z [][]float64) error {
	n := len(d)
	for i := range n {
		if s := d[i] + e[i]; i < n-1 && (math.IsNaN(s) || math.IsInf(s, 0)) || math.IsNaN(d[i]) || math.IsInf(d[i], 0) {
			return errNotFinite
		}
	}
	for l := range n {
		for sweep := 0; ; sweep++ {
			m := l
			for ; m < n-1; m++ {
				if math.Abs(e[m]) <= 0x1p-53*(math.Abs(d[m])+math.Abs(d[m+1])) {
					break
				}
			}
			if m == l {
				break
			}
			if sweep == 50 {
				return errors.New("linalg: the QL iteration does not converge")
			}
			qlSweep(d, e, z, l, m)
		}
	}
	sortEigen(d, z)
	return nil
}

// qlSweep is one implicit QL step with Wilkinson's shift on rows l to m.
func qlSweep(d, e []float64, z [][]float64, l, m int) {
	g := (d[l+1] - d[l]) / (2 * e[l])
	r := math.Copysign(hypot(g, 1), g)
	g = d[m] - d[l] + e[l]/(g+r)
	s, c, p := 1.0, 1.0, 0.0
	for i := m - 1; i >= l; i-- {
		f, b := s*e[i], c*e[i]
		r = hypot(f, g)
		e[i+1] = r
		if r == 0 {
			d[i+1] -= p
			e[m] = 0
			return
		}
		s, c = f/r, g/r
		g = d[i+1] - p
		r = float64((d[i]-g)*s) + float64(2*c*b)
		p = s * r
		d[i+1] = g + p
		g = float64(c*r) - b
		if z != nil {
			zi, zj := z[i], z[i+1]
			for k := range zi {
				x, y := zi[k], zj[k]
				zj[k] = float64(s*x) + float64(c*y)
				zi[k] = float64(c*x) - float64(s*y)
			}
		}
	}
	d[l] -= p
	e[l] = g
	if m < len(e) {
		e[m] = 0
	}
}

// hypot is sqrt(a^2+b^2) of exactly rounded operations, unlike package math's.
func hypot(a, b float64) float64 {
	a, b = math.Abs(a), math.Abs(b)
	if a < b {
		a, b = b, a
	}
	if a == 0 {
		return 0
	}
	r := b / a
	return a * math.Sqrt(1+float64(r*r))
}

// sortEigen sorts eigenvalues, and rows with them.
func sortEigen(d []float64, z [][]float64) {
	order := make([]int, len(d))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case d[i] < d[j]:
			return -1
		case d[i] > d[j]:
			return 1
		}
		return 0
	})
	values, rows := slices.Clone(d), slices.Clone(z)
	for i, j := range order {
		d[i] = values[j]
		if z != nil {
			z[i] = rows[j]
		}
	}
}
