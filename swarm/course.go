package swarm

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

var inf = math.Inf(1)

// Course is what a step tells about itself, and, with a leading axis for the
// steps, what a run does.
type Course struct {
	// Consensus is the consensus point that the step used, [d]: for CBO that of
	// the particles before they move, for ConsensusHopping the new point. It is
	// what a method is judged by.
	Consensus *fx.Array
	// Variance is the mean squared distance of the particles from their mean,
	// before they move.
	Variance *fx.Array
	// Best and BestValue are the particle with the least value seen until now,
	// [d] and scalar.
	Best, BestValue *fx.Array
	// Bad counts the particles whose value is not finite, an int32 scalar.
	Bad *fx.Array
	// N is the number of particles, an int32 scalar.
	N *fx.Array
}

// Err looks at the values (so not inside a compiled function) and is an error if
// no particle had a finite value at some step, from where on all is NaN. It
// takes the Course of a step, of a run, or of many runs.
func (c Course) Err() error {
	bad, n := c.Bad.Int32s(), c.N.Int32s()
	steps := 1
	if c.Bad.NDim() > 0 {
		steps = c.Bad.Dim(-1)
	}
	for i := range bad {
		if bad[i] == n[i] {
			return fmt.Errorf("swarm: no particle of %d has a finite value at step %d", n[i], i%steps)
		}
	}
	return nil
}

// best is the better of the best so far and the particles.
func best(x, e, good, point, value *fx.Array) (newPoint, newValue *fx.Array) {
	e = fx.Where(good, e, fx.FullLike(e, inf))
	i := e.ArgMin(0)
	better := e.Min().Less(value)
	return fx.Where(better, x.Take(i, 0), point), fx.Where(better, e.Min(), value)
}

// observe makes a step's Course of the particles.
func observe(x, e, consensus, point, value *fx.Array) Course {
	good := e.IsFinite()
	point, value = best(x, e, good, point, value)
	return Course{Consensus: consensus, Variance: spread(x, good), Best: point, BestValue: value,
		Bad: good.Not().AsType(fx.Int32).Sum(), N: fx.Scalar(int32(x.Dim(0)))}
}
