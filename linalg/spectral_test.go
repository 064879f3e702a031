package linalg

import (
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
)

// TestSpectral: functions of a matrix against the matrix itself, with fewer rows
// than elements, as many rows that depend on each other, and more.
func TestSpectral(t *testing.T) {
	const n = 6
	x := random.Normal(random.New(1), fx.Float64, n)
	few := random.Normal(random.New(2), fx.Float64, 3, n)
	for name, w := range map[string]*fx.Array{
		"few rows":       few,
		"dependent rows": fx.Concatenate(0, few, few.MulScalar(-2)),
		"many rows":      random.Normal(random.New(3), fx.Float64, 9, n),
		"no curvature":   fx.Zeros(fx.Float64, 2, n),
	} {
		a := w.T().MatMul(w).Add(fx.Eye(fx.Float64, n).MulScalar(0.3))
		for form, s := range map[string]Spectral{"Gram": GramSpectral(w, fx.Scalar(0.3)), "whole": NewSpectral(a)} {
			name := name + ", " + form
			identity := func(v *fx.Array) *fx.Array { return v }
			fxtest.MustBeNear(t, name, s.Function(identity).Flatten().Float64s(), a.Flatten().Float64s(), 1e-12)
			fxtest.MustBeNear(t, name+", inverse", s.Apply((*fx.Array).Reciprocal, x).Float64s(), fx.Solve(a, x.ExpandDims(1)).Flatten().Float64s(), 1e-11)
			root := s.Function((*fx.Array).Sqrt)
			fxtest.MustBeNear(t, name+", root", root.MatMul(root).Flatten().Float64s(), a.Flatten().Float64s(), 1e-12)
			fxtest.MustBeNear(t, name+", both ways", s.Apply((*fx.Array).Exp, x).Float64s(), s.Function((*fx.Array).Exp).MatMul(x).Float64s(), 1e-9)
		}
	}
	fxtest.MustFail(t, "is no matrix of floats with elements", func() { GramSpectral(x, fx.Scalar(1.0)) })
	fxtest.MustFail(t, "the shift is", func() { GramSpectral(few, x) })
	fxtest.MustFail(t, "for a matrix of 6 rows", func() { GramSpectral(few, fx.Scalar(1.0)).Apply((*fx.Array).Exp, few) })
	fxtest.MustFail(t, "is no square matrix", func() { NewSpectral(few) })
}
