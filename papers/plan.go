package papers

import "github.com/fluxion-go/fluxion/study"

// family is a group of the catalogue, with those of its papers that have no
// experiment yet. What such a paper is about stands in plan_*.go until the
// package with its experiment declares it instead.
type family struct {
	name    string
	planned func() []*study.Paper
}

// families lists the groups in the order of the catalogue.
func families() []family {
	return []family{
		{"Update rules", updateRules},
		{"Landscape and diagnostics", landscape},
		{"Learning dynamics", learningDynamics},
		{"Beyond backpropagation", beyondBackpropagation},
		{"Multi-objective, constraints and domain shift", multiobjective},
		{"Flows and diffusion", flows},
		{"Transport, densities and energies", transport},
		{"Solvers, manifolds and saddle points", solvers},
		{"PDEs and physics", pdes},
		{"Implicit and bilevel", implicit},
		{"Federated and distributed", federated},
		{"Models, merging and explanation", models},
	}
}

// planned returns the papers without an experiment, family by family.
func planned() []*study.Paper {
	var list []*study.Paper
	for _, f := range families() {
		for _, p := range f.planned() {
			p.Family = f.name
			list = append(list, p)
		}
	}
	return list
}
