package gradient

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
)

// Forward estimates gradients by forward mode: the mean of c_k v_k over K
// directions, where c_k = <∇f, v_k> is the exact slope (Baydin et al. 2022,
// equation 4). It is without bias. The zero value is the paper's, one normal
// direction.
//
// An estimate costs one forward pass with tangents, f and twice its products
// again for a network, and no more memory than a forward pass takes, beside the
// direction.
type Forward[P any] struct {
	Directions Directions
	// Batched takes K directions in one pass: f once, and K tangents side by
	// side, in K times the memory of one. Without it they come one after the
	// other, each with a pass of f of its own, in the memory of one.
	Batched bool
}

// Validate checks the settings. Antithetic directions are refused.
func (e Forward[P]) Validate() error {
	if e.Directions.Arrangement == Antithetic {
		return errors.Join(e.Directions.Validate(), errAntithetic)
	}
	return e.Directions.Validate()
}

// Estimate estimates the gradient of f at p. It panics with an *fx.Error if the
// settings are not valid, if f does not return a float scalar, or if p has no
// float leaves.
func (e Forward[P]) Estimate(key *fx.Array, f func(P) *fx.Array, p P) Estimate[P] {
	const op = "Forward"
	mustBeValid(op, e)
	f = scalar(op, f)
	seeds := prepared(op, e.Directions, key, p)
	if e.Batched && e.Directions.count() > 1 {
		value, tangent := fx.Linearize(f, p)
		slopes, grad := atOnce(seeds, p, func(s seed) (*fx.Array, P) {
			v := direction(e.Directions.Law, s, p)
			return tangent(v), v
		})
		return Estimate[P]{value, grad, slopes}
	}
	var value *fx.Array
	along := func(p P) look[P] {
		return func(s seed) (*fx.Array, P) {
			v := direction(e.Directions.Law, s, p)
			y, c := fx.JVP(f, p, v)
			if value == nil {
				value = y
			}
			return c, v
		}
	}
	slopes, grad := inTurn(seeds, p, along(p), along)
	return Estimate[P]{value, grad, slopes}
}
