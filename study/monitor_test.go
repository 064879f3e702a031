package study

import (
	"context"
	"math"
	"slices"
	"testing"
)

func TestMonitorCounts(t *testing.T) {
	m := NewMonitor()
	m.expect(2)
	if s := m.Snapshot(); s.Total != 2 || s.Ended != 0 || !math.IsNaN(s.Fraction) || s.Left >= 0 {
		t.Errorf("at the beginning: %+v", s)
	}
	first := m.start("seed 0")
	task := first.task("a", 10)
	task.Add(5)
	if s := m.Snapshot(); s.Parts[0].Fraction != 0.5 || s.Parts[0].Task != "a" || !math.IsNaN(s.Fraction) {
		t.Errorf("without a plan only the task's share is known: %+v", s)
	}
	first.plan(40)
	if s := m.Snapshot(); s.Parts[0].Fraction != 0.125 || s.Fraction != 0.0625 || s.Left < 0 {
		t.Errorf("with a plan: %+v", s)
	}
	task.Finish()
	first.end(nil)
	second := m.start("seed 1")
	second.task("b", 10).Add(5)
	if s := m.Snapshot(); s.Parts[1].Fraction != 0.5 || s.Fraction != 0.75 || s.Ended != 1 {
		t.Errorf("the second seed is expected to be like the first: %+v", s)
	}
	second.log("hello")
	second.end(context.Canceled)
	if s := m.Snapshot(); s.Parts[1].State != Failed || s.Messages[0] != "seed 1: hello" {
		t.Errorf("at the end: %+v", s)
	}
}

func TestStepsEndOnCancellation(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	env, err := NewEnv(ctx, (&toy{}).paper(), Quick, 3, map[string]string{"steps": "7"})
	if err != nil {
		t.Fatal(err)
	}
	var seen []int
	for i := range env.Steps("all", 4) {
		seen = append(seen, i)
	}
	if !slices.Equal(seen, []int{0, 1, 2, 3}) || env.part.work.Load() != 4 {
		t.Errorf("steps %v, work %d", seen, env.part.work.Load())
	}
	for i := range env.Steps("break", 10) {
		if i == 2 {
			break
		}
	}
	if env.part.work.Load() != 14 {
		t.Errorf("a loop that was left counts as finished: %d", env.part.work.Load())
	}
	last := -1
	for i := range env.Steps("cancelled", 100) {
		if last = i; i == 5 {
			cancel()
		}
	}
	if last != 5 {
		t.Errorf("the last step was %d", last)
	}
	for range env.Steps("after", 10) {
		t.Fatal("a step after cancellation")
	}
	if env.Seed != 3 || env.Data.Name != "glyphs" || env.Options.Int("steps") != 7 {
		t.Errorf("environment %+v", env)
	}
}

func TestOnceIsShared(t *testing.T) {
	env, _ := NewEnv(context.Background(), (&toy{}).paper(), Quick, 0, nil)
	calls := 0
	for range 3 {
		v, err := Once(env, "data", func() (int, error) { calls++; return 42, nil })
		if v != 42 || err != nil {
			t.Errorf("%v, %v", v, err)
		}
	}
	if _, err := Once(env, "broken", func() (int, error) { return 1, errHook }); err != errHook {
		t.Errorf("error %v", err)
	}
	if calls != 1 {
		t.Errorf("made %d times", calls)
	}
	if guard(func() { Once(env, "data", func() (string, error) { return "", nil }) }) == nil {
		t.Error("another type under the same key does not panic")
	}
}
