package swarm

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Reduction says how many particles to go on with when the cloud has contracted
// (Fornasier, Huang, Pareschi and Sünnen 2021, section 3.2): with variances V
// before and V' after some steps, N' = N (1 + Mu (V' - V)/V), rounded down,
// not above N and not below Min. A change of N is a change of shapes, so it is
// made between compiled runs:
//
//	n := reduction.Size(state.X.Dim(0), before, after)
//	state = swarm.Reduce(state, n)
type Reduction struct {
	Mu  float64 // share of the contraction that N follows, in [0, 1]
	Min int     // at least 2
}

// Validate checks the settings.
func (r Reduction) Validate() error {
	var err error
	if !(r.Mu >= 0 && r.Mu <= 1) {
		err = fmt.Errorf("mu is %v; it must be from 0 to 1", r.Mu)
	}
	if r.Min < 2 {
		err = errors.Join(err, fmt.Errorf("at least %d particles; there must be at least two", r.Min))
	}
	return err
}

// Size is the number of particles to go on with.
func (r Reduction) Size(n int, before, after float64) int {
	mustBeValid("Reduction", r)
	if !(before > 0) || !(after < before) {
		return n
	}
	next := math.Floor(float64(n) * (1 + float64(r.Mu*((after-before)/before))))
	return min(n, max(r.Min, int(next)))
}

// Reduce keeps n particles, chosen at random.
func Reduce(s CBOState, n int) CBOState {
	if n < 2 || n > s.X.Dim(0) {
		fail("Reduce", "%d of %d particles; there must be at least two, and no more than there are", n, s.X.Dim(0))
	}
	if n == s.X.Dim(0) {
		return s
	}
	keys := random.Split(s.Key, 2)
	s.X, s.Key = s.X.Take(random.Choice(keys[1], s.X.Dim(0), n).AsType(fx.Int32), 0), keys[0]
	return s
}
