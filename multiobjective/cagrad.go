package multiobjective

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/linalg"
)

// CAGrad maximises the worst improvement of any objective within c |g0| of the
// mean gradient g0 (Liu et al., "Conflict-Averse Gradient Descent", 2021,
// algorithm 1): with w in the simplex minimising
//
//	F(w) = g0'J'w + c |g0| |J'w|,
//
// the direction is g0 + c |g0| J'w / |J'w|. c = 0 is the mean; for c >= 1 it is
// non-conflicting. A negative c is an error.
//
// For a given length t of J'w the minimiser is that of |J'w + t/(c|g0|) g0|, a
// shortest vector in a convex hull; t is found by bisection.
func CAGrad(c float64) Weighting {
	var check error
	if !(c >= 0) || math.IsInf(c, 1) {
		check = fmt.Errorf("c is %v; it must be finite and not negative", c)
	}
	return weighting{name: "CAGrad", check: check, rule: func(g gramian, _ input) ([]float64, error) {
		mean := uniform(len(g))
		inner := g.times(mean) // of g0 with the gradients
		radius := c * math.Sqrt(max(0, dot(inner, mean)))
		if radius == 0 {
			return mean, nil
		}
		w, length, err := cagradWeights(g, inner, radius)
		if err != nil {
			return nil, err
		}
		if length == 0 { // a combination of the gradients vanishes
			return mean, nil
		}
		for i := range w {
			w[i] = mean[i] + float64(radius/length*w[i])
		}
		return w, nil
	}}
}

// cagradWeights finds w and |J'w|. The length at the minimiser for a given t
// crosses t once, because F is convex in (w, t).
func cagradWeights(g gramian, inner []float64, radius float64) (w []float64, length float64, err error) {
	longest := 0.0
	for i := range g {
		longest = max(longest, math.Sqrt(g[i][i]))
	}
	at := func(t float64) error {
		// The Gramian of the gradients g_i + s g0, where |g0|^2 is mean(inner).
		s, square := t/radius, dot(inner, uniform(len(g)))
		shifted := make(gramian, len(g))
		for i := range g {
			for j := range g {
				shifted[i] = append(shifted[i], g[i][j]+float64(s*(inner[i]+inner[j]))+float64(s*s*square))
			}
		}
		solved, err := linalg.MinNormWeights(shifted.array())
		if err != nil {
			return err
		}
		w = solved.Float64s()
		length = math.Sqrt(max(0, dot(w, g.times(w))))
		return nil
	}
	low, high := 0.0, longest
	for high-low > 1e-12*longest {
		t := (low + high) / 2
		if err := at(t); err != nil {
			return nil, 0, err
		}
		if length > t {
			low = t
		} else {
			high = t
		}
	}
	return w, length, nil
}
