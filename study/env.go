package study

import (
	"context"
	"fmt"
	"iter"
	"sync"
)

// Env is what an experiment function gets: the seed, the settings, and where to
// record what it measures.
type Env struct {
	Seed    uint64 // 0 in Paper.Common
	Scale   Scale
	Options Settings
	Data    DataSet
	Threads int // how many threads this seed should use

	Record *Recorder
	// Common is what Paper.Common recorded: empty inside Common itself and for
	// papers without one.
	Common *Record

	ctx    context.Context
	part   *part
	shared *shared
}

// DataSet names the data set that the user chose.
type DataSet struct {
	Name string // "" if the paper uses none
	Dir  string // folder with its files, "" if not given
}

// NewEnv returns an environment outside any run, for tests of one experiment
// function. The settings are the paper's defaults with the given changes.
func NewEnv(ctx context.Context, p *Paper, scale Scale, seed uint64, set map[string]string) (*Env, error) {
	settings, err := NewSettings(p.Options, set)
	if err != nil {
		return nil, err
	}
	env := &Env{Seed: seed, Scale: scale, Options: settings, Threads: 1, Record: NewRecorder(), Common: &Record{},
		ctx: ctx, part: NewMonitor().start(fmt.Sprintf("seed %d", seed)), shared: &shared{}}
	if len(p.DataSets) > 0 {
		env.Data.Name = p.DataSets[0]
	}
	return env, nil
}

// Steps counts from 0 to n-1 and shows the progress under the given name:
//
//	for step := range env.Steps("adam, nu=0.5", 1000) { ... }
//
// It ends early when the run is cancelled. The harness throws away what a
// cancelled seed recorded, so the loop's code need not check.
func (e *Env) Steps(name string, n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		task := e.Task(name, n)
		defer func() {
			if e.ctx.Err() == nil {
				task.Finish()
			}
		}()
		for i := range n {
			if e.ctx.Err() != nil || !yield(i) {
				return
			}
			task.Add(1)
		}
	}
}

// Task announces work of the given number of steps, for work that is not a
// simple loop. The caller reports with Add and ends with Finish.
func (e *Env) Task(name string, total int) *Task { return e.part.task(name, total) }

// Plan tells how many steps all tasks of this seed have together, so that the
// time left can be estimated from the beginning. Without it, the first seed
// that finishes tells.
func (e *Env) Plan(steps int) { e.part.plan(steps) }

// Logf shows a line to the person watching. It is not stored; see Recorder.Note.
func (e *Env) Logf(format string, args ...any) { e.part.log(fmt.Sprintf(format, args...)) }

// Once makes a value the first time any seed of the run asks for it under this
// key, and gives the same value to all: a data set that was read, a compiled
// program. The value must not depend on the seed and must not be changed.
func Once[T any](e *Env, key string, make func() (T, error)) (T, error) {
	value, err := e.shared.get(key, func() (any, error) { return make() })
	if err != nil {
		var zero T
		return zero, err
	}
	typed, ok := value.(T)
	if !ok {
		panic(fmt.Sprintf("study: the shared value %q is a %T", key, value))
	}
	return typed, nil
}

// shared holds the values of Once.
type shared struct {
	mu     sync.Mutex
	values map[string]func() (any, error)
}

func (s *shared) get(key string, make func() (any, error)) (any, error) {
	s.mu.Lock()
	if s.values == nil {
		s.values = map[string]func() (any, error){}
	}
	once, ok := s.values[key]
	if !ok {
		once = sync.OnceValues(make)
		s.values[key] = once
	}
	s.mu.Unlock()
	return once()
}
