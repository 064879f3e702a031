package linalg

import (
	"math/rand/v2"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
)

// A ridge belongs to the system, and makes a singular one solvable.
func TestRidge(t *testing.T) {
	r := rand.New(rand.NewPCG(60, 1))
	low := randomMatrix(r, 6, 2)
	singular := low.MatMul(low.T())
	b := randomVector(r, 6)
	for name, m := range map[string]Solver[vec]{"LU": LU[vec]{Ridge: 0.1}, "QR": QR[vec]{Ridge: 0.1}, "Cholesky": Cholesky[vec]{Ridge: 0.1}} {
		x, report := m.Solve(Matrix(singular), b, nil)
		if err := report.Err(); err != nil {
			t.Error(name, err)
		}
		wantClose(t, name, x.Float64s(), direct(singular.Add(fx.Eye(fx.Float64, 6).MulScalar(0.1)), b), 1e-11)
	}
	x, report := NormalCG[vec]{Ridge: 0.1, Tol: 1e-13}.Solve(Matrix(singular), b, nil)
	if err := report.Err(); err != nil {
		t.Error(err)
	}
	ridged := singular.T().MatMul(singular).Add(fx.Eye(fx.Float64, 6).MulScalar(0.1))
	wantClose(t, "NormalCG", x.Float64s(), direct(ridged, singular.MatMul(b)), 1e-11)
	general := randomMatrix(r, 6, 6)
	x, report = NormalCG[vec]{Tol: 1e-14}.Solve(Matrix(general), b, nil)
	if err := report.Err(); err != nil {
		t.Error(err)
	}
	wantClose(t, "NormalCG, general", x.Float64s(), direct(general, b), 1e-8)
	for name, m := range map[string]Solver[vec]{"LU": LU[vec]{}, "QR": QR[vec]{}, "Cholesky": Cholesky[vec]{}} {
		zero := fx.Zeros(fx.Float64, 3, 3)
		if _, report := m.Solve(Matrix(zero), fx.Ones(fx.Float64, 3), nil); report.Err() == nil {
			t.Errorf("%s: a zero matrix: %v", name, report)
		}
	}
	if _, report := (Cholesky[vec]{}).Solve(Matrix(fx.Eye(fx.Float64, 3).Neg()), fx.Ones(fx.Float64, 3), nil); report.Status() != NonFinite {
		t.Errorf("an indefinite matrix: %v", report)
	}
	fxtest.MustFail(t, "Ridge is -1", func() { LU[vec]{Ridge: -1}.Solve(Matrix(singular), b, nil) })
	fxtest.MustFail(t, "Ridge is -1", func() { NormalCG[vec]{Ridge: -1}.Solve(Matrix(singular), b, nil) })
	fxtest.MustFail(t, "operator is nil", func() { QR[vec]{}.Solve(nil, b, nil) })
	fxtest.MustFail(t, "operator is nil", func() { NormalCG[vec]{}.Solve(nil, b, nil) })
}

// Derivatives of a direct solution are those of any other.
func TestDirectDerivatives(t *testing.T) {
	r := rand.New(rand.NewPCG(61, 1))
	root := randomMatrix(r, 5, 5)
	a, b := root.MatMul(root.T()).Add(fx.Eye(fx.Float64, 5)), randomVector(r, 5)
	A := func(a, x vec) vec { return a.MatMul(x) }
	loss := func(m Solver[vec]) func(a vec) vec {
		return func(a vec) vec {
			x, _ := Solve(A, a.Add(a.T()), b, m)
			return x.Sin().Sum()
		}
	}
	want := fx.Grad(func(a vec) vec { return fx.Solve(a.Add(a.T()), b.ExpandDims(1)).Sin().Sum() })(a)
	for name, m := range map[string]Solver[vec]{"LU": LU[vec]{}, "QR": QR[vec]{}, "Cholesky": Cholesky[vec]{}, "NormalCG": NormalCG[vec]{Tol: 1e-14}} {
		wantClose(t, name, fx.Grad(loss(m))(a).Float64s(), want.Float64s(), 1e-10)
		wantClose(t, name+" compiled", fx.Jit(fx.Grad(loss(m)))(a).Float64s(), want.Float64s(), 1e-10)
		batch := fx.Vmap(fx.Grad(loss(m)))(fx.Stack(0, a, a.MulScalar(2)))
		wantClose(t, name+" batched", batch.Index(0).Float64s(), want.Float64s(), 1e-10)
	}
}
