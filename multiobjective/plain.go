package multiobjective

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Mean is the mean of the gradients: with one objective for each example, that
// is ordinary stochastic gradient descent. It is linear under scaling and
// weighted, but lets a long gradient oppose a short one.
func Mean() Weighting {
	return weighting{name: "Mean", rule: func(g gramian, _ input) ([]float64, error) { return uniform(len(g)), nil }}
}

// Sum is the sum of the gradients.
func Sum() Weighting {
	return weighting{name: "Sum", rule: func(g gramian, _ input) ([]float64, error) {
		w := make([]float64, len(g))
		for i := range w {
			w[i] = 1
		}
		return w, nil
	}}
}

var errNoKey = errors.New("it draws random numbers: the key is nil")

// RGW is random weighting: the softmax of standard normal numbers, drawn anew
// from each key (Lin et al., "Reasonable Effectiveness of Random Weighting",
// 2022).
func RGW() Weighting {
	return weighting{name: "RGW", rule: func(g gramian, in input) ([]float64, error) {
		if in.key == nil {
			return nil, errNoKey
		}
		return random.Normal(in.key, fx.Float64, len(g)).Softmax(-1).Float64s(), nil
	}}
}
