// Package cpu runs graphs and compiled programs on the processor.
package cpu

import (
	"sync"
	"sync/atomic"

	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
)

// Pool spreads loops over threads. The caller of a loop works too, so that a
// loop inside a loop cannot wait for itself.
//
// A worker that is done looks out for more work for a while before it goes to
// sleep: the next loop of a program mostly follows within microseconds, and to
// wake a sleeper takes longer than many a loop.
type Pool struct {
	threads int
	current atomic.Pointer[job] // the newest loop, for whoever is free
	asleep  atomic.Int32        // workers that wait for the bell, or are about to
	bell    chan struct{}
	closed  atomic.Bool
	jobs    sync.Pool // of *job: its own, so that no other pool's worker comes late to a loop here
}

// lookOut is how often a worker looks for work before it sleeps, and the caller
// of a loop for its end: for 50 to 200 microseconds, as long as a processor
// pauses.
const lookOut = 1000

// job is one loop, cut into pieces. Every thread has a part of its own, the same
// in every loop of a kind, so that what it wrote in one loop is in its cache in
// the next; who is done with his part helps the others.
type job struct {
	body    func(worker, lo, hi int)
	n, size int    // of the loop and of a piece
	parts   []part // of each thread; the caller's is the first
	failure atomic.Pointer[any]
	at      atomic.Int64 // the caller's processor, -1 if not known

	// present is how many work on it: from the caller's coming until the last one
	// leaves there is somebody, and only then can others come.
	present atomic.Int32
	waiting atomic.Bool   // the caller sleeps until the last one leaves
	over    chan struct{} // and is woken by this
}

// part is what is left of a thread's pieces, alone on its line of the cache.
type part struct {
	next atomic.Int64
	end  int64
	_    [48]byte
}

// NewPool makes a pool of the given number of threads, the caller's included.
func NewPool(threads int) *Pool {
	p := &Pool{threads: max(1, threads)}
	p.bell = make(chan struct{}, p.threads)
	p.jobs.New = func() any { return &job{over: make(chan struct{}, 1)} }
	for worker := 1; worker < p.threads; worker++ {
		go p.serve(worker)
	}
	return p
}

// serve is a worker's life.
func (p *Pool) serve(worker int) {
	for !p.closed.Load() {
		if j := p.find(); j != nil {
			if at := j.at.Load(); at >= 0 && at == int64(processor()) {
				leave(int(at))
			}
			p.work(j, worker)
			j.leave()
			continue
		}
		p.asleep.Add(1)
		// Whoever published a loop before it could count this sleeper did not ring.
		if p.current.Load() == nil {
			<-p.bell
		}
		p.asleep.Add(-1)
	}
}

// find looks out for a loop and comes to it; nil if none turns up for a while.
func (p *Pool) find() *job {
	for range lookOut {
		if j := p.look(); j != nil && j.come() {
			return j
		}
	}
	return nil
}

// look waits for a moment and returns the newest loop, or nil. It is a call of
// its own so that the runtime can stop a worker that looks out.
//
//go:noinline
func (p *Pool) look() *job {
	kernel.Pause()
	return p.current.Load()
}

// Close ends the pool's goroutines once they are idle.
func (p *Pool) Close() {
	p.closed.Store(true)
	close(p.bell)
}

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
	j := p.jobs.Get().(*job)
	j.body, j.n = body, n
	// A few pieces a thread even out their speeds.
	per := max(1, pieces/(4*p.threads))
	j.size = per * grain
	j.share((pieces+per-1)/per, p.threads)
	j.failure.Store(nil)
	j.at.Store(int64(processor()))
	j.present.Store(1)
	p.current.Store(j)
	if p.ring(min((pieces+per-1)/per-1, int(p.asleep.Load()))) {
		yield()
	}
	p.work(j, 0)
	j.leave()
	j.wait()
	failure := j.failure.Load()
	j.body = nil
	p.jobs.Put(j)
	if failure != nil {
		panic(*failure)
	}
}

// ring wakes sleepers and reports whether there were any to wake.
func (p *Pool) ring(times int) (any bool) {
	for range times {
		select {
		case p.bell <- struct{}{}:
			any = true
		default: // it rings already
		}
	}
	return any
}

// come makes the caller one of those who work on the loop, unless it is over.
func (j *job) come() bool {
	for {
		n := j.present.Load()
		if n == 0 {
			return false
		}
		if j.present.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// leave is the opposite; the last one wakes the caller of the loop.
func (j *job) leave() {
	if j.present.Add(-1) == 0 && j.waiting.CompareAndSwap(true, false) {
		j.over <- struct{}{}
	}
}

// wait returns when nobody works on the loop any more. It looks out for a while
// before it sleeps, as the others are mostly done at the same time.
func (j *job) wait() {
	for range lookOut {
		if j.done() {
			return
		}
	}
	for !j.done() {
		j.waiting.Swap(true) // an emulated arm64 (qemu 7.2) may let a Store pass the next Load
		if j.done() && j.waiting.CompareAndSwap(true, false) {
			return
		}
		<-j.over
	}
}

// done waits for a moment and reports whether nobody works on the loop.
//
//go:noinline
func (j *job) done() bool {
	if j.present.Load() == 0 {
		return true
	}
	kernel.Pause()
	return false
}

// share gives each thread its part of the pieces.
func (j *job) share(pieces, threads int) {
	if len(j.parts) != threads {
		j.parts = make([]part, threads)
	}
	for t := range j.parts {
		j.parts[t].next.Store(int64(t * pieces / threads))
		j.parts[t].end = int64((t + 1) * pieces / threads)
	}
}

// stop leaves no piece to anybody.
func (j *job) stop() {
	for t := range j.parts {
		j.parts[t].next.Store(j.parts[t].end)
	}
}

// work takes pieces of a loop until there are none: the worker's own, then those
// of the threads after it.
func (p *Pool) work(j *job, worker int) {
	// Nobody needs to come any more.
	defer p.current.CompareAndSwap(j, nil)
	defer func() {
		if r := recover(); r != nil {
			failure := r // on the heap only now
			j.failure.CompareAndSwap(nil, &failure)
			j.stop()
		}
	}()
	for i := range j.parts {
		for q := &j.parts[(worker+i)%len(j.parts)]; ; {
			k := q.next.Add(1) - 1
			if k >= q.end {
				break
			}
			lo := int(k) * j.size
			j.body(worker, lo, min(lo+j.size, j.n))
		}
	}
}
