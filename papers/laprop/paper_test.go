package laprop

import (
	"context"
	"testing"

	"github.com/fluxion-go/fluxion/study"
)

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// TestPlan: the plan of a scale with the options of a user.
func TestPlan(t *testing.T) {
	cases := []struct {
		scale    study.Scale
		set      map[string]string
		networks int
		tuned    bool
		trials   int
	}{
		{study.Quick, nil, 2, false, 2 * 3 * 2},
		{study.Default, nil, 2, false, 2 * 3 * 12},
		{study.Default, map[string]string{"max-depth": "40", "tune": "yes"}, 4, true, 2*3*12 + 2*3*3},
		{study.Full, nil, 7, true, 2*3*12 + 5*3*3},
		{study.Full, map[string]string{"max-depth": "1", "tune": "no"}, 2, false, 2 * 3 * 12},
	}
	for _, c := range cases {
		env, err := study.NewEnv(context.Background(), Paper(), c.scale, 0, c.set)
		if err != nil {
			t.Fatal(err)
		}
		e := experiment{published, plans}
		p := e.plan(env)
		if len(p.networks) != c.networks || (len(p.rates) > 0) != c.tuned || len(e.trials(p)) != c.trials {
			t.Errorf("%s %v: %d networks, rates %v, %d trials; want %d networks, tuned %v, %d trials",
				c.scale, c.set, len(p.networks), p.rates, len(e.trials(p)), c.networks, c.tuned, c.trials)
		}
		names := map[string]bool{}
		for _, trial := range e.trials(p) {
			if names[trial.String()] {
				t.Errorf("%s %v: %v occurs twice", c.scale, c.set, trial)
			}
			names[trial.String()] = true
		}
	}
}

// TestSameBits: threads and the seeds that run beside do not matter.
func TestSameBits(t *testing.T) {
	set := map[string]string{"epochs": "1", "limit": "1000"}
	one, two := small(t, published, []uint64{0, 1}, 1, set), small(t, published, []uint64{0, 1}, 2, set)
	if one.Digest != two.Digest {
		t.Errorf("digests %s and %s with one thread and with two", one.Digest, two.Digest)
	}
	alone := small(t, published, []uint64{1}, 2, set)
	for _, s := range alone.Results.First().Scalars {
		if other := one.Results.Seeds[1].Record; float64(s.Value) != other.Scalar(s.Name, labelPairs(s.Labels)...) {
			t.Errorf("%s is %v alone and another value beside seed 0", s.ID, s.Value)
		}
	}
}

func labelPairs(labels study.Labels) []any {
	var pairs []any
	for _, l := range labels {
		pairs = append(pairs, l.Key, l.Value)
	}
	return pairs
}

// TestFewSeedsDecideNothing: claims about five seeds stay open with one.
func TestFewSeedsDecideNothing(t *testing.T) {
	p := experiment{published, func(data string) study.PerScale[plan] {
		return study.PerScale[plan]{Default: smallPlans(data).Quick}
	}}.paper()
	o, err := study.Run(context.Background(), study.Request{Paper: p, Seeds: []uint64{0}, Dir: t.TempDir(), Set: smallOptions})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]study.Status{"1": study.Inconclusive, "2": study.Reproduced, "3": study.Inconclusive,
		"4": study.Reproduced, "5": study.Reproduced}
	for _, v := range o.Verdicts {
		if v.Status != want[v.Claim] {
			t.Errorf("claim %s with one seed: %s, want %s", v.Claim, v.Status, want[v.Claim])
		}
	}
	if len(o.Figures) != 5 || len(o.Mistakes) > 0 {
		t.Errorf("figures %v, mistakes %v", o.Figures, o.Mistakes)
	}
}
