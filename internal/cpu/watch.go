package cpu

import (
	"time"

	"github.com/fluxion-go/fluxion/internal/compile"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// Watch measures how long the steps of a program take, those of its loops'
// bodies too. The zero value is ready.
type Watch struct {
	tallies map[*compile.Step]*Tally
	inner   time.Duration // of the steps inside the one that runs
}

// Tally is what the runs of a step took, without the steps inside it.
type Tally struct {
	Calls int
	Time  time.Duration
}

// Of is the tally of a step of the program.
func (w *Watch) Of(s *compile.Step) Tally {
	if t := w.tallies[s]; t != nil {
		return *t
	}
	return Tally{}
}

// run runs a step.
func (w *Watch) run(c *compile.Step, s step, f *frame) {
	outer := w.inner
	w.inner = 0
	start := time.Now()
	s(f)
	d := time.Since(start)
	if w.tallies == nil {
		w.tallies = map[*compile.Step]*Tally{}
	}
	t := w.tallies[c]
	if t == nil {
		t = &Tally{}
		w.tallies[c] = t
	}
	t.Calls++
	t.Time += d - w.inner
	w.inner = outer + d
}

// RunWatched is Run with a watch on every step.
func (p *Program) RunWatched(in, out []*graph.Buffer, w *Watch) { p.run(in, out, w) }
