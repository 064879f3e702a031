package bench

import (
	"strings"
	"sync"
	"time"
)

// limits are what the machine itself can do.
type limits struct {
	GFlops    float64 // peak float32 multiply-adds of all threads, 10^9 operations a second; 0 if not known
	Bandwidth float64 // of memory, 10^9 bytes a second
}

// seconds is the least time for a workload's products and bytes. Peak is that of
// float32; float64 has half of it.
func (l limits) seconds(products, bytes float64, w workload) float64 {
	least := bytes / 1e9 / l.Bandwidth
	if peak := l.GFlops; peak > 0 {
		if strings.Contains(w.name, "f64") {
			peak /= 2
		}
		least = max(least, products/1e9/peak)
	}
	return least
}

func probe(threads int) limits {
	return limits{GFlops: peakFlops(threads), Bandwidth: triad(threads)}
}

// parallel runs f on every thread and returns the time until all are done.
func parallel(threads int, f func(thread int)) time.Duration {
	var wg sync.WaitGroup
	start := time.Now()
	for t := range threads {
		wg.Go(func() { f(t) })
	}
	wg.Wait()
	return time.Since(start)
}

// peakFlops runs chains of fused multiply-adds that never touch memory.
func peakFlops(threads int) float64 {
	const rounds = 2_000_000
	best := 0.0
	for range 20 { // until each thread has a processor of its own
		flops := 0.0
		d := parallel(threads, func(t int) {
			if f := fmaChain(rounds); t == 0 {
				flops = f
			}
		})
		best = max(best, flops*rounds*float64(threads)/d.Seconds()/1e9)
	}
	return best
}

// triad is STREAM's a = b + s*c (McCalpin 1995) on arrays far larger than any
// cache; like STREAM it counts two reads and a write.
func triad(threads int) float64 {
	const n = 16 << 20
	a, b, c := make([]float32, n), make([]float32, n), make([]float32, n)
	best := 0.0
	for range 6 {
		d := parallel(threads, func(t int) {
			lo, hi := t*n/threads, (t+1)*n/threads
			x, y, z := a[lo:hi], b[lo:hi], c[lo:hi]
			for i := range x {
				x[i] = y[i] + float32(3*z[i])
			}
		})
		best = max(best, 3*4*n/d.Seconds()/1e9)
	}
	return best
}
