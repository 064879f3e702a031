package fx

import (
	"math"
	"testing"
)

func TestRunning(t *testing.T) {
	x := New([]float64{3, 0, -2, 5, 0.5, 4, -1, 8, 2}, 1, 9)
	want := map[string][]float64{
		"prod": {3, 0, 0, 0, 0, 0, 0, 0, 0},
		"max":  {3, 3, 3, 5, 5, 5, 5, 8, 8},
		"min":  {3, 0, -2, -2, -2, -2, -2, -2, -2},
	}
	closeTo(t, "CumProd", x.CumProd(1), New(want["prod"], 1, 9), 0)
	closeTo(t, "CumMax", x.CumMax(-1), New(want["max"], 1, 9), 0)
	closeTo(t, "CumMin", x.CumMin(-1), New(want["min"], 1, 9), 0)
	closeTo(t, "CumProd over one row", x.CumProd(0), x, 0)
	// d/dx_1 of sum(CumProd) at a zero is the sum of the products without it.
	g := Grad(func(x *Array) *Array { return x.CumProd(0).Sum() })(New([]float64{2, 0, 3, 4}))
	closeTo(t, "gradient at a zero", g, New([]float64{1, 2 + 6 + 24, 0, 0}), 1e-12)
	ids := New([]int32{1, 0, 1, 3, -1, 7})
	rows := New([]float64{1, 2, 4, 8, 16, 32})
	closeTo(t, "SegmentSum", rows.SegmentSum(ids, 4), New([]float64{2, 5, 0, 8}), 0)
}

func TestGammaFunctions(t *testing.T) {
	var xs, lg []float64
	for x := -4.97; x < 30; x += 0.173 {
		v, _ := math.Lgamma(x)
		xs, lg = append(xs, x), append(lg, v)
	}
	for _, x := range []float64{1e-5, 0.5, 1, 2, 8, 100, 1e5} {
		v, _ := math.Lgamma(x)
		xs, lg = append(xs, x), append(lg, v)
	}
	a := New(xs)
	for i, v := range a.Lgamma().Float64s() {
		if d := math.Abs(v-lg[i]) / max(1, math.Abs(lg[i])); d > 4e-14 {
			t.Errorf("Lgamma(%v) = %v, want %v", xs[i], v, lg[i])
		}
	}
	// digamma(x+1) = digamma(x) + 1/x, and known values.
	closeTo(t, "recurrence", a.AddScalar(1).Digamma(), a.Digamma().Add(a.Reciprocal()), 1e-9)
	const euler = 0.57721566490153286060651209
	closeTo(t, "known values", New([]float64{1, 0.5, 2}).Digamma(), New([]float64{-euler, -euler - 2*math.Ln2, 1 - euler}), 2e-14)
	one := Scalar(1.0)
	closeTo(t, "trigamma at 1", Grad(func(x *Array) *Array { return x.Digamma() })(one), Scalar(math.Pi*math.Pi/6), 1e-12)
	closeTo(t, "derivative of Lgamma", Grad(func(x *Array) *Array { return x.Lgamma().Sum() })(a), a.Digamma(), 0)
	if v := New([]float64{0, -3, math.Inf(1)}).Lgamma().Float64s(); !math.IsInf(v[0], 1) || !math.IsInf(v[1], 1) || !math.IsInf(v[2], 1) {
		t.Errorf("at poles and infinity: %v", v)
	}
}

func TestExpm(t *testing.T) {
	for _, angle := range []float64{0, 0.3, 2, 40, 3000} {
		a := New([]float64{0, -angle, angle, 0}, 2, 2)
		c, s := math.Cos(angle), math.Sin(angle)
		closeTo(t, "rotation", Expm(a), New([]float64{c, -s, s, c}, 2, 2), 1e-14*max(10, 10*angle))
	}
	a := irregular(Float64, 3, 5, 5)
	closeTo(t, "inverse", Expm(a).MatMul(Expm(a.Neg())), Eye(Float64, 5).BroadcastTo(3, 5, 5), 1e-12)
	closeTo(t, "nilpotent", Expm(New([]float64{0, 1e4, 0, 0}, 2, 2)), New([]float64{1, 1e4, 0, 1}, 2, 2), 1e-8)
	// d/dt tr exp(t A) = tr(A exp(t A)), in both modes, and compiled.
	m := a.Index(0)
	trace := func(x *Array) *Array { return x.Diagonal(0).Sum() }
	f := func(u *Array) *Array { return trace(Expm(m.Mul(u))) }
	u := Scalar(1.7)
	want := trace(m.MatMul(Expm(m.Mul(u))))
	closeTo(t, "reverse", sameAsPlain(t, Grad(f), u), want, 1e-11)
	_, d := JVP(f, u, Scalar(1.0))
	closeTo(t, "forward", d, want, 1e-11)
	if v := Expm(New([]float64{1e9}, 1, 1)).Item(); v == v {
		t.Errorf("a matrix beyond the scaling gives %v", v)
	}
}
