package fx

import (
	"math"
	"testing"
)

// closeTo compares an array with another of its shape.
func closeTo(t *testing.T, what string, got, want *Array, tolerance float64) {
	t.Helper()
	if d := got.Sub(want).Abs().Max().Item(); !(d <= tolerance) {
		t.Errorf("%s: off by %g", what, d)
	}
}

// TestDecompositionsRebuild multiplies factors of larger matrices together
// again, rank-deficient and graded ones among them.
func TestDecompositionsRebuild(t *testing.T) {
	for name, a := range map[string]*Array{
		"random":         irregular(Float64, 40, 40),
		"tall":           irregular(Float64, 50, 17),
		"wide":           irregular(Float64, 17, 50),
		"rank one":       irregular(Float64, 12).Outer(irregular(Float64, 9)),
		"zero":           Zeros(Float64, 5, 4),
		"graded":         irregular(Float64, 15, 15).Mul(Arange(Float64, 15).MulScalar(-2).Exp()),
		"one":            irregular(Float64, 1, 1),
		"batch":          irregular(Float64, 3, 6, 4),
		"equal columns":  Ones(Float64, 7, 3),
		"orthonormal id": Eye(Float64, 8),
	} {
		t.Run(name, func(t *testing.T) {
			u, s, vt := SVD(a)
			k := s.Dim(-1)
			closeTo(t, "U diag(s) V^T", u.Mul(s.ExpandDims(-2)).MatMul(vt), a, 1e-12)
			closeTo(t, "U^T U", u.T().MatMul(u), Eye(Float64, k), 1e-12)
			closeTo(t, "V^T V", vt.MatMul(vt.T()), Eye(Float64, k), 1e-12)
			q, r := QR(a)
			closeTo(t, "Q R", q.MatMul(r), a, 1e-12)
			closeTo(t, "Q^T Q", q.T().MatMul(q), Eye(Float64, q.Dim(-1)), 1e-12)
			closeTo(t, "R below the diagonal", r.Tril(-1), ZerosLike(r), 0)
			g := a.T().MatMul(a)
			w, v := Eigh(g)
			closeTo(t, "V diag(w) V^T", v.Mul(w.ExpandDims(-2)).MatMul(v.T()), g, 1e-11)
			closeTo(t, "V^T V of Eigh", v.T().MatMul(v), Eye(Float64, v.Dim(-1)), 1e-12)
			closeTo(t, "eigenvalues ascend", w, w.Sort(-1), 0)
			closeTo(t, "eigenvalues alone", Eigvalsh(g), w, 0)
			perm, l, up := LU(g.Add(Eye(Float64, g.Dim(-1))))
			rows := g.Add(Eye(Float64, g.Dim(-1))).TakeAlongAxis(perm.ExpandDims(-1).BroadcastTo(g.Shape()...), -2)
			closeTo(t, "L U", l.MatMul(up), rows, 1e-11)
			c := Cholesky(g.Add(Eye(Float64, g.Dim(-1))))
			closeTo(t, "L L^T", c.MatMul(c.T()), g.Add(Eye(Float64, g.Dim(-1))), 1e-11)
		})
	}
}

// TestEigenvaluesOfLowRank: most eigenvalues are zero up to rounding, in blocks
// whose elements are rounding too.
func TestEigenvaluesOfLowRank(t *testing.T) {
	n := 300
	b := Arange(Float64, 5*n).MulScalar(0.37).Sin().Reshape(5, n)
	scale := New([]float64{1, 1e-2, 1e-5, 1e-9, 1e-13}, 5, 1)
	a := b.Mul(scale).T().MatMul(b.Mul(scale))
	w := Eigvalsh(a)
	norm := w.Abs().Max().Item()
	closeTo(t, "trace", w.Sum(), a.Trace(), 1e-12*norm)
	closeTo(t, "Frobenius norm", w.Norm(), a.Norm(), 1e-12*norm)
	closeTo(t, "the bulk", w.SliceAxis(0, 0, n-5), Zeros(Float64, n-5), 1e-13*norm)
}

// TestKnownDecompositions compares with values known by formula.
func TestKnownDecompositions(t *testing.T) {
	// The second difference matrix has eigenvalues 2 - 2 cos(pi k / (n+1)).
	n := 30
	i, j := Arange(Float64, n).ExpandDims(1), Arange(Float64, n)
	d := i.Sub(j).Abs()
	a := Where(d.Equal(Const(0)), Full(Float64, 2, n, n), Where(d.Equal(Const(1)), Full(Float64, -1, n, n), Zeros(Float64, n, n)))
	w, _ := Eigh(a)
	want := make([]float64, n)
	for k := range want {
		want[k] = 2 - 2*math.Cos(math.Pi*float64(k+1)/float64(n+1))
	}
	closeTo(t, "eigenvalues", w, New(want), 1e-13)
	closeTo(t, "determinant", Det(a), Scalar(float64(n+1)), 1e-11)
	swap := New([]float64{0, 1, 0, 0, 0, 1, 1, 0, 0}, 3, 3)
	closeTo(t, "cyclic permutation's determinant", Det(swap), Scalar(1.0), 0)
	closeTo(t, "transposition's determinant", Det(New([]float64{0, 1, 1, 0}, 2, 2)), Scalar(-1.0), 0)
	closeTo(t, "inverse of a cyclic permutation", Inverse(swap), swap.T(), 0)
	if v := Cholesky(New([]float64{1, 2, 2, 1}, 2, 2)).Float64s(); v[0] == v[0] && v[3] == v[3] {
		t.Errorf("the indefinite matrix has a factor: %v", v)
	}
	if s, l := LogDet(Zeros(Float64, 2, 2)); s.Item() != 0 || !math.IsInf(l.Item(), -1) {
		t.Errorf("the zero matrix has sign %v, log %v", s, l)
	}
}
