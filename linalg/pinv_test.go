package linalg

import (
	"fmt"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
)

// penrose requires the four equations that define the pseudo-inverse.
func penrose(t *testing.T, what string, a, p *fx.Array) {
	t.Helper()
	ap, pa := a.MatMul(p), p.MatMul(a)
	wantClose(t, what+": a p a", ap.MatMul(a).Float64s(), a.Float64s(), 1e-12)
	wantClose(t, what+": p a p", pa.MatMul(p).Float64s(), p.Float64s(), 1e-12)
	wantClose(t, what+": a p symmetric", ap.Float64s(), ap.T().Float64s(), 1e-12)
	wantClose(t, what+": p a symmetric", pa.Float64s(), pa.T().Float64s(), 1e-12)
}

// TestPinv: the Penrose equations, for all shapes, a low rank and zeros; a batch is
// looped; a column of least squares.
func TestPinv(t *testing.T) {
	draw := func(seed uint64, shape ...int) *fx.Array {
		return random.Normal(random.New(seed), fx.Float64, shape...)
	}
	for i, shape := range [][]int{{5, 5}, {7, 3}, {3, 7}, {1, 4}} {
		a := draw(uint64(i), shape...)
		p := Pinv(a, 0)
		penrose(t, fmt.Sprint(shape), a, p)
		both := Pinv(fx.Stack(0, a, a.MulScalar(-2)), 0)
		wantClose(t, fmt.Sprint(shape, " batch"), both.Float64s(), append(p.Float64s(), p.MulScalar(-0.5).Float64s()...), 1e-13)
	}
	low := draw(8, 6, 2).MatMul(draw(9, 2, 4))
	penrose(t, "rank two", low, Pinv(low, 1e-10))
	b := draw(10, 6, 3)
	x, _ := LstSq(low, b, 1e-10)
	wantClose(t, "least squares", Pinv(low, 1e-10).MatMul(b).Float64s(), x.Float64s(), 1e-12)
	if m := Pinv(fx.Zeros(fx.Float64, 3, 2), 0).Abs().Max().Item(); m != 0 {
		t.Errorf("zeros give %v", m)
	}
}

// TestPinvDerivatives: forward and second derivatives against central differences,
// and reverse against forward, at full rank, for equal singular values, and along
// changes of a matrix of low rank that keep it.
func TestPinvDerivatives(t *testing.T) {
	const h = 1e-5
	f := func(a *fx.Array) *fx.Array { return Pinv(a, 1e-8) }
	draw := func(seed uint64, shape ...int) *fx.Array {
		return random.Normal(random.New(seed), fx.Float64, shape...)
	}
	x, y, dx, dy := draw(1, 5, 2), draw(2, 2, 4), draw(3, 5, 2), draw(4, 2, 4)
	cases := []struct {
		name string
		path func(s *fx.Array) *fx.Array // the matrix along a curve
	}{
		{"tall", func(s *fx.Array) *fx.Array { return draw(5, 6, 3).Add(draw(6, 6, 3).Mul(s)) }},
		{"wide", func(s *fx.Array) *fx.Array { return draw(5, 3, 6).Add(draw(6, 3, 6).Mul(s)) }},
		{"square", func(s *fx.Array) *fx.Array { return draw(5, 4, 4).Add(draw(6, 4, 4).Mul(s)) }},
		{"equal singular values", func(s *fx.Array) *fx.Array { return fx.Eye(fx.Float64, 4).Add(draw(6, 4, 4).Mul(s)) }},
		{"rank two", func(s *fx.Array) *fx.Array { return x.Add(dx.Mul(s)).MatMul(y.Add(dy.Mul(s))) }},
	}
	zero, one := fx.Scalar(0.0), fx.Scalar(1.0)
	for _, c := range cases {
		g := func(s *fx.Array) *fx.Array { return f(c.path(s)) }
		slope := func(s *fx.Array) *fx.Array { _, d := fx.JVP(g, s, one); return d }
		at := func(k float64) *fx.Array { return g(fx.Scalar(k * h)) }
		tangent := slope(zero)
		wantClose(t, c.name+": tangent", tangent.Float64s(), at(1).Sub(at(-1)).DivScalar(2*h).Float64s(), 1e-7)
		_, second := fx.JVP(slope, zero, one)
		numeric := slope(fx.Scalar(h)).Sub(slope(fx.Scalar(-h))).DivScalar(2 * h)
		wantClose(t, c.name+": second", second.Float64s(), numeric.Float64s(), 1e-6)
		weights := draw(7, tangent.Shape()...)
		grad := fx.Grad(func(s *fx.Array) *fx.Array { return g(s).Mul(weights).Sum() })(zero)
		wantClose(t, c.name+": reverse", []float64{grad.Item()}, []float64{tangent.Mul(weights).Sum().Item()}, 1e-12)
		batch := fx.Jit(fx.Vmap(g))(fx.New([]float64{0, 0.1}))
		wantClose(t, c.name+": compiled batch", batch.Float64s(), append(g(zero).Float64s(), g(fx.Scalar(0.1)).Float64s()...), 1e-12)
	}
}

func TestPinvErrors(t *testing.T) {
	fxtest.MustFail(t, "Pinv: ", func() { Pinv(fx.Zeros(fx.Float64, 3), 0) })
	fxtest.MustFail(t, "is no matrix of floats with elements", func() { Pinv(fx.Zeros(fx.Int32, 3, 2), 0) })
	fxtest.MustFail(t, "is no matrix of floats with elements", func() { Pinv(nil, 0) })
	fxtest.MustFail(t, "rcond", func() { Pinv(fx.Zeros(fx.Float64, 3, 2), -1) })
}
