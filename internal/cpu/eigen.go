package cpu

import (
	"math"
	"slices"
)

// eigh gives the eigenvalues w of a symmetric matrix in ascending order and
// its eigenvectors as the columns of v, by reduction to tridiagonal form and
// implicit QL steps (Golub and Van Loan, sections 8.3.1 and 8.3.3; the shifts
// are Wilkinson's). It reads the lower triangle. Of each vector the component
// of largest size (the first of equals) is positive. A matrix that is not
// finite, or that does not converge, gives NaN.
func eigh(a matrix64, w []float64, v matrix64) {
	n := a.n
	for _, x := range a.v {
		if x-x != 0 {
			fill(w, math.NaN())
			v.fill(math.NaN())
			return
		}
	}
	z := newMatrix(n, n) // rows become the eigenvectors
	off := make([]float64, n)
	tridiagonal(a, w, off, z)
	if !implicitQL(w, off, z) {
		fill(w, math.NaN())
		v.fill(math.NaN())
		return
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case w[i] < w[j]:
			return -1
		case w[i] > w[j]:
			return 1
		}
		return 0
	})
	sorted := make([]float64, n)
	for c, i := range order {
		sorted[c] = w[i]
		x := z.row(i)
		sign := signOfLargest(x)
		for r := range n {
			v.set(r, c, sign*x[r])
		}
	}
	copy(w, sorted)
}

// signOfLargest is the sign of a vector's largest component.
func signOfLargest(x []float64) float64 {
	best := 0
	for i := range x {
		// Components that differ by rounding only must not decide.
		if math.Abs(x[i]) > math.Abs(x[best])*(1+1e-9) {
			best = i
		}
	}
	if len(x) > 0 && x[best] < 0 {
		return -1
	}
	return 1
}

// eigvalsh is eigh without the vectors, which take most of its time. The values
// have the same bits.
func eigvalsh(a matrix64, w []float64) {
	for _, x := range a.v {
		if x-x != 0 {
			fill(w, math.NaN())
			return
		}
	}
	off, none := make([]float64, a.n), newMatrix(a.n, 0)
	tridiagonal(a, w, off, none)
	if !implicitQL(w, off, none) {
		fill(w, math.NaN())
		return
	}
	slices.Sort(w)
}

// tridiagonal reduces a to diagonal d and off-diagonal e (e[i] between i and
// i+1) by Householder reflections; the rows of z are the columns of the
// orthogonal matrix that does it, unless z has no columns.
func tridiagonal(a matrix64, d, e []float64, z matrix64) {
	n := a.n
	s := a.clone()
	for i := range n { // make it symmetric from its lower triangle
		for j := range i {
			s.set(j, i, s.at(i, j))
		}
	}
	vs := make([][]float64, max(0, n-2))
	for k := range vs {
		v := make([]float64, n-k-1)
		for i := range v {
			v[i] = s.at(k+1+i, k)
		}
		vs[k] = v
		d[k] = s.at(k, k)
		if norm := math.Sqrt(dot64(v, v)); norm > 0 {
			e[k] = -math.Copysign(norm, v[0])
			v[0] -= e[k]
			reflect2(s, v, k+1)
		}
	}
	for i := len(vs); i < n; i++ {
		d[i] = s.at(i, i)
		if i+1 < n {
			e[i] = s.at(i+1, i)
		}
	}
	if z.n > 0 {
		backReflect(vs, z)
	}
}

// backReflect makes z the transpose of Q = H_0 H_1 ..., whose rows start as unit
// vectors.
func backReflect(vs [][]float64, z matrix64) {
	n := z.n
	for i := range n {
		z.set(i, i, 1)
	}
	for k := len(vs) - 1; k >= 0; k-- {
		v := vs[k]
		vv := dot64(v, v)
		if vv == 0 {
			continue
		}
		for c := k + 1; c < n; c++ {
			y := z.row(c)[k+1:]
			axpy64(-2*dot64(v, y)/vv, v, y)
		}
	}
}

// reflect2 applies the reflection H = I - b v v', b = 2/v'v, from both sides to
// the symmetric matrix in the rows and columns of s from k on:
//
//	H S H = S - v w' - w v',  w = p - (b p'v / 2) v,  p = b S v.
func reflect2(s matrix64, v []float64, k int) {
	b := 2 / dot64(v, v)
	w := make([]float64, len(v))
	for j, x := range v { // S is symmetric: a sum of its rows
		axpy64(float64(b*x), s.row(k + j)[k:], w)
	}
	axpy64(-b/2*dot64(w, v), v, w)
	for i := range v {
		row, vi, wi := s.row(k + i)[k:], -v[i], -w[i]
		for j := range row {
			row[j] = math.FMA(vi, w[j], math.FMA(wi, v[j], row[j]))
		}
	}
}

// implicitQL diagonalises a tridiagonal matrix and applies its rotations to
// the rows of z. It reports whether it converged.
func implicitQL(d, e []float64, z matrix64) bool {
	n := len(d)
	// The reduction to tridiagonal form has errors of this size everywhere. Where
	// eigenvalues are smaller, their block would only be turned in its own noise.
	noise := 0.0
	for i := range n {
		noise = max(noise, 0x1p-53*(math.Abs(d[i])+math.Abs(e[i])))
	}
	for l := range n {
		for iteration := 0; ; iteration++ {
			m := l // the end of the block that has not been split off
			for ; m < n-1; m++ {
				if math.Abs(e[m]) <= noise {
					break
				}
			}
			if m == l {
				break
			}
			if iteration == 60 {
				return false
			}
			// Wilkinson's shift from the block's upper corner.
			g := (d[l+1] - d[l]) / (2 * e[l])
			r := hypot(g, 1)
			g = d[m] - d[l] + e[l]/(g+math.Copysign(r, g))
			s, c, p := 1.0, 1.0, 0.0
			i := m - 1
			for ; i >= l; i-- {
				f, b := float64(s*e[i]), float64(c*e[i])
				r = hypot(f, g)
				e[i+1] = r
				if r == 0 { // the block splits here
					d[i+1] -= p
					e[m] = 0
					break
				}
				s, c = f/r, g/r
				g = d[i+1] - p
				r = float64((d[i]-g)*s) + float64(2*float64(c*b))
				p = float64(s * r)
				d[i+1] = g + p
				g = float64(c*r) - b
				rotate(z.row(i), z.row(i+1), c, s)
			}
			if r == 0 && i >= l {
				continue
			}
			d[l] -= p
			e[l] = g
			e[m] = 0
		}
	}
	return true
}

// rotate turns two vectors: x, y become c*x - s*y, s*x + c*y.
func rotate(x, y []float64, c, s float64) {
	for i := range x {
		a, b := x[i], y[i]
		x[i] = float64(c*a) - float64(s*b)
		y[i] = float64(s*a) + float64(c*b)
	}
}

// hypot is sqrt(a^2+b^2) without overflow, defined by exactly rounded steps.
func hypot(a, b float64) float64 {
	a, b = math.Abs(a), math.Abs(b)
	if a < b {
		a, b = b, a
	}
	if a == 0 {
		return 0
	}
	q := b / a
	return a * math.Sqrt(math.FMA(q, q, 1))
}

// svd is the reduced decomposition A = U diag(s) V^T with descending s, by
// one-sided Jacobi rotations (Hestenes 1958; Demmel and Veselic 1992), which
// finds small singular values to high relative accuracy. Of each column of V
// the component of largest size is positive. Columns of U that belong to zero
// singular values complete an orthonormal set.
func svd(a, u matrix64, s []float64, v matrix64) {
	for _, x := range a.v {
		if x-x != 0 {
			u.fill(math.NaN())
			v.fill(math.NaN())
			fill(s, math.NaN())
			return
		}
	}
	if a.m < a.n { // of the transpose, with U and V exchanged
		svdTall(a.transposed(), v, s, u)
	} else {
		svdTall(a, u, s, v)
	}
	for c := range s {
		col := make([]float64, v.m)
		for i := range col {
			col[i] = v.at(i, c)
		}
		if signOfLargest(col) < 0 {
			for i := range v.m {
				v.set(i, c, -v.at(i, c))
			}
			for i := range u.m {
				u.set(i, c, -u.at(i, c))
			}
		}
	}
}

func svdTall(a, u matrix64, s []float64, v matrix64) {
	w := a.transposed() // rows are the columns that are made orthogonal
	n := a.n
	z := newMatrix(n, n)
	for i := range n {
		z.set(i, i, 1)
	}
	for range 60 {
		rotated := false
		for i := range n {
			for j := i + 1; j < n; j++ {
				x, y := w.row(i), w.row(j)
				p, q, r := dot64(x, x), dot64(y, y), dot64(x, y)
				if math.Abs(r) <= 0x1p-52*math.Sqrt(p)*math.Sqrt(q) || r == 0 {
					continue
				}
				rotated = true
				zeta := (q - p) / (2 * r)
				t := math.Copysign(1/(math.Abs(zeta)+hypot(1, zeta)), zeta)
				c := 1 / hypot(1, t)
				rotate(x, y, c, float64(c*t))
				rotate(z.row(i), z.row(j), c, float64(c*t))
			}
		}
		if !rotated {
			break
		}
	}
	norms, order := make([]float64, n), make([]int, n)
	for i := range n {
		norms[i], order[i] = math.Sqrt(dot64(w.row(i), w.row(i))), i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case norms[i] > norms[j]:
			return -1
		case norms[i] < norms[j]:
			return 1
		}
		return 0
	})
	var basis [][]float64
	for c, i := range order {
		s[c] = norms[i]
		x := w.row(i)
		if norms[i] > 0 {
			for k := range x {
				x[k] /= norms[i]
			}
		} else {
			x = completing(basis, a.m)
		}
		basis = append(basis, x)
		for k := range a.m {
			u.set(k, c, x[k])
		}
		for k := range n {
			v.set(k, c, z.at(i, k))
		}
	}
}

// completing is a unit vector orthogonal to a basis.
func completing(basis [][]float64, m int) []float64 {
	for k := range m {
		x := make([]float64, m)
		x[k] = 1
		for range 2 { // twice is enough
			for _, b := range basis {
				axpy64(-dot64(b, x), b, x)
			}
		}
		if norm := math.Sqrt(dot64(x, x)); norm > 0.5/math.Sqrt(float64(m)) {
			for i := range x {
				x[i] /= norm
			}
			return x
		}
	}
	return make([]float64, m)
}
