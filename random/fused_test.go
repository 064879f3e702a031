package random

import (
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
)

// TestFusedDraws: a compiled draw has the bits of one that runs step by step, keeps
// its shape whatever happens to the caller's, and works inside of transformations.
func TestFusedDraws(t *testing.T) {
	key := New(7)
	for _, c := range []struct {
		name string
		draw func(key *fx.Array, d fx.DType, shape ...int) *fx.Array
	}{
		{"Normal", Normal},
		{"TruncatedNormal", func(key *fx.Array, d fx.DType, shape ...int) *fx.Array {
			return TruncatedNormal(key, d, -1, 2, shape...)
		}},
		{"Uniform", func(key *fx.Array, d fx.DType, shape ...int) *fx.Array { return Uniform(key, d, 1, 3, shape...) }},
		{"Uniform on [0, 1)", func(key *fx.Array, d fx.DType, shape ...int) *fx.Array { return Uniform(key, d, 0, 1, shape...) }},
	} {
		for _, d := range []fx.DType{fx.Float32, fx.Float64} {
			shape := []int{257, 256}
			got := c.draw(key, d, shape...).Float64s()
			shape[0] = 1
			again := c.draw(Split(key, 2)[0], d, 257, 256)
			if s := again.Shape(); !slices.Equal(s, []int{257, 256}) {
				t.Errorf("%s: shape %v", c.name, s)
			}
			step := fx.Vmap(func(key *fx.Array) *fx.Array { return c.draw(key, d, 257, 256) })(key.Reshape(append([]int{1}, key.Shape()...)...))
			if !slices.Equal(step.Float64s(), got) {
				t.Errorf("%s of %v: the batched draw differs", c.name, d)
			}
			if inside := fx.Jit(func(key *fx.Array) *fx.Array { return c.draw(key, d, 257, 256).Neg() })(key).Neg(); !slices.Equal(inside.Float64s(), got) {
				t.Errorf("%s of %v: the draw inside of a compiled function differs", c.name, d)
			}
		}
	}
	// The two ways beside each other.
	draw := func(key *fx.Array, shape []int) *fx.Array { return centred(key, fx.Float32, shape).ErfInv() }
	shape := []int{fusedFrom + 3}
	if got, want := fused(key, fx.Float32, shape, draw, "a test").Float64s(), draw(key, shape).Float64s(); !slices.Equal(got, want) {
		t.Error("a fused draw differs from the same steps one by one")
	}
	for i := range mostFused + 2 { // old programs make room
		fused(key, fx.Float32, shape, draw, "a test", float64(i))
	}
	if n := len(fusedDraws.of); n > mostFused {
		t.Errorf("%d programs are kept", n)
	}
}
