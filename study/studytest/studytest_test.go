package studytest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// paper measures one number and claims that it is below each of three limits, the
// last of them on time.
func paper(value float64) *study.Paper {
	below := func(id string, limit float64) study.Claim {
		return study.Claim{ID: id, Name: "Small", Statement: "The value is small.", Where: "Section 1", Statistic: "largest",
			Judge: func(r *study.Results, j *study.Judgement) { j.Below("value", study.MaxOf(r.Sample("value")), limit) }}
	}
	p := &study.Paper{Number: 900, Slug: "toy", Title: "A Toy", Authors: []string{"A. Author"}, Year: 2024, Family: "Toys",
		Summary: "One number.", Explanation: "One number.", Claims: []study.Claim{below("1", 10), below("2", 100), below("3", 1)},
		Seeds: study.PerScale[int]{Default: 1},
		Run: func(_ context.Context, env *study.Env) error {
			env.Record.Scalar("value", value)
			return nil
		}}
	p.Claims[2].Timed = true
	return p
}

// watched is a test whose failures are counted and not passed on.
type watched struct {
	testing.TB
	failures int
}

func (w *watched) Errorf(string, ...any) { w.failures++ }
func (w *watched) Logf(string, ...any)   {}
func (w *watched) Helper()               {}

func TestMustLose(t *testing.T) {
	for _, c := range []struct {
		value  float64
		claims []string
		fails  bool
	}{
		{5, nil, false}, // claim 3 is on time: it does not count
		{5, []string{"1"}, true},
		{50, nil, true},
		{50, []string{"1"}, false},
		{50, []string{"2"}, true},
		{500, []string{"2"}, false},
	} {
		o := studytest.Run(t, study.Request{Paper: paper(c.value)})
		w := &watched{TB: t}
		studytest.MustLose(w, o, c.claims...)
		if (w.failures > 0) != c.fails {
			t.Errorf("value %v, claims %v: %d failures; lost are %v", c.value, c.claims, w.failures, fmt.Sprint(studytest.Lost(o)))
		}
	}
}

func TestMustHaveSameBits(t *testing.T) {
	one, same, other := studytest.Run(t, study.Request{Paper: paper(1)}), studytest.Run(t, study.Request{Paper: paper(1)}), studytest.Run(t, study.Request{Paper: paper(2)})
	w := &watched{TB: t}
	studytest.MustHaveSameBits(w, one, same)
	if w.failures != 0 {
		t.Error("equal runs differ")
	}
	studytest.MustHaveSameBits(w, one, other)
	if w.failures != 1 {
		t.Error("different runs are the same")
	}
}
