package fx

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/fluxion-go/fluxion/internal/compile"
	"github.com/fluxion-go/fluxion/internal/cpu"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// Cost is the work that a compiled function does: what its matrix products and
// everything else compute, and what they move.
type Cost = compile.Cost

// CostOf compiles f, as Jit with these options does for an argument like x, and
// counts the work of one call (XLA's cost analysis). Nothing is run. Like
// MemoryOf's, the figures do not depend on the machine.
func CostOf[X, Y any](f func(X) Y, x X, opts ...JitOption) Cost {
	p, _ := compiled("CostOf", f, x, opts)
	return p.run.Cost()
}

// Profile says where a compiled function spends its time.
type Profile struct {
	Runs  int           // that were measured
	Time  time.Duration // of one run, the mean
	Steps []StepProfile // the slowest first
}

// StepProfile is a kind of step of a compiled function: an operation on certain
// shapes, or a fused loop. Figures are those of all such steps in one run.
type StepProfile struct {
	Name  string
	Calls int
	Time  time.Duration // the mean over runs, without the steps inside it
	Cost  Cost
}

// ProfileOf compiles f, as Jit with these options does for x, runs it so many
// times, and measures each of its steps. A first run, in which buffers and
// caches fill, does not count. Arguments are not donated: x is as it was.
func ProfileOf[X, Y any](f func(X) Y, x X, runs int, opts ...JitOption) Profile {
	if runs < 1 {
		graph.Fail("ProfileOf", "%d runs; there must be at least one", runs)
	}
	p, in := compiled("ProfileOf", f, x, opts)
	evaluate("ProfileOf", in)
	args := make([]*graph.Buffer, len(in))
	for i, n := range in {
		if args[i] = n.Value(); args[i] == nil {
			graph.Fail("ProfileOf", "argument %s was donated and has no value any more", name(Paths(x)[i]))
		}
	}
	outs := p.run.NewResults()
	p.run.Run(args, outs)
	var w cpu.Watch
	start := time.Now()
	for range runs {
		p.run.RunWatched(args, outs, &w)
	}
	profile := Profile{Runs: runs, Time: time.Since(start) / time.Duration(runs)}
	at := map[string]int{}
	profile.add(p.run.Program, &w, at)
	slices.SortStableFunc(profile.Steps, func(a, b StepProfile) int { return cmp.Compare(b.Time, a.Time) })
	return profile
}

// add collects the steps of a program and of its loops' bodies; at is where
// those of a name are.
func (p *Profile) add(c *compile.Program, w *cpu.Watch, at map[string]int) {
	for i := range c.Steps {
		s := &c.Steps[i]
		t, label := w.Of(s), c.Label(s)
		k, ok := at[label]
		if !ok {
			k = len(p.Steps)
			at[label] = k
			p.Steps = append(p.Steps, StepProfile{Name: label})
		}
		calls := t.Calls / p.Runs
		p.Steps[k].Calls += calls
		p.Steps[k].Time += t.Time / time.Duration(p.Runs)
		p.Steps[k].Cost = p.Steps[k].Cost.Plus(float64(calls), c.OwnCost(s))
		for _, sub := range s.Sub {
			p.add(sub, w, at)
		}
	}
}

// Total is the work of all steps.
func (p Profile) Total() (sum Cost) {
	for _, s := range p.Steps {
		sum = sum.Plus(1, s.Cost)
	}
	return sum
}

// String is a table: for each kind of step its time, the share of the whole, how
// many times it ran, the rate of its operations (of products or of elements), and
// that of its bytes.
func (p Profile) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 1, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "time\tshare\tcalls\tGop/s\tGB/s\t step\n")
	for _, s := range p.Steps {
		fmt.Fprintf(w, "%v\t%.1f%%\t%d\t%s\t%s\t %s\n", s.Time.Round(100*time.Nanosecond), 100*s.Time.Seconds()/p.Time.Seconds(),
			s.Calls, rate(s.Cost.Products+s.Cost.Elements, s.Time), rate(s.Cost.Bytes, s.Time), s.Name)
	}
	w.Flush()
	return fmt.Sprintf("%v a run, the mean of %d\n%s", p.Time.Round(100*time.Nanosecond), p.Runs, b.String())
}

// rate is so much in a time, in 10^9 a second.
func rate(amount float64, d time.Duration) string {
	if amount == 0 || d == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", amount/d.Seconds()/1e9)
}
