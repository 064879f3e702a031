package linalg

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
)

// randomSparse has about a third of its elements; some occur twice.
func randomSparse(r *rand.Rand, rows, cols int) (CSR, *fx.Array) {
	var i, j []int
	var v []float64
	dense := make([]float64, rows*cols)
	for range rows * cols / 3 {
		a, b, x := r.IntN(rows), r.IntN(cols), r.NormFloat64()
		i, j, v = append(i, a), append(j, b), append(v, x)
		dense[a*cols+b] += x
	}
	return FromTriplets(rows, cols, i, j, fx.New(v, len(v))), fx.New(dense, rows, cols)
}

// poisson is the five-point Laplacian on an m by m grid.
func poisson(m int) CSR {
	var i, j []int
	var v []float64
	add := func(a, b int, x float64) { i, j, v = append(i, a), append(j, b), append(v, x) }
	for y := range m {
		for x := range m {
			at := y*m + x
			add(at, at, 4)
			if x > 0 {
				add(at, at-1, -1)
			}
			if x < m-1 {
				add(at, at+1, -1)
			}
			if y > 0 {
				add(at, at-m, -1)
			}
			if y < m-1 {
				add(at, at+m, -1)
			}
		}
	}
	return FromTriplets(m*m, m*m, i, j, fx.New(v))
}

func TestCSRAgreesWithDense(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 1))
	for _, s := range [][2]int{{1, 1}, {3, 7}, {8, 5}, {6, 6}, {4, 0}, {0, 4}} {
		a, dense := randomSparse(r, s[0], s[1])
		x, y := randomVector(r, s[1]), randomVector(r, s[0])
		wantClose(t, "Dense", a.Dense().Float64s(), dense.Float64s(), 1e-14)
		wantClose(t, "MatVec", a.MatVec(x).Float64s(), dense.MatMul(x).Float64s(), 1e-13)
		wantClose(t, "MatVecT", a.MatVecT(y).Float64s(), dense.T().MatMul(y).Float64s(), 1e-13)
		wantClose(t, "T", a.T().Dense().Float64s(), dense.T().Float64s(), 1e-14)
		wantClose(t, "T twice", a.T().T().Values.Float64s(), a.Values.Float64s(), 0)
		m := randomMatrix(r, s[1], 3)
		wantClose(t, "MatMul", a.MatMul(m).Float64s(), dense.MatMul(m).Float64s(), 1e-13)
		wantClose(t, "Diagonal", a.Diagonal().Float64s(), diagonalOf(dense), 1e-14)
		wantClose(t, "Lower", a.Lower().Dense().Float64s(), dense.Tril(0).Float64s(), 1e-14)
		wantClose(t, "FromDense", FromDense(dense).Dense().Float64s(), dense.Float64s(), 0)
	}
}

func diagonalOf(a *fx.Array) []float64 {
	var out []float64
	for i := range min(a.Dim(0), a.Dim(1)) {
		out = append(out, a.Index(i, i).Item())
	}
	return out
}

// Values are arrays like any other: derivatives and compilation reach them.
func TestCSRDerivatives(t *testing.T) {
	r := rand.New(rand.NewPCG(32, 1))
	a, _ := randomSparse(r, 5, 6)
	x := randomVector(r, 6)
	f := func(a CSR) *fx.Array { return a.MatVec(x).Square().Sum() }
	got := fx.Jit(fx.Grad(f))(a)
	dense := fx.Grad(func(m *fx.Array) *fx.Array { return m.MatMul(x).Square().Sum() })(a.Dense())
	for k, i := range a.Pattern.rowOf() {
		if g, w := got.Values.Index(k).Item(), dense.Index(i, a.Pattern.Col[k]).Item(); math.Abs(g-w) > 1e-13 {
			t.Errorf("element %d: %v, want %v", k, g, w)
		}
	}
	g := fx.Grad(func(v *fx.Array) *fx.Array {
		return f(FromTriplets(5, 6, []int{0, 4, 0}, []int{1, 2, 1}, v))
	})(fx.New([]float64{1, 2, 3}))
	if e := g.Float64s(); e[0] != e[2] || e[0] == 0 {
		t.Errorf("elements added up have one derivative: %v", e)
	}
}

func TestTriangularSolves(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 1))
	for _, n := range []int{1, 2, 9, 20} {
		a, _ := randomSparse(r, n, n)
		l := FromDense(a.Dense().Tril(-1).Add(fx.Eye(fx.Float64, n).MulScalar(2)))
		b := randomVector(r, n)
		wantClose(t, "lower", SolveLower(l, b).Float64s(), direct(l.Dense(), b), 1e-12)
		wantClose(t, "upper", SolveUpper(l.T(), b).Float64s(), direct(l.Dense().T(), b), 1e-12)
		// Derivatives against those of the dense solve's defining equation.
		type in struct {
			L CSR
			B *fx.Array
		}
		f := func(x in) *fx.Array { return SolveLower(x.L, x.B).Sin().Sum() }
		d := in{CSR{l.Pattern, randomVector(r, len(l.Pattern.Col))}, randomVector(r, n)}
		at := func(h float64) float64 { return f(Axpy(fx.Const(h), d, in{l, b})).Item() }
		numeric := (at(1e-6) - at(-1e-6)) / 2e-6
		wantClose(t, "derivative", []float64{Dot(fx.Grad(f)(in{l, b}), d).Item()}, []float64{numeric}, 1e-7)
		_, jvp := fx.JVP(f, in{l, b}, d)
		wantClose(t, "forward", jvp.Float64s(), []float64{numeric}, 1e-7)
		bs := randomMatrix(r, 3, n)
		many := fx.Vmap(func(b *fx.Array) *fx.Array { return SolveLower(l, b) })(bs)
		wantClose(t, "batch", many.Index(2).Float64s(), SolveLower(l, bs.Index(2)).Float64s(), 1e-13)
	}
}

// L L' equals A wherever A has an element, and the preconditioners pay.
func TestIncompleteCholesky(t *testing.T) {
	a := poisson(12)
	l, err := IC0(a, 0)
	if err != nil {
		t.Fatal(err)
	}
	product := l.Dense().MatMul(l.Dense().T())
	on := a.Dense().NotEqual(fx.Const(0))
	wantClose(t, "L L' on the pattern", fx.Where(on, product, fx.Const(0)).Float64s(), a.Dense().Float64s(), 1e-13)

	r := rand.New(rand.NewPCG(34, 1))
	b := randomVector(r, 144)
	want := direct(a.Dense(), b)
	count := map[string]float64{}
	for name, m := range map[string]func(*fx.Array) *fx.Array{
		"none": nil, "IC0": Factored(l), "SSOR": SSOR(a, 1), "Jacobi": Jacobi(a.Diagonal()),
	} {
		x, report := CG[vec]{Precond: m}.Solve(a.MatVec, b, nil)
		if err := report.Err(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		wantClose(t, name, x.Float64s(), want, 1e-8)
		count[name] = report.Iterations.Item()
	}
	if count["IC0"] > 0.6*count["none"] || count["SSOR"] > 0.7*count["none"] {
		t.Errorf("iterations: %v", count)
	}
	// SSOR is what its formula says.
	const omega = 1.3
	d := a.Diagonal().Diag(0)
	low := a.Dense().Tril(-1)
	m := d.Add(low.MulScalar(omega)).MatMul(a.Diagonal().Reciprocal().Diag(0)).MatMul(d.Add(low.T().MulScalar(omega))).DivScalar(omega * (2 - omega))
	wantClose(t, "SSOR", m.MatMul(SSOR(a, omega)(b)).Float64s(), b.Float64s(), 1e-12)

	// Exact for a tridiagonal matrix, where there is no fill.
	tri := FromDense(fx.New([]float64{3, 3, 3, 3}).Diag(0).Add(fx.Ones(fx.Float64, 3).Diag(1)).Add(fx.Ones(fx.Float64, 3).Diag(-1)))
	lt, err := IC0(tri, 0)
	if err != nil {
		t.Fatal(err)
	}
	wantClose(t, "tridiagonal", lt.Dense().MatMul(lt.Dense().T()).Float64s(), tri.Dense().Float64s(), 1e-14)
}

func TestIncompleteCholeskyRefuses(t *testing.T) {
	for want, m := range map[string]*fx.Array{
		"pivot of row 1 is -3":        fx.New([]float64{1, 2, 2, 1}, 2, 2),
		"pivot of row 0 is -1":        fx.New([]float64{-1, 0, 0, 1}, 2, 2),
		"row 1 has no element on the": fx.New([]float64{1, 1, 1, 0}, 2, 2),
		"pivot of row 0 is NaN":       fx.New([]float64{math.NaN(), 0, 0, 1}, 2, 2),
		"pivot of row 0 is +Inf":      fx.New([]float64{math.Inf(1), 0, 0, 1}, 2, 2),
	} {
		if _, err := IC0(FromDense(m), 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := IC0(FromDense(fx.New([]float64{1, 2, 2, 1}, 2, 2)), 2); err != nil {
		t.Errorf("with a shift: %v", err)
	}
}

func TestWrongSparse(t *testing.T) {
	eye := FromDense(fx.Eye(fx.Float64, 3))
	fxtest.MustFail(t, "at (3, 0) of a 3x3", func() { FromTriplets(3, 3, []int{3}, []int{0}, fx.Ones(fx.Float64, 1)) })
	fxtest.MustFail(t, "must be as many", func() { FromTriplets(3, 3, []int{1}, []int{0, 1}, fx.Ones(fx.Float64, 1)) })
	fxtest.MustFail(t, "and floats", func() { FromTriplets(3, 3, []int{1}, []int{0}, fx.Ones(fx.Int32, 1)) })
	fxtest.MustFail(t, "must ascend", func() { NewPattern(1, 3, []int{0, 2}, []int{1, 1}) })
	fxtest.MustFail(t, "column 5 of 3", func() { NewPattern(1, 3, []int{0, 1}, []int{5}) })
	fxtest.MustFail(t, "row starts", func() { NewPattern(2, 3, []int{0, 1}, []int{0}) })
	fxtest.MustFail(t, "row 0 goes from 0 to 3", func() { NewPattern(2, 3, []int{0, 3, 2}, []int{0, 1}) })
	fxtest.MustFail(t, "for a 3x3 matrix", func() { eye.MatVec(fx.Ones(fx.Float64, 4)) })
	fxtest.MustFail(t, "for a 3x3 matrix of float64", func() { eye.MatVec(fx.Ones(fx.Float32, 3)) })
	fxtest.MustFail(t, "no pattern", func() { CSR{}.MatVec(fx.Ones(fx.Float64, 4)) })
	fxtest.MustFail(t, "for a pattern of 3", func() { CSR{eye.Pattern, fx.Ones(fx.Float64, 2)}.Dense() })
	fxtest.MustFail(t, "outside the triangle", func() { SolveLower(poisson(2), fx.Ones(fx.Float64, 4)) })
	fxtest.MustFail(t, "no element on the diagonal", func() {
		SolveLower(FromDense(fx.New([]float64{1, 0, 1, 0}, 2, 2)), fx.Ones(fx.Float64, 2))
	})
	fxtest.MustFail(t, "must be square", func() { SolveLower(FromDense(fx.Ones(fx.Float64, 2, 3)), fx.Ones(fx.Float64, 2)) })
	fxtest.MustFail(t, "omega is 2", func() { SSOR(eye, 2) })
}
