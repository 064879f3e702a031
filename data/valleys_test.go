package data

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
)

func TestValleys(t *testing.T) {
	for name, c := range map[string]struct {
		f      func(*fx.Array) *fx.Array
		points []float64
		want   []float64
	}{
		"Rosenbrock": {Rosenbrock, []float64{1, 1, 0, 0, -1, 2, 0.5, 0}, []float64{0, 1, 104, 6.5}},
		"Beale":      {Beale, []float64{3, 0.5, 0, 0, 1, 1, 2, -1}, []float64{0, 14.203125, 14.203125, 2.5*2.5 + 2.25*2.25 + 1.375*1.375}},
		"Himmelblau": {Himmelblau, []float64{3, 2, 0, 0, -1, 3, 3.584428340330492, -1.848126526964404}, []float64{0, 170, 49 + 1, 0}},
	} {
		n := len(c.want)
		got := c.f(fx.New(c.points, n, 2)).Float64s()
		for i := range c.want {
			if math.Abs(got[i]-c.want[i]) > 1e-12 {
				t.Errorf("%s at %v is %v, want %v", name, c.points[2*i:2*i+2], got[i], c.want[i])
			}
		}
		// One point alone, and its gradient at a minimum.
		if g := fx.Grad(c.f)(fx.New(c.points[:2])).Abs().Max().Item(); g > 1e-12 {
			t.Errorf("%s: gradient %v at the minimum", name, g)
		}
	}
	// More coordinates: a chain of valleys.
	if v := Rosenbrock(fx.New([]float64{1, 2, 3})).Item(); v != 100*1+0+100*1+1 {
		t.Errorf("Rosenbrock at (1, 2, 3) is %v, want 201", v)
	}
	for want, call := range map[string]func(){
		"data.Beale: points of shape [3]: the last axis must hold two coordinates":              func() { Beale(fx.Zeros(fx.Float64, 3)) },
		"data.Rosenbrock: the points must be a float array of shape [..., dim], dim at least 2": func() { Rosenbrock(fx.Zeros(fx.Float64, 4, 1)) },
		"data.Himmelblau: the points must be a float array":                                     func() { Himmelblau(nil) },
	} {
		mustFail(t, want, call)
	}
}
