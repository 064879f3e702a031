package threefry

import (
	"math"
	"math/bits"
	"testing"

	"pgregory.net/rapid"
)

// TestBlockKnownAnswers holds the vectors that the Random123 library publishes
// for threefry2x32 with 20 rounds (file kat_vectors): zeros, ones, digits of pi.
func TestBlockKnownAnswers(t *testing.T) {
	for _, v := range []struct{ counter, key, want [2]uint32 }{
		{[2]uint32{0, 0}, [2]uint32{0, 0}, [2]uint32{0x6b200159, 0x99ba4efe}},
		{[2]uint32{0xffffffff, 0xffffffff}, [2]uint32{0xffffffff, 0xffffffff}, [2]uint32{0x1cb996fc, 0xbb002be7}},
		{[2]uint32{0x243f6a88, 0x85a308d3}, [2]uint32{0x13198a2e, 0x03707344}, [2]uint32{0xc4923a9c, 0x483df7a0}},
	} {
		x0, x1 := Block(v.key[0], v.key[1], v.counter[0], v.counter[1])
		if x0 != v.want[0] || x1 != v.want[1] {
			t.Errorf("Block(key %08x, counter %08x) = %08x %08x, want %08x", v.key, v.counter, x0, x1, v.want)
		}
	}
}

// TestBlockAvalanche flips one input bit: each of the 64 output bits should
// change half of the time.
func TestBlockAvalanche(t *testing.T) {
	const trials = 4000
	s := New(1)
	var changed [64]int
	for range trials {
		in := [4]uint32{s.Uint32(), s.Uint32(), s.Uint32(), s.Uint32()}
		a0, a1 := Block(in[0], in[1], in[2], in[3])
		bit := s.IntN(128)
		in[bit/32] ^= 1 << (bit % 32)
		b0, b1 := Block(in[0], in[1], in[2], in[3])
		difference := uint64(a0^b0)<<32 | uint64(a1^b1)
		for i := range changed {
			changed[i] += int(difference >> i & 1)
		}
	}
	for i, n := range changed {
		// Binomial(4000, 1/2) has deviation 32; six of them is one in a thousand million.
		if n < trials/2-6*32 || n > trials/2+6*32 {
			t.Errorf("output bit %d changed %d times of %d", i, n, trials)
		}
	}
}

func TestStreamIsBlocksInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		s := New(seed)
		for c := range uint32(5) {
			x0, x1 := Block(uint32(seed>>32), uint32(seed), 0, c)
			if got := s.Uint64(); got != uint64(x0)<<32|uint64(x1) {
				t.Fatalf("block %d: %016x, want %08x%08x", c, got, x0, x1)
			}
		}
	})
}

func TestStreamCopyContinuesAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(rapid.Uint64().Draw(t, "seed"))
		for range rapid.IntRange(0, 7).Draw(t, "drawn") {
			s.Uint32()
		}
		c := s
		for range 5 {
			if a, b := s.Uint32(), c.Uint32(); a != b {
				t.Fatalf("the copy drew %08x, the original %08x", b, a)
			}
		}
	})
}

func TestChildDependsOnKeyAndLabelAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(rapid.Uint64().Draw(t, "seed"))
		label := rapid.Uint32().Draw(t, "label")
		before := s.Child(label)
		s.Uint64()
		s.Uint32()
		if after := s.Child(label); after != before {
			t.Fatal("a child changed when its parent was drawn from")
		}
		if other := s.Child(label + 1); other == before {
			t.Fatal("two labels gave the same child")
		}
		if before == s {
			t.Fatal("a child equals its parent")
		}
	})
}

func TestFloat64RangeAndMoments(t *testing.T) {
	const n = 100_000
	s := New(7)
	var sum, squares float64
	for range n {
		x := s.Float64()
		if x < 0 || x >= 1 {
			t.Fatalf("Float64 drew %v", x)
		}
		sum += x
		squares += float64(x * x)
	}
	mean := sum / n
	// Deviations of the two means: sqrt(1/12/n) = 0.0009 and sqrt(4/45/n) = 0.0009.
	if mean < 0.5-0.005 || mean > 0.5+0.005 {
		t.Errorf("mean %v, want 1/2", mean)
	}
	if m := squares / n; m < 1.0/3-0.005 || m > 1.0/3+0.005 {
		t.Errorf("mean square %v, want 1/3", m)
	}
}

// TestIntNUniform compares counts with their expectation by Pearson's
// chi-squared statistic.
func TestIntNUniform(t *testing.T) {
	const draws = 60_000
	for _, n := range []int{1, 2, 3, 7, 10, 64, 100} {
		s := New(uint64(n))
		counts := make([]int, n)
		for range draws {
			counts[s.IntN(n)]++
		}
		expected := float64(draws) / float64(n)
		var chi2 float64
		for _, c := range counts {
			d := float64(c) - expected
			chi2 += float64(d*d) / expected
		}
		// Mean n-1, variance 2(n-1): six deviations up.
		if limit := float64(n-1) + 6*math.Sqrt(2*float64(n)); chi2 > limit {
			t.Errorf("IntN(%d): chi-squared %.1f exceeds %.1f", n, chi2, limit)
		}
	}
}

// TestIntNRejects uses a bound just over 2^62, for which nearly a quarter of
// all draws must be rejected.
func TestIntNRejects(t *testing.T) {
	if bits.UintSize == 32 {
		t.Skip("no int is large enough here for rejections to be seen")
	}
	const n = math.MaxInt/2 + 2
	s := New(3)
	for range 1000 {
		if x := s.IntN(n); x < 0 || x >= n {
			t.Fatalf("IntN(%d) drew %d", n, x)
		}
	}
	if s.next <= 1200 {
		t.Errorf("1000 draws used %d blocks: too few were rejected", s.next)
	}
}

func TestPermutationIsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(rapid.Uint64().Draw(t, "seed"))
		n := rapid.IntRange(0, 200).Draw(t, "n")
		seen := make([]bool, n)
		for _, i := range s.Permutation(n) {
			if seen[i] {
				t.Fatalf("%d occurs twice", i)
			}
			seen[i] = true
		}
	})
}

func TestPermutationUniform(t *testing.T) {
	const draws = 24_000
	s := New(11)
	counts := map[[4]int]int{}
	for range draws {
		counts[[4]int(s.Permutation(4))]++
	}
	if len(counts) != 24 {
		t.Fatalf("%d of the 24 permutations of four occurred", len(counts))
	}
	for p, c := range counts {
		if c < 1000-6*31 || c > 1000+6*31 { // binomial deviation 31
			t.Errorf("%v occurred %d times, want about 1000", p, c)
		}
	}
}

func TestBadBoundsPanic(t *testing.T) {
	for name, call := range map[string]func(*Stream){
		"threefry: IntN(0): the bound must be positive":              func(s *Stream) { s.IntN(0) },
		"threefry: IntN(-3): the bound must be positive":             func(s *Stream) { s.IntN(-3) },
		"threefry: Permutation(-1): the length must not be negative": func(s *Stream) { s.Permutation(-1) },
	} {
		func() {
			defer func() {
				if got := recover(); got != name {
					t.Errorf("panic %v, want %q", got, name)
				}
			}()
			s := New(0)
			call(&s)
		}()
	}
}

func BenchmarkPermutation(b *testing.B) {
	s := New(0)
	for b.Loop() {
		s.Permutation(10_000)
	}
}
