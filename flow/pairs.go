package flow

import (
	"fmt"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Coupling is a joint distribution of X0 and X1 from which training draws. It is
// a tree, so that compiled programs take it as an argument.
type Coupling interface {
	// Draw makes n pairs. It evaluates nothing.
	Draw(key *fx.Array, n int) Pairs
	// Validate says what is wrong with the data. It looks at values.
	Validate() error
}

// Pairs is a coupling, given by samples: row i of X0 belongs to row i of X1.
// Both are [n, ...], of one shape and one float dtype.
type Pairs struct{ X0, X1 *fx.Array }

// Draw takes rows with replacement.
func (p Pairs) Draw(key *fx.Array, n int) Pairs {
	rows := random.Randint(key, fx.Int32, 0, int64(p.X0.Dim(0)), n)
	return Pairs{p.X0.Take(rows, 0), p.X1.Take(rows, 0)}
}

// Product is the independent coupling of two sets of points, [n, ...] and
// [m, ...]: unpaired data of two domains.
type Product struct{ X0, X1 *fx.Array }

// Draw takes rows of both sets, with replacement, each on its own.
func (p Product) Draw(key *fx.Array, n int) Pairs {
	keys := random.Split(key, 2)
	return Pairs{rowsOf(keys[0], p.X0, n), rowsOf(keys[1], p.X1, n)}
}

// Validate checks shapes, dtypes and that all values are finite.
func (p Product) Validate() error {
	if p.X0 == nil || p.X1 == nil {
		return fmt.Errorf("flow: a product lacks X0 or X1")
	}
	if p.X0.NDim() < 2 || p.X1.NDim() < 2 || p.X0.Size() == 0 || p.X1.Size() == 0 || !slices.Equal(p.X0.Shape()[1:], p.X1.Shape()[1:]) {
		return fmt.Errorf("flow: a product of points %v and %v: they must be [n, ...] and [m, ...] of the same kind", p.X0.Shape(), p.X1.Shape())
	}
	return alike("a product", p.X0, p.X1)
}

// Noise is the independent coupling of standard normal noise, drawn anew for
// every batch, with a set of points [n, ...]: generation.
type Noise struct{ X1 *fx.Array }

// Draw makes noise and takes rows with replacement.
func (p Noise) Draw(key *fx.Array, n int) Pairs {
	keys := random.Split(key, 2)
	x1 := rowsOf(keys[1], p.X1, n)
	return Pairs{random.Normal(keys[0], x1.DType(), x1.Shape()...), x1}
}

// Validate checks shape, dtype and that all values are finite.
func (p Noise) Validate() error {
	if p.X1 == nil || p.X1.NDim() < 2 || p.X1.Size() == 0 {
		return fmt.Errorf("flow: noise lacks the points that it is to become, [n, ...]")
	}
	return alike("noise", p.X1, p.X1)
}

func rowsOf(key, x *fx.Array, n int) *fx.Array {
	return x.Take(random.Randint(key, fx.Int32, 0, int64(x.Dim(0)), n), 0)
}

// alike checks dtypes and values.
func alike(what string, a, b *fx.Array) error {
	if a.DType() != b.DType() || !a.DType().IsFloat() {
		return fmt.Errorf("flow: %s of %v and %v: they must have one float type", what, a.DType(), b.DType())
	}
	if a.IsFinite().All().Item() == 0 || b.IsFinite().All().Item() == 0 {
		return fmt.Errorf("flow: %s with values that are not finite", what)
	}
	return nil
}

// Validate checks shapes, dtypes and that all values are finite. It looks at
// the values.
func (p Pairs) Validate() error {
	switch {
	case p.X0 == nil || p.X1 == nil:
		return fmt.Errorf("flow: pairs lack X0 or X1")
	case !slices.Equal(p.X0.Shape(), p.X1.Shape()):
		return fmt.Errorf("flow: pairs of X0 %v and X1 %v: the shapes must be equal", p.X0.Shape(), p.X1.Shape())
	case p.X0.NDim() < 2 || p.X0.Size() == 0:
		return fmt.Errorf("flow: pairs of shape %v: want [n, ...], with at least one pair", p.X0.Shape())
	}
	return alike("pairs", p.X0, p.X1)
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
