package study

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Request says what to run. Only Paper is required.
type Request struct {
	Paper   *Paper
	Scale   Scale             // default: Default
	Seeds   []uint64          // default: as many as the paper says for the scale
	Data    string            // default: the paper's first data set
	DataDir string            // folder with the files of the data set
	Set     map[string]string // options that differ from their defaults
	Threads int               // over all seeds; default: GOMAXPROCS

	// Dir is the run directory; it must be new or empty. Default:
	// runs/<slug>/<time>-<scale>.
	Dir string
	// Resume continues the run in this directory: its configuration is used,
	// parts that are stored are not run again. Only Paper, Seeds (to ask for
	// more or fewer), DataDir and Threads may be given besides.
	Resume string

	Monitor *Monitor         // watches the progress; optional
	Version string           // of the program, for the record
	Now     func() time.Time // default: time.Now
}

// Outcome is a finished run.
type Outcome struct {
	Paper    *Paper
	Dir      string
	Results  *Results
	Verdicts []Verdict // one for each claim, in order
	Tables   []*Table
	Figures  []string // paths of the PNG files; each has an SVG beside it
	Digest   string
	Changed  []string           // options that differ from their defaults, as name=value
	Seconds  map[string]float64 // how long each part took, by name: "common", "seed-0"
	Elapsed  time.Duration      // of this call
	// Mistakes are errors in the paper's Judge, Tables and Figures functions.
	// Everything else is complete.
	Mistakes []error

	captions []*Figure // those that were drawn
}

// Interrupted is the error of a run that was cancelled.
type Interrupted struct {
	Dir         string
	Done, Total int // seeds
}

func (e *Interrupted) Error() string {
	return fmt.Sprintf("interrupted: %d of %d seeds are done and kept in %s", e.Done, e.Total, e.Dir)
}

// Unwrap makes errors.Is(err, context.Canceled) true.
func (e *Interrupted) Unwrap() error { return context.Canceled }

// PartError is the error of one part of a run: "seed 3" or "common part".
type PartError struct {
	Part  string
	Dir   string // of the run, which keeps the other parts
	Err   error
	Stack string // file with the stack if the part panicked, else ""
}

func (e *PartError) Error() string { return e.Part + ": " + e.Err.Error() }

// Unwrap returns the error of the experiment function.
func (e *PartError) Unwrap() error { return e.Err }

// IsInterrupted reports whether the error is that of a cancelled run.
func IsInterrupted(err error) bool {
	var interrupted *Interrupted
	return errors.As(err, &interrupted)
}
