package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Rows of all lengths have the bits that the lanes and their tree give, at every
// level.
func TestRows(t *testing.T) {
	testRows(t, func(s *Set) *Floats[float32] { return &s.F32 })
	testRows(t, func(s *Set) *Floats[float64] { return &s.F64 })
}

func testRows[T Float](t *testing.T, floats func(*Set) *Floats[T]) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	special := []float64{math.Copysign(0, -1), 0, math.Inf(1), math.Inf(-1), math.NaN(), 1e308, 1e-320}
	plain := floats(For(Off))
	for _, kind := range []struct {
		name     string
		rows     func(*Floats[T]) func(out, x []T, n int)
		lanes    func(*[Lanes]T, []T)
		combine  Binary
		identity T
	}{
		{"sum", func(f *Floats[T]) func(out, x []T, n int) { return f.SumRows }, plain.SumLanes, Add, 0},
		{"max", func(f *Floats[T]) func(out, x []T, n int) { return f.MaxRows }, plain.MaxLanes, Max, T(math.Inf(-1))},
		{"min", func(f *Floats[T]) func(out, x []T, n int) { return f.MinRows }, plain.MinLanes, Min, T(math.Inf(1))},
	} {
		for n := 1; n <= 3*Lanes+1; n++ {
			for trial := range 12 {
				const rows = 3
				x := make([]T, rows*n)
				for i := range x {
					x[i] = T(r.NormFloat64() * math.Exp(8*r.NormFloat64()))
					switch {
					case trial == 0:
						x[i] = T(special[0])
					case trial > 6 && r.IntN(4) == 0:
						x[i] = T(special[r.IntN(len(special))])
					}
				}
				for _, l := range Available() {
					out, alive := guarded[T](r, rows, -77)
					kind.rows(floats(For(l)))(out, x, n)
					for i, got := range out {
						var acc [Lanes]T
						plain.Fill(acc[:], kind.identity)
						kind.lanes(&acc, x[i*n:(i+1)*n])
						if want := laneTree(plain, kind.combine, &acc); !same(got, want) {
							t.Fatalf("%v: %s of %v: %v, want %v", l, kind.name, x[i*n:(i+1)*n], got, want)
						}
					}
					if !alive() {
						t.Fatalf("%v: %s of rows of %d: wrote outside", l, kind.name, n)
					}
				}
			}
		}
	}
}

// laneTree combines lanes by the kernels, as Lanes defines it.
func laneTree[T Float](k *Floats[T], combine Binary, acc *[Lanes]T) T {
	for w := Lanes / 2; w > 0; w /= 2 {
		k.Binary[combine](acc[:w], acc[:w], acc[w:2*w])
	}
	return acc[0]
}
