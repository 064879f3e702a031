package linalg

import "math"

// Small symmetric positive definite systems in plain Go, with every rounding
// pinned, for the active sets of quadratic programs.

// cholesky is the lower triangle of L L' = a, by rows. It stops at the first
// pivot that is not larger than tol times its diagonal element and returns
// that row, else len(a).
func cholesky(a [][]float64, tol float64) (l [][]float64, row int) {
	l = triangle(len(a))
	for i := range a {
		copy(l[i], a[i])
	}
	return l, factorise(l, tol)
}

// factorise is cholesky in the place of the matrix, of which it needs the lower
// triangle.
func factorise(l [][]float64, tol float64) (row int) {
	for i := range l {
		diagonal := l[i][i]
		for j := range i {
			l[i][j] = (l[i][j] - dot(l[i][:j], l[j][:j])) / l[j][j]
		}
		pivot := diagonal - dot(l[i][:i], l[i][:i])
		if !(pivot > tol*math.Abs(diagonal)) || math.IsInf(pivot, 0) {
			return i
		}
		l[i][i] = math.Sqrt(pivot)
	}
	return len(l)
}

// triangle is a lower triangle of zeros, by rows.
func triangle(n int) [][]float64 {
	l, all := make([][]float64, n), make([]float64, n*(n+1)/2)
	for i := range l {
		l[i], all = all[:i+1:i+1], all[i+1:]
	}
	return l
}

// forward solves L x = b, and backward L' x = b.
func forward(l [][]float64, b []float64) []float64 {
	x := make([]float64, len(b))
	for i := range x {
		x[i] = (b[i] - dot(l[i][:i], x[:i])) / l[i][i]
	}
	return x
}

func backward(l [][]float64, b []float64) []float64 {
	x := append([]float64{}, b...)
	for i := len(x) - 1; i >= 0; i-- {
		x[i] /= l[i][i]
		for j := range i {
			x[j] -= float64(l[i][j] * x[i])
		}
	}
	return x
}

// choleskySolve solves L L' x = b.
func choleskySolve(l [][]float64, b []float64) []float64 { return backward(l, forward(l, b)) }

// multiply is a x.
func multiply(a [][]float64, x []float64) []float64 {
	y := make([]float64, len(a))
	for i := range a {
		y[i] = dot(a[i], x)
	}
	return y
}

func dot(a, b []float64) float64 {
	var s float64
	for i := range a {
		s += float64(a[i] * b[i])
	}
	return s
}

// rowsOf cuts the elements of a matrix [m, n] into rows.
func rowsOf(v []float64, m, n int) [][]float64 {
	out := make([][]float64, m)
	for i := range out {
		out[i] = v[i*n : (i+1)*n]
	}
	return out
}
