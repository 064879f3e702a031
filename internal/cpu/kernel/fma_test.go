package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exactFMA32 is x*y + z through big.Float, rounded once to float32.
func exactFMA32(x, y, z float32) float32 {
	// 24+24 bits of product against any float32: 700 bits hold every sum.
	p := new(big.Float).SetPrec(700).Mul(big.NewFloat(float64(x)), big.NewFloat(float64(y)))
	s := new(big.Float).SetPrec(700).Add(p, big.NewFloat(float64(z)))
	f, _ := s.Float32()
	return f
}

func TestFMA32(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	check := func(x, y, z float32) {
		t.Helper()
		got := fma32(x, y, z)
		if isBad(x) || isBad(y) || isBad(z) {
			// float64 has room for every product and sum of float32: special values pass through it.
			want := float32(float64(x)*float64(y) + float64(z))
			if !same(got, want) {
				t.Fatalf("fma32(%g, %g, %g) = %g, want %g", x, y, z, got, want)
			}
			return
		}
		if want := exactFMA32(x, y, z); got != want {
			t.Fatalf("fma32(%b, %b, %b) = %b, want %b", x, y, z, got, want)
		}
	}
	for range 200000 {
		check(math.Float32frombits(r.Uint32()), math.Float32frombits(r.Uint32()), math.Float32frombits(r.Uint32()))
	}
	// Sums within a few units of half-way points: z fixes the last place, the
	// product reaches half of it plus or minus almost nothing.
	for range 200000 {
		e := r.IntN(40) - 20
		z := float32(math.Ldexp(float64(1<<23+r.IntN(1<<23)), e))
		x := float32(math.Ldexp(float64(1<<23+r.IntN(3)), e-24+r.IntN(3)-1))
		y := float32(math.Ldexp(float64(1<<23+r.IntN(3)), -23))
		if r.IntN(2) == 0 {
			x = -x
		}
		check(x, y, z)
	}
	// The same around denormal results.
	for range 200000 {
		z := math.Float32frombits(uint32(r.IntN(1 << 24)))
		x := float32(math.Ldexp(float64(1<<23+r.IntN(1<<23)), -23-75+r.IntN(4)))
		y := float32(math.Ldexp(float64(1<<23+r.IntN(3)), -23-75+r.IntN(4)))
		if r.IntN(2) == 0 {
			x = -x
		}
		check(x, y, z)
	}
}

func isBad(x float32) bool { return x-x != 0 }

// same tells whether two results are the same bits, all NaNs being one.
func same[T Float](a, b T) bool {
	if a != a || b != b {
		return a != a && b != b
	}
	return math.Float64bits(float64(a)) == math.Float64bits(float64(b))
}
