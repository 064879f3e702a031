package linalg

import (
	"fmt"
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
)

// TestPolar: Q has orthonormal rows or columns, Q^T A is symmetric and positive
// semidefinite: that is what makes it the polar factor. Batches are looped, and a
// derivative agrees with finite differences.
func TestPolar(t *testing.T) {
	for i, shape := range [][]int{{5, 5}, {7, 3}, {3, 7}, {1, 4}} {
		a := random.Normal(random.New(uint64(i)), fx.Float64, shape...)
		q := Polar(a)
		short := q
		if shape[0] > shape[1] {
			short = q.T()
		}
		wantClose(t, fmt.Sprint(shape, " orthonormal"), short.MatMul(short.T()).Float64s(), fx.Eye(fx.Float64, short.Dim(0)).Float64s(), 1e-13)
		h := q.T().MatMul(a)
		wantClose(t, fmt.Sprint(shape, " symmetric"), h.Float64s(), h.T().Float64s(), 1e-13)
		if least := fx.Eigvalsh(h).Min().Item(); least < -1e-13 {
			t.Errorf("%v: the other factor has the eigenvalue %g", shape, least)
		}
		both := Polar(fx.Stack(0, a, a.MulScalar(-3)))
		wantClose(t, fmt.Sprint(shape, " batch"), both.Float64s(), append(q.Float64s(), q.Neg().Float64s()...), 1e-13)
	}
	a, d := random.Normal(random.New(9), fx.Float64, 4, 3), random.Normal(random.New(10), fx.Float64, 4, 3)
	const h = 1e-5
	_, tangent := fx.JVP(Polar, a, d)
	numeric := Polar(a.Add(d.MulScalar(h))).Sub(Polar(a.Sub(d.MulScalar(h)))).DivScalar(2 * h)
	wantClose(t, "derivative", tangent.Float64s(), numeric.Float64s(), 1e-8)
}

// TestPolarOfLowRank: what is missing stays zero.
func TestPolarOfLowRank(t *testing.T) {
	x, y := fx.New([]float64{3, 0, 4}, 3, 1), fx.New([]float64{0, 1, 0, 0}, 1, 4)
	q := Polar(x.MatMul(y))
	wantClose(t, "rank one", q.Float64s(), x.DivScalar(5).MatMul(y).Float64s(), 1e-14)
	if m := Polar(fx.Zeros(fx.Float64, 3, 2)).Abs().Max().Item(); m != 0 {
		t.Errorf("zeros give %v", m)
	}
}

// TestNewtonSchulz: singular values become those that the polynomial gives, with
// the same singular vectors, for any shape; zeros stay.
func TestNewtonSchulz(t *testing.T) {
	for i, shape := range [][]int{{6, 6}, {8, 3}, {3, 8}} {
		a := random.Normal(random.New(uint64(i)), fx.Float64, shape...)
		u, s, vt := fx.SVD(a)
		values := s.DivScalar(a.Square().Sum().Sqrt().Item() + 1e-7).Float64s()
		for range 5 {
			for k, v := range values {
				values[k] = 3.4445*v - 4.7750*v*v*v + 2.0315*math.Pow(v, 5)
			}
		}
		want := u.Mul(fx.New(values)).MatMul(vt)
		wantClose(t, fmt.Sprint(shape), NewtonSchulz(a, 5).Float64s(), want.Float64s(), 1e-12)
	}
	if m := NewtonSchulz(fx.Zeros(fx.Float32, 3, 2), 5).Abs().Max().Item(); m != 0 {
		t.Errorf("zeros give %v", m)
	}
}

func TestPolarErrors(t *testing.T) {
	v := fx.Zeros(fx.Float64, 3)
	fxtest.MustFail(t, "Polar: an array of shape [3] is no matrix", func() { Polar(v) })
	fxtest.MustFail(t, "NewtonSchulz: an array of shape [3] is no matrix", func() { NewtonSchulz(v, 5) })
	fxtest.MustFail(t, "NewtonSchulz: 0 steps; there must be at least one", func() { NewtonSchulz(fx.Zeros(fx.Float64, 2, 2), 0) })
}
