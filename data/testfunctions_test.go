package data

import (
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// TestTestFunctions: the minimum is 0 at the origin, nowhere is less, and the
// values are those of the formulas, written with package math.
func TestTestFunctions(t *testing.T) {
	canyon := func(ripple float64) func(x []float64) float64 {
		return func(x []float64) float64 {
			a := x[1] - ((x[0]-1)*math.Pow(x[0]-4, 2)/8 + 2)
			b := -x[0] - 1.6*x[1]
			e := 25*(1-math.Exp(-1.4*a*a*math.Exp(-0.002*math.Pow(x[0], 4)))) + 0.4*x[0]*x[0] + 0.2*x[1]*x[1]
			e += ripple * (2 - math.Cos(0.75*math.Pi*x[0]) - math.Cos(0.75*math.Pi*x[1]))
			return e + 4*math.Exp(1-2*math.Pow(a, 4))*math.Max((1-math.Exp(-9*b*b))*math.Copysign(1, b), 0)
		}
	}
	for name, c := range map[string]struct {
		f    func(*fx.Array) *fx.Array
		want func(x []float64) float64
	}{
		"Rastrigin": {Rastrigin, func(x []float64) float64 {
			return x[0]*x[0] + x[1]*x[1] + 10*(2-math.Cos(2*math.Pi*x[0])-math.Cos(2*math.Pi*x[1]))
		}},
		"Ackley": {Ackley, func(x []float64) float64 {
			r := math.Sqrt((x[0]*x[0] + x[1]*x[1]) / 2)
			return 20 + math.E - 20*math.Exp(-0.2*r) - math.Exp((math.Cos(2*math.Pi*x[0])+math.Cos(2*math.Pi*x[1]))/2)
		}},
		"GrandCanyon3":      {GrandCanyon3(RippledCanyon), canyon(RippledCanyon)},
		"its gentle sister": {GrandCanyon3(GentleCanyon), canyon(GentleCanyon)},
	} {
		origin := fx.Zeros(fx.Float64, 2)
		if v := c.f(origin).Item(); math.Abs(v) > 1e-14 {
			t.Errorf("%s is %v at the origin", name, v)
		}
		if g := fx.Grad(c.f)(origin).Abs().Max().Item(); g != 0 {
			t.Errorf("%s has the gradient %v at the origin", name, g)
		}
		x := random.Uniform(random.New(1), fx.Float64, -2, 8, 300, 2)
		values := c.f(x)
		if !slices.Equal(values.Shape(), []int{300}) || values.Min().Item() <= 0 {
			t.Errorf("%s: shape %v, least value %v", name, values.Shape(), values.Min())
		}
		at := x.Float64s()
		for i, v := range values.Float64s() {
			if want := c.want(at[2*i : 2*i+2]); math.Abs(v-want) > 1e-12*(1+want) {
				t.Errorf("%s at %v is %v, want %v", name, at[2*i:2*i+2], v, want)
			}
		}
	}
	if v := Rastrigin(fx.Ones(fx.Float64, 2, 3, 5)); !slices.Equal(v.Shape(), []int{2, 3}) || math.Abs(v.Float64s()[0]-5) > 1e-12 {
		t.Errorf("Rastrigin of ones in 5 dimensions is %v", v)
	}
}

func TestTestFunctionMistakes(t *testing.T) {
	for want, call := range map[string]func(){
		"data.GrandCanyon3: ripples of size -1":                             func() { GrandCanyon3(-1) },
		"data.GrandCanyon3: points of shape [2 3]: the last axis must hold": func() { GrandCanyon3(1)(fx.Ones(fx.Float64, 2, 3)) },
		"data.Rastrigin: the points must be a float array":                  func() { Rastrigin(fx.Scalar(1.0)) },
		"data.Ackley: the points must be a float array":                     func() { Ackley(fx.Ones(fx.Int32, 2)) },
	} {
		mustFail(t, want, call)
	}
}
