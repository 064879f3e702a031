package train

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// running is a run under way.
type running[S, B any] struct {
	Loop[S, B]
	ctx     context.Context
	state   S
	step    int
	ending  Ending
	reports []Report

	settings      json.RawMessage
	saved         int       // step of the last checkpoint; -1 if there is none
	pending       []Metrics // of the steps since the last read
	window, epoch means
	stop          progressOfStop
	owed          bool // the evaluation of this step is not done

	watch watch
	good  snapshot[S]
}

// snapshot is a state known to be good that no step writes over, and where the
// source was.
type snapshot[S any] struct {
	state  S
	step   int
	source json.RawMessage
}

// begin checks the settings and goes to the latest checkpoint.
func (r *running[S, B]) begin() error {
	r.window, r.epoch, r.saved = means{}, means{}, -1
	if err := r.check(); err != nil {
		return err
	}
	var err error
	if r.settings, err = json.Marshal(r.Settings); err != nil {
		return fmt.Errorf("train: the settings do not make JSON: %w", err)
	}
	if r.Checkpoints.Dir != "" {
		if err := r.resume(); err != nil {
			return err
		}
	}
	if r.Progress != nil {
		r.Progress.Add(r.step)
	}
	if !r.AllowNonFinite {
		r.watch = newWatch(r.state)
		return r.keep()
	}
	return nil
}

func (r *running[S, B]) resume() error {
	latest, ok, err := r.Checkpoints.Latest()
	if err != nil || !ok {
		return err
	}
	if !r.Resume {
		return fmt.Errorf("train: %s has a checkpoint already, of step %d: resume that run, or use another folder", r.Checkpoints.Dir, latest.Step)
	}
	state := r.state
	meta, err := Load(latest.Path, &state)
	if err != nil {
		return err
	}
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("cannot resume from %s: %w", latest.Path, fmt.Errorf(format, args...))
	}
	if meta.Foreign || len(meta.JSON) == 0 {
		return wrong("it is not the checkpoint of a training run")
	}
	var at place
	if err := json.Unmarshal(meta.JSON, &at); err != nil {
		return wrong("its meta data are not those of a training run: %w", err)
	}
	if at.Settings == nil {
		at.Settings = json.RawMessage("null")
	}
	if !bytes.Equal(at.Settings, r.settings) {
		return wrong("it was made with other settings: %s, and here they are %s", at.Settings, r.settings)
	}
	if err := r.Source.Restore(at.Source); err != nil {
		return wrong("%w", err)
	}
	r.state, r.step, r.saved, r.owed = state, meta.Step, meta.Step, at.Owed
	if at.Window != nil {
		r.window = at.Window
	}
	if at.Epoch != nil {
		r.epoch = at.Epoch
	}
	if at.EarlyStop != nil {
		r.stop = *at.EarlyStop
	}
	if r.EarlyStop != nil && r.stop.Bad >= r.EarlyStop.Patience {
		r.ending = StoppedEarly
	}
	return nil
}

// train makes the steps.
func (r *running[S, B]) train() error {
	total, perEpoch := r.total(), r.Source.PerEpoch()
	if r.owed && r.Evaluate != nil {
		if err := r.evaluate(); err != nil {
			return err
		}
		r.saved = -1 // the checkpoint that is there still owes it
	}
	for r.step < total && r.ending == "" {
		if err := r.ctx.Err(); err != nil {
			return r.cancel(err)
		}
		if err := r.once(); err != nil {
			return err
		}
		endOfEpoch := perEpoch > 0 && r.step%perEpoch == 0
		if err := r.between(endOfEpoch, r.step == total); err != nil {
			if ctxErr := r.ctx.Err(); ctxErr != nil && errors.Is(err, ctxErr) {
				return r.cancel(err)
			}
			return err
		}
	}
	if r.ending == "" {
		r.ending = Completed
	}
	return r.end()
}

// cancel reads and saves what there is.
func (r *running[S, B]) cancel(cause error) error {
	if err := r.read(); err != nil {
		return err
	}
	if err := r.save(); err != nil {
		return errors.Join(cause, err)
	}
	r.ending = Cancelled
	return cause
}

// once makes one step.
func (r *running[S, B]) once() error {
	batch, err := r.Source.Next()
	if err != nil {
		return fmt.Errorf("train: the batch of step %d: %w", r.step+1, err)
	}
	next, metrics := r.Step(r.state, batch)
	fx.Eval(next, metrics) // for steps that are not compiled
	r.state = next
	r.step++
	r.pending = append(r.pending, metrics)
	if r.Progress != nil {
		r.Progress.Add(1)
	}
	return nil
}

// between does what is due after a step.
func (r *running[S, B]) between(endOfEpoch, last bool) error {
	due := func(every int) bool { return every > 0 && r.step%every == 0 || every == 0 && endOfEpoch }
	window := r.step%r.Every == 0 || last
	evaluate := r.Evaluate != nil && (due(r.EvaluateEvery) || last)
	save := r.Checkpoints.Dir != "" && (due(r.SaveEvery) || last)
	var hooks []Hook[S]
	for _, h := range r.Hooks {
		if due(h.Every) {
			hooks = append(hooks, h)
		}
	}
	if window || endOfEpoch || evaluate || save || len(hooks) > 0 {
		if err := r.read(); err != nil {
			return err
		}
	}
	if window {
		r.report(StepsReport, r.window.take())
	}
	if endOfEpoch {
		r.report(EpochReport, r.epoch.take())
	}
	if evaluate {
		if err := r.evaluate(); err != nil {
			return err
		}
	}
	for _, h := range hooks {
		if err := h.Call(r.ctx, r.step, r.state); errors.Is(err, ErrStop) {
			r.ending = StoppedHook
		} else if err != nil {
			return err
		}
	}
	if save {
		return r.save()
	}
	return nil
}

// end makes sure that a run which stopped before its last step leaves its
// reports and a checkpoint, too.
func (r *running[S, B]) end() error {
	if len(r.window) > 0 {
		r.report(StepsReport, r.window.take())
	}
	return r.save()
}

func (r *running[S, B]) report(kind Kind, metrics map[string]float64) {
	if len(metrics) == 0 {
		return
	}
	report := Report{Kind: kind, Step: r.step, Metrics: metrics}
	if n := r.Source.PerEpoch(); n > 0 {
		report.Epoch = r.step / n
	}
	r.reports = append(r.reports, report)
	if r.Report != nil {
		r.Report(report)
	}
}

func (r *running[S, B]) evaluate() error {
	r.owed = true
	metrics, err := r.Evaluate(r.ctx, r.state)
	if err != nil {
		return err
	}
	r.owed = false
	r.report(EvaluationReport, metrics)
	if r.EarlyStop == nil {
		return nil
	}
	stop, err := r.EarlyStop.observe(&r.stop, metrics)
	if stop {
		r.ending = StoppedEarly
	}
	return err
}

// save stores a checkpoint of the present step, once.
func (r *running[S, B]) save() error {
	if r.Checkpoints.Dir == "" || r.saved == r.step {
		return nil
	}
	source, err := r.Source.State()
	if err != nil {
		return fmt.Errorf("train: the batches' place: %w", err)
	}
	at := place{Source: source, Settings: r.settings, Window: r.window, Epoch: r.epoch, Owed: r.owed}
	if r.EarlyStop != nil {
		at.EarlyStop = &r.stop
	}
	text, err := json.Marshal(at)
	if err != nil {
		return fmt.Errorf("train: the checkpoint's meta data: %w", err)
	}
	if _, err = r.Checkpoints.Save(r.state, Meta{Step: r.step, JSON: text}); err == nil {
		r.saved = r.step
	}
	return err
}

// read looks at the metrics of the steps since the last read, and at the
// state. If all is finite it keeps a copy of the state from time to time; if
// not, it goes back.
func (r *running[S, B]) read() error {
	if len(r.pending) == 0 {
		return nil
	}
	for _, m := range r.pending {
		values, err := readMetrics(m)
		if err != nil {
			return err
		}
		if _, bad := badMetric(values); bad && !r.AllowNonFinite {
			return r.goBack()
		}
		r.window.add(values)
		r.epoch.add(values)
	}
	r.pending = nil
	if r.AllowNonFinite {
		return nil
	}
	if _, _, bad := r.watch.bad(r.state); bad {
		return r.goBack()
	}
	if r.step-r.good.step < r.Every {
		return nil
	}
	return r.keep()
}

// keep copies the state, which is good.
func (r *running[S, B]) keep() error {
	source, err := r.Source.State()
	if err != nil {
		return fmt.Errorf("train: the batches' place: %w", err)
	}
	r.good = snapshot[S]{duplicate(r.state), r.step, source}
	return nil
}

// goBack makes the steps since the last copy again, looking after each, to find
// the one that made a NaN or an infinity and the state before it.
func (r *running[S, B]) goBack() error {
	until := r.step
	if err := r.Source.Restore(r.good.source); err != nil {
		return fmt.Errorf("train: going back to step %d: %w", r.good.step, err)
	}
	r.pending, r.window, r.epoch = nil, means{}, means{}
	r.state, r.step = duplicate(r.good.state), r.good.step
	for r.step < until {
		batch, err := r.Source.Next()
		if err != nil {
			return fmt.Errorf("train: the batch of step %d: %w", r.step+1, err)
		}
		before := duplicate(r.state)
		next, metrics := r.Step(r.state, batch)
		fx.Eval(next, metrics)
		values, err := readMetrics(metrics)
		if err != nil {
			return err
		}
		found := &NonFiniteError{Step: r.step + 1, GoodStep: r.step}
		name, bad := badMetric(values)
		if bad {
			found.What, found.Value = fmt.Sprintf("the metric %q", name), values[name]
		} else {
			found.What, found.Value, bad = r.watch.bad(next)
		}
		if bad {
			r.state = before
			return found
		}
		r.state = next
		r.step++
	}
	// The steps did not do the same again. What is here now is finite.
	return &NonFiniteError{Step: until, What: "a value, which was finite when the steps were made again (Step or Source is not deterministic),", Value: math.NaN(), GoodStep: r.step}
}
