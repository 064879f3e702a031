package study

import (
	"context"
	"slices"
	"testing"
	"time"
)

func TestRace(t *testing.T) {
	env, err := NewEnv(context.Background(), &Paper{Slug: "toy"}, Quick, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	var turns []string
	slow := func() { turns = append(turns, "slow"); time.Sleep(4 * time.Millisecond) }
	fast := func() { turns = append(turns, "fast"); time.Sleep(2100 * time.Microsecond) }
	samples := env.Race("a race", 3, slow, fast)
	if len(samples) != 2 || len(samples[0]) != 3 || samples[0].Min() < 4e-3 || samples[1].Min() < 2.1e-3 {
		t.Errorf("samples %v", samples)
	}
	if at := turns[len(turns)-6:]; !slices.Equal(at, []string{"slow", "fast", "slow", "fast", "slow", "fast"}) {
		t.Errorf("the rounds are %v: not in turns", at)
	}
	calls := 0
	short := env.Race("a short program", 2, func() { calls++ })
	if calls < 100 || short[0].Max() > 2e-3 {
		t.Errorf("a program of no time was called %d times, and takes %v", calls, short[0])
	}
}
