package flow

import (
	"fmt"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Pairs is a coupling, given by samples: row i of X0 belongs to row i of X1.
// Both are [n, ...], of one shape and one float dtype.
type Pairs struct{ X0, X1 *fx.Array }

// Validate checks shapes, dtypes and that all values are finite. It looks at
// the values.
func (p Pairs) Validate() error {
	switch {
	case p.X0 == nil || p.X1 == nil:
		return fmt.Errorf("flow: pairs lack X0 or X1")
	case !slices.Equal(p.X0.Shape(), p.X1.Shape()):
		return fmt.Errorf("flow: pairs of X0 %v and X1 %v: the shapes must be equal", p.X0.Shape(), p.X1.Shape())
	case p.X0.DType() != p.X1.DType() || !p.X0.DType().IsFloat():
		return fmt.Errorf("flow: pairs of %v and %v: they must have one float type", p.X0.DType(), p.X1.DType())
	case p.X0.NDim() < 2 || p.X0.Size() == 0:
		return fmt.Errorf("flow: pairs of shape %v: want [n, ...], with at least one pair", p.X0.Shape())
	case p.X0.IsFinite().And(p.X1.IsFinite()).All().Item() == 0:
		return fmt.Errorf("flow: pairs with values that are not finite")
	}
	return nil
}

// Shuffled is the independent coupling of the same points: X1 in another order.
// It is what the first round may be fitted to, and never what reflow gave.
func (p Pairs) Shuffled(key *fx.Array) Pairs {
	return Pairs{p.X0, random.Shuffle(key, p.X1, 0)}
}

// Cost is the mean of |X1 - X0|^power, a scalar, with the Euclidean norm; it is
// convex in the difference for a power of 1 or more.
func (p Pairs) Cost(power float64) *fx.Array {
	squares := squaredNorm(p.X1.Sub(p.X0))
	if power == 2 {
		return squares.Mean()
	}
	return squares.PowScalar(power / 2).Mean()
}

// squaredNorm is each example's sum of squares: [n, ...] gives [n].
func squaredNorm(x *fx.Array) *fx.Array {
	return x.Reshape(x.Dim(0), -1).Square().Sum(1)
}
