package flow

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Straightness is how far the paths of a flow from z0 are from straight
// (equation 3), a scalar:
//
//	S = integral over t of E|(Z_1 - Z_0) - v(Z_t, t)|^2
//
// It is 0 if and only if a single Euler step is exact. The integral is the mean
// over the starts of the solver's steps.
func Straightness(v Model, z0 *fx.Array, s Solver) *fx.Array {
	path, _ := Path(v, z0, s)
	times := s.grid("Straightness", z0.DType(), 0, 1)
	chord := path.Index(s.Steps).Sub(z0)
	type moment struct{ T, Z *fx.Array }
	total, _ := fx.Scan(func(sum *fx.Array, m moment) (*fx.Array, []*fx.Array) {
		return sum.Add(squaredNorm(chord.Sub(v.Apply(m.Z, m.T))).Mean()), nil
	}, fx.Zeros(z0.DType()), moment{times.SliceAxis(0, 0, s.Steps), path.SliceAxis(0, 0, s.Steps)})
	return total.DivScalar(float64(s.Steps))
}

// CrossingLoss is the loss of equation 1 of a model on pairs, without training:
// one random time for each pair in each of the given rounds. At the best model
// it is V(X0, X1), which is 0 if and only if the lines between pairs do not
// cross.
func CrossingLoss(key *fx.Array, v Model, pairs Pairs, p Interpolant, rounds int) *fx.Array {
	if rounds < 1 {
		fail("CrossingLoss", "%d rounds: at least 1 is needed", rounds)
	}
	c := Config{Interpolant: p, Batch: pairs.X0.Dim(0)}
	total, _ := fx.Scan(func(sum, round *fx.Array) (*fx.Array, []*fx.Array) {
		t := c.times(random.FoldIn(key, round), pairs.X0.DType())
		return sum.Add(c.loss(v, t, pairs.X0, pairs.X1)), nil
	}, fx.Zeros(pairs.X0.DType()), fx.Arange(fx.Int32, rounds))
	return total.DivScalar(float64(rounds))
}
