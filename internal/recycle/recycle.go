// Package recycle hands out memory for arrays and takes it up again when nobody
// can reach it any more.
//
// The garbage collector alone serves arrays badly. A program whose results are
// a few hundred kilobytes each makes it run every few calls, since the rest of
// the heap is small; and memory that it gives back to the system is paid for
// again with a page fault for every 4 kB. Here a block goes to the next who
// asks for its size, warm and without a page fault, and the collector is asked
// to look for garbage when as much was handed out as is in use.
//
// It is as safe as the collector itself: a block comes back by its finalizer,
// which runs only when no pointer into the block is left anywhere.
package recycle

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

const (
	// least is the size in bytes from which blocks are recycled: from here on Go
	// gives an array pages of its own.
	least = 32 << 10
	// The collector is asked to look for garbage when this many bytes were handed
	// out: few at first, and more as long as it would run all the time. Go's own
	// rule, as much again as is in use, counts the cost of looking through what is
	// in use, but arrays hold no pointers.
	leastBudget, mostBudget = 4 << 20, 128 << 20
	// Collections are apart from often to seldom; one takes about half a
	// millisecond.
	often, seldom = 30 * time.Millisecond, 300 * time.Millisecond
	// hugeFrom is the size in bytes from which a block asks for huge pages: memory
	// that is touched for the first time then costs one page fault for 2 MB and not
	// for 4 kB, and the tables of pages stay short. NumPy does the same, from the
	// same size.
	hugeFrom = 4 << 20
)

// shelf holds the free blocks of one size: their first words.
type shelf struct {
	Spares[uint64]
	back func(*uint64) // a block's finalizer
}

var (
	shelves [64 * sizes]shelf

	handed     atomic.Int64 // bytes handed out since the last collection
	budget     atomic.Int64 // how many may be
	collecting atomic.Bool  // the collector was asked to run and has not finished

	start sync.Once
)

// Words returns n words of whatever content.
func Words(n int) []uint64 {
	if n*8 < least {
		return make([]uint64, n)
	}
	start.Do(begin)
	c := class(n)
	size := sizeOf(c)
	p := shelves[c].take()
	if p == nil {
		mem := make([]uint64, size)
		if size*8 >= hugeFrom {
			adviseHuge(mem)
		}
		p = &mem[0]
	}
	runtime.SetFinalizer(p, shelves[c].back)
	count(int64(size) * 8)
	return unsafe.Slice(p, size)[:n]
}

// Free takes up what Words returned, which nobody uses any more.
func Free(words []uint64) {
	if len(words)*8 < least {
		return
	}
	c := class(len(words))
	runtime.SetFinalizer(&words[0], nil)
	handed.Add(-int64(sizeOf(c)) * 8)
	shelves[c].Put(&words[0])
}

// begin prepares the shelves.
func begin() {
	for c := range shelves {
		shelves[c].back = shelves[c].Put
	}
	budget.Store(leastBudget)
	last := time.Now()
	afterEach(func() bool {
		handed.Store(0)
		for c := range shelves {
			shelves[c].trim()
		}
		budget.Store(nextBudget(budget.Load(), time.Since(last)))
		last = time.Now()
		return true
	})
}

// nextBudget is the budget after a collection that came this long after the one
// before.
func nextBudget(bytes int64, since time.Duration) int64 {
	switch {
	case since < often:
		return min(2*bytes, mostBudget)
	case since > seldom:
		return max(bytes/2, leastBudget)
	}
	return bytes
}

// count adds a block to the books and asks for a collection when it is time. The
// collector runs beside the program, which waits for it only if it is far ahead.
func count(bytes int64) {
	new, limit := handed.Add(bytes), budget.Load()
	switch {
	case new < limit:
	case new >= 2*limit+bytes:
		runtime.GC()
	case collecting.CompareAndSwap(false, true):
		go func() {
			defer collecting.Store(false)
			runtime.GC()
		}()
	}
}

// afterEach calls f after every collection, whoever asked for it, until f
// returns false: the collector finds the mark unreachable each time, and its
// finalizer puts it back.
func afterEach(f func() bool) {
	type mark struct{ _ [16]byte }
	var again func(*mark)
	again = func(m *mark) {
		if f() {
			runtime.SetFinalizer(m, again)
		}
	}
	runtime.SetFinalizer(new(mark), again)
}
