package laprop

import (
	"maps"
	"testing"

	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// smallPlans is scale quick without what the claims can do without: one small network,
// fewer images, and the passes that make up for them.
func smallPlans(string) study.PerScale[plan] {
	return study.PerScale[plan]{Quick: plan{
		searchNus: []float64{0.3, 0.999}, sigmas: []float64{0.1},
		networks: []network{{shallowName, []int{48}, shallowRate, []float64{0.9}, []float64{0.999, 0.5}}},
		train:    2000, test: 200, side: 14,
	}}
}

var smallOptions = map[string]string{"runs": "5", "limit": "8000", "epochs": "8"}

// small runs the experiment with the given rules on a small scale.
func small(t *testing.T, methods lineup, seeds []uint64, threads int, set map[string]string) *study.Outcome {
	t.Helper()
	p := experiment{methods, smallPlans}.paper()
	p.Figures = nil // they take longer than the experiment
	options := maps.Clone(smallOptions)
	maps.Copy(options, set)
	return studytest.Run(t, study.Request{Paper: p, Scale: study.Quick, Seeds: seeds, Set: options, Threads: threads})
}

// TestBrokenMethodsFail puts wrong rules in the place of the right ones. Every
// mistake must cost the claims that speak of it; the right ones cost none.
func TestBrokenMethodsFail(t *testing.T) {
	lapropWith := func(change func(*optim.LaProp, setting)) lineup {
		l := published
		l.laprop = func(s setting) optim.Rule {
			r := laprop(s).(optim.LaProp)
			change(&r, s)
			return r
		}
		return l
	}
	cases := []struct {
		name    string
		methods lineup
		fails   []string
	}{
		{"nothing", published, nil},
		{"Adam's order", lineup{laprop: adam, adam: adam, amsgrad: amsgrad}, []string{"1", "2", "4", "5"}},
		{"momentum not corrected", lapropWith(func(r *optim.LaProp, _ setting) { r.CorrectFirst = false }), []string{"5"}},
		{"second moment never corrected", lapropWith(func(r *optim.LaProp, _ setting) { r.CorrectSecond = false }), []string{"2"}},
		{"epsilon of everyday size", lapropWith(func(r *optim.LaProp, _ setting) { r.Epsilon = 1e-3 }), []string{"5"}},
		{"decay rates exchanged", lapropWith(func(r *optim.LaProp, s setting) { r.Beta1, r.Beta2 = s.nu, s.mu }), []string{"2", "4", "5"}},
		{"a crippled baseline", lineup{laprop: laprop, amsgrad: amsgrad,
			adam: func(s setting) optim.Rule { s.rate /= 2; return adam(s) }}, []string{"2"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			studytest.MustLose(t, small(t, c.methods, []uint64{0}, 1, nil), c.fails...)
		})
	}
}
