package gradient

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// defaultStep is the step h of finite differences in float32: that of MeZO
// (Malladi et al. 2023), about the cube root of the rounding error.
const defaultStep = 1e-3

// Difference estimates gradients from values of f alone, of order zero: the mean
// of c_k v_k with c_k = (f(p + h v_k) - f(p)) / h. With antithetic directions a
// pair is the central difference (f(p + h v) - f(p - h v)) / 2h (SPSA, Spall
// 1992). It has a bias of order h (h² for pairs) and a rounding error of order
// 1/h; for h to 0 it is Forward.
type Difference[P any] struct {
	Directions Directions
	// Step is h; 0 is 1e-3, which suits float32. In float64 smaller is better,
	// about 1e-6.
	Step float64
	// Batched takes K directions in one batch, as in Forward.
	Batched bool
}

// Validate checks the settings.
func (e Difference[P]) Validate() error {
	if !(e.Step >= 0) || math.IsInf(e.Step, 1) {
		return fmt.Errorf("the step %v; it must be positive", e.Step)
	}
	return e.Directions.Validate()
}

// Estimate estimates the gradient of f at p. It panics like Forward's.
func (e Difference[P]) Estimate(key *fx.Array, f func(P) *fx.Array, p P) Estimate[P] {
	const op = "Difference"
	mustBeValid(op, e)
	f = scalar(op, f)
	seeds := prepared(op, e.Directions, key, p)
	h := e.Step
	if h == 0 {
		h = defaultStep
	}
	value := f(p)
	along := func(p P) look[P] {
		return func(s seed) (*fx.Array, P) {
			v := direction(e.Directions.Law, s, p)
			moved := fx.Map2(func(a, v *fx.Array) *fx.Array {
				if !a.DType().IsFloat() {
					return a
				}
				return a.Add(v.MulScalar(h))
			}, p, v)
			return f(moved).Sub(value).DivScalar(h), v
		}
	}
	est := Estimate[P]{Value: value}
	if e.Batched && e.Directions.count() > 1 {
		est.Slopes, est.Grad = atOnce(seeds, p, along(p))
	} else {
		est.Slopes, est.Grad = inTurn(seeds, p, along(p), along)
	}
	return est
}
