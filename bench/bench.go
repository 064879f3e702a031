package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/fluxion-go/fluxion/internal/cpu"
)

// Options say what to measure.
type Options struct {
	Only    []string // workloads whose name contains one of these; none means all
	Pairs   int      // pairs of runs for each workload, from 1
	Threads int      // for both programs, from 1; with 2 and more, some workloads run with one as well
	JSON    bool     // a line of JSON for each workload instead of a table
	Self    Self
}

// List names the workloads, a line each.
func List(out io.Writer) {
	for _, w := range workloads() {
		fmt.Fprintf(out, "%-30s %s\n", w.name, w.about)
	}
}

// chosen are the workloads that the options ask for.
func (o Options) chosen() ([]workload, error) {
	all := workloads()
	if len(o.Only) == 0 {
		return all, nil
	}
	for _, only := range o.Only {
		if !slices.ContainsFunc(all, func(w workload) bool { return strings.Contains(w.name, only) }) {
			return nil, fmt.Errorf("no workload's name contains %q; see fluxion bench --list", only)
		}
	}
	return slices.DeleteFunc(all, func(w workload) bool {
		return !slices.ContainsFunc(o.Only, func(s string) bool { return strings.Contains(w.name, s) })
	}), nil
}

// Run measures and writes the table. It ends early, with the context's error,
// when the context does.
func Run(ctx context.Context, o Options, out io.Writer) error {
	if o.Pairs < 1 || o.Threads < 1 {
		return fmt.Errorf("pairs and threads are whole numbers from 1")
	}
	chosen, err := o.chosen()
	if err != nil {
		return err
	}
	started := time.Now()
	var rows []row
	counts := []int{o.Threads}
	if o.Threads > 1 && slices.ContainsFunc(chosen, func(w workload) bool { return w.single }) {
		counts = append(counts, 1)
	}
	t := table{out: out, json: o.JSON}
	for _, threads := range counts {
		part := chosen
		if threads != o.Threads {
			part = slices.DeleteFunc(slices.Clone(chosen), func(w workload) bool { return !w.single })
		}
		got, err := o.part(ctx, part, threads, &t)
		rows = append(rows, got...)
		if err != nil {
			return err
		}
	}
	if !o.JSON {
		t.summary(rows)
		fmt.Fprintf(out, "\nmeasured in %v\n", time.Since(started).Round(time.Second))
	}
	return nil
}

// part measures workloads with a number of threads.
func (o Options) part(ctx context.Context, part []workload, threads int, t *table) (rows []row, err error) {
	ours, err := o.Self.start(threads)
	if err != nil {
		return nil, err
	}
	defer ours.close()
	theirs, missing := startTorch(threads)
	defer theirs.close()
	lim := probe(threads)
	t.head(ours, theirs, missing, threads, lim)
	for _, w := range part {
		if err := ctx.Err(); err != nil {
			return rows, err
		}
		r, err := measure(w, ours, theirs, o.Pairs, threads, lim)
		if err != nil {
			return rows, err
		}
		if w.train {
			if r.Memory, err = memory(o.Self.start, w, threads); err != nil {
				return rows, err
			}
			if theirs != nil {
				if r.PeerMemory, err = memory(startTorch, w, threads); err != nil {
					return rows, err
				}
			}
		}
		rows = append(rows, r)
		if err := t.row(r); err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// Profile writes where the time of a workload goes, step by step.
func Profile(name string, runs int, out io.Writer) error {
	w, err := find(name)
	if err != nil {
		return err
	}
	if runs < 1 {
		return fmt.Errorf("%d runs; there must be at least one", runs)
	}
	e, err := cpu.Default()
	if err != nil {
		return err
	}
	lim := probe(e.Threads())
	p := w.setup().profile(runs)
	fmt.Fprintf(out, "%s: %s\n%s\n%v", w.name, w.about, machine(e.Threads(), lim), p)
	total := p.Total()
	fmt.Fprintf(out, "\n%.3g GFLOP of products, %.3g GB to and from memory: at the machine's\nlimits %v, %.0f%% of the time\n",
		total.Products/1e9, total.Bytes/1e9, seconds(lim.seconds(total.Products, total.Bytes, w)).Round(100*time.Nanosecond),
		100*lim.seconds(total.Products, total.Bytes, w)/p.Time.Seconds())
	return nil
}

func machine(threads int, lim limits) string {
	peak := "peak of multiply-adds unknown"
	if lim.GFlops > 0 {
		peak = fmt.Sprintf("%.0f GFLOP/s float32 at most", lim.GFlops)
	}
	return fmt.Sprintf("%s/%s, %d threads, %s, memory %.1f GB/s", runtime.GOOS, runtime.GOARCH, threads, peak, lim.Bandwidth)
}

// table writes rows as they come.
type table struct {
	out  io.Writer
	json bool
}

func (t *table) head(ours, theirs *program, missing error, threads int, lim limits) {
	if t.json {
		return
	}
	fmt.Fprintf(t.out, "\n%s\n%s\n", machine(threads, lim), ours.name)
	if theirs != nil {
		fmt.Fprintf(t.out, "beside %s\n", theirs.name)
	} else {
		fmt.Fprintf(t.out, "no peer: %v\n", missing)
	}
	fmt.Fprintf(t.out, "\n%-30s %9s %9s %5s %10s %5s %5s\n", "workload", "fluxion", "peer", "ratio", "quartiles", "goal*", "limit")
}

func (t *table) row(r row) error {
	if t.json {
		b, err := json.Marshal(r)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(t.out, string(b))
		return err
	}
	compared := fmt.Sprintf("%9s %5s %10s %5s", "", "", "", "")
	if r.Ratio > 0 {
		compared = fmt.Sprintf("%9s %5.2f %10s %5s", show(r.Peer), r.Ratio, fmt.Sprintf("%.2f-%.2f", r.Low, r.High), goal(r))
	}
	_, err := fmt.Fprintf(t.out, "%-30s %9s %s %4.0f%%\n", r.Workload, show(r.Seconds), compared, 100*r.OfLimit)
	return err
}

// goal is the goal of a row, with a star if it is met.
func goal(r row) string {
	if r.Ratio <= r.Goal {
		return fmt.Sprintf("%.2f*", r.Goal)
	}
	return fmt.Sprintf("%.2f ", r.Goal)
}

// summary adds what takes more than one row.
func (t *table) summary(rows []row) {
	at := map[string]row{} // by name and threads
	key := func(name string, threads int) string { return fmt.Sprint(name, " ", threads) }
	most := 0
	for _, r := range rows {
		at[key(r.Workload, r.Threads)] = r
		most = max(most, r.Threads)
	}
	t.title(rows, func(r row) bool { return r.Memory > 0 }, "training steps: compile, heap of a step, memory beside the start, the peer's", func(r row) string {
		line := fmt.Sprintf("%9s %9s %9s", show(r.Compile), size(r.Heap), size(r.Memory))
		if r.PeerMemory > 0 {
			line += fmt.Sprintf(" %9s", size(r.PeerMemory))
		}
		return line
	})
	t.title(rows, func(r row) bool { return r.Threads == most && at[key(r.Workload, 1)].Seconds > 0 && most > 1 },
		fmt.Sprintf("from 1 thread to %d: times faster, the peer", most), func(r row) string {
			one := at[key(r.Workload, 1)]
			line := fmt.Sprintf("%9.2f", one.Seconds/r.Seconds)
			if r.Peer > 0 && one.Peer > 0 {
				line += fmt.Sprintf(" %9.2f", one.Peer/r.Peer)
			}
			return line
		})
	fmt.Fprintln(t.out)
	for _, threads := range []int{most, 1} {
		for _, d := range []string{"f32", "f64"} {
			logs, n := 0.0, 0
			for _, r := range rows {
				if strings.HasPrefix(r.Workload, "matmul-"+d) && r.Threads == threads && r.Ratio > 0 {
					logs, n = logs+math.Log(r.Ratio), n+1
				}
			}
			if n > 0 {
				fmt.Fprintf(t.out, "square products %s, %d threads: geometric mean of the ratios %.3f\n", d, threads, math.Exp(logs/float64(n)))
			}
		}
		if most == 1 {
			break
		}
	}
	for _, m := range multiples {
		if a, b := at[key(m.name, most)], at[key(m.of, most)]; a.Seconds > 0 && b.Seconds > 0 {
			fmt.Fprintf(t.out, "%s takes %.2f times %s (goal %.1f)\n", m.name, a.Seconds/b.Seconds, m.of, m.most)
		}
	}
}

// title writes a section of the rows that are of a kind, if there are any.
func (t *table) title(rows []row, of func(row) bool, text string, line func(row) string) {
	first := true
	for _, r := range rows {
		if !of(r) {
			continue
		}
		if first {
			fmt.Fprintf(t.out, "\n%s\n", text)
			first = false
		}
		fmt.Fprintf(t.out, "%-30s %s\n", fmt.Sprintf("%s, %d", r.Workload, r.Threads), line(r))
	}
}

func show(seconds float64) string {
	switch {
	case seconds >= 1:
		return fmt.Sprintf("%.2f s", seconds)
	case seconds >= 1e-3:
		return fmt.Sprintf("%.2f ms", seconds*1e3)
	}
	return fmt.Sprintf("%.1f us", seconds*1e6)
}

func size(bytes float64) string {
	switch {
	case bytes >= 1e6:
		return fmt.Sprintf("%.1f MB", bytes/1e6)
	case bytes >= 1e3:
		return fmt.Sprintf("%.1f kB", bytes/1e3)
	}
	return fmt.Sprintf("%.0f B", bytes)
}
