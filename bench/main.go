// Command bench times fluxion's workloads side by side with PyTorch's, if
// Debian's python3-torch (or any Python with torch) is there, and against what
// the machine itself can do.
//
//	go run ./bench                 # every workload
//	go run ./bench -only mlp-adam  # those whose name contains the text
//
// Runs alternate between the two programs, a pair at a time, and the table
// gives medians: on a busy machine the ratio of a pair means more than either
// time. Nothing else should run meanwhile.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
)

func main() {
	pairs := flag.Int("pairs", 15, "pairs of runs for each workload, from 1")
	only := flag.String("only", "", "only workloads whose name contains this")
	threads := flag.Int("threads", runtime.GOMAXPROCS(0), "threads for both programs, from 1")
	flag.Parse()
	if err := run(*pairs, *threads, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
}

func run(pairs, threads int, only string) error {
	if pairs < 1 || threads < 1 {
		return fmt.Errorf("-pairs and -threads take whole numbers from 1")
	}
	if only != "" && !slices.ContainsFunc(workloads, func(w workload) bool { return strings.Contains(w.name, only) }) {
		return fmt.Errorf("no workload's name contains %q", only)
	}
	// The engine reads this when it is first used.
	os.Setenv("FLUXION_THREADS", fmt.Sprint(threads))
	torch, err := startTorch(threads)
	if err != nil {
		fmt.Printf("no peer: %v\n", err)
	} else {
		defer torch.close()
		fmt.Println("peer:    ", torch.name)
	}
	level, err := kernel.FromEnv()
	if err != nil {
		return err
	}
	lim := probe(threads)
	fmt.Printf("machine:  %s/%s, kernels %v, %d threads, %.0f GFLOP/s float32 at most, memory %.1f GB/s\n\n",
		runtime.GOOS, runtime.GOARCH, level, threads, lim.GFlops, lim.Bandwidth)
	fmt.Printf("%-14s %10s %10s %7s %18s %9s %9s\n", "workload", "fluxion", "peer", "ratio", "quartiles", "GFLOP/s", "of limit")
	for _, w := range workloads {
		if !strings.Contains(w.name, only) {
			continue
		}
		if err := measure(w, torch, pairs, lim); err != nil {
			return err
		}
	}
	return nil
}

// measure alternates between the two programs.
func measure(w workload, torch *peer, pairs int, lim limits) error {
	step := w.setup()
	if torch != nil {
		if err := torch.setup(w.name); err != nil {
			return err
		}
	}
	// Long enough that the clock and a single interruption do not matter.
	n := 1
	for {
		if d := timeSteps(step, n); d > 60*time.Millisecond || n > 1<<20 {
			break
		}
		n *= 2
	}
	if torch != nil {
		if _, err := torch.run(n); err != nil {
			return err
		}
	}
	var ours, theirs, ratios []float64
	for range pairs {
		a := timeSteps(step, n).Seconds() / float64(n)
		ours = append(ours, a)
		if torch != nil {
			d, err := torch.run(n)
			if err != nil {
				return err
			}
			b := d.Seconds() / float64(n)
			theirs, ratios = append(theirs, b), append(ratios, a/b)
		}
	}
	slices.Sort(ours)
	us := ours[len(ours)/2]
	row := fmt.Sprintf("%-14s %10s", w.name, show(us))
	if torch != nil {
		slices.Sort(theirs)
		slices.Sort(ratios)
		row += fmt.Sprintf(" %10s %7.2f %18s", show(theirs[len(theirs)/2]), ratios[len(ratios)/2],
			fmt.Sprintf("%.2f to %.2f", ratios[len(ratios)/4], ratios[len(ratios)*3/4]))
	} else {
		row += fmt.Sprintf(" %10s %7s %18s", "", "", "")
	}
	if w.flops > 0 {
		g := w.flops / us / 1e9
		row += fmt.Sprintf(" %9.1f", g)
		if lim.GFlops > 0 {
			row += fmt.Sprintf(" %8.0f%%", 100*g/lim.GFlops)
		}
	} else if w.bytes > 0 {
		row += fmt.Sprintf(" %9s %8.0f%%", "", 100*w.bytes/us/1e9/lim.Bandwidth)
	}
	fmt.Println(row)
	return nil
}

func timeSteps(step func(), n int) time.Duration {
	start := time.Now()
	for range n {
		step()
	}
	return time.Since(start)
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
