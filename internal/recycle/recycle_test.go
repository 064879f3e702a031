package recycle

import (
	"runtime"
	"sync"
	"testing"
	"time"
	"unsafe"
)

func TestClasses(t *testing.T) {
	for n := 1; n < 1<<16; n++ {
		c := class(n)
		if size := sizeOf(c); size < n || size > n+n/8+1 || class(size) != c {
			t.Fatalf("%d words: class %d of %d words, which is of class %d", n, c, size, class(size))
		}
		if sizeOf(c-1) >= n && n > 1 {
			t.Fatalf("%d words: class %d, though %d holds %d", n, c, c-1, sizeOf(c-1))
		}
	}
	if last := class(1 << 60); last >= len(shelves) {
		t.Errorf("class %d of %d", last, len(shelves))
	}
}

// eventually collects garbage until f holds.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for range 100 {
		runtime.GC()
		if f() {
			return
		}
		time.Sleep(time.Millisecond) // finalizers run in a goroutine of their own
	}
	t.Fatal(what)
}

// TestWordsComeBack holds that a block goes to the next who asks for its size,
// once the last slice into it is gone.
func TestWordsComeBack(t *testing.T) {
	const n = 98765
	s := &shelves[class(n)]
	free := func() int {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.free)
	}
	w := Words(n)
	if len(w) != n {
		t.Fatalf("%d words for %d", len(w), n)
	}
	w[n/2] = 7
	middle := w[n/2 : n/2+1]
	first := &w[0]
	at := uintptr(unsafe.Pointer(first))
	w, first = nil, nil
	for range 3 {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	if free() != 0 || middle[0] != 7 {
		t.Fatal("a block came back while a slice of it was in use")
	}
	middle = nil
	eventually(t, "the block did not come back", func() bool { return free() == 1 })
	if w = Words(n - 1); uintptr(unsafe.Pointer(&w[0])) != at || free() != 0 {
		t.Error("a free block was not used")
	}
	w = nil
	// Two collections and more without a taker, and it is the collector's.
	eventually(t, "a block stayed that nobody needed", func() bool { return free() == 0 })
}

// TestGarbageIsBounded holds that results which are dropped at once do not pile
// up.
func TestGarbageIsBounded(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range 8000 {
		w := Words(32 << 10) // 256 kB, 2 GB in all
		w[i] = 1
		if i%50 == 0 {
			runtime.Gosched()
		}
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 4*mostBudget {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
}

// TestTogether hands out blocks to several goroutines, each of which holds a few
// and sees to it that nobody else writes to them.
func TestTogether(t *testing.T) {
	var wg sync.WaitGroup
	for g := range uint64(4) {
		wg.Go(func() {
			var held [4][]uint64
			for i := range uint64(400) {
				k := i % 4
				for _, w := range held[k] {
					if w != g<<32|(i-4) {
						t.Errorf("a block in use was written by another")
						return
					}
				}
				held[k] = Words(4096 + int(i%5)*512)
				for j := range held[k] {
					held[k][j] = g<<32 | i
				}
				if i%100 == 99 {
					runtime.GC()
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkWords(b *testing.B) {
	for b.Loop() {
		Words(32 << 10)
	}
}
