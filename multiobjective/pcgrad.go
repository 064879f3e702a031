package multiobjective

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// PCGrad removes from each gradient the part that opposes another one, the
// others taken in random order, and adds the results (Yu et al., "Gradient
// Surgery for Multi-Task Learning", 2020, algorithm 1). For two objectives it is
// twice UPGrad. Without a key the order is that of the objectives.
func PCGrad() Weighting {
	return weighting{name: "PCGrad", rule: func(g gramian, in input) ([]float64, error) {
		w := make([]float64, len(g))
		for i := range g {
			v := make([]float64, len(g)) // the gradient under surgery is J'v
			v[i] = 1
			for _, j := range order(len(g), in.key, i) {
				if j == i || g[j][j] == 0 {
					continue
				}
				if inner := dot(g[j], v); inner < 0 {
					v[j] -= inner / g[j][j]
				}
			}
			for k := range w {
				w[k] += v[k]
			}
		}
		return w, nil
	}}
}

// order lists 0 to m-1, shuffled if there is a key.
func order(m int, key *fx.Array, i int) []int {
	out := make([]int, m)
	for k := range out {
		out[k] = k
	}
	if key != nil && m > 2 {
		for k, v := range random.Permutation(random.FoldIn(key, i), m).Int32s() {
			out[k] = int(v)
		}
	}
	return out
}
