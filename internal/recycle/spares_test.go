package recycle

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"weak"
)

func TestSpares(t *testing.T) {
	made := 0
	s := NewSpares(func() *[9]int { made++; return new([9]int) })
	a, b := s.Get(), s.Get()
	if a == b || made != 2 {
		t.Fatalf("%d things made for two users", made)
	}
	s.Put(a)
	s.Put(b)
	for range 10 {
		x := s.Get()
		if x != b {
			t.Fatal("not the one that was used last")
		}
		s.Put(x)
	}
	if made != 2 {
		t.Errorf("%d things made", made)
	}
	dropped := weak.Make(a)
	a = nil
	eventually(t, "a spare stayed that nobody needed", func() bool {
		s.Put(s.Get()) // b is needed
		return dropped.Value() == nil
	})
	if s.Get() != b {
		t.Error("a spare was dropped that was needed")
	}
}

// TestSparesGo holds that the collector's hook keeps no spares alive.
func TestSparesGo(t *testing.T) {
	s := NewSpares(func() *[9]int { return new([9]int) })
	s.Put(s.Get())
	w := weak.Make(s)
	runtime.KeepAlive(s)
	eventually(t, "spares that nobody has stay", func() bool { return w.Value() == nil })
}

func TestSparesTogether(t *testing.T) {
	var made atomic.Int64
	s := NewSpares(func() *atomic.Int64 { made.Add(1); return new(atomic.Int64) })
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 1000 {
				x := s.Get()
				if x.Add(1) != 1 {
					t.Error("one thing for two users")
				}
				x.Add(-1)
				s.Put(x)
			}
		})
	}
	wg.Wait()
	if n := made.Load(); n > 4 {
		t.Errorf("%d things made for 4 users", n)
	}
}
