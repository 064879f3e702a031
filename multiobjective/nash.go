package multiobjective

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// NashMTL gives the bargaining solution of Navon et al., "Multi-Task Learning as
// a Bargaining Game", 2022: weights w > 0 with G w = 1/w, element by element.
// They minimise the convex w'Gw/2 - sum log w, which damped Newton steps do
// without any parameter, because it is self-concordant. There is no solution,
// and an error, where a combination of the gradients with weights that are not
// negative vanishes.
func NashMTL() Weighting {
	return weighting{name: "Nash-MTL", rule: func(g gramian, in input) ([]float64, error) {
		trace := g.trace()
		if trace == 0 {
			return nil, errFlat
		}
		unit := g.scaled(trace)
		w := make([]float64, len(g))
		for i := range w {
			w[i] = 1
		}
		for range 500 {
			step, decrement := nashStep(unit, w)
			if decrement < 1e-11 {
				if vanishes(unit, w, in.eps) {
					return nil, errFlat
				}
				for i := range w {
					w[i] /= math.Sqrt(trace)
				}
				return w, nil
			}
			damping := 1.0
			if decrement > 0.25 {
				damping = 1 / (1 + decrement)
			}
			for i := range w {
				w[i] += float64(damping * step[i])
			}
			if !(smallest(w) > 0) || math.IsInf(w[0], 0) {
				break
			}
		}
		return nil, fmt.Errorf("Newton's method has not converged: %w", errFlat)
	}}
}

// vanishes tells whether J'w is nothing but what rounding leaves of its terms.
func vanishes(g gramian, w []float64, eps float64) bool {
	var terms float64
	for i := range w {
		terms += float64(math.Abs(w[i]) * math.Sqrt(max(0, g[i][i])))
	}
	return dot(w, g.times(w)) <= 16*float64(len(w))*eps*terms*terms
}

// nashStep is Newton's step and its length in the local metric.
func nashStep(g gramian, w []float64) (step []float64, decrement float64) {
	gw := g.times(w)
	// In units of w the Hessian is I + diag(w) G diag(w).
	h, rhs := make(gramian, len(w)), make([]float64, len(w))
	for i := range w {
		h[i] = make([]float64, len(w))
		for j := range w {
			h[i][j] = float64(w[i]*w[j]) * g[i][j]
		}
		h[i][i]++
		rhs[i] = 1 - float64(w[i]*gw[i])
	}
	step = fx.Solve(h.array(), fx.New(rhs, len(rhs), 1)).Float64s()
	decrement = math.Sqrt(max(0, dot(step, rhs)))
	for i := range step {
		step[i] *= w[i]
	}
	return step, decrement
}
