package cpu

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestPoolCoversEveryIndexOnce runs loops of random sizes, some at the same
// time and some inside others.
func TestPoolCoversEveryIndexOnce(t *testing.T) {
	for _, threads := range []int{1, 2, 3, 8} {
		p := NewPool(threads)
		rapid.Check(t, func(t *rapid.T) {
			n := rapid.IntRange(0, 5000).Draw(t, "n")
			grain := rapid.IntRange(1, 700).Draw(t, "grain")
			inner := rapid.IntRange(1, 50).Draw(t, "inner")
			var wg sync.WaitGroup
			for range 3 {
				wg.Go(func() {
					hits := make([]atomic.Int32, n)
					var busy [64]atomic.Int32
					p.For(n, grain, func(worker, lo, hi int) {
						if worker >= threads || busy[worker].Add(1) != 1 {
							t.Errorf("worker %d of %d runs twice at once", worker, threads)
						}
						if lo%grain != 0 {
							t.Errorf("a range begins at %d, which is no multiple of %d", lo, grain)
						}
						for i := lo; i < hi; i++ {
							hits[i].Add(1)
						}
						sum := int64(0)
						p.For(inner, 1, func(_, lo, hi int) { atomic.AddInt64(&sum, int64(hi-lo)) })
						if sum != int64(inner) {
							t.Errorf("the inner loop ran %d of %d", sum, inner)
						}
						busy[worker].Add(-1)
					})
					for i := range hits {
						if h := hits[i].Load(); h != 1 {
							t.Errorf("index %d of %d was visited %d times", i, n, h)
						}
					}
				})
			}
			wg.Wait()
		})
		p.Close()
	}
}

func TestPoolPassesPanicsOn(t *testing.T) {
	p := NewPool(3)
	defer p.Close()
	for range 20 {
		func() {
			defer func() {
				if r := recover(); r != "broken" {
					t.Errorf("recovered %v", r)
				}
			}()
			p.For(1000, 1, func(_, lo, _ int) {
				if lo >= 500 {
					panic("broken")
				}
			})
		}()
		n := int64(0)
		p.For(1000, 1, func(_, lo, hi int) { atomic.AddInt64(&n, int64(hi-lo)) })
		if n != 1000 {
			t.Fatalf("after a panic a loop ran %d of 1000", n)
		}
	}
}

// TestPoolGivesEachThreadItsPart: parts cover the pieces in order, differ by one
// piece at most, and are the same for every loop of a size.
func TestPoolGivesEachThreadItsPart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.IntRange(1, 200).Draw(t, "pieces")
		threads := rapid.IntRange(1, 9).Draw(t, "threads")
		var j, again job
		j.share(pieces, threads)
		again.share(7, threads) // whatever loop it had before
		again.share(pieces, threads)
		at := int64(0)
		for i := range j.parts {
			from, to := j.parts[i].next.Load(), j.parts[i].end
			if from != at || to < from || to-from < int64(pieces/threads) || to-from > int64(pieces/threads)+1 {
				t.Fatalf("part %d of %d is [%d,%d) of %d pieces", i, threads, from, to, pieces)
			}
			if again.parts[i].next.Load() != from || again.parts[i].end != to {
				t.Fatalf("part %d differs in the second loop", i)
			}
			at = to
		}
		if at != int64(pieces) {
			t.Fatalf("the parts end at %d of %d", at, pieces)
		}
	})
}

// TestPoolHelps: a thread that is held up does not keep the rest of its part.
func TestPoolHelps(t *testing.T) {
	p := NewPool(2)
	defer p.Close()
	var others atomic.Int32
	release := make(chan struct{})
	p.For(64, 1, func(worker, lo, hi int) {
		if worker == 0 && lo == 0 {
			select { // until the other has done everything else
			case <-release:
			case <-time.After(10 * time.Second):
				t.Error("nobody did the rest")
			}
			return
		}
		if others.Add(int32(hi-lo)) == 64-8 {
			close(release)
		}
	})
}
