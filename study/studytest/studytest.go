// Package studytest holds what the tests of experiments have in common: a run
// in a folder of its own, which claims it lost, and that threads change no bit.
package studytest

import (
	"context"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/study"
)

// Run runs an experiment, in a temporary folder if the request names none. An
// error, or a mistake in the paper's claims, tables or figures, fails the test.
func Run(t testing.TB, r study.Request) *study.Outcome {
	t.Helper()
	if r.Dir == "" {
		r.Dir = t.TempDir()
	}
	o, err := study.Run(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	for _, mistake := range o.Mistakes {
		t.Error(mistake)
	}
	return o
}

// Lost lists the claims that were not reproduced, but for those on wall-clock
// time, which a busy machine can lose.
func Lost(o *study.Outcome) []string {
	var ids []string
	for i, v := range o.Verdicts {
		if v.Status == study.NotReproduced && !o.Paper.Claims[i].Timed {
			ids = append(ids, v.Claim)
		}
	}
	return ids
}

// MustLose requires a run with a deliberately broken method to lose at least
// these claims, and one without a mistake (none named) to lose none.
func MustLose(t testing.TB, o *study.Outcome, claims ...string) {
	t.Helper()
	lost := Lost(o)
	missed := slices.ContainsFunc(claims, func(id string) bool { return !slices.Contains(lost, id) })
	if !missed && (len(claims) > 0 || len(lost) == 0) {
		return
	}
	t.Errorf("claims %v are lost, want %v", lost, claims)
	for _, v := range o.Verdicts {
		for _, check := range v.Checks {
			t.Logf("%s: %v", v.Claim, check)
		}
	}
}

// MustHaveSameBits requires two runs to have measured the same, bit for bit.
func MustHaveSameBits(t testing.TB, a, b *study.Outcome) {
	t.Helper()
	if a.Digest != b.Digest {
		t.Errorf("digests %s and %s", a.Digest, b.Digest)
	}
}
