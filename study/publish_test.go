package study

import (
	"context"
	"testing"
)

// A verdict on wall-clock measurements is no part of what is published, so that
// a busy machine is no difference.
func TestTimedVerdictsAreNotPublished(t *testing.T) {
	run := func(timed bool) Published {
		p := (&toy{}).paper()
		p.Claims[1].Timed = timed
		o, err := Run(context.Background(), Request{Paper: p, Scale: Quick, Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if len(o.Verdicts) != 3 {
			t.Errorf("%d verdicts", len(o.Verdicts))
		}
		return o.Publish()
	}
	timed, plain := run(true), run(false)
	if len(timed.Claims) != 2 || timed.Claims[0].Claim != "1" || timed.Claims[1].Claim != "3" {
		t.Errorf("published verdicts %v", timed.Claims)
	}
	if len(plain.Claims) != 3 || timed.Digest != plain.Digest {
		t.Errorf("%d verdicts, digests %s and %s", len(plain.Claims), timed.Digest, plain.Digest)
	}
	if d := timed.Compare(timed); len(d) != 0 {
		t.Errorf("differences %v", d)
	}
}
