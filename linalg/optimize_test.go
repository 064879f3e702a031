package linalg

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
)

// permutations calls f with every injective map of n rows to m columns.
func permutations(n, m int, f func([]int)) {
	var rec func(p []int)
	rec = func(p []int) {
		if len(p) == n {
			f(p)
			return
		}
		for j := range m {
			if !slices.Contains(p, j) {
				rec(append(slices.Clone(p), j))
			}
		}
	}
	rec(nil)
}

func TestAssignAgainstAllPermutations(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 1))
	for trial := range 40 {
		n := 1 + r.IntN(5)
		m := n + r.IntN(3)
		c := randomMatrix(r, n, m)
		if trial%3 == 0 { // ties
			c = c.MulScalar(2).Round()
		}
		if trial%4 == 0 {
			c = fx.Where(randomMatrix(r, n, m).Greater(fx.Const(1)), fx.Const(math.Inf(1)), c)
		}
		best := math.Inf(1)
		v := c.Float64s()
		permutations(n, m, func(p []int) {
			var s float64
			for i, j := range p {
				s += v[i*m+j]
			}
			best = min(best, s)
		})
		columns, total, err := Assign(c)
		if math.IsInf(best, 1) {
			if err == nil || !strings.Contains(err.Error(), "forbidden") {
				t.Errorf("impossible problem: %v %v", columns, err)
			}
			continue
		}
		if err != nil || math.Abs(total-best) > 1e-12 {
			t.Errorf("total %v, best %v, %v", total, best, err)
		}
		seen := map[int]bool{}
		for _, j := range columns {
			if j < 0 || seen[j] {
				t.Errorf("columns %v", columns)
			}
			seen[j] = true
		}
		rows, total2, err := Assign(c.T())
		if err != nil || math.Abs(total2-best) > 1e-12 || len(rows) != m {
			t.Errorf("transposed: %v %v %v", rows, total2, err)
		}
	}
	if _, _, err := Assign(fx.New([]float64{1, math.NaN()}, 1, 2)); err == nil || !strings.Contains(err.Error(), "row 0 and column 1") {
		t.Error(err)
	}
	if c, total, err := Assign(fx.Zeros(fx.Float64, 0, 3)); len(c) != 0 || total != 0 || err != nil {
		t.Error(c, total, err)
	}
	fxtest.MustFail(t, "no matrix", func() { Assign(fx.Ones(fx.Float64, 3)) })
}

func TestAssignLarge(t *testing.T) {
	r := rand.New(rand.NewPCG(42, 1))
	// A hidden permutation with costs that make it the only best one.
	n := 120
	v := make([]float64, n*n)
	for k := range v {
		v[k] = 1 + r.Float64()
	}
	want := r.Perm(n)
	for i, j := range want {
		v[i*n+j] = 0.5
	}
	got, _, err := Assign(fx.New(v, n, n))
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestQPSatisfiesItsConditions(t *testing.T) {
	r := rand.New(rand.NewPCG(43, 1))
	infeasible := 0
	for range 60 {
		n, p, m := 1+r.IntN(6), 0, r.IntN(9)
		if n > 2 {
			p = r.IntN(3)
		}
		q := QP{H: withSpectrum(r, spread(0.1, 5, n)), C: randomVector(r, n)}
		if p > 0 {
			q.Eq, q.EqB = randomMatrix(r, p, n), randomVector(r, p)
		}
		if m > 0 {
			q.In, q.InB = randomMatrix(r, m, n), randomVector(r, m)
		}
		s, err := q.Solve()
		if errors.Is(err, ErrInfeasible) {
			infeasible++
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		grad := q.H.MatMul(s.X).Add(q.C)
		if p > 0 {
			grad = grad.Add(q.Eq.T().MatMul(s.Y))
			wantClose(t, "equalities", q.Eq.MatMul(s.X).Float64s(), q.EqB.Float64s(), 1e-9)
		}
		if m > 0 {
			grad = grad.Add(q.In.T().MatMul(s.Z))
			slack := q.InB.Sub(q.In.MatMul(s.X))
			if slack.Min().Item() < -1e-9 || s.Z.Min().Item() < 0 {
				t.Errorf("slack %v, multipliers %v", slack, s.Z)
			}
			wantClose(t, "complementarity", slack.Mul(s.Z).Float64s(), make([]float64, m), 1e-8)
		}
		wantClose(t, "stationarity", grad.Float64s(), make([]float64, n), 1e-8)
	}
	if infeasible > 40 {
		t.Errorf("%d of 60 are infeasible", infeasible)
	}
}

func TestQPSpecialCases(t *testing.T) {
	eye := fx.Eye(fx.Float64, 2)
	zero := fx.Zeros(fx.Float64, 2)
	row := func(v ...float64) *fx.Array { return fx.New(v, len(v)/2, 2) }
	// The nearest point of a corner; one constraint twice; a redundant equality.
	s, err := QP{H: eye, C: fx.New([]float64{-3, -3}), In: row(1, 0, 0, 1, 1, 0), InB: fx.New([]float64{1, 2, 1})}.Solve()
	if err != nil {
		t.Fatal(err)
	}
	wantClose(t, "corner", s.X.Float64s(), []float64{1, 2}, 1e-12)
	wantClose(t, "value", []float64{s.Value}, []float64{0.5 + 2 - 9}, 1e-12)
	s, err = QP{H: eye, C: zero, Eq: row(1, 1, 2, 2), EqB: fx.New([]float64{2, 4})}.Solve()
	if err != nil {
		t.Fatal(err)
	}
	wantClose(t, "redundant equality", s.X.Float64s(), []float64{1, 1}, 1e-12)
	for name, q := range map[string]QP{
		"inequalities": {H: eye, C: zero, In: row(1, 0, -1, 0), InB: fx.New([]float64{-1, -1})},
		"equalities":   {H: eye, C: zero, Eq: row(1, 1, 1, 1), EqB: fx.New([]float64{1, 2})},
		"zero row":     {H: eye, C: zero, In: row(0, 0), InB: fx.New([]float64{-1})},
	} {
		if _, err := q.Solve(); !errors.Is(err, ErrInfeasible) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (QP{H: row(1, 1, 1, 1), C: zero}).Solve(); err == nil || !strings.Contains(err.Error(), "not positive definite") {
		t.Error(err)
	}
	if _, err := (QP{H: eye, C: zero.AddScalar(math.NaN())}).Solve(); err == nil {
		t.Error("no error for NaN")
	}
	fxtest.MustFail(t, "for 2 unknowns", func() { QP{H: eye, C: zero, In: row(1, 1)}.Solve() })
	fxtest.MustFail(t, "C is", func() { QP{H: eye, C: fx.Ones(fx.Float64, 3)}.Solve() })
}

func TestNonNegativeQP(t *testing.T) {
	r := rand.New(rand.NewPCG(44, 1))
	for trial := range 80 {
		n := 1 + r.IntN(8)
		rank := n
		if trial%2 == 1 {
			rank = 1 + r.IntN(n) // semidefinite
		}
		g := randomMatrix(r, n, rank)
		q := g.MatMul(g.T())
		// c in the range, so that a minimum exists.
		c := q.MatMul(randomVector(r, n))
		x, err := NonNegativeQP(q, c)
		if err != nil {
			t.Fatalf("trial %d: %v", trial, err)
		}
		grad := q.MatMul(x).Add(c)
		tol := 1e-9 * (1 + c.Norm().Item())
		if x.Min().Item() < 0 || grad.Min().Item() < -tol || math.Abs(x.Dot(grad).Item()) > tol*(1+x.Norm().Item()) {
			t.Errorf("trial %d: x %v gradient %v", trial, x, grad)
		}
	}
	if _, err := NonNegativeQP(fx.Zeros(fx.Float64, 1, 1), fx.New([]float64{-1.0})); err == nil || !strings.Contains(err.Error(), "no minimum") {
		t.Error(err)
	}
	if _, err := NonNegativeQP(fx.New([]float64{-1}, 1, 1), fx.New([]float64{-1.0})); err == nil || !strings.Contains(err.Error(), "semidefinite") {
		t.Error(err)
	}
	if _, err := NonNegativeQP(fx.New([]float64{math.NaN()}, 1, 1), fx.New([]float64{-1.0})); err == nil {
		t.Error("no error for NaN")
	}
	fxtest.MustFail(t, "c is", func() { NonNegativeQP(fx.Eye(fx.Float64, 2), fx.Ones(fx.Float64, 3)) })
}

func TestNNLS(t *testing.T) {
	r := rand.New(rand.NewPCG(45, 1))
	a := randomMatrix(r, 9, 4)
	// An exact non-negative solution is found.
	want := fx.New([]float64{2, 0, 0.5, 0})
	x, err := NNLS(a, a.MatMul(want))
	if err != nil {
		t.Fatal(err)
	}
	wantClose(t, "exact", x.Float64s(), want.Float64s(), 1e-10)
	fxtest.MustFail(t, "b is", func() { NNLS(a, fx.Ones(fx.Float64, 3)) })
}

func TestMinNormWeights(t *testing.T) {
	r := rand.New(rand.NewPCG(46, 1))
	for trial := range 60 {
		m, d := 1+r.IntN(6), 1+r.IntN(6)
		j := randomMatrix(r, m, d)
		if trial%5 == 0 {
			j = j.MulScalar(1e-8)
		}
		g := j.MatMul(j.T())
		w, err := MinNormWeights(g)
		if err != nil {
			t.Fatal(err)
		}
		if w.Min().Item() < 0 || math.Abs(w.Sum().Item()-1) > 1e-12 {
			t.Errorf("not on the simplex: %v", w)
		}
		// The shortest vector v of the hull has <g_i, v> >= |v|^2 for every i.
		gw := g.MatMul(w)
		value := w.Dot(gw).Item()
		if low := gw.Min().Item(); low < value-1e-9*g.Trace().Item() {
			t.Errorf("trial %d: %v below %v", trial, low, value)
		}
	}
	w, err := MinNormWeights(fx.Zeros(fx.Float64, 3, 3))
	if err != nil || math.Abs(w.Sum().Item()-1) > 1e-15 {
		t.Errorf("zero gradients: %v %v", w, err)
	}
	w, _ = MinNormWeights(fx.New([]float64{1, -1, -1, 1}, 2, 2))
	wantClose(t, "opposite", w.Float64s(), []float64{0.5, 0.5}, 1e-12)
	fxtest.MustFail(t, "no vectors", func() { MinNormWeights(fx.Zeros(fx.Float64, 0, 0)) })
}

func TestLstSq(t *testing.T) {
	r := rand.New(rand.NewPCG(48, 1))
	low := randomMatrix(r, 6, 2).MatMul(randomMatrix(r, 2, 4))
	y := randomMatrix(r, 6, 3)
	x, rank := LstSq(low, y, 0)
	if rank.Item() != 2 {
		t.Errorf("rank %v", rank)
	}
	wantClose(t, "normal equations", low.T().MatMul(low.MatMul(x).Sub(y)).Float64s(), make([]float64, 12), 1e-12)
	// The smallest solution has no part in the null space.
	_, _, vt := fx.SVD(low)
	wantClose(t, "smallest", vt.SliceAxis(0, 2, fx.End).MatMul(x).Float64s(), make([]float64, 6), 1e-12)
	x, rank = LstSq(fx.Zeros(fx.Float64, 3, 2), fx.Ones(fx.Float64, 3), 0)
	if rank.Item() != 0 || x.Norm().Item() != 0 {
		t.Error(x, rank)
	}
	if c := Cond(withSpectrum(r, spread(0.01, 10, 6))).Item(); math.Abs(c-1000) > 1e-6 {
		t.Error(c)
	}
	fxtest.MustFail(t, "right-hand side", func() { LstSq(low, fx.Ones(fx.Float64, 4), 0) })
	fxtest.MustFail(t, "rcond is -1", func() { LstSq(low, y, -1) })
	fxtest.MustFail(t, "with elements", func() { Cond(fx.Zeros(fx.Float64, 0, 2)) })
}
