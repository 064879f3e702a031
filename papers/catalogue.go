// Package papers is the catalogue: every paper, by number. Each experiment has
// its own package below this one; this package only lists them.
package papers

import (
	"cmp"
	"slices"

	"github.com/fluxion-go/fluxion/study"
)

// ready lists the papers that can be run. Whoever writes an experiment adds it
// here; it then takes the place of the entry in plan.
func ready() []*study.Paper {
	return []*study.Paper{}
}

// All returns every paper, by number: those that can be run, and those that are
// only planned.
func All() []*study.Paper {
	all := ready()
	have := map[string]bool{}
	for _, p := range all {
		have[p.Slug] = true
	}
	for _, p := range planned() {
		if !have[p.Slug] {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b *study.Paper) int { return cmp.Compare(a.Number, b.Number) })
	return all
}

// Find returns the paper with the given slug.
func Find(slug string) (*study.Paper, bool) {
	for _, p := range All() {
		if p.Slug == slug {
			return p, true
		}
	}
	return nil, false
}

// Families returns the families of papers in the order of the catalogue.
func Families() []string {
	return []string{
		"Update rules",
		"Landscape and diagnostics",
		"Learning dynamics",
		"Beyond backpropagation",
		"Multi-objective, constraints and domain shift",
		"Flows and diffusion",
		"Transport, densities and energies",
		"Solvers, manifolds and saddle points",
		"PDEs and physics",
		"Implicit and bilevel",
		"Federated and distributed",
		"Models, merging and explanation",
	}
}
