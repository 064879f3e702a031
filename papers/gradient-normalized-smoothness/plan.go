package gradientnormalizedsmoothness

import "github.com/fluxion-go/fluxion/study"

// plan is how much of the experiment a run does.
type plan struct {
	softmax   int       // dimensions of LogSumExp
	mus       []float64 // and its smoothing
	rows      int       // of the wide matrix in |Ax - b|^q
	powers    []float64 // q
	chebyshev int       // dimensions; 0: not done
	examples  int       // of the logistic loss; 0: not done
	features  int
	// newton is the most iterations of the Newton methods on LogSumExp and on
	// |Ax - b|^q; 0: the problem's own.
	newton int
}

// plans has the published sizes at full, and a tenth of them at default.
func plans() study.PerScale[plan] {
	return study.PerScale[plan]{
		Quick:   plan{softmax: 50, mus: []float64{1}, rows: 25, powers: []float64{4}},
		Default: plan{softmax: 100, mus: []float64{1}, rows: 50, powers: []float64{4}, chebyshev: 100, examples: 400, features: 30},
		Full: plan{softmax: 1000, mus: []float64{0.1, 0.3, 1}, rows: 100, powers: []float64{3, 4, 5}, chebyshev: 1000,
			examples: 4000, features: 100, newton: 1000},
	}
}

// problems are those of the plan, with the file that a user may add.
func (p plan) problems(file string) ([]problem, error) {
	var all []problem
	for _, mu := range p.mus {
		all = append(all, logSumExp(p.softmax, mu))
	}
	for _, q := range p.powers {
		all = append(all, norm(p.rows, q))
	}
	if p.newton > 0 {
		for i := range all {
			all[i].newton = p.newton
		}
	}
	all = append(all, rosenbrock())
	if p.chebyshev > 0 {
		all = append(all, chebyshev(p.chebyshev))
	}
	if p.examples > 0 {
		all = append(all, logistic(p.examples, p.features))
	}
	if file != "" {
		f, err := logisticFile(file)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}
