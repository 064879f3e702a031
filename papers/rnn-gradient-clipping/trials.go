package rnngradientclipping

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/study"
)

func (p part) labels(arm string) []any {
	return []any{"task", p.task, "start", p.start, "length", p.length, "arm", arm}
}

func (p part) String() string { return fmt.Sprintf("%s, %s, T = %d", p.task, p.start, p.length) }

// trainer is the compiled program of an arm, shared by all seeds.
func (e experiment) trainer(env *study.Env, p part, name string) (*trainer, error) {
	return study.Once(env, fmt.Sprintf("%v, %s", p, name), func() (*trainer, error) {
		return newTrainer(e.methods.arm(name), startNamed(p.start), taskNamed(p.task), p.length), nil
	})
}

// setting is what tuning chose for an arm, for the part itself if it was tuned on
// its own.
func (e experiment) setting(env *study.Env, plan plan, p part, name string) setting {
	if !env.Common.Has("rate", p.labels(name)...) {
		p = plan.main()
	}
	return setting{env.Common.Scalar("rate", p.labels(name)...), env.Common.Scalar("alpha", p.labels(name)...)}
}

// train trains one arm for one seed and records what it came to.
func (e experiment) train(ctx context.Context, env *study.Env, plan plan, p part, name string) error {
	r, err := e.trainer(env, p, name)
	if err != nil {
		return err
	}
	lanes := []setting{e.setting(env, plan, p, name)}
	fast := plan.fast && p.is(plan.main()) && name != nameCR
	if fast && lanes[0].rate != fastRate {
		lanes = append(lanes, setting{rate: fastRate})
	}
	task := env.Task(fmt.Sprintf("%v, %s", p, name), p.limit/block)
	out := r.run(lanes, slices.Repeat([]uint64{env.Seed}, len(lanes)), p.limit, func() bool {
		task.Add(1)
		return ctx.Err() == nil
	})
	task.Finish()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	out[0].record(env.Record.With(p.labels(name)...), p.limit)
	if p.is(plan.main()) {
		at := min(midTraining, int(out[0].steps[len(out[0].steps)-1])) // earlier if it is solved by then
		env.Record.With(p.labels(name)...).Scalar("kept_tuned", kept(out[0].signals[at]))
	}
	if fast { // of one lane if that is at the fast rate
		env.Record.With("arm", name).Scalar("fast_updates", out[len(out)-1].solvedOr(math.Inf(1)))
		env.Record.With("arm", name).Scalar("fast_norm", study.Sample(out[len(out)-1].largest).Max())
	}
	return nil
}

// is compares parts, which hold a slice.
func (p part) is(q part) bool {
	return p.task == q.task && p.start == q.start && p.length == q.length
}

// solvedOr is the update at which the task was solved, or another value.
func (o outcome) solvedOr(other float64) float64 {
	if o.solved == 0 {
		return other
	}
	return float64(o.solved)
}

// record takes down what a training came to: the update at which it was solved,
// +Inf if it was not.
func (o outcome) record(r *study.Recorder, limit int) {
	r.Scalar("updates", o.solvedOr(math.Inf(1)))
	r.Scalar("limit", float64(limit))
	r.Scalar("failures", o.failures[len(o.failures)-1])
	for _, s := range []struct {
		name   string
		values []float64
	}{{"loss", o.losses}, {"norm", o.norms}, {"largest_norm", o.largest}, {"failures_on_the_way", o.failures}, {"radius", o.radius}, {"stretch", o.stretch}} {
		r.Series(s.name, o.steps, s.values)
	}
	o.recordSignals(r.With("when", "before"), 0)
	o.recordSignals(r.With("when", "after"), int(o.steps[len(o.steps)-1]))
}

// recordSignals takes down the error signals after an update, by their distance
// from the last state.
func (o outcome) recordSignals(r *study.Recorder, update int) {
	var distance, signal []float64
	for t := len(o.signals[update]) - 1; t >= 0; t-- {
		distance, signal = append(distance, float64(len(distance))), append(signal, o.signals[update][t])
	}
	r.Series("signal", distance, signal)
}

// kept is the error signal at the first step relative to that at the last.
func kept(signals []float64) float64 { return signals[0] / signals[len(signals)-1] }

// follow trains an arm for the updates of a part, for its error signals.
func (e experiment) follow(ctx context.Context, env *study.Env, p part, name string) error {
	r, err := e.trainer(env, p, name)
	if err != nil {
		return err
	}
	task := env.Task(fmt.Sprintf("signals, %v, %s", p, name), p.limit/block)
	o := r.run([]setting{followed}, []uint64{env.Seed}, p.limit, func() bool {
		task.Add(1)
		return ctx.Err() == nil
	})[0]
	task.Finish()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	end := int(o.steps[len(o.steps)-1]) // earlier than the limit if it is solved
	record := env.Record.With(append(p.labels(name), "followed", true)...)
	record.Scalar("kept", kept(o.signals[end]))
	o.recordSignals(record.With("when", "before"), 0)
	o.recordSignals(record.With("when", "after"), end)
	return nil
}
