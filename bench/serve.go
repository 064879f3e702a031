package bench

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/fluxion-go/fluxion/internal/cpu"
)

// Serve is fluxion's side of the benchmarks: it reads commands from in, one to a
// line, and answers each with a line.
//
//	setup NAME  -> "ok" and the seconds that tracing and compiling took: the first step less a later one
//	run N       -> the seconds that N steps took
//	cost        -> products, elements and bytes of a step
//	heap N      -> bytes that a step allocates, the mean of N
//	peak        -> the process's largest memory so far, in bytes; 0 if the system does not tell
func Serve(in io.Reader, out io.Writer) error {
	e, err := cpu.Default()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "ready fluxion, kernels %v, %d threads\n", e.Level(), e.Threads())
	var t *task
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		word, arg, _ := strings.Cut(lines.Text(), " ")
		if t == nil && word != "setup" && word != "peak" {
			return fmt.Errorf("%s before a setup", word)
		}
		switch word {
		case "setup":
			w, err := find(arg)
			if err != nil {
				return err
			}
			t = w.setup()
			first := timeSteps(t.step, 1)
			second := timeSteps(t.step, 1)
			runtime.GC() // what the setup left behind is not the steps'
			fmt.Fprintf(out, "ok %g\n", max(0, first-second).Seconds())
		case "run", "heap":
			n, err := strconv.Atoi(arg)
			if err != nil || n < 1 {
				return fmt.Errorf("%s %q; it takes a number of steps", word, arg)
			}
			if word == "run" {
				fmt.Fprintf(out, "%g\n", timeSteps(t.step, n).Seconds())
			} else {
				fmt.Fprintf(out, "%g\n", heap(t.step, n))
			}
		case "cost":
			c := t.cost()
			fmt.Fprintf(out, "%g %g %g\n", c.Products, c.Elements, c.Bytes)
		case "peak":
			fmt.Fprintf(out, "%g\n", peakMemory())
		default:
			return fmt.Errorf("unknown command %q", word)
		}
	}
	return lines.Err()
}

func timeSteps(step func(), n int) time.Duration {
	start := time.Now()
	for range n {
		step()
	}
	return time.Since(start)
}

// heap is what a step allocates.
func heap(step func(), n int) float64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		step()
	}
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc-before.TotalAlloc) / float64(n)
}

// peakMemory is the largest resident memory so far, as Linux tells it.
func peakMemory() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kb, _ := strconv.ParseFloat(fields[0], 64)
	return kb * 1024
}
