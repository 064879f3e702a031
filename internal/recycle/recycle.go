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
	"unsafe"
)

const (
	// least is the size in bytes from which blocks are recycled: from here on Go
	// gives an array pages of its own.
	least = 32 << 10
	// budget is how many bytes are handed out, at least, before the collector is
	// asked to look for garbage. It bounds what a small program holds in vain.
	budget = 32 << 20
	// hugeFrom is the size in bytes from which a block asks for huge pages: memory
	// that is touched for the first time then costs one page fault for 2 MB and not
	// for 4 kB, and the tables of pages stay short. NumPy does the same, from the
	// same size.
	hugeFrom = 4 << 20
)

var (
	shelves [64 * sizes]shelf

	handed     atomic.Int64 // bytes handed out since the last collection
	out        atomic.Int64 // bytes handed out and not yet back
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

// begin prepares the shelves.
func begin() {
	for c := range shelves {
		s, bytes := &shelves[c], int64(sizeOf(c))*8
		s.back = func(p *uint64) {
			out.Add(-bytes)
			s.put(p)
		}
	}
	afterEach(collected)
}

// count adds a block to the books and asks for a collection when it is time: Go's
// own rule (as much again as is in use), but for arrays alone and from a size
// that suits them. The collector runs beside the program, which waits for it
// only if it is far ahead.
func count(bytes int64) {
	all, new := out.Add(bytes), handed.Add(bytes)
	limit := max(budget, all-new)
	switch {
	case new < limit:
	case new >= 2*limit:
		runtime.GC()
	case collecting.CompareAndSwap(false, true):
		go func() {
			defer collecting.Store(false)
			runtime.GC()
		}()
	}
}

// collected is called after every collection, whoever asked for it.
func collected() {
	handed.Store(0)
	for c := range shelves {
		shelves[c].trim()
	}
}

// afterEach calls f after every collection: the collector finds the mark
// unreachable each time, and its finalizer puts it back.
func afterEach(f func()) {
	type mark struct{ _ [16]byte }
	var again func(*mark)
	again = func(m *mark) {
		f()
		runtime.SetFinalizer(m, again)
	}
	runtime.SetFinalizer(new(mark), again)
}
