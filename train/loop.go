package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// Loop is a training run: what to do in each step and between steps. S is the
// state, a tree of everything that changes (parameters, optimizer state, keys,
// running statistics); B is a minibatch.
type Loop[S, B any] struct {
	// Step makes one step, on a minibatch, and measures it. It is usually made
	// by Compile. It must be deterministic: what is random has its key in the
	// state.
	Step func(S, B) (S, Metrics)
	// Source gives the minibatches.
	Source Source[B]

	// Steps or Epochs is the length of the whole run, also of one that is
	// resumed: the run ends when that many are made. One of them is set.
	Steps, Epochs int

	// Every is after how many steps metrics are read and reported, as means
	// over these steps, and after how many the state is looked at for NaNs and
	// infinities. Reading waits for the steps to be done, so that fewer reads
	// let a device work ahead. The zero value is 50.
	Every int
	// AllowNonFinite goes on where a metric or the state has NaNs or
	// infinities. The zero value is to stop with a *NonFiniteError and the state
	// before the step that made them. For that the loop keeps a copy of the
	// state, made every Every steps, and makes the steps since then again.
	AllowNonFinite bool

	// Evaluate measures a state, every EvaluateEvery steps (0: after each
	// epoch), and at the end. It must not keep arrays of the state.
	Evaluate      func(context.Context, S) (map[string]float64, error)
	EvaluateEvery int
	// EarlyStop ends the run when evaluations no longer improve; nil never does.
	EarlyStop *EarlyStop

	// Report is told all reports, in order; nil is nobody.
	Report func(Report)
	// Hooks are called between steps.
	Hooks []Hook[S]
	// Progress is told how many steps are done; nil is nobody.
	Progress Progress

	// Checkpoints is the folder for checkpoints; the zero value saves none. A
	// checkpoint is saved every SaveEvery steps (0: after each epoch), at the
	// end, and when the run is cancelled.
	Checkpoints Checkpoints
	SaveEvery   int
	// Resume goes on from the latest checkpoint if there is one. Without it, a
	// folder that has checkpoints is an error.
	Resume bool
	// Settings are stored in the checkpoints as JSON, and must be the same when
	// the run is resumed: the learning rate, the seed, whatever makes it this
	// run. Not the length, which may change.
	Settings any
}

// Compile makes a loop's step of a function, by fx.Jit with the state donated:
// it is updated in place, and the state given to it is gone. Whatever in S and B
// is not an array is compiled in, and a change of it compiles anew: a batch
// that holds numbers holds them as arrays.
func Compile[S, B any](step func(S, B) (S, Metrics)) func(S, B) (S, Metrics) {
	type in struct {
		State S
		Batch B
	}
	type out struct {
		State   S
		Metrics Metrics
	}
	compiled := fx.Jit(func(x in) out {
		s, m := step(x.State, x.Batch)
		return out{s, m}
	}, fx.Donate("State"))
	return func(s S, b B) (S, Metrics) {
		y := compiled(in{s, b})
		return y.State, y.Metrics
	}
}

// Progress is told how far the run is: package study's Task is one.
type Progress interface {
	// Add reports that n more steps are done.
	Add(n int)
	// Finish reports that no more will follow.
	Finish()
}

// Kind is what a report is about.
type Kind string

// The kinds of reports.
const (
	// StepsReport has the means of the steps' metrics since the last one.
	StepsReport Kind = "steps"
	// EpochReport has the means over an epoch.
	EpochReport Kind = "epoch"
	// EvaluationReport has what Evaluate gave.
	EvaluationReport Kind = "evaluation"
)

// Report is something that was measured.
type Report struct {
	Kind Kind
	// Step is the number of steps made so far, Epoch that of whole epochs.
	Step, Epoch int
	// Metrics are numbers by name.
	Metrics map[string]float64
}

// Hook is something to do between steps.
type Hook[S any] struct {
	// Every is after how many steps it is called; 0 is after each epoch.
	Every int
	// Call gets the number of steps made, and the state, which is only valid
	// during the call if steps donate it. An error ends the run; ErrStop ends it
	// as if it were complete.
	Call func(ctx context.Context, step int, s S) error
}

// ErrStop is what a hook returns to end the run without an error.
var ErrStop = errors.New("train: stop")

// Ending is why a run ended.
type Ending string

// The endings.
const (
	Completed    Ending = "completed"     // all steps are made
	StoppedEarly Ending = "stopped early" // evaluations no longer improve
	StoppedHook  Ending = "stopped"       // a hook returned ErrStop
	Cancelled    Ending = "cancelled"     // the context ended
	Failed       Ending = "failed"        // an error
)

// Result is what a run reached.
type Result[S any] struct {
	// State is the last state; after a NonFiniteError the last good one.
	State S
	// Step is the number of steps made to reach it, those of the runs that were
	// resumed included.
	Step int
	// Ending is why the run ended.
	Ending Ending
	// Reports are all reports of this run, without those before a resumption.
	Reports []Report
}

// Run trains from a state until the end of the run, or until something ends it
// before; the result always has the state reached. The state given is gone if
// steps donate theirs. The error is nil if the run was completed or stopped
// early or by a hook, the context's error if it was cancelled, a
// *NonFiniteError, or an error of the source, of Evaluate, of a hook, or of a
// checkpoint.
func (l Loop[S, B]) Run(ctx context.Context, s S) (Result[S], error) {
	r := &running[S, B]{Loop: l, ctx: ctx, state: s}
	if r.Every == 0 {
		r.Every = 50
	}
	err := r.begin()
	if err == nil {
		err = r.train()
	}
	if err != nil && r.ending != Cancelled {
		r.ending = Failed
	}
	if l.Progress != nil && r.ending != Cancelled {
		l.Progress.Finish()
	}
	return Result[S]{r.state, r.step, r.ending, r.reports}, err
}

// check finds mistakes in the settings.
func (l Loop[S, B]) check() error {
	switch {
	case l.Step == nil:
		return errors.New("train: the loop has no Step")
	case l.Source == nil:
		return errors.New("train: the loop has no Source")
	case l.Steps < 0 || l.Epochs < 0 || (l.Steps > 0) == (l.Epochs > 0):
		return fmt.Errorf("train: %d steps and %d epochs; one of them must be positive and the other 0", l.Steps, l.Epochs)
	case l.Every < 0 || l.EvaluateEvery < 0 || l.SaveEvery < 0 || l.Checkpoints.Keep < 0:
		return fmt.Errorf("train: Every %d, EvaluateEvery %d, SaveEvery %d, Keep %d; they must not be negative", l.Every, l.EvaluateEvery, l.SaveEvery, l.Checkpoints.Keep)
	case l.Resume && l.Checkpoints.Dir == "":
		return errors.New("train: there is no folder of checkpoints to resume from")
	case l.EarlyStop != nil && l.Evaluate == nil:
		return errors.New("train: EarlyStop needs Evaluate")
	}
	perEpoch := l.Source.PerEpoch() > 0
	for what, needs := range map[string]bool{
		"Epochs":                         l.Epochs > 0,
		"Evaluate without EvaluateEvery": l.Evaluate != nil && l.EvaluateEvery == 0,
		"Checkpoints without SaveEvery":  l.Checkpoints.Dir != "" && l.SaveEvery == 0,
	} {
		if needs && !perEpoch {
			return fmt.Errorf("train: %s needs a source with epochs", what)
		}
	}
	for i, h := range l.Hooks {
		if h.Call == nil || h.Every < 0 || h.Every == 0 && !perEpoch {
			return fmt.Errorf("train: hook %d must have a function and a number of steps, or 0 where there are epochs", i)
		}
	}
	if l.EarlyStop != nil {
		return l.EarlyStop.check()
	}
	return nil
}

// total is the number of steps of the whole run.
func (l Loop[S, B]) total() int {
	if l.Epochs > 0 {
		return l.Epochs * l.Source.PerEpoch()
	}
	return l.Steps
}

// place is what a checkpoint has besides the state.
type place struct {
	Source    json.RawMessage `json:"source"`
	Settings  json.RawMessage `json:"settings,omitempty"`
	Window    means           `json:"window,omitempty"`
	Epoch     means           `json:"epoch,omitempty"`
	EarlyStop *progressOfStop `json:"early_stop,omitempty"`
	// Owed says that the evaluation of this step was cancelled.
	Owed bool `json:"owed,omitempty"`
}
