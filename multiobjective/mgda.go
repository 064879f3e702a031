package multiobjective

// Settings of MGDA from the authors' implementations.
const (
	mgdaSteps = 100
	mgdaTol   = 1e-3
)

// MGDA gives the shortest vector in the convex hull of the gradients (Désidéri,
// "Multiple-gradient descent algorithm", 2012), found by Frank-Wolfe as in Sener
// and Koltun, "Multi-Task Learning as Multi-Objective Optimization", 2018,
// algorithm 2: at most 100 steps, until one is shorter than 1e-3. It is
// non-conflicting, up to that tolerance; a short gradient decides the length.
func MGDA() Weighting {
	return weighting{name: "MGDA", rule: func(g gramian, _ input) ([]float64, error) {
		a := uniform(len(g))
		for range mgdaSteps {
			ga := g.times(a)
			t := 0
			for i := range ga {
				if ga[i] < ga[t] {
					t = i
				}
			}
			// The best point between the current vector and gradient t.
			mixed, own, other := ga[t], dot(a, ga), g[t][t]
			gamma := 0.0
			switch {
			case other <= mixed:
				gamma = 1
			case own > mixed:
				gamma = (own - mixed) / (own + other - 2*mixed)
			}
			for i := range a {
				a[i] *= 1 - gamma
			}
			a[t] += gamma
			if gamma < mgdaTol {
				break
			}
		}
		return a, nil
	}}
}
