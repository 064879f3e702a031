// Package study is the experiment harness: it turns a published claim into a
// command.
//
// A [Paper] says what the experiment is: its claims, options, data sets, and
// the functions that run it. [Run] runs it for every seed, stores what each
// seed recorded, judges the claims from all of them, draws the figures and
// writes a report. A paper supplies up to five functions, called in this order:
//
//	Common   once: what does not depend on the seed (deterministic parts, the
//	         tuning of the method and of its baselines)
//	Run      once per seed, several seeds at a time
//	Judge    once per claim, from the [Results] of all seeds
//	Tables   once: the tables a reader should see
//	Figures  once: the figures
//
// The first two record what they measure through a [Recorder]; the others only
// read. Everything recorded is stored exactly, non-finite values included, so
// that claims, tables and figures can be made again from a run directory.
//
// Recorded values are part of the run's digest, a SHA-256 over their exact
// bits. Two runs of the same configuration must have the same digest, on any
// number of threads and on any machine. Wall-clock measurements, and whatever
// is computed from them, are therefore recorded apart, with [Recorder.Timing].
package study
