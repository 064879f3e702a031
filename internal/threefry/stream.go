package threefry

import (
	"fmt"
	"math/bits"
)

// childDomain is the top bit of a counter. A stream draws its own numbers from
// counters without it and derives its children's keys from counters with it,
// so that a child's key is never also one of its parent's numbers.
const childDomain = 1 << 31

// Stream is a sequence of random numbers drawn from one key. The zero Stream
// is the start of the sequence of key (0, 0). A Stream is a small value:
// copying it copies the place in the sequence. It is not safe for concurrent
// use; give each goroutine its own [Stream.Child].
type Stream struct {
	k0, k1 uint32
	next   uint64 // counter of the next block; below 1<<63
	spare  uint32 // second half of the last block ...
	full   bool   // ... if it has not been drawn yet
}

// New returns the start of the sequence that belongs to seed.
func New(seed uint64) Stream {
	return Stream{k0: uint32(seed >> 32), k1: uint32(seed)}
}

// Child returns the start of an independent sequence named label. It depends
// on the stream's key and on label alone, not on how much has been drawn; the
// children of one stream all have different keys.
func (s *Stream) Child(label uint32) Stream {
	k0, k1 := Block(s.k0, s.k1, childDomain, label)
	return Stream{k0: k0, k1: k1}
}

// Uint32 draws 32 random bits.
func (s *Stream) Uint32() uint32 {
	if s.full {
		s.full = false
		return s.spare
	}
	var x uint32
	x, s.spare = Block(s.k0, s.k1, uint32(s.next>>32), uint32(s.next))
	s.next++
	s.full = true
	return x
}

// Uint64 draws 64 random bits: the first 32 drawn are the high half.
func (s *Stream) Uint64() uint64 {
	high := uint64(s.Uint32())
	return high<<32 | uint64(s.Uint32())
}

// Float64 draws a uniform multiple of 2^-53 in [0, 1).
func (s *Stream) Float64() float64 {
	return float64(float64(s.Uint64()>>11) * (1.0 / (1 << 53))) // exact, and never fused with a caller's sum
}

// IntN draws a uniform integer in [0, n), without bias: a draw that would
// favour small results is rejected (Lemire, "Fast Random Integer Generation in
// an Interval", 2019). It panics unless n > 0.
func (s *Stream) IntN(n int) int {
	if n <= 0 {
		panic(fmt.Sprintf("threefry: IntN(%d): the bound must be positive", n))
	}
	bound := uint64(n)
	high, low := bits.Mul64(s.Uint64(), bound)
	if low < bound {
		// 2^64 mod bound of the 2^64 draws are too many for equal shares.
		for excess := -bound % bound; low < excess; {
			high, low = bits.Mul64(s.Uint64(), bound)
		}
	}
	return int(high)
}

// Permutation draws a uniform permutation of 0, ..., n-1 (Fisher and Yates's
// shuffle, in Durstenfeld's form). It panics if n is negative.
func (s *Stream) Permutation(n int) []int {
	if n < 0 {
		panic(fmt.Sprintf("threefry: Permutation(%d): the length must not be negative", n))
	}
	p := make([]int, n)
	for i := range p {
		j := s.IntN(i + 1)
		p[i] = p[j]
		p[j] = i
	}
	return p
}
