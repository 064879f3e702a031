package rnngradientclipping

import (
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/fluxion-go/fluxion/study"
)

// firstTuningSeed and those after it are never judged unless a user asks for them.
const firstTuningSeed = 1_000_000

// grid lists what is tried for an arm: every rate, and every factor of the
// regulariser if it has one.
func (p plan) grid(name string) []setting {
	var all []setting
	for _, rate := range p.rates {
		if name != nameCR {
			all = append(all, setting{rate: rate})
			continue
		}
		for _, alpha := range p.alphas {
			all = append(all, setting{rate, alpha})
		}
	}
	return all
}

// tune chooses every arm's setting for the main part, and for those parts that
// want it: the one that solves the task on most of the tuning seeds, then after
// the fewest updates in sum, then with the fewest failures at the end.
func (e experiment) tune(ctx context.Context, env *study.Env, p plan) error {
	for _, name := range everyArm {
		if s, ok := p.fixed[name]; ok {
			s.record(env.Record.With(p.main().labels(name)...))
		}
	}
	if p.fixed != nil {
		return nil
	}
	type job struct {
		part part
		arm  string
		s    setting
		out  []outcome
		err  error
	}
	var jobs []*job
	for _, part := range append([]part{p.main()}, p.others...) {
		for _, name := range part.retune {
			for _, s := range p.grid(name) {
				jobs = append(jobs, &job{part: part, arm: name, s: s})
			}
		}
	}
	env.Plan(len(jobs))
	// Settings are tried several at a time; each is a training of its own, so that
	// those that solve the task are done early.
	var done sync.WaitGroup
	free := make(chan struct{}, max(1, env.Threads))
	for _, j := range jobs {
		done.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			task := env.Task(fmt.Sprintf("tuning, %v, %s, rate %v", j.part, j.arm, j.s.rate), 1)
			var r *trainer
			if r, j.err = e.trainer(env, j.part, j.arm); j.err != nil {
				return
			}
			var lanes []setting
			var seeds []uint64
			for k := range p.tuningSeeds {
				lanes, seeds = append(lanes, j.s), append(seeds, firstTuningSeed+uint64(k))
			}
			j.out = r.run(lanes, seeds, j.part.limit, func() bool { return ctx.Err() == nil })
			task.Finish()
		})
	}
	done.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	best := map[string]score{}
	for _, j := range jobs {
		if j.err != nil {
			return j.err
		}
		r := env.Record.With(j.part.labels(j.arm)...)
		now := scoreOf(j.out, j.part.limit)
		r.With("at", fmt.Sprintf("%v/%v", j.s.rate, j.s.alpha)).Scalar("tuning_updates", now.updates/float64(len(j.out)))
		key := j.part.String() + j.arm
		if old, ok := best[key]; !ok || now.better(old) {
			now.s = j.s
			best[key] = now
		}
	}
	for _, j := range jobs {
		key := j.part.String() + j.arm
		if b, ok := best[key]; ok {
			b.s.record(env.Record.With(j.part.labels(j.arm)...))
			delete(best, key)
		}
	}
	return nil
}

// record takes down a setting that is chosen.
func (s setting) record(r *study.Recorder) {
	r.Scalar("rate", s.rate)
	r.Scalar("alpha", s.alpha)
}

// score is how well a setting did.
type score struct {
	s                         setting
	solved, updates, failures float64
}

func scoreOf(out []outcome, limit int) score {
	var s score
	for _, o := range out {
		if o.solved > 0 {
			s.solved++
		}
		s.updates += o.solvedOr(float64(limit))
		s.failures += o.failures[len(o.failures)-1]
	}
	return s
}

func (s score) better(than score) bool {
	switch {
	case s.solved != than.solved:
		return s.solved > than.solved
	case s.updates != than.updates:
		return s.updates < than.updates
	}
	return s.failures < than.failures && !math.IsNaN(s.failures)
}
