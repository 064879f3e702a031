package recycle

import (
	"sync"
	"weak"
)

// Spares keeps things that are costly to make and that one user at a time needs,
// such as the memory of a program's run. Unlike sync.Pool, which keeps some for
// each processor, it never makes a second one while the first is free. Those that
// nobody needs for a while go to the collector.
type Spares[T any] struct {
	make func() *T

	mu   sync.Mutex
	free []*T // the last to come back at the end
	low  int  // how few there were since the last collection
}

// NewSpares is empty; it makes things as they are needed.
func NewSpares[T any](make func() *T) *Spares[T] {
	s := &Spares[T]{make: make}
	self := weak.Make(s) // the collector's hook must not keep the spares alive
	afterEach(func() bool {
		s := self.Value()
		if s != nil {
			s.trim()
		}
		return s != nil
	})
	return s
}

// Get takes the thing that was used last, or makes one.
func (s *Spares[T]) Get() *T {
	if x := s.take(); x != nil {
		return x
	}
	return s.make()
}

func (s *Spares[T]) take() *T {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.free) - 1
	if n < 0 {
		return nil
	}
	x := s.free[n]
	s.free[n] = nil
	s.free = s.free[:n]
	s.low = min(s.low, n)
	return x
}

// Put gives a thing back.
func (s *Spares[T]) Put(x *T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, x)
}

// trim lets go of what nobody needed since the last collection, the oldest first.
func (s *Spares[T]) trim() {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := copy(s.free, s.free[s.low:])
	clear(s.free[n:])
	s.free = s.free[:n]
	s.low = n
}
