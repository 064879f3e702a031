package recycle

import (
	"math/bits"
	"sync"
)

// sizes is the number of sizes from a power of two to the next: a block is at
// most an eighth larger than what was asked for.
const sizes = 8

// shelf holds the free blocks of one size.
type shelf struct {
	mu   sync.Mutex
	free []*uint64     // their first words, the last to come back at the end
	low  int           // how few there were since the last collection
	back func(*uint64) // a block's finalizer
}

// take returns a free block, the one that was used last; nil if there is none.
func (s *shelf) take() *uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.free) - 1
	if n < 0 {
		return nil
	}
	p := s.free[n]
	s.free[n] = nil
	s.free = s.free[:n]
	s.low = min(s.low, n)
	return p
}

func (s *shelf) put(p *uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, p)
}

// trim lets go of half of the blocks that nobody needed since the last
// collection, the oldest first.
func (s *shelf) trim() {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := copy(s.free, s.free[(s.low+1)/2:])
	clear(s.free[n:])
	s.free = s.free[:n]
	s.low = n
}

// class is the smallest class whose blocks hold n words, n positive.
func class(n int) int {
	shift := max(0, bits.Len(uint(n-1))-4)
	return shift*sizes + (n+1<<shift-1)>>shift
}

// sizeOf is the number of words of a class's blocks.
func sizeOf(c int) int {
	shift := max(0, c-sizes-1) / sizes
	return (c - shift*sizes) << shift
}
