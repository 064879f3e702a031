package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// simdLevels are the levels to compare with plain Go.
func simdLevels(t *testing.T) []Level {
	levels := Available()[1:]
	if len(levels) == 0 {
		t.Skip("this machine has no SIMD level")
	}
	return levels
}

// special values: what functions treat apart, and their neighbours.
func specials[T Float]() []T {
	values := []float64{0, 1, 2, 3, 0.5, 0.25, 0.75, 1.5, 2.5, 3.5, math.Pi, math.Pi / 2, math.Pi / 4, math.E, math.Ln2, 10, 22, 28, 40, 88, 89, 103, 104, 700,
		709.7, 709.8, 710.5, 745.1, 745.2, 746, 1 << 20, 1<<20 + 1, 1 << 23, 1 << 24, 1 << 31, 1 << 52, 1 << 53, 1 << 62, 1 << 63, 1e10, 1e20, 1e38, 1e100, 1e308, math.MaxFloat32, math.MaxFloat64,
		0x1p-126, 0x1p-149, 0x1p-1022, 0x1p-1074, 0x1p-20, 0x1p-27, 0x1p-28, 0x1p-54, 0x1p-53, 1e-5, 1e-10, 1e-38, 1e-40, 1e-300, 1e-310, math.Inf(1)}
	var out []T
	for _, v := range values {
		x := T(v)
		out = append(out, x, -x)
		if x-x == 0 {
			out = append(out, neighbour(x, 1), neighbour(x, -1), -neighbour(x, 1))
		}
	}
	return append(out, T(math.NaN()))
}

// neighbour is n units in the last place from x.
func neighbour[T Float](x T, n int) T {
	switch x := any(x).(type) {
	case float32:
		return T(math.Float32frombits(math.Float32bits(x) + uint32(n)))
	case float64:
		return T(math.Float64frombits(math.Float64bits(x) + uint64(n)))
	}
	panic("unreachable")
}

// randomBits is a float of any exponent, or one of a common size.
func randomBits[T Float](r *rand.Rand) T {
	if r.IntN(2) == 0 {
		return T(r.NormFloat64() * math.Ldexp(1, r.IntN(20)-10))
	}
	var x T
	switch p := any(&x).(type) {
	case *float32:
		*p = math.Float32frombits(r.Uint32())
	case *float64:
		*p = math.Float64frombits(r.Uint64())
	}
	return x
}

func inputs[T Float](r *rand.Rand, n int) []T {
	s := specials[T]()
	for len(s) < n {
		s = append(s, randomBits[T](r))
	}
	r.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
	return s[:n]
}

// lengths are all short ones and a few larger.
func lengths() []int {
	var out []int
	for n := range 71 {
		out = append(out, n)
	}
	if testing.Short() {
		return append(out, 129, 1031)
	}
	return append(out, 127, 128, 129, 255, 1000, 1031, 20000)
}

// guarded returns a slice of n elements at an alignment of its own, between
// canaries, and a check that they are alive.
func guarded[T comparable](r *rand.Rand, n int, canary T) (s []T, alive func() bool) {
	offset := 40 + r.IntN(17)
	buf := make([]T, offset+n+40)
	for i := range buf {
		buf[i] = canary
	}
	return buf[offset : offset+n : offset+n], func() bool {
		for i, v := range buf {
			if (i < offset || i >= offset+n) && v != canary {
				return false
			}
		}
		return true
	}
}

func TestUnaryLevels(t *testing.T) {
	testUnaryLevels(t, "f32", func(s *Set) *Floats[float32] { return &s.F32 })
	testUnaryLevels(t, "f64", func(s *Set) *Floats[float64] { return &s.F64 })
}

func testUnaryLevels[T Float](t *testing.T, name string, floats func(*Set) *Floats[T]) {
	for _, l := range simdLevels(t) {
		for u := range NumUnary {
			t.Run(fmt.Sprintf("%s/%v/%d", name, l, u), func(t *testing.T) {
				r := rand.New(rand.NewPCG(uint64(u), 5))
				for _, n := range lengths() {
					x := inputs[T](r, n)
					want := make([]T, n)
					floats(For(Off)).Unary[u](want, x)
					dst, alive := guarded[T](r, n, -77)
					src, _ := guarded[T](r, n, T(math.NaN()))
					copy(src, x)
					floats(For(l)).Unary[u](dst, src)
					compareSlices(t, n, dst, want, func(i int) string { return fmt.Sprintf("f(%g)", x[i]) })
					if !alive() {
						t.Fatalf("n=%d: wrote outside dst", n)
					}
					floats(For(l)).Unary[u](src, src) // in place
					compareSlices(t, n, src, want, func(i int) string { return fmt.Sprintf("in place: f(%g)", x[i]) })
				}
			})
		}
	}
}

func compareSlices[T Float](t *testing.T, n int, got, want []T, what func(i int) string) {
	t.Helper()
	for i := range want {
		if !same(got[i], want[i]) {
			t.Fatalf("n=%d, element %d: %s = %x, plain Go says %x", n, i, what(i), float64(got[i]), float64(want[i]))
		}
	}
}

func TestBinaryLevels(t *testing.T) {
	testBinaryLevels(t, "f32", func(s *Set) *Floats[float32] { return &s.F32 })
	testBinaryLevels(t, "f64", func(s *Set) *Floats[float64] { return &s.F64 })
}

func testBinaryLevels[T Float](t *testing.T, name string, floats func(*Set) *Floats[T]) {
	for _, l := range simdLevels(t) {
		for b := range NumBinary {
			t.Run(fmt.Sprintf("%s/%v/%d", name, l, b), func(t *testing.T) {
				r := rand.New(rand.NewPCG(uint64(b), 6))
				for _, n := range lengths() {
					x, y := inputs[T](r, n), inputs[T](r, n)
					want := make([]T, n)
					floats(For(Off)).Binary[b](want, x, y)
					for place := range 3 { // a new dst, x's, y's
						sx, _ := guarded[T](r, n, T(math.NaN()))
						sy, _ := guarded[T](r, n, T(math.NaN()))
						copy(sx, x)
						copy(sy, y)
						fresh, alive := guarded[T](r, n, -77)
						dst := [][]T{fresh, sx, sy}[place]
						floats(For(l)).Binary[b](dst, sx, sy)
						compareSlices(t, n, dst, want, func(i int) string { return fmt.Sprintf("f(%g, %g)", x[i], y[i]) })
						if !alive() {
							t.Fatalf("n=%d: wrote outside dst", n)
						}
					}
				}
			})
		}
		for c := range NumCompare {
			t.Run(fmt.Sprintf("%s/%v/compare%d", name, l, c), func(t *testing.T) {
				r := rand.New(rand.NewPCG(uint64(c), 7))
				for _, n := range lengths() {
					x, y := inputs[T](r, n), inputs[T](r, n)
					for i := range x {
						if r.IntN(3) == 0 {
							y[i] = x[i]
						}
					}
					want := make([]uint8, n)
					floats(For(Off)).Compare[c](want, x, y)
					dst, alive := guarded[uint8](r, n, 99)
					floats(For(l)).Compare[c](dst, x, y)
					for i := range want {
						if dst[i] != want[i] {
							t.Fatalf("n=%d: compare(%g, %g) = %d, want %d", n, x[i], y[i], dst[i], want[i])
						}
					}
					if !alive() {
						t.Fatalf("n=%d: wrote outside dst", n)
					}
				}
			})
		}
	}
}
