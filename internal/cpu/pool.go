// Package cpu runs graphs and compiled programs on the processor.
package cpu

import (
	"sync"
	"sync/atomic"
)

// Pool spreads loops over threads. The caller of a loop works too, so that a
// loop inside a loop cannot wait for itself.
type Pool struct {
	threads int
	jobs    chan *job
}

// job is one loop: pieces are taken in order by whoever is free.
type job struct {
	body    func(worker, lo, hi int)
	n, size int
	next    atomic.Int64
	workers atomic.Int64
	done    sync.WaitGroup
	failure atomic.Pointer[any]
}

var jobs = sync.Pool{New: func() any { return new(job) }}

// NewPool makes a pool of the given number of threads, the caller's included.
func NewPool(threads int) *Pool {
	p := &Pool{threads: max(1, threads), jobs: make(chan *job)}
	for range p.threads - 1 {
		go func() {
			for j := range p.jobs {
				j.work()
			}
		}()
	}
	return p
}

// Close ends the pool's goroutines once they are idle.
func (p *Pool) Close() { close(p.jobs) }

// Threads is the number of threads that a loop may use.
func (p *Pool) Threads() int { return p.threads }

// For calls body on consecutive ranges that cover [0,n). Ranges begin at
// multiples of grain. worker is below Threads and differs between calls that
// run at the same time within this loop.
func (p *Pool) For(n, grain int, body func(worker, lo, hi int)) {
	if n <= 0 {
		return
	}
	pieces := (n + grain - 1) / grain
	if p.threads == 1 || pieces == 1 {
		body(0, 0, n)
		return
	}
	j := jobs.Get().(*job)
	j.body, j.n = body, n
	// A few pieces a thread even out their speeds.
	per := max(1, pieces/(4*p.threads))
	j.size = per * grain
	j.next.Store(0)
	j.workers.Store(0)
	j.failure.Store(nil)
	for range min(p.threads-1, (pieces+per-1)/per-1) {
		j.done.Add(1)
		select {
		case p.jobs <- j:
		default: // everybody is busy
			j.done.Done()
		}
	}
	j.done.Add(1)
	j.work()
	j.done.Wait()
	failure := j.failure.Load()
	j.body = nil
	jobs.Put(j)
	if failure != nil {
		panic(*failure)
	}
}

func (j *job) work() {
	defer func() {
		if r := recover(); r != nil {
			failure := r // on the heap only now
			j.failure.CompareAndSwap(nil, &failure)
			j.next.Store(int64(j.n))
		}
		j.done.Done()
	}()
	worker := int(j.workers.Add(1) - 1)
	for {
		lo := int(j.next.Add(int64(j.size))) - j.size
		if lo >= j.n {
			return
		}
		j.body(worker, lo, min(lo+j.size, j.n))
	}
}
