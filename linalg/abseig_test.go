package linalg

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
)

// TestAbsEigSolve: |A| is the square root of A^2, and the solution is one.
func TestAbsEigSolve(t *testing.T) {
	const n = 6
	m := random.Normal(random.New(1), fx.Float64, n, n)
	a := m.Add(m.T())
	b := random.Normal(random.New(2), fx.Float64, n)
	alphas := fx.New([]float64{1, 1e-3})
	x := AbsEigSolve(a, b, alphas)
	for k, alpha := range alphas.Float64s() {
		alone := AbsEigSolve(a, b, fx.Scalar(alpha))
		if w := alone.Sub(x.Index(k)).Abs().Max().Item(); w > 1e-12 {
			t.Errorf("alpha %v: alone it differs by %v", alpha, w)
		}
		// r = |A| x = b - alpha x, and |A| r = A^2 x.
		r := b.Sub(alone.MulScalar(alpha))
		again := AbsEigSolve(a, r, fx.Scalar(1e-12)) // |A|^-1 r
		if w := again.Sub(alone).Abs().Max().Item(); w > 1e-6 {
			t.Errorf("alpha %v: |A| x is off by %v", alpha, w)
		}
	}
	// A definite matrix is its own absolute value, a negative one is not.
	p := m.MatMul(m.T()).Add(fx.Eye(fx.Float64, n))
	want := fx.Solve(p, b.ExpandDims(1)).Squeeze(1)
	for _, a := range []*fx.Array{p, p.Neg()} {
		if w := AbsEigSolve(a, b, fx.Scalar(0.0)).Sub(want).Abs().Max().Item(); w > 1e-9 {
			t.Errorf("a definite matrix: off by %v", w)
		}
	}
	// It is no element-wise absolute value.
	swap := fx.New([]float64{0, 1, 1, 0}, 2, 2)
	got := AbsEigSolve(swap, fx.New([]float64{1, 2}), fx.Scalar(0.0)).Float64s()
	if math.Abs(got[0]-1) > 1e-14 || math.Abs(got[1]-2) > 1e-14 {
		t.Errorf("|swap|^-1 (1, 2) = %v, want (1, 2)", got)
	}
}

func TestAbsEigSolveErrors(t *testing.T) {
	eye := fx.Eye(fx.Float64, 2)
	for want, f := range map[string]func(){
		"a right-hand side of shape [3] for a matrix of 2 rows": func() { AbsEigSolve(eye, fx.Ones(fx.Float64, 3), fx.Scalar(1.0)) },
		"alpha has shape [1 1]":                                 func() { AbsEigSolve(eye, fx.Ones(fx.Float64, 2), fx.Ones(fx.Float64, 1, 1)) },
		"square":                                                func() { AbsEigSolve(fx.Ones(fx.Float64, 2, 3), fx.Ones(fx.Float64, 2), fx.Scalar(1.0)) },
	} {
		fxtest.MustFail(t, want, f)
	}
}
