package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestStreamLevels(t *testing.T) {
	testStreamLevels(t, "f32", func(s *Set) *Floats[float32] { return &s.F32 })
	testStreamLevels(t, "f64", func(s *Set) *Floats[float64] { return &s.F64 })
}

func testStreamLevels[T Float](t *testing.T, name string, floats func(*Set) *Floats[T]) {
	plain := floats(For(Off))
	for _, l := range simdLevels(t) {
		simd := floats(For(l))
		t.Run(fmt.Sprintf("%s/%v", name, l), func(t *testing.T) {
			r := rand.New(rand.NewPCG(8, 9))
			for _, n := range lengths() {
				x, y, z := inputs[T](r, n), inputs[T](r, n), inputs[T](r, n)
				at := func(i int) string { return fmt.Sprintf("f(%g, %g, %g)", x[i], y[i], z[i]) }
				check := func(kernel string, run func(f *Floats[T], dst []T)) {
					t.Helper()
					want := append([]T(nil), z...)
					run(plain, want)
					dst, alive := guarded[T](r, n, -77)
					copy(dst, z)
					run(simd, dst)
					compareSlices(t, n, dst, want, func(i int) string { return kernel + " " + at(i) })
					if !alive() {
						t.Fatalf("%s, n=%d: wrote outside dst", kernel, n)
					}
				}
				check("MulAdd", func(f *Floats[T], dst []T) { f.MulAdd(dst, x, y) })
				for _, rows := range []int{0, 1, 3} {
					matrix := inputs[T](r, rows*(n+3))
					check(fmt.Sprintf("AddRows of %d", rows), func(f *Floats[T], dst []T) { f.AddRows(dst, matrix, n+3, rows) })
				}
				v := randomBits[T](r)
				check("Fill", func(f *Floats[T], dst []T) { f.Fill(dst, v) })
				cond := make([]uint8, n)
				for i := range cond {
					cond[i] = []uint8{0, 1, 0, 255, 128, 2}[r.IntN(6)]
				}
				check("Select", func(f *Floats[T], dst []T) { f.Select(dst, cond, x, y) })

				for kernel, pick := range map[string]func(f *Floats[T]) func(*[Lanes]T, []T){
					"SumLanes": func(f *Floats[T]) func(*[Lanes]T, []T) { return f.SumLanes },
					"MaxLanes": func(f *Floats[T]) func(*[Lanes]T, []T) { return f.MaxLanes },
					"MinLanes": func(f *Floats[T]) func(*[Lanes]T, []T) { return f.MinLanes },
				} {
					var want, got [Lanes]T
					copy(want[:], inputs[T](r, Lanes))
					got = want
					pick(plain)(&want, x)
					pick(simd)(&got, x)
					compareSlices(t, n, got[:], want[:], func(i int) string { return fmt.Sprintf("%s lane %d", kernel, i) })
				}
			}
		})
	}
}

// TestLanes checks the definition: element i goes to lane i mod Lanes.
func TestLanes(t *testing.T) {
	x := make([]float64, 3*Lanes+5)
	for i := range x {
		x[i] = float64(i + 1)
	}
	for _, l := range Available() {
		var sum, low, high [Lanes]float64
		for i := range low {
			low[i], high[i] = 50, 50
		}
		f := For(l).F64
		f.SumLanes(&sum, x)
		f.MinLanes(&low, x)
		f.MaxLanes(&high, x)
		for lane := range Lanes {
			var want float64
			wantLow, wantHigh := 50.0, 50.0
			for i := lane; i < len(x); i += Lanes {
				want += x[i]
				wantLow, wantHigh = min(wantLow, x[i]), max(wantHigh, x[i])
			}
			if sum[lane] != want || low[lane] != wantLow || high[lane] != wantHigh {
				t.Errorf("%v: lane %d is %g, %g, %g; want %g, %g, %g", l, lane, sum[lane], low[lane], high[lane], want, wantLow, wantHigh)
			}
		}
	}
}
