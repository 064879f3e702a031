package study

import "time"

// shortest is how long a timing of [Env.Race] takes at least, in seconds: a
// shorter program is called several times.
const shortest = 2e-3

// Race times programs against each other: in turns, round by round, so that what
// slows the machine down slows all of them down. Each is called before the first
// round, which compiles it. It returns the seconds of a call, a sample for each
// program with an entry for each round; medians of these, or of their ratios (see
// Sample.Over), go to Recorder.Timing. It shows its progress under the name, and
// returns samples that are shorter if the run is cancelled.
//
// A program must end with its results computed (fx.Eval, or a value taken).
func (e *Env) Race(name string, rounds int, programs ...func()) []Sample {
	calls := make([]int, len(programs))
	for i, run := range programs {
		run()
		calls[i] = 1 + int(shortest/max(seconds(run, 1), 1e-9))
	}
	samples := make([]Sample, len(programs))
	for range e.Steps(name, rounds) {
		for i, run := range programs {
			samples[i] = append(samples[i], seconds(run, calls[i])/float64(calls[i]))
		}
	}
	return samples
}

func seconds(run func(), calls int) float64 {
	start := time.Now()
	for range calls {
		run()
	}
	return time.Since(start).Seconds()
}
