package bench

import (
	"slices"
	"time"
)

// row is what was measured of a workload.
type row struct {
	Workload string  `json:"workload"`
	Threads  int     `json:"threads"`
	Seconds  float64 `json:"seconds"` // of a step, the median
	// Peer is the other program's median; 0 without one. Ratio is the median of
	// the pairs' ratios, ours over theirs, Low and High are their quartiles.
	Peer  float64 `json:"peer_seconds,omitempty"`
	Ratio float64 `json:"ratio,omitempty"`
	Low   float64 `json:"low_quartile,omitempty"`
	High  float64 `json:"high_quartile,omitempty"`
	Goal  float64 `json:"goal,omitempty"`

	Products float64 `json:"products"` // of a step, as fx.Cost has them
	Bytes    float64 `json:"bytes"`
	// OfLimit is the part of the time that the machine would need at its limits:
	// for the products at peak, or for the bytes at the memory's speed.
	OfLimit float64 `json:"of_limit"`

	// Of training steps: tracing and compiling, heap allocated by a step, and the
	// memory that a process of its own came to need, without what it had at the
	// start.
	Compile    float64 `json:"compile_seconds,omitempty"`
	Heap       float64 `json:"heap_bytes,omitempty"`
	Memory     float64 `json:"memory_bytes,omitempty"`
	PeerMemory float64 `json:"peer_memory_bytes,omitempty"`
}

// atLeast is how long one measurement runs: long enough that the clock and a
// single interruption do not matter.
const atLeast = 40 * time.Millisecond

// settle is a pause before every measurement. The other program's threads go on
// looking for work after it is done (OpenBLAS's for some 20 ms, OpenMP's for a
// few) and would keep a core from us, or ours from them.
const settle = 50 * time.Millisecond

// timed is the time of n steps in the midst of work, on a machine that has come to
// rest before: after a pause the system takes some ten milliseconds to have every
// thread on a processor of its own.
func timed(p *program, n int) (time.Duration, error) {
	time.Sleep(settle)
	if _, err := p.run(max(1, n/2)); err != nil {
		return 0, err
	}
	return p.run(n)
}

// measure alternates between the two programs; theirs may be nil.
func measure(w workload, ours, theirs *program, pairs, threads int, lim limits) (r row, err error) {
	r = row{Workload: w.name, Threads: threads}
	compile, _, err := ours.setup(w.name)
	if err != nil {
		return r, err
	}
	r.Compile = compile.Seconds()
	ok := false
	if theirs != nil && w.goal > 0 {
		if _, ok, err = theirs.setup(w.name); err != nil {
			return r, err
		}
	}
	n, err := stepsFor(ours)
	if err != nil {
		return r, err
	}
	m := n
	if ok {
		if m, err = stepsFor(theirs); err != nil {
			return r, err
		}
	}
	var us, them, ratios []float64
	for range pairs {
		d, err := timed(ours, n)
		if err != nil {
			return r, err
		}
		a := d.Seconds() / float64(n)
		us = append(us, a)
		if !ok {
			continue
		}
		if d, err = timed(theirs, m); err != nil {
			return r, err
		}
		b := d.Seconds() / float64(m)
		them, ratios = append(them, b), append(ratios, a/b)
	}
	r.Seconds = median(us)
	if ok {
		r.Peer, r.Ratio, r.Goal = median(them), median(ratios), w.goal
		r.Low, r.High = ratios[len(ratios)/4], ratios[len(ratios)*3/4]
	}
	cost, err := ours.numbers("cost", 3)
	if err != nil {
		return r, err
	}
	r.Products, r.Bytes = cost[0], cost[2]
	r.OfLimit = lim.seconds(r.Products, r.Bytes, w) / r.Seconds
	if w.train {
		if r.Heap, err = ours.number("heap 20"); err != nil {
			return r, err
		}
	}
	return r, nil
}

// stepsFor is how many steps make one measurement.
func stepsFor(p *program) (n int, err error) {
	for n = 1; n < 1<<20; n *= 2 {
		d, err := p.run(n)
		if err != nil || d >= atLeast {
			return n, err
		}
	}
	return n, nil
}

// memory is the memory that a workload needs in a process of its own, beside
// what the process has at the start; 0 if the program does not have it.
func memory(start starter, w workload, threads int) (float64, error) {
	p, err := start(threads)
	if err != nil {
		return 0, err
	}
	defer p.close()
	if _, ok, err := p.setup(w.name); !ok {
		return 0, err
	}
	if _, err := p.run(5); err != nil {
		return 0, err
	}
	peak, err := p.number("peak")
	return peak - p.idle, err
}

// median sorts x.
func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}
