package nn_test

import (
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// sample is a fixed random array.
func sample(seed uint64, d fx.DType, shape ...int) *fx.Array {
	return random.Normal(random.New(seed), d, shape...)
}

// flat lists the elements of all leaves.
func flat(tree any) []float64 {
	var out []float64
	for _, a := range fx.Leaves(tree) {
		out = append(out, a.Float64s()...)
	}
	return out
}

func sameBits(t *testing.T, what string, got, want any) {
	t.Helper()
	g, w := flat(got), flat(want)
	if len(g) != len(w) {
		t.Fatalf("%s: %d elements, want %d", what, len(g), len(w))
	}
	for i := range g {
		if math.Float64bits(g[i]) != math.Float64bits(w[i]) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, g[i], w[i])
		}
	}
}

func near(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tolerance*(1+math.Abs(want[i]))) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

func shapeIs(t *testing.T, what string, a *fx.Array, want ...int) {
	t.Helper()
	if got := a.Shape(); !slices.Equal(got, want) {
		t.Fatalf("%s: shape %v, want %v", what, got, want)
	}
}

// checkGradient compares the gradient of a function of a tree of float64
// arrays with central differences along random directions.
func checkGradient[P any](t *testing.T, what string, f func(P) *fx.Array, p P) {
	t.Helper()
	g := fx.Grad(f)(p)
	for i := range uint64(3) {
		seed := 100 * i
		v := fx.Map(func(a *fx.Array) *fx.Array {
			seed++
			if a.DType() != fx.Float64 {
				return fx.ZerosLike(a)
			}
			return sample(seed, fx.Float64, a.Shape()...)
		}, p)
		const h = 1e-5
		at := func(h float64) float64 {
			return f(fx.Map2(func(a, v *fx.Array) *fx.Array { return a.Add(v.MulScalar(h)) }, p, v)).Item()
		}
		// Fourth order: the error is h^4 and rounding over h.
		want := (8*(at(h)-at(-h)) - (at(2*h) - at(-2*h))) / (12 * h)
		var got float64
		gl, vl := flat(g), flat(v)
		for j := range gl {
			got += gl[j] * vl[j]
		}
		if math.Abs(got-want) > 1e-7*(1+math.Abs(want)) {
			t.Fatalf("%s: derivative %v along direction %d, differences give %v", what, got, i, want)
		}
	}
}
